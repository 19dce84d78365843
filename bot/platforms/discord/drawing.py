"""Replies as Discord shows them: quizzes drawn with buttons, answers in company hidden until tapped."""

from dataclasses import replace

from bot.core.cards import quiz_as_text
from bot.core.replies import Reply
from bot.core.requests import Voice


def drawn(reply: Reply, voice: Voice) -> Reply:
    """The reply with its poll, if it has one, as text and buttons: Discord's own polls know no right answer."""
    if reply.poll is None:
        return reply
    quiz = quiz_as_text(voice, reply.poll)
    return replace(
        reply,
        blocks=(*reply.blocks, *quiz.blocks),
        controls=(*quiz.controls, *reply.controls),
        poll=None,
    )
