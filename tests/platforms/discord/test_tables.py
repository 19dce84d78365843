"""Tables, narrow and wide."""

from bot.core.markup import Align, Code, Inline, Math, Table, Text
from bot.platforms.discord.tables import table, width


def _row(*cells: str | Inline) -> tuple[tuple[Inline, ...], ...]:
    return tuple((Text(cell) if isinstance(cell, str) else cell,) for cell in cells)


def test_a_narrow_table_is_aligned_in_a_code_block() -> None:
    node = Table(
        header=_row("方法", "rank", "比例"),
        rows=(_row("LoRA", Math("r"), "0.1%"), _row("全量微调", Code("full"), "100%")),
        aligns=(Align.LEFT, Align.CENTER, Align.RIGHT),
    )
    assert table(node) == [
        "```\n方法     │ rank │ 比例\n─────────┼──────┼─────\nLoRA     │  r   │ 0.1%\n全量微调 │ full │ 100%\n```"
    ]


def test_a_wide_table_of_short_facts_takes_a_line_a_row() -> None:
    node = Table(
        header=_row("model of the family", "layers", "query and KV heads", "KV cache a token"),
        rows=(_row("Llama 3 8B", "32", "32 / 8", "128 KiB"), _row("The same, without its cache", "32", "", "")),
        aligns=(Align.LEFT,) * 4,
    )
    assert table(node) == [
        "- **Llama 3 8B** · layers: 32 · query and KV heads: 32 / 8 · KV cache a token: 128 KiB",
        "- **The same, without its cache** · layers: 32",
    ]


def test_a_wide_table_of_long_facts_becomes_a_list_with_an_item_a_row() -> None:
    long = "a long explanation that does not fit beside anything else, " * 2 + "and says so"
    node = Table(
        header=_row("method", "idea", "cost"),
        rows=(_row("LoRA", long, "low"), _row("Full", long, "")),
        aligns=(Align.LEFT,) * 3,
    )
    assert table(node) == [f"- **LoRA**\n  - idea: {long}\n  - cost: low", f"- **Full**\n  - idea: {long}"]


def test_a_wide_table_of_two_columns_takes_a_line_a_row() -> None:
    long = "x" * 80
    node = Table(header=_row("a", "b"), rows=(_row("one", long),), aligns=(Align.LEFT,) * 2)
    assert table(node) == [f"- **one**: {long}"]


def test_chinese_takes_two_columns_and_an_accent_none() -> None:
    assert (width("ab"), width("中文，"), width("e\u0302")) == (2, 6, 1)
