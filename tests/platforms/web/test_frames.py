"""What a page says: read as values, or refused with a reason."""

import json

import pytest

from bot.core.commands import Kind
from bot.core.model import Language, MessageId
from bot.platforms.web.frames import (
    MAX_BYTES,
    BadFrame,
    Dismiss,
    Frame,
    Hello,
    Ping,
    Say,
    Speak,
    Suggest,
    Tap,
    Tell,
    read_frame,
)

ON = MessageId("7")


@pytest.mark.parametrize(
    ("values", "frame"),
    [
        ({"type": "hello", "after": 5, "last": "7"}, Hello(after=5, last=ON)),
        ({"type": "say", "n": "1", "text": "hi"}, Say(n="1", text="hi")),
        ({"type": "tap", "n": "1", "on": "7", "data": "1G"}, Tap(n="1", on=ON, data="1G")),
        ({"type": "tell", "n": "1", "on": "7", "data": "1i", "text": "x"}, Tell(n="1", on=ON, data="1i", text="x")),
        ({"type": "dismiss", "n": "1", "on": "7"}, Dismiss(n="1", on=ON)),
        ({"type": "suggest", "n": "1", "kind": "topic", "text": "l"}, Suggest(n="1", kind=Kind.TOPIC, text="l")),
        ({"type": "speak", "n": "1", "language": "zh"}, Speak(n="1", language=Language.ZH)),
        ({"type": "ping"}, Ping()),
        ({"type": "say", "n": "1", "text": "hi", "more": [1]}, Say(n="1", text="hi")),
    ],
)
def test_frames_are_read(values: dict[str, object], frame: Frame) -> None:
    assert read_frame(json.dumps(values)) == frame


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "[]",
        "null",
        "{",
        "[" * 30_000,
        '{"type": "hello"}',
        '{"type": "hello", "after": -1, "last": ""}',
        '{"type": "hello", "after": true, "last": ""}',
        '{"type": "hello", "after": 1e300, "last": ""}',
        '{"type": "hello", "after": 99999999999999999999, "last": ""}',
        '{"type": "hello", "after": 0, "last": 7}',
        '{"type": "say", "n": "1"}',
        '{"type": "say", "n": "1", "text": 5}',
        '{"type": "say", "n": null, "text": "x"}',
        '{"type": "tap", "n": "1", "on": "7", "data": {}}',
        '{"type": "suggest", "n": "1", "kind": "nothing", "text": ""}',
        '{"type": "speak", "n": "1", "language": "tlh"}',
        '{"type": ["say"], "n": "1"}',
        '{"type": "__class__"}',
    ],
)
def test_what_is_no_frame_is_refused(text: str) -> None:
    with pytest.raises(BadFrame) as caught:
        read_frame(text)
    assert caught.value.key == "web-frame-bad"


def test_a_refusal_tells_which_frame_it_is_about() -> None:
    with pytest.raises(BadFrame) as caught:
        read_frame('{"type": "say", "n": "abc"}')
    assert caught.value.n == "abc"


def test_a_number_that_is_too_long_is_no_number() -> None:
    with pytest.raises(BadFrame) as caught:
        read_frame(json.dumps({"type": "dismiss", "n": "x" * 65, "on": "7"}))
    assert caught.value.n == ""


def test_a_frame_may_be_as_long_as_the_limit_and_no_longer() -> None:
    room = MAX_BYTES - len(json.dumps({"type": "say", "n": "1", "text": ""}))
    assert read_frame(json.dumps({"type": "say", "n": "1", "text": "x" * room})) == Say(n="1", text="x" * room)
    with pytest.raises(BadFrame) as caught:
        read_frame(json.dumps({"type": "say", "n": "1", "text": "x" * (room + 1)}))
    assert caught.value.key == "web-frame-big"


def test_half_a_character_becomes_a_question_mark() -> None:
    assert read_frame('{"type": "say", "n": "1", "text": "a\\ud800b"}') == Say(n="1", text="a?b")
