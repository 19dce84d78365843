"""People who use the bot in tests: they type, tap what they see, and read the answer as plain words."""

from dataclasses import dataclass, field
from datetime import timedelta

from typing_extensions import override

from bot.core.actions import Action, encode
from bot.core.markup import plain
from bot.core.model import Chat, ChatKind, ChatRef, Language, LearnerRef, Platform, Reveal
from bot.core.ports import Rights
from bot.core.replies import Button, Option, Picker, Reply, Response, Row
from bot.core.requests import Request
from bot.core.service import Service
from tests.fakes.clock import FakeClock

WEB = Platform("web")


@dataclass
class StatedRights(Rights):
    """Says who is an admin where, and counts how often it was asked."""

    admins: set[tuple[str, str]] = field(default_factory=set)
    asked: int = 0

    @override
    async def may_manage(self, learner: LearnerRef, chat: ChatRef) -> bool:
        self.asked += 1
        return learner.user_id == chat.chat_id or (learner.user_id, chat.chat_id) in self.admins


@dataclass
class Person:
    """Somebody in a chat; `seen` is the last reply, `toast` the last short line."""

    service: Service
    clock: FakeClock
    user: str = "ada"
    chat_id: str = "ada"
    kind: ChatKind = ChatKind.PRIVATE
    language: Language | None = Language.EN
    title: str = ""
    reveal: Reveal = Reveal.BUTTON
    rights: StatedRights = field(default_factory=StatedRights)
    last: Response = field(default_factory=Response)
    seen: Reply = field(default_factory=Reply)

    def request(self) -> Request:
        """What the platform would say about this moment; each one is a second later."""
        return Request(
            chat=Chat(ref=self.chat, kind=self.kind, title=self.title),
            learner=self.learner,
            now=self.clock.advance(timedelta(seconds=1)),
            rights=self.rights,
            language=self.language,
            reveal=self.reveal,
        )

    @property
    def chat(self) -> ChatRef:
        """Where this person is."""
        return ChatRef(platform=WEB, chat_id=self.chat_id)

    @property
    def learner(self) -> LearnerRef:
        """Who this person is."""
        return LearnerRef(platform=WEB, user_id=self.user)

    async def types(self, text: str) -> str:
        """Type a line; returns what is read."""
        return self._read(await self.service.write(self.request(), text))

    async def taps(self, label: str) -> str:
        """Tap the button or option that carries these words; returns what is read."""
        return await self.sends(encode(self._find(label)))

    async def sends(self, data: str) -> str:
        """Send a button's data as it is; returns what is read."""
        return self._read(await self.service.act(self.request(), data))

    async def answers(self, text: str) -> str:
        """Answer the prompt on the screen."""
        prompt = self.seen.prompt
        assert prompt is not None, "nothing was asked"
        return self._read(await self.service.tell(self.request(), encode(prompt.action), text))

    def labels(self) -> list[str]:
        """The words on all buttons and options, chosen ones with a check mark."""
        return [f"✓{item.label}" if isinstance(item, Option) and item.chosen else item.label for item in self._items()]

    def _items(self) -> list[Button | Option]:
        items: list[Button | Option] = []
        for control in self.seen.controls:
            match control:
                case Row(buttons=row):
                    items += row
                case Picker(options=options):
                    items += options
        return items

    def _find(self, label: str) -> Action:
        for item in self._items():
            if label in item.label and item.action is not None:
                return item.action
        raise AssertionError(f"no button {label!r} among {self.labels()}")

    def _read(self, response: Response) -> str:
        self.last = response
        if response.reply is not None:
            self.seen = response.reply
        words = "\n".join(plain(block) for block in response.reply.blocks) if response.reply else ""
        if response.reply is not None and response.reply.poll is not None:
            words += f"\n{response.reply.poll.title}\n{response.reply.poll.quiz.question}"
        return f"{words}\n{response.toast}".strip()
