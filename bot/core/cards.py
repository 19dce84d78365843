"""The question card: the staircase from the bare question to the whole answer, as a reply.

What a card shows is a function of the question and the stage alone, so a button needs no memory: pressing
one on a year-old message draws the right card.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.actions import Another, Ask, AskFor, PickOption, Rate, RevealStage, Save, ShowQuestion
from bot.core.markup import (
    Block,
    Bold,
    Code,
    Details,
    Divider,
    Heading,
    Link,
    Paragraph,
    Quote,
    Text,
    inlines,
    paragraph,
)
from bot.core.model import Question, Quiz, Rating, Reference, Stage, Tally
from bot.core.ports import Bank
from bot.core.replies import Button, Poll, Reply, Row, Tone
from bot.core.requests import Voice

STAGES = tuple(Stage)


def title(voice: Voice, bank: Bank, question: Question) -> str:
    """The line above a question: `LoRA · medium`."""
    topic = bank.topic(question.topic).title(voice.language)
    return voice("card-title", topic=topic, difficulty=voice(f"difficulty-{question.difficulty}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """What a learner did with a question before: how they rated it, what they wrote, whether they saved it."""

    rating: Rating | None = None
    own: str | None = None
    saved: bool = False


NOTHING: Final = Mine()


def card(
    voice: Voice,
    bank: Bank,
    question: Question,
    stage: Stage = Stage.QUESTION,
    *,
    mine: Mine = NOTHING,
    tally: Tally | None = None,
    alone: bool = True,
    question_above: bool = False,
    folds: bool = False,
    lead: str = "",
) -> Reply:
    """The card of a question up to a stage.

    Args:
        voice: The language it is drawn in.
        bank: Where chains and prose are looked up.
        question: What it shows.
        stage: How far the staircase has been climbed.
        mine: What the presser did with it before: marked on the buttons, and shown beside the key points.
        tally: Counts to show on a public card: on its rating buttons, or below a card that has none yet.
        alone: Whether one person reads it; only then are there buttons to save and to answer oneself.
        question_above: Leave the question out, since the message this one follows shows it.
        folds: Whether a button leads back to the bare question, for a card that hides the public one.
        lead: What goes before the title: that this is the daily question.
    """
    heading = " · ".join(part for part in (lead, title(voice, bank, question)) if part)
    blocks: list[Block] = [Heading(1, inlines(heading))]
    if not question_above:
        blocks += bank.blocks(question.text(voice.language).question)
    blocks += _climbed(voice, bank, question, stage, mine.own)
    blocks += _counts(voice, stage, tally)
    rows = [
        _steps(voice, question, stage),
        _ratings(voice, question, stage, mine.rating, tally),
        [
            *(_fold(voice, question) if folds and stage is not Stage.QUESTION else ()),
            *_onward(voice, question, stage, alone=alone, saved=mine.saved),
        ],
        *_chain(voice, bank, question, stage),
    ]
    return Reply(
        blocks=tuple(blocks),
        controls=tuple(Row(buttons=tuple(row)) for row in rows if row),
        accent=question.difficulty,
        question=question.id,
    )


def answer_post(voice: Voice, bank: Bank, question: Question) -> Reply:
    """The answer as a post of its own, for the policies that reveal it later."""
    whole = card(voice, bank, question, Stage.ANSWER, alone=False)
    lead = paragraph(Bold(inlines(voice("answer-now"))))
    return Reply(blocks=(lead, *whole.blocks), controls=whole.controls, accent=whole.accent, question=question.id)


def quiz_card(voice: Voice, bank: Bank, question: Question) -> Reply:
    """The question's quiz, to be answered by choosing an option."""
    quiz = question.text(voice.language).quiz
    heading = voice("quiz-title", title=title(voice, bank, question))
    return Reply(
        accent=question.difficulty,
        question=question.id,
        poll=Poll(question=question.id, quiz=quiz, title=heading),
        controls=(
            Row(buttons=(Button(label=voice("button-full-question"), action=ShowQuestion(question=question.id)),)),
        ),
    )


def quiz_as_text(voice: Voice, poll: Poll, *, picked: int | None = None, tally: Tally | None = None) -> Reply:
    """A poll drawn with buttons, for platforms without native quizzes; with the result once picked."""
    quiz = poll.quiz
    blocks: list[Block] = [Heading(1, inlines(poll.title)), paragraph(Bold(inlines(quiz.question)))]
    blocks += [paragraph(line) for line in _options(quiz, picked, tally)]
    if picked is not None:
        verdict = voice("quiz-right" if picked == quiz.right else "quiz-wrong", letter=letter(quiz.right))
        blocks += [paragraph(Bold(inlines(verdict)), " ", quiz.explanation)]
    picks = tuple(
        Button(label=letter(index), action=PickOption(question=poll.question, option=index))
        for index in range(len(quiz.options))
    )
    after = (
        Button(label=voice("button-full-question"), action=ShowQuestion(question=poll.question)),
        Button(label=voice("button-another"), action=Another(last=poll.question)),
    )
    return Reply(
        blocks=tuple(blocks),
        controls=(Row(buttons=picks if picked is None else after),),
        question=poll.question,
    )


def letter(option: int) -> str:
    """The letter an option goes by: A for 0."""
    return chr(ord("A") + option)


def _options(quiz: Quiz, picked: int | None, tally: Tally | None) -> Iterator[str]:
    counts = tally.by_option if tally is not None else ()
    for index, option in enumerate(quiz.options):
        mark = "" if picked is None else " ✓" if index == quiz.right else " ✗" if index == picked else ""
        count = f" ({counts[index]})" if index < len(counts) and counts[index] else ""
        yield f"{letter(index)}. {option}{mark}{count}"


def _climbed(voice: Voice, bank: Bank, question: Question, stage: Stage, own: str | None) -> Iterator[Block]:
    text = question.text(voice.language)
    height = STAGES.index(stage)
    parts = (
        (Stage.HINT, text.hint),
        (Stage.POINTS, text.key_points),
        (Stage.ANSWER, text.answer),
        (Stage.FOLLOWUPS, text.followups),
    )
    # Where the answer is asked for at once, the hint has nothing left to say.
    wanted = [(step, prose) for step, prose in parts if STAGES.index(step) <= height]
    if height >= STAGES.index(Stage.ANSWER):
        wanted = [(step, prose) for step, prose in wanted if step is not Stage.HINT]
    for step, prose in wanted:
        if step is Stage.POINTS and own is not None:
            yield Details(inlines(voice("stage-own")), (Quote((paragraph(own),)),))
        yield Details(inlines(voice(f"stage-{step}")), bank.blocks(prose), open=step is stage or step is Stage.ANSWER)
    if height >= STAGES.index(Stage.ANSWER):
        yield Divider()
        yield _sources(voice, question.references)
        yield paragraph(voice("card-id"), Code(question.id))


def _counts(voice: Voice, stage: Stage, tally: Tally | None) -> Iterator[Block]:
    if tally is not None and not _rateable(stage) and (tally.knew or tally.partly or tally.missed):
        yield paragraph(voice("tally", knew=tally.knew, partly=tally.partly, missed=tally.missed))


def _rateable(stage: Stage) -> bool:
    return STAGES.index(stage) >= STAGES.index(Stage.POINTS)


def _sources(voice: Voice, references: Sequence[Reference]) -> Paragraph:
    parts: list[Text | Link] = [Text(voice("card-sources"))]
    for number, reference in enumerate(references):
        parts += [*([Text(" · ")] if number else []), Link(inlines(reference.title), reference.url)]
    return Paragraph(tuple(parts))


def _steps(voice: Voice, question: Question, stage: Stage) -> list[Button]:
    following = {
        Stage.QUESTION: (Stage.HINT, Stage.ANSWER),
        Stage.HINT: (Stage.POINTS, Stage.ANSWER),
        Stage.POINTS: (Stage.ANSWER,),
        Stage.ANSWER: (),
        Stage.FOLLOWUPS: (),
    }[stage]
    return [
        Button(
            label=voice(f"button-{step}"),
            action=RevealStage(question=question.id, stage=step),
            tone=Tone.PRIMARY if step is Stage.ANSWER else Tone.PLAIN,
        )
        for step in following
    ]


def _ratings(
    voice: Voice, question: Question, stage: Stage, rating: Rating | None, tally: Tally | None
) -> list[Button]:
    if not _rateable(stage):
        return []
    counts = (
        {} if tally is None else {Rating.KNEW: tally.knew, Rating.PARTLY: tally.partly, Rating.MISSED: tally.missed}
    )
    return [
        Button(
            label=_counted(voice(f"rating-{choice}"), counts.get(choice, 0), chosen=choice is rating),
            action=Rate(question=question.id, rating=choice, stage=stage),
            tone=_TONES[choice] if choice is rating else Tone.PLAIN,
        )
        for choice in Rating
    ]


_TONES: Final = {Rating.KNEW: Tone.GOOD, Rating.PARTLY: Tone.PRIMARY, Rating.MISSED: Tone.PRIMARY}


def _counted(label: str, count: int, *, chosen: bool) -> str:
    marked = f"✓ {label}" if chosen else label
    return f"{marked} {count}" if count else marked


def _fold(voice: Voice, question: Question) -> Iterator[Button]:
    yield Button(label=voice("button-back"), action=RevealStage(question=question.id, stage=Stage.QUESTION))


def _onward(voice: Voice, question: Question, stage: Stage, *, alone: bool, saved: bool) -> list[Button]:
    buttons = []
    if stage is Stage.ANSWER:
        buttons.append(
            Button(
                label=voice("button-followups"),
                action=RevealStage(question=question.id, stage=Stage.FOLLOWUPS),
            )
        )
    elif alone and stage in {Stage.QUESTION, Stage.HINT}:
        buttons.append(Button(label=voice("button-say"), action=AskFor(what=Ask.SAY, question=question.id)))
    buttons.append(Button(label=voice("button-another"), action=Another(last=question.id)))
    if STAGES.index(stage) >= STAGES.index(Stage.ANSWER):
        buttons.append(Button(label=voice("button-report"), action=AskFor(what=Ask.REPORT, question=question.id)))
        if alone:
            label = voice("button-saved" if saved else "button-save")
            buttons.append(Button(label=label, action=Save(question=question.id, stage=stage)))
    return buttons


def _chain(voice: Voice, bank: Bank, question: Question, stage: Stage) -> Iterator[list[Button]]:
    if stage is not Stage.FOLLOWUPS:
        return
    for following in bank.after(question.id)[:3]:
        words = short(following.text(voice.language).question)
        yield [
            Button(
                label=voice("button-next-in-chain", question=words),
                action=ShowQuestion(question=following.id),
            )
        ]
    more = Another(topic=question.topic, last=question.id)
    topic = bank.topic(question.topic).title(voice.language)
    yield [Button(label=voice("button-more-on", topic=topic), action=more)]


def short(markdown: str, limit: int = 48) -> str:
    """A question as one line for a button or a list, at most `limit` characters."""
    line = " ".join(markdown.replace("**", "").replace("`", "").replace("$", "").split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
