"""Columns of text: Chinese takes two, and lines break where readers expect it."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.markup import Align
from bot.core.widths import padded, width, wrapped

WORDS = st.text(alphabet="ab 千面。（）“”，\n-", max_size=60)


def test_chinese_takes_two_columns_and_combining_marks_none() -> None:
    assert width("LoRA 低秩，") == 11
    assert width("x\u0302") == 1


def test_cells_are_filled_up_on_the_side_they_are_set_to() -> None:
    assert padded("千", 5) == "千   "
    assert padded("千", 5, Align.RIGHT) == "   千"
    assert padded("千", 5, Align.CENTER) == " 千  "
    assert padded("千面千面", 5) == "千面千面"


def test_english_breaks_between_words_and_keeps_long_ones_whole() -> None:
    url = "https://arxiv.org/abs/2106.09685"
    assert [*wrapped(f"one two three {url} four", 9)] == ["one two", "three", url, "four"]


def test_chinese_breaks_anywhere_but_before_closing_and_after_opening_marks() -> None:
    assert [*wrapped("低秩适配，很省显存", 8)] == ["低秩适", "配，很省", "显存"]
    assert [*wrapped("这里是（低秩）适配", 8)] == ["这里是", "（低秩）", "适配"]
    assert [*wrapped("用“低秩”适配", 7)] == ["用“低", "秩”适配"]


def test_words_of_both_scripts_stay_whole() -> None:
    assert [*wrapped("使用QLoRA微调", 8)] == ["使用", "QLoRA微", "调"]


def test_line_breaks_stay_and_empty_lines_too() -> None:
    assert [*wrapped("one\n\ntwo", 10)] == ["one", "", "two"]


@given(text=WORDS, columns=st.integers(min_value=8, max_value=30))
def test_nothing_is_lost_and_only_unbreakable_lines_are_longer(text: str, columns: int) -> None:
    lines = [*wrapped(text, columns)]
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line == line.rstrip() for line in lines)
    assert all(width(line) <= columns or " " not in line.strip() for line in lines)
