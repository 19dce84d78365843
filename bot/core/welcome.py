"""The first pages anybody reads: what this is, and all that one may ask for."""

from collections.abc import Sequence

from bot.core import actions
from bot.core.commands import Command
from bot.core.markup import Bold, Code, Heading, ItemList, Paragraph, Text, inlines, paragraph
from bot.core.replies import Button, Reply, Response, Row, Tone
from bot.core.requests import Voice


def welcome(voice: Voice, *, questions: int, private: bool) -> Response:
    """What the bot is, how large its bank is, and the first steps for one person or for a group."""
    buttons = (
        Button(label=voice("button-random-now"), action=actions.Run(command="random"), tone=Tone.PRIMARY),
        Button(label=voice("button-subscribe"), action=actions.Run(command="subscribe")),
    )
    more = (
        Button(label=voice("button-topics"), action=actions.ShowGroups()),
        Button(label=voice("button-help"), action=actions.Run(command="help")),
    )
    blocks = (
        Heading(1, inlines(voice("start-title"))),
        paragraph(voice("start-lead", n=questions)),
        paragraph(voice("start-how-alone" if private else "start-how")),
    )
    return Response(reply=Reply(blocks=blocks, controls=(Row(buttons=buttons), Row(buttons=more))))


def help_page(voice: Voice, commands: Sequence[Command], *, overheard: bool) -> Response:
    """The commands, and with `overheard` that one may write without them."""
    items = tuple(
        (Paragraph((Code(command.usage(voice.language)), Text(f" {command.about(voice.language)}"))),)
        for command in commands
    )
    blocks = (
        Heading(1, inlines(voice("help-title"))),
        ItemList(items),
        *((Paragraph((Bold(inlines(voice("help-foot"))),)),) if overheard else ()),
    )
    return Response(reply=Reply(blocks=blocks))
