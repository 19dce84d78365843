"""A Bot API that knows as much as a broadcast and a tap need, with Telegram's limits."""

import asyncio
import itertools
import math
import re
from collections import defaultdict
from contextlib import suppress
from time import perf_counter
from typing import Any, Final

from aiohttp import web

from benchmarks.strict_server import ANSWER_AFTER, Run, Runs, run_of

BOT: Final = {"id": 1, "is_bot": True, "first_name": "B", "username": "b_bot"}
FIRST_TAPPER: Final = 2_000_000_000
_LONGEST_POLL: Final = 20.0
# In a form or in JSON; to read the whole of it would be dearer than all else that is done here.
_VALUE: Final = {
    name: re.compile(rf'(?:(?:^|&){name}=|"{name}": ?)"?(-?\d+)'.encode()) for name in ("chat_id", "message_thread_id")
}


class TelegramServer:
    """All runs' Bot APIs."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._updates: defaultdict[str, asyncio.Queue[dict[str, Any]]] = defaultdict(asyncio.Queue)
        self._ids = itertools.count(1)
        self._tapping: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """Any method of any bot; and people who begin to tap, `?every=` so many seconds."""
        return [
            web.post("/{profile}/{run}/bot{token}/{method}", self.serve),
            web.post("/{profile}/{run}/taps", self.tap),
        ]

    async def serve(self, request: web.Request) -> web.Response:
        """One method."""
        method = request.match_info["method"].lower()
        if method == "getupdates":
            return _ok(await self._poll(request))
        body = await request.read()
        if not method.startswith(("send", "edit")) or method == "sendchataction":
            # What is told once, at a bot's very first start, takes no time here.
            await asyncio.sleep(0 if method.startswith("setmy") else ANSWER_AFTER)
            return _ok(BOT if method == "getme" else True)
        chat = _value("chat_id", body)
        run, group = run_of(request, self._runs), chat.startswith("-")
        wait = run.ask(chat, group=group, thread=_value("message_thread_id", body))
        await asyncio.sleep(ANSWER_AFTER)
        return _refused(wait) if wait else _ok(self._message(chat, group=group))

    def _message(self, chat: str, *, group: bool) -> dict[str, Any]:
        where = {"id": int(chat), "type": "supergroup", "title": "G"} if group else _person(int(chat))
        return {"message_id": next(self._ids), "date": 1_795_000_000, "chat": where, "from": BOT, "text": "-"}

    async def _poll(self, request: web.Request) -> list[dict[str, Any]]:
        waiting = self._updates[request.match_info["run"]]
        found: list[dict[str, Any]] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(min(_LONGEST_POLL, int(request.query.get("timeout", 0)))):
                found.append(await waiting.get())
        while not waiting.empty():
            found.append(waiting.get_nowait())
        return found

    async def tap(self, request: web.Request) -> web.Response:
        """People tap the button of an answer, each in a chat of their own, until the server ends."""
        run, waiting = run_of(request, self._runs), self._updates[request.match_info["run"]]
        task = asyncio.create_task(self._taps(run, waiting, float(request.query["every"])))
        self._tapping.add(task)
        return web.Response()

    async def _taps(self, run: Run, waiting: asyncio.Queue[dict[str, Any]], every: float) -> None:
        for number in itertools.count(1):
            person = _person(FIRST_TAPPER + number)
            message = {"message_id": number, "date": 1_795_000_000, "chat": person, "from": BOT, "text": "-"}
            sender = {"id": person["id"], "is_bot": False, "first_name": "A", "language_code": "en"}
            query = {"id": str(number), "from": sender, "message": message, "chat_instance": "1"}
            run.tapped[str(person["id"])] = perf_counter()
            await waiting.put({"update_id": number, "callback_query": {**query, "data": "1r~lora-idea~answer"}})
            await asyncio.sleep(every)


def _person(number: int) -> dict[str, Any]:
    return {"id": number, "type": "private", "first_name": "A"}


def _value(name: str, body: bytes) -> str:
    found = _VALUE[name].search(body)
    return "" if found is None else found[1].decode()


def _ok(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refused(wait: float) -> web.Response:
    seconds = math.ceil(wait)
    words = f"Too Many Requests: retry after {seconds}"
    return web.json_response(
        {"ok": False, "error_code": 429, "description": words, "parameters": {"retry_after": seconds}}, status=429
    )
