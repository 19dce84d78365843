"""Files to fetch, kept in memory for some minutes: what is stored about a person lies nowhere else."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.core.model import ChatRef
from bot.core.ports import Clock
from bot.core.replies import Attachment

LIFETIME: Final = timedelta(minutes=15)
PATH: Final = "/download/"
_MOST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    chat: ChatRef
    attachment: Attachment
    until: datetime


class Downloads:
    """At most 50 files at a time, each for 15 minutes and for the chat it was made for."""

    def __init__(self, clock: Clock) -> None:
        self._clock: Final = clock
        self._offers: Final[OrderedDict[str, _Offer]] = OrderedDict()

    def offer(self, chat: ChatRef, attachment: Attachment) -> str:
        """The path at which the chat's browser can fetch the file for a while."""
        name = secrets.token_urlsafe(16)
        self._offers[name] = _Offer(chat=chat, attachment=attachment, until=self._clock.now() + LIFETIME)
        if len(self._offers) > _MOST:
            self._offers.popitem(last=False)
        return PATH + name

    def fetch(self, chat: ChatRef, name: str) -> Attachment | None:
        """The file, if it is this chat's and not too old."""
        offer = self._offers.get(name)
        if offer is None or offer.chat != chat or offer.until < self._clock.now():
            return None
        return offer.attachment
