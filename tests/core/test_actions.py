"""The button codec: everything fits, comes back as it was, and nothing else is let in."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import actions
from bot.core.actions import MAX_BYTES, Action, Another, RevealStage, Turn, decode, encode, turned
from bot.core.errors import StaleAction
from bot.core.model import Difficulty, Language, QuestionId, Rating, Stage, TopicSlug

LONGEST_ID = QuestionId("q" * 36)
LONGEST_SLUG = TopicSlug("t" * 21)

EXAMPLES: list[Action] = [
    RevealStage(question=LONGEST_ID, stage=Stage.FOLLOWUPS),
    actions.Rate(question=LONGEST_ID, rating=Rating.PARTLY, stage=Stage.FOLLOWUPS),
    Another(),
    Another(topic=LONGEST_SLUG, last=LONGEST_ID),
    Another(topic=LONGEST_SLUG, difficulty=Difficulty.MEDIUM),
    actions.ShowQuestion(question=LONGEST_ID),
    actions.ShowGroups(),
    actions.ShowGroup(group="foundations"),
    actions.ShowTopic(topic=LONGEST_SLUG, page=12),
    actions.ShowFound(words="显存 估算", page=3),
    actions.Run(command="subscribe"),
    actions.OpenPage(page=actions.Page.TOPICS, group="efficient-tuning", chat="-1001234567890/123456"),
    actions.Change(field=actions.PlanField.ZONE, value="America/Argentina/Buenos_Aires", chat="-1001234567890"),
    actions.Change(
        field=actions.PlanField.TOPIC, value=LONGEST_SLUG, chat="-1001234567890/123456", turn=actions.Turn.OFF
    ),
    actions.Change(field=actions.PlanField.PROTECTED, turn=actions.Turn.ON),
    actions.Subscribe(hour=0),
    actions.Unsubscribe(chat="-1001234567890/123456"),
    actions.SetLanguage(language=Language.EN),
    actions.PickOption(question=LONGEST_ID, option=0),
    actions.AskFor(what=actions.Ask.REPORT, question=LONGEST_ID),
    actions.Save(question=LONGEST_ID),
    actions.ForgetMe(),
    actions.ShareAnswer(question=LONGEST_ID),
    actions.Announcement(number=17, decision=actions.Decision.SEND),
    actions.FinishReport(number=17),
]


@pytest.mark.parametrize("action", EXAMPLES, ids=repr)
def test_an_action_fits_into_64_bytes_and_comes_back(action: Action) -> None:
    data = encode(action)
    assert len(data.encode()) <= MAX_BYTES
    assert decode(data) == action


def test_every_kind_of_action_has_an_example_above() -> None:
    assert {type(action) for action in EXAMPLES} == set(get_args(Action))


@pytest.mark.parametrize(
    "data",
    [
        "",
        "1",
        "0r~lora-idea~hint",
        "2r~lora-idea~hint",
        "1Z~lora-idea",
        "1r",
        "1r~lora-idea",
        "1r~lora-idea~everything",
        "1r~lora-idea~hint~more",
        "1o~lora-idea~-1",
        "1o~lora-idea~99999999",
        "1o~lora-idea~١",
        "1q~a\x00b",
        "rubbish",
        "\ud800",
    ],
)
def test_stale_and_forged_data_are_refused(data: str) -> None:
    with pytest.raises(StaleAction):
        decode(data)


@given(st.text(max_size=80))
def test_whatever_is_sent_is_an_action_or_refused(data: str) -> None:
    try:
        action = decode(data)
    except StaleAction:
        return
    assert decode(encode(action)) == action


def test_a_megabyte_is_refused() -> None:
    with pytest.raises(StaleAction):
        decode("1q~" + "x" * 1_000_000)


def test_what_does_not_fit_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="at most 64 bytes"):
        encode(actions.ShowQuestion(question=QuestionId("x" * 70)))
    with pytest.raises(ValueError, match="no '~'"):
        encode(actions.ShowFound(words="a~b"))


def test_a_switch_is_turned_and_anything_else_left_as_it_is() -> None:
    assert turned("1e~time~09:00", Turn.ON) == "1e~time~09:00~~+"
    assert turned("1e~time~09:00~~+", Turn.OFF) == "1e~time~09:00~~-"
    assert turned("1e~time~09:00~~+", None) == "1e~time~09:00"
    for data in ("1c~help", "rubbish", "1e~zone~" + "x" * 56):
        assert turned(data, Turn.ON) == data


def test_buttons_of_old_messages_turn_a_switch_the_other_way() -> None:
    assert decode("1e~silent") == actions.Change(field=actions.PlanField.SILENT, turn=None)
