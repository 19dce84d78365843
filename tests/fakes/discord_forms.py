"""Requests read and answered as Discord does."""

import json
import re

from aiohttp import BodyPartReader, web

from tests.fakes.discord_rules import Json, invalid, must


def answer(body: object, *, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A response of JSON, with the bare content type that Discord's clients look for."""
    return web.Response(
        body=json.dumps(body).encode(), status=status, headers={**(headers or {}), "Content-Type": "application/json"}
    )


async def form(request: web.Request) -> tuple[Json, dict[str, bytes]]:
    """The JSON of a request and the files that came with it."""
    if not request.content_type.startswith("multipart/"):
        return (await request.json() if request.can_read_body else {}), {}
    body: Json = {}
    files: dict[str, bytes] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        if part.name == "payload_json":
            body = json.loads(await part.text())
        else:
            must(bool(re.fullmatch(r"files\[\d+\]", part.name or "")), f"part {part.name}")
            files[part.filename or ""] = bytes(await part.read())
    if not body:
        raise invalid("payload_json is missing")
    return body, files
