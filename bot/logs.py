"""Logging: structured events on standard error, for people or for machines, and never a secret."""

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any, Final

import structlog

# Both platforms' tokens by their shape, so that one that reached a message by accident is covered as well.
_TOKENS: Final = re.compile(r"\d{5,}:[A-Za-z0-9_-]{30,}|[A-Za-z0-9_-]{23,28}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,}")
_HIDDEN: Final = "[secret]"
# httpx prints whole addresses at INFO, tokens included; the others say there what a chat does not experience.
_QUIET: Final = ("httpx", "httpcore", "apscheduler", "aiosqlite", "asyncio", "aiohttp.access", "discord", "telegram")

_Event = MutableMapping[str, Any]


class HideSecrets:
    """A processor that covers secrets in every value of an event, tracebacks included."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets: Final = tuple(secret for secret in secrets if secret)

    def __call__(self, logger: object, method: str, event: _Event) -> _Event:
        """Cover the secrets of one event."""
        del logger, method
        for key, value in event.items():
            if isinstance(value, str):
                event[key] = self.hide(value)
            elif key == "event" or not isinstance(value, (int, float, bool, type(None))):
                event[key] = self.hide(str(value))
        return event

    def hide(self, text: str) -> str:
        """The text with every secret covered."""
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _TOKENS.sub(_HIDDEN, text)


def set_up(*, level: str, form: str, secrets: Iterable[str] = ()) -> None:
    """Send our own events and those of the libraries to standard error; `form` is `console` or `json`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        HideSecrets(secrets),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    people = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else people
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    # None of these is shown, and a broadcast writes a line for every message:
    # https://docs.python.org/3/howto/logging.html#optimization
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001  # documented there
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
