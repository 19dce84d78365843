"""The herald: spreads announcements over the outbox page by page, and tells the operator how it goes."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from bot.core.announcements import progress_reply
from bot.core.errors import MessengerError, RateLimited, Rejected, StoreError, Unavailable, Unknown
from bot.core.model import Announcement, ChatKind, ChatRef, MessageId
from bot.core.ports import Clock, Lane, Messenger, Phrases, Store
from bot.core.replies import Post, Reply
from bot.core.requests import Voice

_log: Final = structlog.stdlib.get_logger(__name__)

# One page is one transaction; faster than any platform sends, and time for everybody else's between two of them.
PAGE: Final = 200
# All in seconds.
BETWEEN_PAGES: Final = 0.1
LOOK_EVERY: Final = 2.0
TELL_EVERY: Final = 3.0
# Where others read and write as well, and the platform allows so many messages and edits a minute to all together.
TELL_A_GROUP_EVERY: Final = 15.0
AFTER_FAILURE: Final = 15.0
FOR_GOOD: Final = float("inf")


class Herald:
    """Runs until cancelled. All it has to know is in the database, so that another one goes on where it was."""

    def __init__(
        self,
        *,
        store: Store,
        phrases: Phrases,
        clock: Clock,
        messengers: Sequence[Messenger],
        planned: Callable[[], None],
    ) -> None:
        """`planned` is called after every page that put something into the outbox."""
        self._store: Final = store
        self._phrases: Final = phrases
        self._clock: Final = clock
        self._messengers: Final = {messenger.platform: messenger for messenger in messengers}
        self._planned: Final = planned
        self._shown: Final[dict[int, Reply]] = {}
        self._quiet_until: Final[dict[int, float]] = {}
        self._trouble = ""

    async def run(self) -> None:
        """Take whatever announcement is open further, step by step."""
        while True:
            pause = await self._step()
            await asyncio.sleep(pause)

    async def _step(self) -> float:
        """One page, and a word to the operator if it is time; returns after how many seconds to come back."""
        try:
            moved = [await self._advance(one) for one in await self._store.open_announcements()]
        except StoreError as error:
            if str(error) != self._trouble:
                _log.error("announcements wait", why=str(error))
            self._trouble = str(error)
            return LOOK_EVERY
        except Exception:  # noqa: BLE001  # whatever it is, the next step has its turn
            _log.exception("announcements wait")
            return LOOK_EVERY
        self._trouble = ""
        return BETWEEN_PAGES if any(moved) else LOOK_EVERY

    async def _advance(self, announcement: Announcement) -> bool:
        moved = False
        if announcement.open:
            moved = await self._store.advance_announcement(
                announcement.number, platforms=list(self._messengers), at=self._clock.now(), limit=PAGE
            )
            if moved:
                self._planned()
        if self._is_time_to_tell(announcement):
            await self._tell(announcement)
        return moved

    def _is_time_to_tell(self, announcement: Announcement) -> bool:
        quiet_until = self._quiet_until.get(announcement.number, 0.0)
        # Who could not be told how it goes may still hear how it ended.
        return quiet_until <= self._now() or (quiet_until == FOR_GOOD and not announcement.open)

    async def _tell(self, announcement: Announcement) -> None:
        """Bring the operator's message up to date; who cannot be told is left alone, and the sending goes on."""
        number, message = announcement.number, announcement.message
        messenger = self._messengers.get(announcement.chat.platform)
        if messenger is not None and not messenger.ready:
            return
        self._quiet_until[number] = self._now() + AFTER_FAILURE
        try:
            if messenger is not None:
                message = await self._show(messenger, announcement)
        except MessengerError as error:
            _log.warning("operator not told", announcement=number, why=str(error))
            self._quiet_until[number] = self._now() + _patience(error)
            if self._quiet_until[number] < FOR_GOOD:
                return
        else:
            self._quiet_until[number] = self._now() + await self._gap(announcement.chat)
        if not announcement.open:
            await self._store.note_announcement(number, message=message, told=True)
            self._shown.pop(number, None)
            self._quiet_until.pop(number, None)

    async def _show(self, messenger: Messenger, announcement: Announcement) -> MessageId | None:
        """Edit the message that tells if it would read otherwise, or post one; returns the message."""
        number, message = announcement.number, announcement.message
        voice = Voice(self._phrases, announcement.language)
        reply = progress_reply(voice, announcement, await self._store.announced(number))
        if self._shown.get(number) == reply:
            return message
        if message is None or not await _edited(messenger, announcement.chat, message, reply):
            # Named for the one it replaces, since platforms swallow a repeated key.
            key = f"n{number}" if message is None else f"n{number}-{message}"
            post = Post(chat=announcement.chat, reply=reply, key=key, silent=True)
            message = await messenger.send(post, lane=Lane.TAP)
            await self._store.note_announcement(number, message=message)
        self._shown[number] = reply
        return message

    async def _gap(self, chat: ChatRef) -> float:
        """How many seconds lie between two words to the operator there."""
        known = await self._store.chat(chat)
        alone = chat.thread_id is None and (known is None or known.kind is ChatKind.PRIVATE)
        return TELL_EVERY if alone else TELL_A_GROUP_EVERY

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


async def _edited(messenger: Messenger, chat: ChatRef, message: MessageId, reply: Reply) -> bool:
    """Whether the message was there to be edited."""
    try:
        await messenger.edit(chat, message, reply)
    except Rejected:
        return False
    return True


def _patience(error: MessengerError) -> float:
    """For how many seconds an operator is left alone after this."""
    match error:
        case RateLimited():
            return max(error.retry_after.total_seconds(), AFTER_FAILURE)
        case Unavailable() | Unknown():
            return AFTER_FAILURE
        case _:
            return FOR_GOOD
