"""What is on its way between the sockets of this process: sent by one of them, not yet read by the other."""

import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Concatenate, ParamSpec, TypeAlias

P = ParamSpec("P")
Way: TypeAlias = tuple[Any, Any]
"""From one address to another."""


class Wire:
    """Counts the bytes that asyncio's transports send and receive while it is watched."""

    def __init__(self) -> None:
        self._bytes: Counter[Way] = Counter()

    @property
    def busy(self) -> bool:
        """Whether anything has been sent that nobody has read."""
        return any(count > 0 for count in self._bytes.values())

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count what goes over every socket of the process."""
        real = {name: getattr(socket.socket, name) for name in ("send", "sendmsg", "recv", "recv_into", "close")}
        watching = {
            "send": self._counting(real["send"], self._sent),
            "sendmsg": self._counting(real["sendmsg"], self._sent),
            "recv": self._counting(real["recv"], self._received),
            "recv_into": self._counting(real["recv_into"], self._received),
            "close": self._forgetting(real["close"]),
        }
        try:
            _set(watching)
            yield
        finally:
            _set(real)

    def _sent(self, way: Way, count: int) -> None:
        self._bytes[way] += count

    def _received(self, way: Way, count: int) -> None:
        here, there = way
        self._bytes[there, here] -= count

    @staticmethod
    def _counting(
        real: Callable[Concatenate[socket.socket, P], Any], count: Callable[[Way, int], None]
    ) -> Callable[Concatenate[socket.socket, P], Any]:
        def counted(this: socket.socket, /, *args: P.args, **kwargs: P.kwargs) -> Any:
            done = real(this, *args, **kwargs)
            if way := _way(this):
                count(way, done if isinstance(done, int) else len(done))
            return done

        return counted

    def _forgetting(self, real: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
        def forgotten(this: socket.socket, /) -> None:
            # What this one has not read, nobody will; the other side may still read what this one sent.
            if way := _way(this):
                here, there = way
                self._bytes.pop((there, here), None)
            real(this)

        return forgotten


def _set(methods: dict[str, Callable[..., Any]]) -> None:
    for name, method in methods.items():
        setattr(socket.socket, name, method)


def _way(this: socket.socket) -> Way | None:
    """From the socket to its peer, unless it has none or none of the network."""
    if this.family not in {socket.AF_INET, socket.AF_INET6}:
        return None
    with suppress(OSError):
        return this.getsockname(), this.getpeername()
    return None
