"""What one learner does in direct messages, with the real client over real sockets."""

from tests.fakes.discord_world import buttons, is_private, texts
from tests.platforms.discord.conftest import Bot


async def test_a_learner_climbs_from_the_question_to_the_answer(bot: Bot) -> None:
    ann = bot.person()
    asked = await ann.command(ann.dm, "random", topic="lora")
    (card,) = asked.replies
    assert "LoRA" in texts(card)
    assert {"Hint", "Answer"} <= set(buttons(card))
    await ann.press(card, "Hint")
    assert "### Hint" in texts(card)
    await ann.press(card, "Answer")
    assert "### Answer" in texts(card)
