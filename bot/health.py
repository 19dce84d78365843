"""Asking a running bot how it is, over its own `/healthz`."""

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Final

_WAIT_SECONDS: Final = 4
# A proxy for the outside world has no business on this machine.
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def page_address(host: str, port: int) -> str:
    """Where a web chat that listens there is found from this machine."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # compared only
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


def ask_health(host: str, port: int) -> tuple[bool, str]:
    """Whether the bot there is alive, and what it says, as JSON.

    Raises OSError when nobody answers within seconds, or what answers is no web server.
    """
    try:
        with _OPENER.open(f"{page_address(host, port)}/healthz", timeout=_WAIT_SECONDS) as answer:
            return True, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return False, error.read().decode(errors="replace")
    except urllib.error.URLError as error:
        reason = error.reason
        raise OSError(reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)) from error
    except HTTPException as error:
        raise OSError(f"no web server ({type(error).__name__})") from error


def is_ours(said: str) -> bool:
    """Whether an answer is that of this bot and not of another program's."""
    try:
        body = json.loads(said)
    except ValueError:
        return False
    return isinstance(body, dict) and {"state", "parts"} <= body.keys()
