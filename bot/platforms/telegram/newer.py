"""Methods and parameters of the Bot API that the SDK (22.8, Bot API 10.0) does not know yet.

Each names the version it came with; when the SDK knows it, the function here becomes one call of the SDK's.
https://core.telegram.org/bots/api-changelog
"""

from dataclasses import dataclass
from typing import Any, Final

from telegram import Bot, BotCommand, InlineKeyboardMarkup

EPHEMERAL_ID: Final = "ephemeral_message_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ephemeral:
    """Who alone sees a message in a group, and what it answers: a tap, or an ephemeral command (10.3).

    Any bot may answer so within 15 seconds; without an answer to give, only an admin may speak to one person alone.
    `in_place` shows it where the tapped message stands; the tapped one must not be ephemeral itself then.
    https://core.telegram.org/bots/api#ephemeral-messages-and-commands
    """

    receiver: int
    query: str | None = None
    in_place: bool = False
    reply_to: int | None = None

    def parameters(self) -> dict[str, Any]:
        """The parameters of the methods that send."""
        values: dict[str, Any] = {"receiver_user_id": self.receiver}
        if self.query is not None:
            values["callback_query_id"] = self.query
        if self.in_place:
            values["replace_callback_query_message"] = True
        answered = {} if self.reply_to is None else {"reply_parameters": {EPHEMERAL_ID: self.reply_to}}
        return {"ephemeral_message_parameters": values, **answered}


def rich_message(html: str, *, inert: bool) -> dict[str, Any]:
    """An InputRichMessage (10.1); `inert` keeps names, tags and commands in it from becoming links."""
    return {"html": html, "skip_entity_detection": True} if inert else {"html": html}


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """The ids of a message that was just posted; an ephemeral one where one person alone sees it."""

    id: int
    ephemeral: int | None = None


async def send_rich_message(bot: Bot, chat_id: int, rich: dict[str, Any], **parameters: Any) -> Posted:
    """`sendRichMessage` (10.1); raises EndPointNotFound where the server is older."""
    data = {"chat_id": chat_id, "rich_message": rich, **_given(parameters)}
    # The answer as it came: of the whole message only its ids are asked for, and a broadcast gets many answers.
    answer: Any = await bot.do_api_request("sendRichMessage", api_kwargs=data)
    return Posted(id=int(answer["message_id"]), ephemeral=answer.get(EPHEMERAL_ID) or None)


async def edit_rich_message(bot: Bot, rich: dict[str, Any], **parameters: Any) -> None:
    """`editMessageText` with `rich_message` (10.1), by chat_id and message_id or by inline_message_id."""
    # The SDK's own edit_message_text insists on a text; its generic door would warn, so the endpoint is spelt so.
    await bot.do_api_request("EditMessageText", api_kwargs={"rich_message": rich, **_given(parameters)})


async def edit_ephemeral_message(
    bot: Bot, chat_id: int, receiver: int, ephemeral_id: int, markup: InlineKeyboardMarkup | None, **content: Any
) -> None:
    """`editEphemeralMessageText` (10.2, rich since 10.3), with `rich_message`, or `text` and `parse_mode`."""
    data = {
        "chat_id": chat_id,
        "receiver_user_id": receiver,
        EPHEMERAL_ID: ephemeral_id,
        **_given({"reply_markup": markup, **content}),
    }
    await bot.do_api_request("editEphemeralMessageText", api_kwargs=data)


async def delete_ephemeral_message(bot: Bot, chat_id: int, receiver: int, ephemeral_id: int) -> None:
    """`deleteEphemeralMessage` (10.2)."""
    data = {"chat_id": chat_id, "receiver_user_id": receiver, EPHEMERAL_ID: ephemeral_id}
    await bot.do_api_request("deleteEphemeralMessage", api_kwargs=data)


def ephemeral_command(name: str, description: str) -> BotCommand:
    """A BotCommand that only the bot sees when it is sent in a group (10.2); older servers do not look at the field."""
    return BotCommand(name, description, api_kwargs={"is_ephemeral": True})


def ephemeral_id(message: object) -> int | None:
    """The id of a message only one person sees (10.2); None for an ordinary one."""
    value = getattr(message, "api_kwargs", {}).get(EPHEMERAL_ID)
    return value if isinstance(value, int) and value else None


def _given(parameters: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in parameters.items() if value is not None}
