"""What one person alone sees in a group: in place of the message they tapped, below it, or in answer to a command."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from telegram.error import BadRequest, EndPointNotFound, Forbidden, TelegramError

from bot.core.ports import Clock
from bot.core.replies import Reply, Response
from bot.platforms.telegram.faults import is_gone_message, is_stale_query
from bot.platforms.telegram.newer import Ephemeral
from bot.platforms.telegram.sending import Address, EphemeralRefused, Sender, Shown

_log: Final = structlog.stdlib.get_logger(__name__)
_KEPT: Final = 5_000
# A group may make the bot an admin at any time, which is what messages without a tap need.
REFUSAL_REMEMBERED: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Origin:
    """The public message that an ephemeral one came from, and whether that one still shows."""

    message: int
    above: bool


class Alone:
    """Shows replies to one person alone, as far as the chat and the server allow it."""

    def __init__(self, *, sender: Sender, clock: Clock) -> None:
        self._sender: Final = sender
        self._clock: Final = clock
        # By chat, and whether it was about a tap.
        self._refused: Final[OrderedDict[tuple[int, bool], datetime]] = OrderedDict()
        # Losing these costs a repeated question, or counts that wait for the next tap on the public message.
        self._origins: Final[OrderedDict[tuple[int, int], _Origin]] = OrderedDict()
        self._known_to_server = True

    async def by_tap(self, response: Response, reply: Reply, shown: Shown, to: Address, receiver: int) -> bool:
        """Answer a tap on a public message in its place, or below it where that is refused; whether either worked."""
        below = Ephemeral(receiver=receiver, query=shown.query)
        in_place = replace(to, ephemeral=replace(below, in_place=True))
        for answer, where in ((response.whole or reply, in_place), (reply, replace(to, ephemeral=below))):
            id_ = await self._sent(answer, where)
            if id_ is not None:
                self._keep_origin(shown, id_, above=where is not in_place)
                return True
        return False

    async def by_text(self, reply: Reply, to: Address, receiver: int, command: int | None) -> bool:
        """Answer what a person wrote, to them alone; `command` is the id if it was an ephemeral command."""
        ephemeral = Ephemeral(receiver=receiver, reply_to=command)
        return await self._sent(reply, replace(to, ephemeral=ephemeral, reply_to=None)) is not None

    async def redraw(self, response: Response, reply: Reply, shown: Shown) -> None:
        """Answer a tap on a message that the presser alone sees, in that message."""
        key = (shown.chat, shown.ephemeral or 0)
        origin = self._origins.get(key)
        above = origin is not None and origin.above
        if response.whole is None:
            # Another card, which shows its question itself.
            self._origins.pop(key, None)
        shows = reply if above else response.whole or reply
        try:
            await self._sender.edit(shows, shown)
        except TelegramError as error:
            if not is_gone_message(error) or shown.receiver is None:
                raise
            who = Ephemeral(receiver=shown.receiver, query=shown.query)
            await self._sender.send(shows, Address(chat=shown.chat, thread=shown.thread, ephemeral=who))

    def origin(self, shown: Shown) -> Shown | None:
        """The public message behind one that a person alone sees; None if that is not known."""
        origin = self._origins.get((shown.chat, shown.ephemeral or 0))
        if origin is None:
            return None
        return replace(shown, message=origin.message, ephemeral=None, receiver=None)

    def forget_refusals(self, chat: int) -> None:
        """The bot's rights in this chat have changed."""
        self._refused.pop((chat, True), None)
        self._refused.pop((chat, False), None)

    async def _sent(self, reply: Reply, to: Address) -> int | None:
        """The id of the message, or None where such messages are refused."""
        tapped = to.ephemeral is not None and to.ephemeral.query is not None
        now, key = self._clock.now(), (to.chat, tapped)
        if not self._known_to_server or self._refused.get(key, now) > now:
            return None
        try:
            return (await self._sender.send(reply, to))[0]
        except EphemeralRefused as error:
            # First of all, so that nobody else's answer goes the same way meanwhile.
            self._known_to_server = False
            _log.warning(
                "Telegram's server shows nothing to one person alone; not tried until the restart", why=str(error)
            )
            await self._sender.take_back(to.chat, error.message)
        except (BadRequest, Forbidden, EndPointNotFound) as error:
            _log.info("a message for one person alone was refused", chat=to.chat, why=error.message)
            in_place = to.ephemeral is not None and to.ephemeral.in_place
            if not in_place and not is_stale_query(error):
                self._refused[key] = now + REFUSAL_REMEMBERED
                if len(self._refused) > _KEPT:
                    self._refused.popitem(last=False)
        return None

    def _keep_origin(self, shown: Shown, id_: int, *, above: bool) -> None:
        self._origins[shown.chat, id_] = _Origin(message=shown.message, above=above)
        if len(self._origins) > _KEPT:
            self._origins.popitem(last=False)
