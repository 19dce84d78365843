"""A bank of a few questions made in memory, for what does not depend on them."""

from bot.catalog.bank import MemoryBank
from bot.core.model import Difficulty, Question, QuestionId, QuestionText, Quiz, Topic, TopicGroup, TopicSlug


def small_bank(count: int = 12) -> MemoryBank:
    """A bank with one topic and so many questions, `q1` to `q12`."""
    topic = Topic(slug=TopicSlug("lora"), group="tuning", zh="LoRA", en="LoRA")
    group = TopicGroup(slug="tuning", zh="微调", en="Tuning", topics=(topic,))
    return MemoryBank([group], [_question(n) for n in range(1, count + 1)])


def _question(number: int) -> Question:
    return Question(
        id=QuestionId(f"q{number}"),
        topic=TopicSlug("lora"),
        difficulty=Difficulty.MEDIUM,
        tags=(),
        outline=(),
        follows=(),
        as_of="2026-11",
        references=(),
        zh=_text("问题", number),
        en=_text("Question", number),
    )


def _text(word: str, number: int) -> QuestionText:
    options = tuple(f"{word} {letter}" for letter in "ABCD")
    return QuestionText(
        question=f"{word} {number}: why is $W' = W_0 + BA$ cheap to serve?",
        hint="Write the forward pass.",
        key_points="- One matrix remains.\n- Nothing else is multiplied.",
        answer="The update has the shape of the base weight, so both add up once and for all.",
        followups="- And with several adapters?",
        quiz=Quiz(question=f"{word} {number}?", options=options, right=1, explanation="The shape stays."),
    )
