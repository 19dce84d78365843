"""A group with an owner and a member, and what tests do again and again."""

from bot.core import cards
from bot.core.model import ChatRef, Language, Reveal
from bot.core.replies import Post
from bot.core.requests import Voice
from bot.platforms.telegram.places import ref_of
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import Sent
from tests.platforms.telegram.conftest import PHRASES, Stage

GROUP = -100200
CHANNEL = -100300
QUESTION = "lora-idea"
QUESTION_WORDS = "What is the idea behind LoRA?"


def company(server: TelegramServer) -> TelegramServer:
    """Ada (7) owns the group, Bob (8) is a member."""
    server.person(7)
    server.person(8, "Bob")
    server.group(GROUP, _7="creator", _8="member")
    return server


async def set_reveal(stage: Stage, policy: Reveal) -> None:
    """Ada subscribes the group and chooses how answers are shown."""
    server = stage.server
    await server.say(7, "/subscribe", chat=GROUP)
    panel = await server.message(chat=GROUP)
    await server.tapped(7, panel, data=f"1e~reveal~{policy}")
    assert stage.store.subscriptions[ref_of(GROUP)].plan.reveal is policy


async def card_for(server: TelegramServer, user: int = 8) -> Sent:
    """The card that somebody asks for in the group."""
    before = len([m for m in server.messages if m.by_bot])
    await server.say(user, f"/question@qianmian_bot {QUESTION}", chat=GROUP)
    return await server.message(count=before + 1)


def post(stage: Stage, chat: ChatRef, **changes: object) -> Post:
    """A question on its way to a chat."""
    voice = Voice(PHRASES, Language.EN)
    reply = cards.card(voice, stage.bank, stage.bank.question("lora-idea"))
    return Post(**{"chat": chat, "reply": reply, "key": "d1", **changes})  # type: ignore[arg-type]  # a test's shorthand
