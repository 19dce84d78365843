"""Replies as Discord shows them: what only a platform can decide that draws quizzes itself and has private forms."""

from dataclasses import replace

from bot.core.actions import Ask, AskFor, RevealStage
from bot.core.cards import quiz_as_text
from bot.core.model import QuestionId, Stage
from bot.core.replies import Button, Control, Reply, Row
from bot.core.requests import Voice


def drawn(reply: Reply, voice: Voice) -> Reply:
    """The reply for Discord.

    Its poll stands as text and buttons, since Discord's own polls know no right answer; a question can be answered for
    oneself in company as well, since forms are private; and entries of lists stand as text beside a short button.
    """
    shown = _with_quiz(reply, voice)
    controls = tuple(_listed(control, voice) for control in shown.controls)
    if shown.question is not None:
        controls = _with_own_answer(controls, shown.question, voice)
    return replace(shown, controls=controls)


def _with_quiz(reply: Reply, voice: Voice) -> Reply:
    if reply.poll is None:
        return reply
    quiz = quiz_as_text(voice, reply.poll)
    return replace(
        reply,
        blocks=(*reply.blocks, *quiz.blocks),
        controls=(*quiz.controls, *reply.controls),
        poll=None,
    )


def _with_own_answer(controls: tuple[Control, ...], question: QuestionId, voice: Voice) -> tuple[Control, ...]:
    """A button for an answer of one's own below a bare question, which has one for its hint, unless there is one."""
    hint = RevealStage(question=question, stage=Stage.HINT)
    say = AskFor(what=Ask.SAY, question=question)
    rows = [row for row in controls if isinstance(row, Row)]
    if any(button.action == say for row in rows for button in row.buttons):
        return controls
    own = Button(label=voice("button-say"), action=say)
    return tuple(
        Row(buttons=(*control.buttons, own))
        if isinstance(control, Row) and any(button.action == hint for button in control.buttons)
        else control
        for control in controls
    )


def _listed(control: Control, voice: Voice) -> Control:
    match control:
        case Row(buttons=(button,)) if button.whole:
            return Row(buttons=(replace(button, label=voice("discord-open")),))
        case _:
            return control
