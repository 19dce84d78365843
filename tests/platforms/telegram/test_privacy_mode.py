"""A group in which the bot sees only what is meant for it, as Telegram has it by default."""

from bot.platforms.telegram.places import ref_of
from tests.platforms.telegram.conftest import Stage

GROUP = -100200


async def test_everything_in_a_group_works_with_privacy_mode_on(stage: Stage) -> None:
    server = stage.server
    server.person(7)
    server.person(8, "Bob")
    server.group(GROUP, _7="creator", _8="member")
    # Talk stays among the people there.
    before = len(server.updates)
    await server.say(8, "what is lora?", chat=GROUP)
    assert len(server.updates) == before
    # Commands, buttons and answers to what the bot asked reach it.
    await server.say(7, "/subscribe 21:00 Shanghai", chat=GROUP)
    await server.message(chat=GROUP)
    assert stage.store.subscriptions[ref_of(GROUP)].active
    await server.say(8, "/question@qianmian_bot lora-idea", chat=GROUP)
    card = await server.message(chat=GROUP, count=2)
    await server.press(8, card, "Answer")
    await server.tapped(8, card, "Wrong?")
    prompt = await server.message(chat=GROUP, count=3)
    assert prompt.force_reply
    await server.answer_prompt(8, prompt, "The rank is missing.")
    await server.until(lambda: stage.store.notes_to_operator)
