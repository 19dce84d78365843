"""Views as they go over the wire, checked by the rules of the fake server; and the whole bank through them."""

from collections.abc import Iterator

import pytest

from bot.core import cards
from bot.core.actions import Another, Ask, AskFor, Change, PlanField, Run, decode
from bot.core.markup import Link, MathBlock, Paragraph, Text, heading, inlines, paragraph
from bot.core.model import Difficulty, Language, Rating, Stage, TopicSlug
from bot.core.ports import Bank
from bot.core.replies import Attachment, Button, Option, Picker, Prompt, Reply, Row, Tone
from bot.core.requests import Voice
from bot.locales import FluentPhrases
from bot.platforms.discord.components import Message, messages
from bot.platforms.discord.drawing import drawn
from bot.platforms.discord.modals import modal
from bot.platforms.discord.prose import clipped
from tests.fakes.discord_rules import FLAG_COMPONENTS_V2, Json, check_message, check_modal, walk
from tests.platforms.discord.conftest import PlainPainter


def _components(message: Message) -> list[Json]:
    return message.view.to_components()  # type: ignore[no-untyped-call,no-any-return]  # the library's own gap


def wire(message: Message) -> Json:
    """The message as it would be sent; refused if Discord would refuse it."""
    body = {"components": _components(message), "flags": FLAG_COMPONENTS_V2}
    check_message(body, dict(message.uploads))
    return body


async def only(reply: Reply, *, public: bool = False, mention: str | None = None) -> Json:
    """The single message of a reply."""
    (message,) = await messages(reply, PlainPainter(), public=public, mention=mention)
    return wire(message)


async def test_a_card_is_a_container_in_the_colour_of_its_difficulty() -> None:
    row = Row(
        buttons=(
            Button(label="Answer", action=Run(command="help"), tone=Tone.PRIMARY),
            Button(label="Paper", url="https://arxiv.org/abs/1"),
        )
    )
    reply = Reply(blocks=(heading(1, "T"), paragraph("q")), controls=(row,), accent=Difficulty.HARD)
    assert (await only(reply))["components"] == [
        {
            "type": 17,
            "accent_color": 0xD9484F,
            "spoiler": False,
            "components": [{"type": 10, "content": "## T\nq"}],
        },
        {
            "type": 1,
            "components": [
                {"type": 2, "style": 1, "label": "Answer", "disabled": False, "custom_id": "qm0:1c~help"},
                {"type": 2, "style": 5, "label": "Paper", "disabled": False, "url": "https://arxiv.org/abs/1"},
            ],
        },
    ]


async def test_a_formula_is_a_picture_with_its_text_as_description() -> None:
    (message,) = await messages(Reply(blocks=(MathBlock("x^2"), MathBlock("y"))), PlainPainter(), public=False)
    galleries = [part for part in walk(wire(message)["components"]) if part["type"] == 12]
    assert [item["media"]["url"] for part in galleries for item in part["items"]] == [
        "attachment://formula0.png",
        "attachment://formula1.png",
    ]
    assert galleries[0]["items"][0]["description"] == "x²"
    assert [file.fp.read() for file in message.files] == [b"png of x^2 True", b"png of y True"]


async def test_a_formula_that_cannot_be_drawn_is_written_out() -> None:
    body = await only(Reply(blocks=(MathBlock("undrawable"),)))
    assert body["components"][0]["components"] == [{"type": 10, "content": "```\nundrawable\n```"}]


async def test_sources_are_link_buttons_unless_a_title_is_too_long() -> None:
    def sources(title: str) -> Reply:
        return Reply(blocks=(Paragraph((Text("Sources: "), Link(inlines(title), "https://a.org"))),))

    short, long = await only(sources("LoRA")), await only(sources("L" * 81))
    assert [part["type"] for part in walk(short["components"])] == [17, 1, 2]
    assert [part["type"] for part in walk(long["components"])] == [17, 10]


async def test_a_role_is_mentioned_above_the_post() -> None:
    body = await only(Reply(blocks=(paragraph("q"),)), mention="<@&42>")
    assert body["components"][0] == {"type": 10, "content": "<@&42>"}


async def test_an_attachment_is_shown_as_a_file() -> None:
    reply = Reply(blocks=(paragraph("here"),), attachment=Attachment(name="me.json", content=b"{}"))
    body = await only(reply)
    assert body["components"][1]["file"]["url"] == "attachment://me.json"


def _picker(count: int, *, many: bool = False) -> Picker:
    options = tuple(
        Option(
            label=f"{number:02}:00",
            action=Change(field=PlanField.TIME, value=f"{number:02}:00"),
            chosen=number == 1,
            note="n" if number == 0 else "",
        )
        for number in range(count)
    )
    return Picker(label="At which hours?", options=options, many=many)


async def test_a_few_options_are_buttons_with_the_chosen_one_green() -> None:
    (row,) = (await only(Reply(controls=(_picker(3),))))["components"]
    assert [(button["label"], button["style"]) for button in row["components"]] == [
        ("00:00", 2),
        ("01:00", 3),
        ("02:00", 2),
    ]


async def test_more_options_are_a_menu_that_marks_the_chosen_one() -> None:
    (row,) = (await only(Reply(controls=(_picker(12),))))["components"]
    (menu,) = row["components"]
    assert (menu["min_values"], menu["max_values"], menu["placeholder"]) == (1, 1, "At which hours?")
    assert [option["label"] for option in menu["options"]][:3] == ["00:00", "✓ 01:00", "02:00"]
    assert not any(option["default"] for option in menu["options"])
    assert menu["options"][0]["description"] == "n"


async def test_switches_are_a_menu_of_several_choices_with_the_chosen_ones_set() -> None:
    (row,) = (await only(Reply(controls=(_picker(12, many=True),))))["components"]
    (menu,) = row["components"]
    assert (menu["min_values"], menu["max_values"]) == (0, 12)
    assert [option["label"] for option in menu["options"] if option["default"]] == ["01:00"]


async def test_an_entry_of_a_list_is_a_section_with_its_button_beside_it() -> None:
    entries = tuple(
        Row(buttons=(Button(label="Open", action=Another(topic=TopicSlug(slug)), whole=f"About *{slug}*, told whole"),))
        for slug in ("lora", "rag")
    )
    more = Row(buttons=(Button(label="More", action=Run(command="help")),))
    box, row = (await only(Reply(blocks=(heading(1, "T"),), controls=(*entries, more))))["components"]
    assert [part["type"] for part in box["components"]] == [10, 9, 9]
    assert [part["components"][0]["content"] for part in box["components"][1:]] == [
        "About \\*lora\\*, told whole",
        "About \\*rag\\*, told whole",
    ]
    ids = [part["accessory"]["custom_id"] for part in box["components"][1:]] + [row["components"][0]["custom_id"]]
    assert ids == ["qm0:1a~lora", "qm1:1a~rag", "qm2:1c~help"]


async def test_a_list_that_is_too_long_for_a_message_goes_on_in_the_next() -> None:
    entry = Row(buttons=(Button(label="Open", action=Run(command="help"), whole="w" * 190),))
    found = await messages(Reply(controls=(entry,) * 14), PlainPainter(), public=False)
    sections = [[part for part in walk(wire(message)["components"]) if part["type"] == 9] for message in found]
    assert [len(part) for part in sections] == [12, 2]


def _labels(reply: Reply) -> list[str]:
    return [button.label for row in reply.controls if isinstance(row, Row) for button in row.buttons]


@pytest.mark.parametrize("alone", [True, False])
def test_a_bare_question_can_be_answered_for_oneself_in_company_as_well(
    bank: Bank, phrases: FluentPhrases, *, alone: bool
) -> None:
    voice, question = Voice(phrases, Language.EN), bank.question("lora-merge-weights")
    bare = _labels(drawn(cards.card(voice, bank, question, alone=alone), voice))
    assert bare.count("I'd say…") == 1
    climbed = _labels(drawn(cards.card(voice, bank, question, Stage.ANSWER, alone=alone), voice))
    assert "I'd say…" not in climbed


async def test_the_same_action_twice_gets_two_ids() -> None:
    row = Row(buttons=(Button(label="a", action=Run(command="help")), Button(label="b", action=Run(command="help"))))
    body = await only(Reply(controls=(row,)))
    assert [button["custom_id"] for button in body["components"][0]["components"]] == ["qm0:1c~help", "qm1:1c~help"]


def test_a_prompt_is_a_modal_whose_id_carries_the_action() -> None:
    label = "What is wrong with this question, and where did you read it?"
    prompt = Prompt(action=AskFor(what=Ask.REPORT), label=label, placeholder="e.g.", value="v", long=True)
    data = modal(prompt).to_dict()
    check_modal(data)
    assert data["custom_id"] == "qm:1i~report"
    assert data["components"][0]["description"] == label
    assert data["components"][0]["component"]["value"] == "v"


def test_a_role_is_chosen_from_the_guilds_own() -> None:
    data = modal(Prompt(action=AskFor(what=Ask.MENTION), label="Which role?")).to_dict()
    check_modal(data)
    assert data["components"][0]["component"]["type"] == 6


@pytest.mark.parametrize(("text", "short"), [("a  b\nc", "a b c"), ("abcdefghijk", "abcdefghi…"), ("abcdefghij",) * 2])
def test_labels_are_one_line_within_their_limit(text: str, short: str) -> None:
    assert clipped(text, 10) == short


def _replies(bank: Bank, voice: Voice) -> Iterator[Reply]:
    mine = cards.Mine(own="mine *and* mine", rating=Rating.KNEW, saved=True)
    for question in bank.questions:
        for stage in Stage:
            yield cards.card(voice, bank, question, stage, mine=mine, alone=True)
        yield cards.answer_post(voice, bank, question)
        yield drawn(cards.quiz_card(voice, bank, question), voice)


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize("language", Language)
async def test_every_question_fits_discord_at_every_step(
    bank: Bank, phrases: FluentPhrases, language: Language, *, public: bool
) -> None:
    painter = PlainPainter()
    for reply in _replies(bank, Voice(phrases, language)):
        found = await messages(reply, painter, public=public, note="note", mention="<@&1400000000000000000>")
        bodies = [wire(message) for message in found]
        assert len(bodies) <= 4
        for part in walk(bodies[-1]["components"]):
            custom_id = part.get("custom_id") or ""
            if custom_id.partition(":")[2]:
                decode(custom_id.partition(":")[2])


async def test_the_page_of_a_long_reply_stands_in_its_ids() -> None:
    blocks = tuple(paragraph(str(number) * 1700) for number in range(3))
    row = Row(buttons=(Button(label="x", action=Another(topic=TopicSlug("lora"))),))
    first, second = await messages(Reply(blocks=blocks, controls=(row,)), PlainPainter(), public=False)
    assert len(wire(first)["components"]) == 1
    assert wire(second)["components"][1]["components"][0]["custom_id"] == "qm0.1:1a~lora"
