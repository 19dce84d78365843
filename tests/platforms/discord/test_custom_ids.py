"""What an id carries, and that there is always room for it."""

import pytest

from bot.core.actions import MAX_BYTES
from bot.core.model import ChatRef, LearnerRef
from bot.platforms.discord.custom_ids import CustomId, read
from bot.platforms.discord.passes import Passes
from bot.platforms.discord.places import DISCORD
from tests.fakes.clock import FakeClock

MAX_ID = 100
A_LONG_ID = "9" * 20


def longest_badge() -> str:
    """A pass of somebody with the longest of ids."""
    chat = ChatRef(platform=DISCORD, chat_id=A_LONG_ID, thread_id=A_LONG_ID)
    return Passes("token").issue(LearnerRef(platform=DISCORD, user_id=A_LONG_ID), chat, FakeClock().now())


def test_whatever_an_action_takes_its_id_fits_discord() -> None:
    """Every action is at most 64 bytes, which its own tests show; a message has 40 components, a reply some pages."""
    made = CustomId(data="x" * MAX_BYTES, number=39, page=99, badge=longest_badge())
    assert len(str(made)) <= MAX_ID
    assert read(str(made)) == made


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (CustomId(data="1c~help"), "qm:1c~help"),
        (CustomId(data="1c~help", number=0), "qm0:1c~help"),
        (CustomId(data="1c~help", number=3, page=1), "qm3.1:1c~help"),
        (CustomId(data="", number=12, badge="an.b"), "qm12!an.b:"),
        (CustomId(data="1f~a:b!c.d", number=1), "qm1:1f~a:b!c.d"),
    ],
)
def test_an_id_is_read_as_it_was_written(made: CustomId, text: str) -> None:
    assert str(made) == text
    assert read(text) == made


@pytest.mark.parametrize("text", ["", "qm", "qm1", "xm1:1c~help", "qm100:x", "qm1.100:x", "qm1!A:x", "qm1:a\0b"])
def test_other_ids_are_none_of_ours(text: str) -> None:
    assert read(text) is None
