"""Posts as the bodies of requests.

The library's `send` looks through all guilds for the channel, and makes a message with all its parts of every answer,
of which only the id is needed here: in a broadcast that costs as much as the request itself.
"""

from typing import Any, Final

import discord
import orjson
from discord.http import Route

from bot.core.replies import Post
from bot.platforms.discord.components import Client, Message

_LOUD: Final = discord.MessageFlags(components_v2=True, suppress_embeds=True).value
_SILENT: Final = discord.MessageFlags(components_v2=True, suppress_embeds=True, suppress_notifications=True).value
_NOBODY: Final = discord.AllowedMentions.none().to_dict()


async def create_message(
    client: Client,
    channel_id: int,
    message: Message,
    post: Post,
    *,
    nonce: str | None,
    reference: discord.MessageReference | None,
) -> int:
    """Make one of a post's messages and return its id. Raises the SDK's errors.

    https://docs.discord.com/developers/resources/message#create-message
    """
    body: dict[str, Any] = {
        "components": message.components,
        "flags": _SILENT if post.silent else _LOUD,
        "allowed_mentions": _NOBODY if post.mention is None else mentions(post).to_dict(),
    }
    if nonce is not None:
        body |= {"nonce": nonce, "enforce_nonce": True}
    if reference is not None:
        body["message_reference"] = reference.to_message_reference_dict()
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel_id)
    http: Any = client.http
    made = await http.request(route, **(_with_files(body, message) if message.uploads else {"json": body}))
    return int(made["id"])


def mentions(post: Post) -> discord.AllowedMentions:
    """Nobody is ever notified but the plan's own role."""
    if post.mention is None:
        return discord.AllowedMentions.none()
    role = discord.Object(int(post.mention))
    return discord.AllowedMentions(everyone=False, users=False, roles=[role], replied_user=False)


def _with_files(body: dict[str, Any], message: Message) -> dict[str, Any]:
    """As a form: https://docs.discord.com/developers/reference#uploading-files."""
    named = [{"id": number, "filename": name} for number, (name, _) in enumerate(message.uploads)]
    fields: list[dict[str, Any]] = [
        {"name": "payload_json", "value": orjson.dumps({**body, "attachments": named}).decode()}
    ]
    for number, (name, content) in enumerate(message.uploads):
        kind = "application/octet-stream"
        fields.append({"name": f"files[{number}]", "value": content, "filename": name, "content_type": kind})
    return {"form": fields}
