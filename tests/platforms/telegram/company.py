"""A group with an owner and a member, and what tests do there again and again."""

from bot.core.model import Reveal
from bot.platforms.telegram.places import ref_of
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import Sent
from tests.platforms.telegram.conftest import Stage

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
