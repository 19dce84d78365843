"""Replies as bubbles: everything to press carries its action, and nothing else."""

import pytest

from bot.core.actions import Ask, AskFor, Change, PlanField, Run, ShowGroup, encode
from bot.core.markup import heading, paragraph
from bot.core.model import Difficulty, Language, QuestionId, Quiz
from bot.core.ports import Phrases
from bot.core.replies import Attachment, Button, Option, Picker, Poll, Prompt, Reply, Row, Tone
from bot.core.requests import Voice
from bot.platforms.web.bubbles import bubble, form, title

LORA = QuestionId("lora-idea")
POLL = Poll(
    question=LORA,
    quiz=Quiz(question="Which <one>?", options=("a & b", "c"), right=1, explanation="because"),
    title="Quiz · LoRA",
)


def drawn(phrases: Phrases, reply: Reply, language: Language = Language.EN) -> str:
    return bubble(reply, Voice(phrases, language), lambda attachment: f"/download/{attachment.name}")


def test_words_come_with_their_language_and_difficulty(phrases: Phrases) -> None:
    reply = Reply(blocks=(paragraph("hi"),), accent=Difficulty.HARD)
    assert drawn(phrases, reply) == '<div class="said" lang="en" data-accent="hard"><p>hi</p></div>'
    assert '<div class="said" lang="zh-Hans">' in drawn(phrases, Reply(), Language.ZH)


def test_buttons_carry_their_action_and_tone(phrases: Phrases) -> None:
    buttons = (
        Button(label="Go <now>", action=Run(command="random"), tone=Tone.PRIMARY),
        Button(label="A label that is as long as a whole line", action=Run(command="help")),
        Button(label="Paper", url="https://arxiv.org/"),
    )
    assert drawn(phrases, Reply(controls=(Row(buttons=buttons),))) == (
        '<div class="said" lang="en"><div class="row">'
        '<button type="button" class="primary" data-tap="1c~random">Go &lt;now&gt;</button>'
        '<button type="button" class="long" data-tap="1c~help">'
        "<span>A label that is as long as a whole line</span></button>"
        '<a href="https://arxiv.org/" rel="noopener noreferrer" target="_blank" class="button">Paper</a>'
        "</div></div>"
    )


def test_a_label_that_was_cut_is_shown_whole(phrases: Phrases) -> None:
    button = Button(label="Why does low…", whole="Why does low rank suffice in practice?", action=Run(command="random"))
    assert (
        '<button type="button" class="long" data-tap="1c~random">'
        "<span>Why does low rank suffice in practice?</span></button>"
    ) in drawn(phrases, Reply(controls=(Row(buttons=(button,)),)))


@pytest.mark.parametrize(
    ("whole", "shown"),
    [
        ("word " * 40, "word " * 16 + "word…"),
        ("字" * 60, "字" * 42 + "…"),
        ("one, two, " * 10, "one, two, " * 8 + "one…"),
        ("x" * 84, "x" * 84),
    ],
)
def test_a_label_that_is_too_long_for_a_phone_is_cut_between_words(phrases: Phrases, whole: str, shown: str) -> None:
    button = Button(label="x", whole=whole.strip(), action=Run(command="random"))
    assert f"<span>{shown}</span>" in drawn(phrases, Reply(controls=(Row(buttons=(button,)),)))


def test_commands_that_the_bot_names_can_be_pressed(phrases: Phrases) -> None:
    assert '<p>See <button type="button" class="command" data-command="/help">/help</button></p>' in drawn(
        phrases, Reply(blocks=(paragraph("See /help"),))
    )


def test_a_card_is_the_banks_and_its_words_are_left_alone(phrases: Phrases) -> None:
    assert "<p>See /help</p>" in drawn(phrases, Reply(blocks=(paragraph("See /help"),), question=LORA))


def test_a_picker_says_what_is_on_and_what_leads_on(phrases: Phrases) -> None:
    options = (
        Option(label="09:00", action=Change(field=PlanField.TIME, value="09:00"), chosen=True),
        Option(label="10:00", action=Change(field=PlanField.TIME, value="10:00")),
        Option(label="Tuning", action=ShowGroup(group="tuning"), note="12"),
    )
    assert drawn(phrases, Reply(controls=(Picker(label="When?", options=options, columns=6),))) == (
        '<div class="said" lang="en"><fieldset><legend>When?</legend><div class="choices" data-columns="6">'
        '<button type="button" class="chosen" data-tap="1e~time~09:00" aria-pressed="true">09:00</button>'
        '<button type="button" data-tap="1e~time~10:00" aria-pressed="false">10:00</button>'
        '<button type="button" data-tap="1g~tuning">Tuning<small>12</small></button></div></fieldset></div>'
    )


def test_a_quiz_is_answered_by_pressing_an_option(phrases: Phrases) -> None:
    assert drawn(phrases, Reply(poll=POLL)) == (
        '<div class="said" lang="en"><h3>Quiz · LoRA</h3><p><strong>Which &lt;one&gt;?</strong></p>'
        '<div class="quiz" role="group" aria-label="Which &lt;one&gt;?">'
        '<button type="button" data-tap="1o~lora-idea~0"><b>A</b><span>a &amp; b</span></button>'
        '<button type="button" data-tap="1o~lora-idea~1"><b>B</b><span>c</span></button></div></div>'
    )


def test_a_file_is_a_link_with_its_size(phrases: Phrases) -> None:
    attachment = Attachment(name="me.json", content=b"x" * 3000)
    assert drawn(phrases, Reply(attachment=attachment)) == (
        '<div class="said" lang="en"><a class="file" href="/download/me.json" download>'
        "<span>me.json</span><small>3 KB</small></a></div>"
    )


def test_a_form_for_a_line_and_one_for_more(phrases: Phrases) -> None:
    action = AskFor(what=Ask.TIMES)
    voice = Voice(phrases, Language.EN)
    line = form(Prompt(action=action, label="When?", placeholder="9:30", value='"8"'), voice)
    assert f'data-tell="{encode(action)}"' in line
    assert '<input name="text" required placeholder="9:30" value="&quot;8&quot;">' in line
    assert '<p class="complaint" role="alert" hidden></p>' in line
    assert '<button type="button" data-dismiss>Cancel</button>' in line
    many = form(Prompt(action=action, label="Why?", value="</textarea>", long=True), voice)
    assert "&lt;/textarea&gt;</textarea>" in many


def test_the_form_is_no_part_of_the_words(phrases: Phrases) -> None:
    prompt = Prompt(action=AskFor(what=Ask.SAY, question=LORA), label="How?", long=True)
    assert drawn(phrases, Reply(blocks=(paragraph("How?"),), prompt=prompt)).endswith("<p>How?</p></div>")


def test_the_title_is_the_first_heading() -> None:
    assert title(Reply(blocks=(paragraph("x"), heading(1, "LoRA · easy"), heading(1, "y")))) == "LoRA · easy"
    assert title(Reply(poll=POLL)) == "Quiz · LoRA"
    assert title(Reply(blocks=(paragraph("x"),))) == ""
