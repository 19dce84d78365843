"""What people do on Telegram in tests: they write, tap, answer prompts; and what tests look at meanwhile."""

import asyncio
import itertools
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from tests.fakes.telegram_checks import is_hidden
from tests.fakes.telegram_ephemeral import Deed
from tests.fakes.telegram_markup import check_classic
from tests.fakes.telegram_world import ANONYMOUS, BOT, BOT_ID, CHANNEL_BOT, WHEN, FakeChat, Json, Sent

_LOOK_AGAIN: Final = 0.01
PEOPLE_TAKE: Final = 4.0
"""Seconds between two things that people do."""


class TelegramPeople:
    """Makes updates happen and watches what the bot does about them."""

    def __init__(self) -> None:
        self.chats: dict[int, FakeChat] = {}
        self.users: dict[int, Json] = {BOT_ID: BOT, ANONYMOUS["id"]: ANONYMOUS, CHANNEL_BOT["id"]: CHANNEL_BOT}
        self.messages: list[Sent] = []
        self.calls: list[tuple[str, Json]] = []
        self.answers: dict[str, Json] = {}
        self.updates: list[Json] = []
        self.allowed: set[str] = set()
        self.queries: set[str] = set()
        self.deeds: dict[str, Deed] = {}
        self.ahead = 0.0
        self._ids = itertools.count(1)
        self._update_ids = itertools.count(1000)
        self._changed = asyncio.Condition()

    def now(self) -> float:
        """The server's time in seconds; people take their time, so it runs ahead of the loop's with what they do."""
        return asyncio.get_running_loop().time() + self.ahead

    # Watching

    async def until(self, true: Callable[[], Any], *, seconds: float = 30.0) -> Any:
        """Wait until something is so, looking after every request and now and then; fails after a while."""
        async with asyncio.timeout(seconds):
            while not (value := true()):
                await self.changed()
        return value

    async def changed(self) -> None:
        """Wait for the next request, though not for long: what a test waits for may change behind the last one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_AGAIN), self._changed:
                await self._changed.wait()

    async def message(self, number: int = -1, *, chat: int | None = None, count: int = 1) -> Sent:
        """The message of the bot at that place, once there are so many (in that chat)."""

        def found() -> list[Sent]:
            return [m for m in self.messages if m.by_bot and (chat is None or m.chat == chat)]

        await self.until(lambda: len(found()) >= count)
        return found()[number]

    def called(self, method: str) -> list[Json]:
        """The parameters of every call of a method."""
        return [parameters for name, parameters in self.calls if name == method]

    # People

    def person(self, id_: int = 7, name: str = "Ada", language: str = "en", *, started: bool = True) -> int:
        """Somebody with a private chat, or who has never opened it."""
        self.users[id_] = {"id": id_, "is_bot": False, "first_name": name, "language_code": language}
        self.chats[id_] = FakeChat(id=id_, type="private", title=name, members={id_: "member"}, started=started)
        return id_

    def group(self, id_: int = -100200, *, type_: str = "supergroup", forum: bool = False, **admins: str) -> FakeChat:
        """A group the bot is in; admins as `_7="creator"`."""
        chat = FakeChat(id=id_, type=type_, title="Study group", is_forum=forum)
        chat.members = {int(key[1:]): status for key, status in admins.items()}
        chat.members[BOT_ID] = "member"
        self.chats[id_] = chat
        return chat

    async def push(self, kind: str, content: Json) -> None:
        """An update of this kind happens."""
        if self.allowed and kind not in self.allowed:
            return
        if kind in {"callback_query", "inline_query"}:
            self.queries.add(content["id"])
        self.ahead += PEOPLE_TAKE
        self.updates.append({"update_id": next(self._update_ids), kind: content})
        async with self._changed:
            self._changed.notify_all()

    def written(self, chat: int, user: int, text: str, **extra: Any) -> Json:
        """A message somebody writes, as in updates."""
        id_ = next(self._ids)
        self.messages.append(Sent(chat=chat, id=id_, text=text, by_bot=False, thread=extra.get("message_thread_id")))
        message = {"message_id": id_, "date": WHEN, "chat": self.chats[chat].json(), "text": text, **extra}
        return message if user == 0 else {"from": self.users[user], **message}

    async def say(self, user: int, text: str, *, chat: int | None = None, kind: str = "message", **extra: Any) -> int:
        """Somebody writes, in their private chat or in another; their message's id."""
        place = user if chat is None else chat
        if "message_thread_id" in extra:
            extra.setdefault("is_topic_message", True)
        if kind.startswith("edited"):
            extra.setdefault("edit_date", WHEN)
        message = self.written(place, user, text, **extra)
        self.chats[place].started = True
        if not is_hidden(self.chats[place], message):
            await self.push(kind, message)
        return int(message["message_id"])

    async def post_inline(self, user: int, result: Json, *, chat: int | None = None) -> int:
        """Somebody posts one of the bot's inline results, which the bot is told of like of their own words; its id."""
        content = result["input_message_content"]
        text, markup = check_classic(content["message_text"]).text, result.get("reply_markup")
        extra = {} if markup is None else {"reply_markup": markup}
        return await self.say(user, text, chat=chat, via_bot=BOT, **extra)

    async def touch(self, user: int, id_: int, *, chat: int | None = None, age: float = 0) -> None:
        """Telegram reports somebody's message as edited though it reads as before; it is so many seconds old."""
        place = user if chat is None else chat
        (text,) = [m.text for m in self.messages if (m.chat, m.id, m.by_bot) == (place, id_, False)]
        message = {"message_id": id_, "date": WHEN - age, "edit_date": WHEN, "chat": self.chats[place].json()}
        await self.push("edited_message", {**message, "from": self.users[user], "text": text})

    async def whisper(self, user: int, text: str, *, chat: int, **extra: Any) -> int:
        """Somebody picks an ephemeral command from the menu, which the bot alone sees; its ephemeral id."""
        id_ = next(self._ids)
        self.deeds[f"command {id_}"] = Deed(user=user, chat=chat, at=self.now() + PEOPLE_TAKE)
        message = {"message_id": 0, "ephemeral_message_id": id_, "date": WHEN, "chat": self.chats[chat].json()}
        await self.push("message", {**message, "from": self.users[user], "text": text, **extra})
        return id_

    async def answer_prompt(self, user: int, prompt: Sent, text: str, *, behind: FakeChat | None = None) -> None:
        """Somebody replies to the bot's message, maybe in the name of a chat, which hides who they are."""
        above = {"message_id": prompt.id, "date": 1, "chat": self.chats[prompt.chat].json(), "from": BOT, "text": "?"}
        extra: Json = {}
        if behind is not None:
            user = ANONYMOUS["id"] if behind.id == prompt.chat else CHANNEL_BOT["id"]
            extra = {"sender_chat": behind.json()}
        await self.say(user, text, chat=prompt.chat, reply_to_message=above, **extra)

    async def vote(self, user: int, poll: str, option: int, *, behind: FakeChat | None = None) -> None:
        """Somebody answers a quiz, maybe in the name of a chat, for which Telegram names a user that is nobody."""
        voter = {"user": self.users[user]}
        if behind is not None:
            voter = {"user": CHANNEL_BOT, "voter_chat": behind.json()}
        await self.push(
            "poll_answer", {"poll_id": poll, **voter, "option_ids": [option], "option_persistent_ids": [""]}
        )

    async def tap(self, user: int, message: Sent, label: str = "", *, data: str = "", waited: float = 0) -> str:
        """Somebody presses a button, and the bot hears of it so many seconds later; the query's id."""
        query = f"q{next(self._ids)}"
        alone = message.receiver is not None
        at = self.now() + PEOPLE_TAKE - waited
        self.deeds[query] = Deed(user=user, chat=message.chat, at=at, message=message.id, ephemeral=alone)
        content: Json = {
            "message_id": message.id,
            "date": WHEN,
            "chat": self.chats[message.chat].json(),
            "from": BOT,
        }
        if message.rich:
            content["rich_message"] = {"blocks": []}
        else:
            content["text"] = message.text
        if alone:
            content |= {"ephemeral_message_id": message.id, "message_id": 0}
        if message.thread is not None:
            content |= {"message_thread_id": message.thread, "is_topic_message": True}
        if not alone and message not in self.messages:
            # Of a message that is no more Telegram tells the bot as good as nothing.
            content = {"message_id": message.id, "date": 0, "chat": self.chats[message.chat].json()}
        value = data or message.data(label)
        await self.push(
            "callback_query",
            {"id": query, "from": self.users[user], "message": content, "chat_instance": "5", "data": value},
        )
        return query

    async def tapped(self, user: int, message: Sent, label: str = "", *, data: str = "", waited: float = 0) -> Json:
        """Press a button and wait for the tap to be answered; the answer."""
        query = await self.tap(user, message, label, data=data, waited=waited)
        await self.until(lambda: query in self.answers)
        return self.answers[query]

    async def press(self, user: int, message: Sent, label: str = "", *, data: str = "") -> Json:
        """Press a button and wait until the message has changed; the tap's answer."""
        edits = message.edits
        answer = await self.tapped(user, message, label, data=data)
        await self.until(lambda: message.edits > edits)
        return answer

    async def member(self, chat: int, user: int, before: Json | str, after: Json | str) -> None:
        """The bot's own place in a chat changes."""

        def standing(status: Json | str) -> Json:
            return {"user": BOT, **({"status": status} if isinstance(status, str) else status)}

        stands = standing(after)
        self.chats[chat].members[BOT_ID] = stands["status"]
        self.chats[chat].rights[BOT_ID] = {
            right: had for right, had in stands.items() if right not in {"status", "user"}
        }
        content = {
            "chat": self.chats[chat].json(),
            "from": self.users[user],
            "date": 1,
            "old_chat_member": standing(before),
            "new_chat_member": standing(after),
        }
        await self.push("my_chat_member", content)
