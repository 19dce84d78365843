"""How a post reaches the different kinds of channels: text, announcements, threads, forums, direct messages."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import discord

from bot.core.model import ChatRef, MessageId
from bot.core.ports import Lane, Pacer
from bot.core.replies import Post
from bot.platforms.discord.bodies import create_message, mentions
from bot.platforms.discord.components import Client, Message
from bot.platforms.discord.faults import (
    CANNOT_REPLY,
    NOT_A_TEXT_CHANNEL,
    THREAD_ARCHIVED,
    UNKNOWN_CHANNEL,
    only_looking,
)
from bot.platforms.discord.forums import Forums, lost_post, new_post
from bot.platforms.discord.marks import Marks, marks_of, standing
from bot.platforms.discord.prose import MAX_NAME, clipped
from bot.platforms.discord.tracing import TURN

MAX_NONCE: Final = 25
ARCHIVE_AFTER: Final = 1440
"""Minutes without a message after which a thread leaves the list: a day, when the next question has come."""
NOT_FOUND: Final = 404
INVALID_FORM: Final = 50035
TIMEOUT: Final = 60.0
"""Seconds for one request, with the library's own waits for the route; then its outcome is unknown."""


class Poster:
    """Makes the requests of one post, each at its turn. Raises the SDK's errors."""

    def __init__(self, client: Client, forums: Forums, pacer: Pacer, lane: Lane) -> None:
        self._client: Final = client
        self._forums: Final = forums
        self._pacer: Final = pacer
        self._lane: Final = lane

    async def post(
        self, channel_id: int, post: Post, messages: Sequence[Message], *, known: Collection[MessageId] = ()
    ) -> MessageId:
        """Post the messages to a channel, thread or forum; returns the id of the first.

        `known` are the posts that were certainly made before this one.
        """
        forum = self._forums.find(self._client, channel_id)
        if forum is not None:
            return await self._post_to_forum(forum, post, messages, known)
        reference = await self._reference(channel_id, post)
        there: Mapping[Marks, int] = {}
        try:
            there = await self._standing(channel_id, post, known)
            return await self._post_all(channel_id, post, messages, reference, there)
        except discord.HTTPException as error:
            if error.code == THREAD_ARCHIVED and await self._unarchived(channel_id):
                return await self._post_all(channel_id, post, messages, reference, there)
            if error.code == CANNOT_REPLY:
                # Without the right to read the channel's history it may not be pointed into.
                return await self._post_all(channel_id, post, messages, None, there)
            if error.code != NOT_A_TEXT_CHANNEL:
                raise
        # A forum that came into being while the gateway was away.
        unknown: Any = await self._client.fetch_channel(channel_id)
        return await self._post_to_forum(unknown, post, messages, known)

    async def _standing(self, channel_id: int, post: Post, known: Collection[MessageId]) -> Mapping[Marks, int]:
        if not post.repeated or self._client.user is None:
            return {}
        await self._turn(channel_id)
        with only_looking():
            async with asyncio.timeout(TIMEOUT):
                return await standing(self._client, channel_id, by=self._client.user.id, known=known)

    async def _post_all(
        self,
        channel_id: int,
        post: Post,
        messages: Sequence[Message],
        reference: discord.MessageReference | None,
        there: Mapping[Marks, int],
    ) -> MessageId:
        first = there.get(marks_of(messages[0])) if there else None
        if first is None:
            first = await self._send(channel_id, messages[0], post, nonce=_nonce(post, 0), reference=reference)
        for number, message in enumerate(messages[1:], 1):
            if not there or marks_of(message) not in there:
                await self._send(channel_id, message, post, nonce=_nonce(post, number))
        return MessageId(str(first))

    async def _send(
        self,
        channel_id: int,
        message: Message,
        post: Post,
        *,
        nonce: str | None,
        reference: discord.MessageReference | None = None,
    ) -> int:
        await self._turn(channel_id)
        async with asyncio.timeout(TIMEOUT):
            return await create_message(self._client, channel_id, message, post, nonce=nonce, reference=reference)

    async def _turn(self, channel_id: int) -> None:
        TURN.set(await self._pacer.turn(self._lane, scope=str(channel_id), group=True))

    async def _reference(self, channel_id: int, post: Post) -> discord.MessageReference | None:
        # In the thread below a question there is nothing to point at.
        if post.reply_to is None or int(post.reply_to) == channel_id:
            return None
        return discord.MessageReference(message_id=int(post.reply_to), channel_id=channel_id, fail_if_not_exists=False)

    async def _unarchived(self, thread_id: int) -> bool:
        """Open an archived thread again; one that was closed and locked is opened by moderators alone."""
        await self._turn(thread_id)
        http: Any = self._client.http
        try:
            await http.edit_channel(thread_id, archived=False)
        except discord.Forbidden:
            return False
        return True

    async def _post_to_forum(
        self, forum: discord.ForumChannel, post: Post, messages: Sequence[Message], known: Collection[MessageId]
    ) -> MessageId:
        thread = None
        if post.repeated and self._client.user is not None:
            await self._turn(forum.id)
            with only_looking():
                async with asyncio.timeout(TIMEOUT):
                    thread = await lost_post(forum, post, by=self._client.user.id, known=known)
        if thread is None:
            await self._turn(forum.id)
            async with asyncio.timeout(TIMEOUT):
                thread = await new_post(forum, post, messages[0], mentions=mentions(post))
        for number, message in enumerate(messages[1:], 1):
            await self._send(thread, message, post, nonce=_nonce(post, number))
        return MessageId(str(thread))

    async def thread_of(self, message: MessageId) -> int | None:
        """The thread below a message: it has the message's own id. None if there is none."""
        number = int(message)
        if self._client.get_channel(number) is not None:
            return number
        await self._turn(number)
        try:
            return (await self._client.fetch_channel(number)).id
        except discord.HTTPException as error:
            if error.code == UNKNOWN_CHANNEL:
                return None
            raise

    async def open_dm(self, user_id: int) -> int | None:
        """The id of the direct messages with a person; None if there is no such person."""
        TURN.set(await self._pacer.turn(self._lane))
        http: Any = self._client.http
        try:
            return int((await http.start_private_message(user_id))["id"])
        except discord.HTTPException as error:
            if error.status == NOT_FOUND or error.code == INVALID_FORM:
                return None
            raise

    # What comes with a post

    async def open_thread(self, channel_id: int, message: MessageId, title: str) -> None:
        """Open a thread below a message."""
        await self._turn(channel_id)
        http: Any = self._client.http
        await http.start_thread_with_message(
            channel_id, int(message), name=clipped(title, MAX_NAME), auto_archive_duration=ARCHIVE_AFTER
        )

    async def pin(self, channel_id: int, message: MessageId) -> None:
        """Pin a message."""
        await self._turn(channel_id)
        await self._client.get_partial_messageable(channel_id).get_partial_message(int(message)).pin()

    async def unpin(self, channel_id: int, message: MessageId) -> None:
        """Unpin a message."""
        await self._turn(channel_id)
        await self._client.get_partial_messageable(channel_id).get_partial_message(int(message)).unpin()

    async def crosspost(self, channel_id: int, message: MessageId) -> None:
        """Publish an announcement to the channels that follow this one."""
        await self._turn(channel_id)
        await self._client.get_partial_messageable(channel_id).get_partial_message(int(message)).publish()

    async def edit(self, channel_id: int, message: MessageId, shown: Message) -> None:
        """Make a message read like this."""
        await self._turn(channel_id)
        async with asyncio.timeout(TIMEOUT):
            await (
                self._client.get_partial_messageable(channel_id)
                .get_partial_message(int(message))
                .edit(view=shown.view, attachments=shown.files, allowed_mentions=discord.AllowedMentions.none())
            )


def target_of(ref: ChatRef) -> int:
    """The id of the channel or thread that a chat's posts go to."""
    return int(ref.thread_id or ref.chat_id)


def _nonce(post: Post, number: int) -> str | None:
    """The same for a repeat of the same part of the same post, so that Discord swallows it."""
    if not post.key:
        return None
    return f"{post.key}.{number}"[-MAX_NONCE:]
