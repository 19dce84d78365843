"""One message's worth of a reply: posted, edited, taken away again."""

from typing import Any, Final

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import TelegramError

from bot.platforms.telegram.addresses import Address, Shown
from bot.platforms.telegram.faults import is_unchanged
from bot.platforms.telegram.newer import (
    Posted,
    delete_ephemeral_message,
    edit_ephemeral_message,
    edit_rich_message,
    ephemeral_id,
    rich_message,
    send_rich_message,
)
from bot.platforms.telegram.parts import Part

_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class EphemeralRefused(Exception):  # named for what happened, as in the core
    """The server does not know messages that one person alone sees, and posted one for everybody.

    Attributes:
        message: The one to take back.
    """

    def __init__(self, chat: int, message: int) -> None:
        super().__init__(f"the server posted to chat {chat} what one person was to see")
        self.message: Final = message


class Writer:
    """Writes single messages; raises the SDK's errors."""

    def __init__(self, bot: Bot) -> None:
        self._bot: Final = bot

    async def post(self, part: Part, to: Address) -> int:
        """Post it; its id, an ephemeral one where the address is. Raises EphemeralRefused besides."""
        shared, newer = to.parameters(), to.newer()
        if part.rich:
            content = rich_message(part.html, inert=part.inert)
            posted = await send_rich_message(
                self._bot, to.chat, content, **{**shared, **newer}, reply_markup=part.written
            )
        else:
            sent = await self._bot.send_message(
                to.chat,
                part.html + to.mention,
                parse_mode="HTML",
                link_preview_options=_NO_PREVIEW,
                reply_markup=part.markup,
                api_kwargs=newer or None,
                **shared,
            )
            posted = Posted(id=sent.message_id, ephemeral=ephemeral_id(sent))
        if to.ephemeral is None:
            return posted.id
        if posted.ephemeral is None:
            # A server that does not know the parameter has posted for everybody.
            raise EphemeralRefused(to.chat, posted.id)
        return posted.ephemeral

    async def edit(self, part: Part, shown: Shown, message: int) -> bool:
        """Make one of the shown reply's messages read like the part; True, also where it does already."""
        try:
            if shown.receiver is not None:
                await self._edit_ephemeral(part, shown.chat, shown.receiver, message)
            else:
                await self._edit_ordinary(part, shown, message)
        except TelegramError as error:
            if not is_unchanged(error):
                raise
        return True

    async def _edit_ephemeral(self, part: Part, chat: int, receiver: int, message: int) -> None:
        content: dict[str, Any] = {"text": part.html, "parse_mode": "HTML", "link_preview_options": _NO_PREVIEW}
        if part.rich:
            content = {"rich_message": rich_message(part.html, inert=part.inert)}
        await edit_ephemeral_message(self._bot, chat, receiver, message, _buttons(part), **content)

    async def _edit_ordinary(self, part: Part, shown: Shown, message: int) -> None:
        where: dict[str, Any] = {"chat_id": shown.chat, "message_id": message}
        if shown.inline_id is not None:
            where = {"inline_message_id": shown.inline_id}
        if part.rich:
            content = rich_message(part.html, inert=part.inert)
            await edit_rich_message(self._bot, content, reply_markup=_buttons(part), **where)
        else:
            await self._bot.edit_message_text(
                part.html, parse_mode="HTML", link_preview_options=_NO_PREVIEW, reply_markup=_buttons(part), **where
            )

    async def delete(self, shown: Shown, message: int) -> bool:
        """Take one of the shown reply's messages away; True."""
        if shown.receiver is not None:
            await delete_ephemeral_message(self._bot, shown.chat, shown.receiver, message)
        else:
            await self._bot.delete_message(shown.chat, message)
        return True

    async def strip(self, shown: Shown, message: int) -> bool:
        """Take the buttons off one of the shown reply's messages; True."""
        await self._bot.edit_message_reply_markup(shown.chat, message, reply_markup=None)
        return True


def _buttons(part: Part) -> InlineKeyboardMarkup | None:
    """What may stand below an edited message: never a prompt."""
    return part.markup if isinstance(part.markup, InlineKeyboardMarkup) else None
