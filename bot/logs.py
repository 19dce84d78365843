"""Logging: structured events on standard error, for people or for machines, and never a secret."""

import asyncio
import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Any, Final

import orjson
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
        """The text with every secret covered, and as one that can be written: half of a surrogate pair becomes "?"."""
        text = text.encode(errors="replace").decode()
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _TOKENS.sub(_HIDDEN, text)


class _Lines:
    """Lines on their way to standard error: those of one turn of the event loop leave together, others at once."""

    def __init__(self) -> None:
        self._lines: Final[list[str]] = []
        self._one: Final = Lock()
        self._leaving_with: asyncio.AbstractEventLoop | None = None

    def add(self, line: str) -> None:
        """One more line; whole, even among those of other threads."""
        with self._one:
            self._lines.append(f"{line}\n")
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._leave()
            return
        if self._leaving_with is not loop:
            self._leaving_with = loop
            loop.call_soon(self._leave)

    def _leave(self) -> None:
        self._leaving_with = None
        with self._one:
            text = "".join(self._lines)
            self._lines.clear()
            # Where nothing can be written nobody can be told so, and whoever has something to say goes on.
            with suppress(OSError, ValueError):
                sys.stderr.write(text)
                sys.stderr.flush()


class _Logger:
    """What structlog calls a logger: knows its name, for the lines to tell."""

    def __init__(self, lines: _Lines, name: str = "") -> None:
        self.name: Final = name
        self.debug = self.info = self.warning = self.error = self.critical = lines.add


def set_up(*, level: str, form: str, secrets: Iterable[str] = ()) -> None:
    """Send our own events and those of the libraries to standard error; `form` is `console` or `json`."""
    hide = HideSecrets(secrets)
    people = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    renderer = structlog.processors.JSONRenderer(serializer=_as_json) if form == "json" else people
    # Ours go straight to the stream: a broadcast writes a line for every message, and by way of the standard library
    # it would take three times as long. https://www.structlog.org/en/stable/performance.html
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            hide,
            renderer,
        ],
        logger_factory=partial(_Logger, _Lines()),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(handlers=[_for_libraries(hide, renderer)], level=level, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def _for_libraries(hide: HideSecrets, renderer: structlog.typing.Processor) -> logging.Handler:
    """Shows what libraries log in the same form."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
                hide,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    return handler


def _as_json(event: _Event, **options: Any) -> str:
    return orjson.dumps(event, default=options["default"]).decode()
