"""The order in which a topic's questions are read."""

from collections.abc import Iterable, Mapping

from bot.core.model import Question, QuestionId


def in_reading_order(questions: Iterable[Question]) -> list[Question]:
    """The questions of one topic as a syllabus has them: by the outline, each after those of the topic it follows.

    A question of our own, which has no place in the outline, comes right after the one it follows.
    """
    by_id = {question.id: question for question in questions}
    result: dict[QuestionId, Question] = {}
    entered: set[QuestionId] = set()

    def place(question: Question) -> None:
        if question.id not in entered:
            entered.add(question.id)
            for name in question.follows:
                if name in by_id:
                    place(by_id[name])
            result[question.id] = question

    for question in sorted(by_id.values(), key=lambda question: (*_stand(question, by_id), question.id)):
        place(question)
    return list(result.values())


def _stand(question: Question, by_id: Mapping[QuestionId, Question]) -> tuple[str, int]:
    """The outline's item a question stands at, or stands behind, and how many steps behind."""
    steps = 0
    while not question.outline and steps < len(by_id):
        earlier = next((by_id[name] for name in question.follows if name in by_id), None)
        if earlier is None:
            return "~", steps
        question, steps = earlier, steps + 1
    return min(question.outline, default="~"), steps
