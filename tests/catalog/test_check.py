"""The deep check: sentences, coverage, and everything that needs the whole bank."""

from collections.abc import Iterator

import pytest

from bot.catalog import index
from bot.catalog.check import CheckReport, check
from bot.catalog.problems import Problem
from bot.core.model import Language
from bot.locales import FluentPhrases
from tests.fakes.content import EN_ANSWER, GUIDE, OUTLINE, QUESTION, TOPICS, ZH_ANSWER, ContentFolder, line_of

FILE = "lora/lora-merge.md"
PHRASES = FluentPhrases()


def report(content: ContentFolder, language: Language = Language.EN, *, deep: bool = True) -> CheckReport:
    return check(content.path, PHRASES, language, deep=deep)


def found(content: ContentFolder) -> Iterator[tuple[str, int, str]]:
    index.write(content.path, content.read())
    return ((problem.path, problem.line, problem.key) for problem in report(content).problems)


def only(content: ContentFolder) -> Problem:
    index.write(content.path, content.read())
    (problem,) = report(content).problems
    return problem


def test_a_right_folder_has_no_problems(content: ContentFolder) -> None:
    content.question()
    assert list(found(content)) == []
    assert report(content).errors == report(content).warnings == 0


def test_the_table_counts_what_is_covered(content: ContentFolder) -> None:
    content.question()
    assert report(content).table.splitlines() == [
        "topic              zh/en  outline  not answered yet",
        "lora               1/1    1/3      05.4-01 05.4-03",
        "position-encoding  0/0    1/2      16-01",
        "empty-shelf        0/0    0/0",
        "total              1/1    2/5",
    ]


def test_the_table_speaks_chinese_in_columns(content: ContentFolder) -> None:
    first, second, *_ = report(content, Language.ZH).table.splitlines()
    assert first == "主题               中/英  大纲条目  尚未回答"
    assert second == "lora               0/0    0/3       05.4-01 05.4-02 05.4-03"


def test_a_long_list_of_missing_items_is_cut(content: ContentFolder) -> None:
    items = "".join(f'    "05.4-{number:02}": x\n' for number in range(4, 24))
    content.write("outline.yaml", OUTLINE.replace('  "16":', items + '  "16":'))
    assert "05.4-08 +15" in report(content).table


def test_a_sentence_has_file_line_and_mend(content: ContentFolder) -> None:
    path = content.question("lora-merge", ("Write the forward pass.", "Write $\\leq$ and <b>."))
    index.write(content.path, content.read())
    line = line_of(path.read_text(encoding="utf-8"), "Write $")
    place = f"content/lora/lora-merge.md:{line}"
    first, second = report(content).sentences
    assert first == (f"{place}: the command \\leq is not in the subset of the guide; the nearest that is: \\le.")
    assert second == (
        f"{place}: “<b>” is read as HTML, which chats cannot show; write it in backticks or leave it out."
    )


def test_a_warning_says_that_it_is_one(content: ContentFolder) -> None:
    content.question()
    assert report(content).sentences[0].startswith("content/INDEX.md: warning: this index is out of date")
    assert report(content, Language.ZH).sentences[0].startswith("content/INDEX.md: 提醒：目录已过时")


def test_a_broken_file_is_read_to_its_end(content: ContentFolder) -> None:
    content.question("lora-merge", ("difficulty: medium", "difficulty: x"), ("Write the", "![x](y) the"))
    assert [key for _, _, key in found(content)] == ["check-difficulty", "check-image"]


def test_a_shallow_check_reads_no_markdown(content: ContentFolder) -> None:
    content.question("lora-merge", ("Write the", "![x](y) the"))
    index.write(content.path, content.read())
    assert report(content, deep=False).problems == ()


@pytest.mark.parametrize(
    ("old", "new", "needle", "key"),
    [
        (EN_ANSWER, EN_ANSWER + "\n\n```python\nx = 1\nx = = 2\n```", "x = = 2", "check-python"),
        (EN_ANSWER, EN_ANSWER + "\n\nso $\\frac$", "so $", "check-latex-broken"),
        (EN_ANSWER, "Yes.", "## Answer", "check-prose-en"),
        (EN_ANSWER, EN_ANSWER * 8, "## Answer", "check-prose-en"),
        (ZH_ANSWER, "可以。", "## 答案", "check-prose-zh"),
        (ZH_ANSWER, ZH_ANSWER * 6, "## 答案", "check-prose-zh"),
        ("Write the forward pass.", "Write \U0001f600.", "Write \U0001f600", "check-emoji"),
    ],
)
def test_sections_are_read_deeply(content: ContentFolder, old: str, new: str, needle: str, key: str) -> None:
    path = content.question("lora-merge", (old, new))
    line = line_of(path.read_text(encoding="utf-8"), needle) + needle.startswith("##")
    assert (FILE, line, key) in list(found(content))


def test_code_tables_and_formulas_are_no_prose(content: ContentFolder) -> None:
    rest = "\n\n".join(
        (
            "```text\n" + "many words of code " * 100 + "\n```",
            "| table |\n|---|\n" + "| words of a table |\n" * 200,
            "$$" + "x + " * 500 + "y$$",
            "- a list\n- [a link](https://arxiv.org) *in* **it**\n\n> a quote",
        )
    )
    content.question("lora-merge", (EN_ANSWER, EN_ANSWER + "\n\n" + rest))
    assert list(found(content)) == []


def test_python_that_is_no_python_may_say_so(content: ContentFolder) -> None:
    content.question("lora-merge", (EN_ANSWER, EN_ANSWER + "\n\n```text\nx = = 2\n```\n\n```python run\nx = 1\n```"))
    assert list(found(content)) == []


@pytest.mark.parametrize(
    ("outline", "key", "near"),
    [("05.4-09", "check-outline-unknown", "05.4-0"), ("07.1-01", "check-outline-unknown", "1")],
)
def test_an_unknown_item_of_the_outline_is_an_error(content: ContentFolder, outline: str, key: str, near: str) -> None:
    content.question("lora-merge", ("outline: [05.4-02]", f"outline: [{outline}]"))
    problem = only(content)
    assert (problem.line, problem.key) == (5, key)
    assert near in str(problem.values["near"])


def test_an_item_is_answered_by_one_question(content: ContentFolder) -> None:
    content.question()
    content.question("lora-two", ("outline: []", "outline: [05.4-02]"))
    problem = only(content)
    assert (problem.path, problem.key) == ("lora/lora-two.md", "check-outline-twice")
    assert problem.values == {"leaf": "05.4-02", "other": "lora-merge"}


def test_an_item_that_is_not_asked_is_not_answered(content: ContentFolder) -> None:
    content.question("lora-merge", ("outline: [05.4-02]", "outline: [16-02]"))
    assert only(content).key == "check-outline-not-asked"


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("", 1, "check-outline-shape"),
        ("blocks: {}\nmore: 1", 1, "check-outline-shape"),
        ("blocks: [", 2, "check-yaml"),
        (OUTLINE.replace("16-02: a bare", "16-09: a bare"), 2, "check-outline-unknown"),
    ],
)
def test_the_outline_is_checked(content: ContentFolder, text: str, line: int, key: str) -> None:
    content.question("lora-merge", ("outline: [05.4-02]", "outline: []"))
    content.write("outline.yaml", text)
    assert ("outline.yaml", line, key) in list(found(content))


def test_a_missing_outline_is_told(content: ContentFolder) -> None:
    content.question()
    (content.path / "outline.yaml").unlink()
    assert ("outline.yaml", 0, "check-unreadable") in list(found(content))


def test_blocks_and_topics_belong_together(content: ContentFolder) -> None:
    content.write("topics.yaml", TOPICS.replace('["16"]', '["17.1"]'))
    assert [key for path, _, key in found(content) if path == "topics.yaml"] == [
        "check-block-homeless",
        "check-block-unknown",
    ]


def test_tags_come_from_the_guide(content: ContentFolder) -> None:
    content.question("lora-merge", ("tags: [lora, peft]", "tags: [lora, petf]"))
    problem = only(content)
    assert (problem.path, problem.line, problem.key) == (FILE, 4, "check-tag-unknown")
    assert problem.values["near"] == "peft"


@pytest.mark.parametrize("guide", ["# No list here\n", GUIDE.replace("`", "")])
def test_a_guide_without_tags_is_told(content: ContentFolder, guide: str) -> None:
    content.question()
    content.write("README.md", guide)
    assert only(content).key == "check-tags-missing"


def test_a_missing_guide_is_told(content: ContentFolder) -> None:
    content.question()
    (content.path / "README.md").unlink()
    assert only(content).key == "check-tags-missing"


def test_the_guides_example_is_the_file_itself(content: ContentFolder) -> None:
    content.question()
    content.write("README.md", f"{GUIDE}\n`{FILE}`, whole:\n\n````markdown\n{QUESTION}````\n")
    assert list(found(content)) == []
    content.question("lora-merge", ("写出前向公式。", "写公式。"))
    assert only(content).key == "check-example"


def test_questions_that_read_alike_are_flagged(content: ContentFolder) -> None:
    content.question()
    content.question(
        "lora-two", ("Explain lora-two; does it go back", "Can the low-rank weight that LoRA learns be merged back")
    )
    problem = only(content)
    assert (problem.path, problem.key, problem.values) == ("lora/lora-two.md", "check-alike", {"other": "lora-merge"})


def test_right_options_vary_their_place(content: ContentFolder) -> None:
    words = ("merge", "rank", "alpha", "dropout", "initial", "target", "quantized", "serving", "scaling", "layers")
    names = [f"{word}-{other}" for word in words for other in ("zebra", "oxygen")]
    for name in names:
        title = f"{name} " * 5
        content.question(name, (f"Explain {name}; does it go back", title), (f"请说明 {name} 的", title))
    index.write(content.path, content.read())
    (problem,) = (problem for problem in report(content).problems if problem.key == "check-quiz-places")
    assert (problem.path, problem.key) == ("", "check-quiz-places")
    assert problem.values == {"letter": "B", "percent": 100}
    assert report(content).sentences[0].startswith("content: warning: 100 % of all right options are B")


def test_indexes_are_written_once(content: ContentFolder) -> None:
    content.question()
    written = index.write(content.path, content.read())
    assert [path.name for path in written] == ["INDEX.md", "INDEX.zh.md"]
    assert index.write(content.path, content.read()) == ()


def test_the_index_lists_groups_topics_and_questions(content: ContentFolder) -> None:
    content.question()
    index.write(content.path, content.read())
    assert (content.path / "INDEX.md").read_text(encoding="utf-8") == (
        "# All questions\n\n"
        "Questions: 1. [中文](INDEX.zh.md). Written by `python -m bot check --write-index`; do not edit.\n\n"
        "## Tuning\n\n### The LoRA family\n\n"
        "- [Can the low-rank weights that LoRA learns be merged back into the base model?]"
        "(lora/lora-merge.md) (medium)\n"
    )
    assert "### LoRA 系列\n\n- [LoRA 训练" in (content.path / "INDEX.zh.md").read_text(encoding="utf-8")


def test_an_old_index_is_told(content: ContentFolder) -> None:
    content.question()
    index.write(content.path, content.read())
    content.write("INDEX.zh.md", b"\xff")
    (problem,) = report(content).problems
    assert (problem.path, problem.key) == ("INDEX.zh.md", "check-index")
