"""The guard: nothing is sent while it would end a platform's subscriptions by mistake.

Another bot's token makes every chat answer that it is closed to the bot, and each such answer ends a subscription. So
nothing goes out for another account than the one the subscriptions belong to, nor after most of many chats in a row
seemed gone, until an operator says that it is meant: `qianmian resume PLATFORM`.
"""

import asyncio
from collections import deque
from typing import Final

from bot.core.errors import ChatGone, Unavailable
from bot.core.model import Platform
from bot.core.ports import Messenger, Store
from bot.delivery.notices import Notices, named

# Of so many chats in a row, from so many on, more than this share is no coincidence.
WINDOW: Final = 200
ENOUGH: Final = 100
SHARE: Final = 0.8
# In seconds, how often it is looked whether an operator has spoken.
LOOK_EVERY: Final = 5.0


class Guard:
    """Keeps the outbox of one platform shut where that is wiser.

    Attributes:
        trouble: Why nothing is sent; empty when all is well.
    """

    def __init__(self, *, messenger: Messenger, store: Store, notices: Notices) -> None:
        self._messenger: Final = messenger
        self._store: Final = store
        self._notices: Final = notices
        self._platform: Final = messenger.platform
        self._owner_key, self._gone_key = keys(messenger.platform)
        self._lately: Final[deque[bool]] = deque(maxlen=WINDOW)
        self._known: str | None = None
        self._open = False
        self._too_many = False
        self._holding = False
        self._trusted = False
        self._look_at = 0.0
        self.trouble = ""

    async def admits(self) -> bool:
        """Whether deliveries may be claimed now. Raises StoreError."""
        account = self._messenger.account
        if self._open and account == self._known:
            return True
        now = asyncio.get_running_loop().time()
        if now < self._look_at:
            return False
        self._open = await self._is_meant(account) and await self._is_believed()
        self._known = account
        if self._open:
            self.trouble = ""
        else:
            self._look_at = now + LOOK_EVERY
        return self._open

    def arrived(self) -> None:
        """A chat took a message."""
        self._lately.append(False)

    def judged(self, error: Exception) -> Exception:
        """What an attempt's error is to be taken for: while too many chats seem gone, none is believed to be."""
        if not isinstance(error, ChatGone):
            return error
        self._lately.append(True)
        if self._open and not self._trusted and len(self._lately) >= ENOUGH:
            self._too_many = sum(self._lately) > SHARE * len(self._lately)
            self._open = not self._too_many
        return error if self._open else Unavailable(f"not believed, since too many chats seem gone: {error}")

    async def _is_meant(self, account: str | None) -> bool:
        """Whether the subscriptions belong to this account; they do to the first, and to any while there are none."""
        before = await self._store.recall(self._owner_key)
        if account is None or account == before:
            return True
        if before is None or not (await self._store.subscribers()).get(self._platform):
            await self._store.remember(self._owner_key, account)
            return True
        self.trouble = f"the subscriptions on {self._platform} belong to another bot ({before}; this is {account})"
        await self._tell("notice-other-bot", account=account, before=before)
        return False

    async def _is_believed(self) -> bool:
        """Whether chats are gone that say so."""
        if self._too_many:
            await self._store.remember(self._gone_key, f"{sum(self._lately)}/{len(self._lately)}")
            self._too_many = False
            self._lately.clear()
        if (counts := await self._store.recall(self._gone_key)) is not None:
            self._holding = True
            gone, _, many = counts.partition("/")
            await self._tell("notice-many-gone", gone=int(gone), n=int(many))
            self.trouble = f"too many chats on {self._platform} seemed gone at once"
            return False
        # An operator has looked, and knows better.
        self._trusted = self._trusted or self._holding
        self._holding = False
        return True

    async def _tell(self, kind: str, **values: str | int) -> None:
        variable = f"QIANMIAN_{self._platform.upper()}_TOKEN"
        known = {"platform": self._platform.title(), "id": self._platform, "variable": variable}
        await self._notices.tell(kind, about=self._platform, **{**known, **values})


def words_of(platform: Platform) -> tuple[str, str]:
    """The names under which the store keeps when operators were told of either."""
    return f"told/{named('notice-other-bot', platform)}", f"told/{named('notice-many-gone', platform)}"


def keys(platform: Platform) -> tuple[str, str]:
    """The names under which the store keeps whose subscriptions these are, and that too many chats seemed gone."""
    return f"guard/account/{platform}", f"guard/gone/{platform}"
