"""What is said in web chats: kept in the store first, then told to the pages that are open."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from bot.core.markup import paragraph
from bot.core.model import ChatRef, MessageId
from bot.core.ports import Clock, KeptMessage, Store
from bot.core.replies import Post, Reply
from bot.core.requests import Voice
from bot.core.typed import MAX_TEXT
from bot.platforms.web.bubbles import bubble, form, title
from bot.platforms.web.downloads import Downloads

Said = dict[str, Any]


class History:
    """Keeps what is said and wakes the open pages of the chat; they read it from the store in order.

    A message is a JSON object: `html`, `title` and perhaps a `form` of what the bot says, `text` and `n` of what the
    person typed.
    What the bot says by its own initiative is `daily`, or `silent` as well, and may answer the message `re`.
    """

    def __init__(self, *, store: Store, clock: Clock, downloads: Downloads) -> None:
        self._store: Final = store
        self._clock: Final = clock
        self._downloads: Final = downloads
        self._pages: Final[defaultdict[ChatRef, set[asyncio.Event]]] = defaultdict(set)

    @contextmanager
    def listening(self, chat: ChatRef) -> Iterator[asyncio.Event]:
        """An event that is set whenever something changes in the chat, for as long as the context lasts."""
        event = asyncio.Event()
        self._pages[chat].add(event)
        try:
            yield event
        finally:
            self._pages[chat].discard(event)
            if not self._pages[chat]:
                del self._pages[chat]

    @property
    def pages(self) -> int:
        """How many pages are open."""
        return sum(map(len, self._pages.values()))

    def wake(self, chat: ChatRef) -> None:
        """Let the chat's open pages look what is new."""
        for event in self._pages.get(chat, ()):
            event.set()

    async def heard(self, chat: ChatRef, text: str, *, n: str) -> bool:
        """Keep what the person typed, as far as the bot reads it; False if it was sent again and is kept already."""
        kept = await self._keep(chat, {"text": text[:MAX_TEXT], "n": n}, key=f"page {n}", own=True)
        return not kept.repeated

    async def say(self, chat: ChatRef, reply: Reply, voice: Voice, *, key: str | None = None) -> None:
        """Keep a reply at the end of the chat, once for each key."""
        await self._keep(chat, self._said(chat, reply, voice), key=key)

    async def post(self, post: Post, voice: Voice) -> MessageId:
        """Keep what the bot says by its own initiative, once for each key of a post."""
        extra = {"daily": True, "silent": post.silent, "re": post.reply_to}
        said = {name: value for name, value in extra.items() if value}
        kept = await self._keep(post.chat, self._said(post.chat, post.reply, voice) | said, key=f"post {post.key}")
        return kept.id

    async def replace(self, chat: ChatRef, message: MessageId, reply: Reply, voice: Voice) -> bool:
        """Make a message read like this reply; False if it is not kept any more."""
        before = await self._store.kept_message(chat, message)
        if before is None:
            return False
        kept = {name: value for name, value in json.loads(before.payload).items() if name in {"daily", "silent", "re"}}
        said = self._said(chat, reply, voice) | kept
        done = await self._store.replace_message(chat, message, _dump(said))
        self.wake(chat)
        return done is not None

    async def close_form(self, chat: ChatRef, message: MessageId) -> None:
        """Take the form out of a message, if it has one."""
        before = await self._store.kept_message(chat, message)
        said: Said = {} if before is None else json.loads(before.payload)
        if said.pop("form", None) is not None:
            await self._store.replace_message(chat, message, _dump(said))
            self.wake(chat)

    async def after(self, chat: ChatRef, revision: int, *, limit: int) -> list[Said]:
        """What changed in the chat since that revision, in order, as the page is told."""
        return [_told(message) for message in await self._store.messages_after(chat, revision, limit=limit)]

    async def has(self, chat: ChatRef, message: MessageId) -> bool:
        """Whether that message is kept."""
        return await self._store.kept_message(chat, message) is not None

    def _said(self, chat: ChatRef, reply: Reply, voice: Voice) -> Said:
        prompt = reply.prompt
        # The form asks its question itself.
        blocks = tuple(block for block in reply.blocks if prompt is None or block != paragraph(prompt.label))
        html = bubble(replace(reply, blocks=blocks), voice, lambda attachment: self._downloads.offer(chat, attachment))
        said = {"html": html, "title": title(reply)}
        return said if prompt is None else said | {"form": form(prompt, voice)}

    async def _keep(self, chat: ChatRef, said: Said, *, key: str | None, own: bool = False) -> KeptMessage:
        kept = await self._store.keep_message(chat, _dump(said), at=self._clock.now(), key=key, own=own)
        self.wake(chat)
        return kept


def _dump(said: Said) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def _told(message: KeptMessage) -> Said:
    said: Said = json.loads(message.payload)
    return said | {"id": message.id, "revision": message.revision, "at": message.at.isoformat()}
