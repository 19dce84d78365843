"""Connections that end with a reset, as when a router on the way has forgotten them."""

import asyncio
import socket
import struct


def reset(transport: asyncio.BaseTransport) -> None:
    """Let the connection, once it is closed, throw away what was not sent yet and tell the other side so."""
    connection: socket.socket = transport.get_extra_info("socket")
    # On, with no time to linger.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
