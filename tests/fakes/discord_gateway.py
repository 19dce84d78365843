"""The gateway of the fake Discord: hello, identify, heartbeat, resume, invalid session, reconnect, dispatch."""

import asyncio
import json
from typing import Any, Final

from aiohttp import WSMsgType, web

Json = dict[str, Any]

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
GUILDS_INTENT: Final = 1
PRIVILEGED: Final = 1 << 1 | 1 << 8 | 1 << 15


class Session:
    """One gateway session; it survives its connection, so that it can be resumed."""

    def __init__(self, session_id: str, intents: int, shard: list[int]) -> None:
        self.id: Final = session_id
        self.intents: Final = intents
        self.shard: Final = shard
        self.sent: Final[list[Json]] = []
        self.socket: web.WebSocketResponse | None = None

    async def dispatch(self, name: str, data: Json) -> None:
        """Send an event, or keep it for the resume."""
        event = {"op": DISPATCH, "t": name, "s": len(self.sent) + 1, "d": data}
        self.sent.append(event)
        if self.socket is not None and not self.socket.closed:
            await self.socket.send_str(json.dumps(event))


class Gateway:
    """Accepts the bot's connections. The resume of a shard in `held` waits for the event there."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.sessions: Final[list[Session]] = []
        self.identifies: Final[list[Json]] = []
        self.asked_to_resume = 0
        self.resumes = 0
        self.held: Final[dict[int, asyncio.Event]] = {}
        self.heartbeats = 0
        self.refuse_identify = 0
        self.forget_sessions = False
        self.url = ""
        self.user: Json = {}
        self.application_id = ""

    def guilds(self) -> list[Json]:
        """The guilds that a new session learns of."""
        return []

    def changed(self) -> None:
        """Called whenever something happened that somebody may wait for."""

    @property
    def session(self) -> Session:
        """The live session; the latest one where there are several shards."""
        return self.sessions[-1]

    def session_of(self, guild_id: str | None) -> Session:
        """The live session that learns of a guild's events; direct messages come to the first shard."""
        number = int(guild_id or 0) >> 22
        return next(one for one in reversed(self.sessions) if number % one.shard[1] == one.shard[0])

    @property
    def connected(self) -> bool:
        """Whether a session is connected now."""
        return bool(self.sessions) and self.session.socket is not None and not self.session.socket.closed

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection until it ends."""
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        await socket.send_str(json.dumps({"op": HELLO, "s": None, "t": None, "d": {"heartbeat_interval": 41250}}))
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            await self._received(socket, json.loads(message.data))
            self.changed()
        self.changed()
        return socket

    async def _received(self, socket: web.WebSocketResponse, frame: Json) -> None:
        match frame["op"]:
            case op if op == HEARTBEAT:
                self.heartbeats += 1
                await socket.send_str(json.dumps({"op": ACK, "s": None, "t": None, "d": None}))
            case op if op == IDENTIFY:
                await self._identify(socket, frame["d"])
            case op if op == RESUME:
                await self._resume(socket, frame["d"])
            case other:
                await socket.close(code=4001, message=f"unknown opcode {other}".encode())

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> None:
        self.identifies.append(data)
        if data["token"] != self.token:
            await socket.close(code=4004, message=b"Authentication failed.")
            return
        if self.refuse_identify:
            await socket.close(code=self.refuse_identify, message=b"Refused.")
            return
        if data["intents"] & PRIVILEGED:
            await socket.close(code=4014, message=b"Disallowed intent(s).")
            return
        session = Session(f"session{len(self.sessions)}", data["intents"], data.get("shard", [0, 1]))
        session.socket = socket
        self.sessions.append(session)
        number, shards = session.shard
        # https://docs.discord.com/developers/events/gateway#sharding-sharding-formula
        guilds = [guild for guild in self.guilds() if (int(guild["id"]) >> 22) % shards == number]
        ready = {
            "v": 10,
            "user": self.user,
            "guilds": [{"id": guild["id"], "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": session.shard,
            "application": {"id": self.application_id, "flags": 0},
        }
        await session.dispatch("READY", ready)
        for guild in guilds:
            await session.dispatch("GUILD_CREATE", {**guild, "unavailable": False})

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> None:
        if data["token"] != self.token:
            await socket.close(code=4004, message=b"Authentication failed.")
            return
        known = [session for session in self.sessions if session.id == data["session_id"]]
        if not known or self.forget_sessions:
            self.forget_sessions = False
            await socket.send_str(json.dumps({"op": INVALID, "s": None, "t": None, "d": False}))
            return
        session = known[0]
        self.asked_to_resume += 1
        self.changed()
        if session.shard[0] in self.held:
            await self.held[session.shard[0]].wait()
        session.socket = socket
        self.resumes += 1
        for event in session.sent[data["seq"] or 0 :]:
            await socket.send_str(json.dumps(event))
        await session.dispatch("RESUMED", {"_trace": []})

    async def ask_to_reconnect(self) -> None:
        """Tell the bot to connect anew and resume."""
        assert self.session.socket is not None
        await self.session.socket.send_str(json.dumps({"op": RECONNECT, "s": None, "t": None, "d": None}))

    async def ask_for_heartbeats(self, seconds: float) -> None:
        """Ask all connections for a heartbeat now and then, for ever; in a virtual loop none come by themselves."""
        while True:
            await asyncio.sleep(seconds)
            for session in self.sessions:
                if session.socket is not None and not session.socket.closed:
                    await session.socket.send_str(json.dumps({"op": HEARTBEAT, "s": None, "t": None, "d": None}))

    async def drop(self, code: int = 4000) -> None:
        """End all connections."""
        for session in self.sessions:
            if session.socket is not None:
                await session.socket.close(code=code)
