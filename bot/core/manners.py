"""Polite answers to mistakes, told to the person who made them."""

from bot.core import actions
from bot.core.errors import Mistake
from bot.core.markup import paragraph
from bot.core.replies import Button, Placement, Reply, Response, Row, Tone
from bot.core.requests import Voice


def sentence_of(voice: Voice, mistake: Mistake) -> str:
    """What a mistake says in this voice."""
    # Fluent selects on words, and an empty one is no word.
    return voice(mistake.key, **{name: "none" if value == "" else value for name, value in mistake.values.items()})


def sorry(sentence: str, *, tapped: bool) -> Response:
    """A mistake, told to the person who made it: a short line after a tap, a private message otherwise."""
    if tapped:
        return Response(toast=sentence, refused=True)
    return Response(reply=Reply(blocks=(paragraph(sentence),)), placement=Placement.PRIVATE, refused=True)


def offer(voice: Voice, sentence: str) -> Response:
    """What is missing, with the button that mends it."""
    button = Button(label=voice("button-subscribe"), action=actions.Run(command="subscribe"), tone=Tone.PRIMARY)
    reply = Reply(blocks=(paragraph(sentence),), controls=(Row(buttons=(button,)),))
    return Response(reply=reply, placement=Placement.PRIVATE)
