"""Reading a content folder: every problem has a place and a key, and nothing stops at the first."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.catalog.loader import Loaded, read_folder
from bot.catalog.problems import Severity
from bot.catalog.prose import check_sections
from bot.core.model import Difficulty, Language, Reference
from tests.fakes.content import QUESTION, TOPICS, ContentFolder, line_of

FILE = "lora/lora-merge.md"
DAMAGE = [
    "---\n",
    "# zh\n",
    "# en\n",
    "## Quiz\n",
    "## 要点\n",
    "- [x] yes\n",
    "> so\n",
    "- point\n",
    "```python\n",
    "$$\\frac{\n",
    "tags: [a: b]\n",
    "outline: {}\n",
    "references: 7\n",
    "\t\x00\n",
    "| a | b |\n|---|\n",
    "<b>&#0;![](\n",
]


def found(loaded: Loaded) -> list[tuple[str, int, str]]:
    return [(problem.path, problem.line, problem.key) for problem in loaded.problems]


def keys(loaded: Loaded) -> list[str]:
    return [problem.key for problem in loaded.problems]


def test_a_right_folder_is_read_whole(content: ContentFolder) -> None:
    content.question()
    loaded = content.read()
    question = loaded.documents[0].question
    assert loaded.problems == ()
    assert (question.id, question.topic, question.difficulty) == ("lora-merge", "lora", Difficulty.MEDIUM)
    assert (question.tags, question.outline, question.follows) == (("lora", "peft"), ("05.4-02",), ())
    assert question.as_of == "2026-11"
    assert question.references == (
        Reference(title="LoRA: Low-Rank Adaptation", url="https://arxiv.org/abs/2106.09685"),
    )
    assert question.text(Language.ZH).hint == "写出前向公式。"
    assert question.en.key_points.startswith("- Yes: $W' = W_0 + BA$.\n- Latency")
    assert question.en.quiz.right == 1
    assert question.zh.quiz.options[1] == "相同，因为形状不变"
    assert question.en.quiz.explanation == "One matrix of the original shape remains."


def test_windows_line_ends_are_tolerated(content: ContentFolder) -> None:
    content.write(FILE, QUESTION.replace("\n", "\r\n"))
    loaded = content.read()
    assert loaded.problems == ()
    assert "\r" not in loaded.documents[0].question.en.answer


@pytest.mark.parametrize(
    ("old", "new", "needle", "key"),
    [
        ("difficulty: medium", "difficulty: tricky", "difficulty:", "check-difficulty"),
        ("difficulty: medium\n", "", "id:", "check-field-missing"),
        ("difficulty: medium", "difficulty: medium\nlevel: 3", "level:", "check-field-unknown"),
        ("difficulty: medium", "difficulty: medium\ndifficulty: easy", "difficulty: easy", "check-field-twice"),
        ("id: lora-merge", "id: lora-merging", "id:", "check-id-file"),
        ("id: lora-merge", "id: LoRA merge", "id:", "check-id-shape"),
        ("id: lora-merge", "id: 7", "id:", "check-id-shape"),
        ("tags: [lora, peft]", "tags: lora", "tags:", "check-list"),
        ("tags: [lora, peft]", "tags: []", "tags:", "check-list-length"),
        ("tags: [lora, peft]", "tags: [a, b, c, d, e, f]", "tags:", "check-list-length"),
        ("tags: [lora, peft]", "tags: [lora, Two Words]", "tags:", "check-list-item"),
        ("tags: [lora, peft]", "tags: [lora, lora]", "tags:", "check-list-twice"),
        ("tags: [lora, peft]", "tags: [lora, {a: b}]", "tags:", "check-list-item"),
        ("outline: [05.4-02]", "outline: [5.4]", "outline:", "check-list-item"),
        ("follows: []", "follows: [nobody]", "follows:", "check-follows-unknown"),
        ("follows: []", "follows: [lora-merge]", "follows:", "check-follows-circle"),
        ("as_of: 2026-11", "as_of: 2026-11-24", "as_of:", "check-month"),
        ("as_of: 2026-11", "as_of: 2026-13", "as_of:", "check-month"),
        ("https://arxiv.org", "http://arxiv.org", "references:", "check-link-https"),
        ("https://arxiv.org/abs", "https://blog.csdn.net/x", "references:", "check-link-refused"),
        ("https://arxiv.org/abs", "https://[/abs", "references:", "check-link-refused"),
        ('  - title: "LoRA: Low-Rank Adaptation"\n    url', "  - url", "references:", "check-reference-shape"),
        ("as_of: 2026-11\nreferences:", "references: []\nas_of: 2026-11\nx:", "references:", "check-references"),
        ('title: "LoRA: Low', "title: LoRA: Low", "title:", "check-yaml"),
    ],
)
def test_front_matter_is_checked(content: ContentFolder, old: str, new: str, needle: str, key: str) -> None:
    path = content.question("lora-merge", (old, new))
    assert (FILE, line_of(path.read_text(encoding="utf-8"), needle), key) in found(content.read())


def test_every_missing_field_is_told(content: ContentFolder) -> None:
    content.write(FILE, "---\nid: lora-merge\n---\n# zh\n" + QUESTION.partition("# zh\n")[2])
    missing = [problem.values["field"] for problem in content.read().problems]
    assert missing == ["difficulty", "tags", "outline", "follows", "as_of", "references"]


def test_a_reference_given_twice_is_noted(content: ContentFolder) -> None:
    again = '  - title: "Again"\n    url: https://arxiv.org/abs/2106.09685\n---\n# zh'
    content.question("lora-merge", ("---\n# zh", again))
    assert "check-list-twice" in keys(content.read())


def test_front_matter_that_is_no_mapping_is_noted_once(content: ContentFolder) -> None:
    content.write(FILE, "---\njust words\n---\n" + QUESTION.partition("---\n# zh")[2].join(["# zh", ""]))
    assert keys(content.read()) == ["check-front-shape"]


def test_control_characters_that_yaml_refuses_are_noted(content: ContentFolder) -> None:
    content.question("lora-merge", ('title: "LoRA', 'title: "\x07LoRA'))
    assert {"check-invisible", "check-yaml"} <= set(keys(content.read()))


@pytest.mark.parametrize(
    ("old", "new", "needle", "key"),
    [
        ("---\nid:", "id:", "id:", "check-front-missing"),
        ("---\n# zh", "---\nwords\n# zh", "words", "check-text-before"),
        ("# zh\n", "# zh\nwords\n", "words", "check-half-text"),
        ("# zh\n", "# fr\n", "# fr", "check-half-unknown"),
        ("# en\n", "# zh\n", "# zh\n## Question", "check-half-twice"),
        ("## Hint", "## Hints", "## Hints", "check-section-unknown"),
        ("## Hint\n", "## Question\nAgain?\n\n## Hint\n", "## Question\nAgain", "check-section-twice"),
        ("Write the forward pass.", "", "## Hint", "check-section-empty"),
        ("Write the forward pass.", "### Deep\nWrite.", "### Deep", "check-heading-deep"),
        ("Write the forward pass.", "```python\nx = 1", "```python", "check-fence-open"),
        ("- Yes: $W' = W_0 + BA$.", "Yes:\n- one", "Yes:", "check-bullets-only"),
        ("- Subtracting undoes it.\n", "", "- Yes", "check-bullets"),
        ("- What about several adapters?\n", "", "- And a", "check-bullets"),
        ("LoRA 训练得到的", "很" * 200, "很", "check-question-long"),
        ("Can the low-rank", "Can " * 100, "Can ", "check-question-long"),
        ("写出前向公式。", "写\u200b出\u0007前向公式。", "写\u200b", "check-invisible"),
    ],
)
def test_sections_are_checked(content: ContentFolder, old: str, new: str, needle: str, key: str) -> None:
    path = content.question("lora-merge", (old, new))
    assert (FILE, line_of(path.read_text(encoding="utf-8"), needle), key) in found(content.read())


def test_missing_halves_and_sections_are_noted(content: ContentFolder) -> None:
    content.write(FILE, QUESTION.partition("# en\n")[0].replace("## 提示\n写出前向公式。\n", ""))
    assert keys(content.read()) == ["check-section-missing", "check-half-missing"]


def test_a_file_of_front_matter_alone_lacks_both_halves(content: ContentFolder) -> None:
    content.write(FILE, QUESTION.partition("# zh")[0])
    assert keys(content.read()) == ["check-half-missing", "check-half-missing"]


def test_halves_and_sections_have_an_order(content: ContentFolder) -> None:
    front, zh, en = QUESTION.replace("# en\n", "# zh\n").split("# zh\n")
    content.write(FILE, f"{front}# en\n{en}\n# zh\n{zh}")
    content.question("lora-two", ("## Hint\nWrite the forward pass.\n\n", ""), ("# en\n", "# en\n## Hint\nWrite.\n\n"))
    assert keys(content.read()) == ["check-half-order", "check-section-order"]


def test_a_heading_in_a_code_block_is_code(content: ContentFolder) -> None:
    content.question("lora-merge", ("Write the forward pass.", "~~~~python\n# en\n~~~\n## Hint\n~~~~"))
    loaded = content.read()
    assert loaded.problems == ()
    assert "# en" in loaded.documents[0].question.en.hint


@pytest.mark.parametrize(
    ("old", "new", "needle", "key"),
    [
        ("How does the cost change after merging?", "", "- [ ] Higher", "check-quiz-question"),
        ("How does the cost", "How? " * 61, "How? ", "check-quiz-question"),
        ("- [ ] It depends on the rank\n", "", "How does", "check-quiz-options"),
        ("- [ ] Higher", "- [x] Higher", "How does", "check-quiz-right"),
        ("- [x] The same", "- [ ] The same", "How does", "check-quiz-right"),
        ("- [ ] Higher", "- [ ] " + "Higher " * 20, "- [ ] Higher", "check-quiz-option-long"),
        ("- [ ] It depends on the rank", "- [ ] lower, since the rank is lower", "How does", "check-quiz-option-twice"),
        ("> One matrix of", "One matrix of", "One matrix", "check-quiz-line"),
        ("> One matrix of", "> One\n> matrix of", "How does", "check-quiz-explanation"),
        ("> One matrix of", "> " + "One " * 60, "How does", "check-quiz-explanation-long"),
        ("- [ ] Higher", "- [ ] **Higher**", "- [ ] **", "check-quiz-markup"),
        ("- [ ] Higher", "- [ ] $x$", "- [ ] $", "check-quiz-markup"),
        ("- [x] The same, since the shape stays", "- [x] " + "The same " * 9, "- [x] The same", "check-quiz-giveaway"),
    ],
)
def test_the_quiz_is_checked(content: ContentFolder, old: str, new: str, needle: str, key: str) -> None:
    path = content.question("lora-merge", (old, new))
    assert (FILE, line_of(path.read_text(encoding="utf-8"), needle), key) in found(content.read())


def test_both_languages_have_the_same_right_option(content: ContentFolder) -> None:
    content.question("lora-merge", ("- [ ] Higher", "- [x] Higher"), ("- [x] The same", "- [ ] The same"))
    problem = content.read().problems[0]
    assert (problem.key, problem.values) == ("check-quiz-order", {"zh": "B", "en": "A"})


@pytest.mark.parametrize(
    ("data", "line", "key"),
    [
        (QUESTION.encode().replace("追问".encode(), b"\xff\xfe"), line_of(QUESTION, "## 追问"), "check-encoding"),
        (QUESTION.encode("gb18030"), line_of(QUESTION, "## 题目"), "check-encoding"),
        (b"\xef\xbb\xbf" + QUESTION.encode(), 1, "check-bom"),
    ],
)
def test_the_encoding_is_checked(content: ContentFolder, data: bytes, line: int, key: str) -> None:
    content.write(FILE, data)
    assert found(content.read()) == [(FILE, line, key)]


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_damage_stops_the_reading(content: ContentFolder, data: st.DataObject) -> None:
    lines = QUESTION.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at : at + data.draw(st.integers(0, 3))] = data.draw(st.lists(st.sampled_from(DAMAGE), max_size=2))
    content.write(FILE, "".join(lines))
    loaded = content.read()
    check_sections(FILE, loaded.halves.get(FILE, {}))
    assert len(loaded.documents) == all(problem.severity is Severity.WARNING for problem in loaded.problems)


@pytest.mark.skipif(os.name != "posix", reason="a directory named like a file")
def test_a_file_that_cannot_be_read_is_noted(content: ContentFolder) -> None:
    (content.path / "lora" / "odd.md").mkdir(parents=True)
    assert found(content.read()) == [("lora/odd.md", 0, "check-unreadable")]


def test_an_unknown_topic_and_a_strange_file_are_noted(content: ContentFolder) -> None:
    content.question(topic="lorra")
    content.write("lora/notes.txt", "words")
    content.write("lora/.hidden", "words")
    content.write("_drafts/anything.md", "words")
    problems = content.read().problems
    assert [(problem.path, problem.key) for problem in problems] == [
        ("lora/notes.txt", "check-file-strange"),
        ("lorra/lora-merge.md", "check-topic-unknown"),
    ]
    assert problems[0].severity is Severity.WARNING
    assert problems[1].values["near"] == "lora"


def test_an_id_stands_once_in_the_bank(content: ContentFolder) -> None:
    content.question(topic="lora")
    content.question(topic="position-encoding")
    assert found(content.read()) == [("position-encoding/lora-merge.md", 1, "check-id-twice")]


def test_a_broken_file_does_not_hide_the_others(content: ContentFolder) -> None:
    content.question()
    content.question("lora-two", ("difficulty: medium", "difficulty: x"))
    content.question("lora-three", ("follows: []", "follows: [lora-two]"))
    loaded = content.read()
    assert [document.question.id for document in loaded.documents] == ["lora-merge", "lora-three"]
    assert keys(loaded) == ["check-difficulty"]
    assert "lora/lora-two.md" in loaded.halves


def test_a_circle_is_told_once(content: ContentFolder) -> None:
    content.question("lora-a", ("follows: []", "follows: [lora-c]"))
    content.question("lora-b", ("follows: []", "follows: [lora-a]"))
    content.question("lora-c", ("follows: []", "follows: [lora-b]"))
    content.question("lora-d", ("follows: []", "follows: [lora-c]"))
    problem, *others = content.read().problems
    assert others == []
    assert problem.values == {"circle": "lora-a → lora-c → lora-b → lora-a"}


def test_questions_are_read_by_outline_then_chain(content: ContentFolder) -> None:
    content.question("pos-b", ("outline: []", "outline: [16-01]"), topic="position-encoding")
    content.question("lora-z", ("outline: []", "outline: [05.4-01]"))
    content.question("lora-merge", ("follows: []", "follows: [lora-z]"))
    content.question("lora-own", ("follows: []", "follows: [lora-z, pos-b]"))
    content.question("lora-own-too", ("follows: []", "follows: [lora-own]"))
    content.question("lora-a")
    content.question("lora-first", ("outline: []", "outline: [05.4-01]"), ("follows: []", "follows: [lora-a]"))
    ids = [document.question.id for document in content.read().documents]
    assert ids == ["lora-a", "lora-first", "lora-z", "lora-own", "lora-own-too", "lora-merge", "pos-b"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "check-topics-shape"),
        ("groups: [", "check-yaml"),
        ("groups: []\nextra: 1", "check-topics-shape"),
        ("groups: [{slug: a}]", "check-group-shape"),
        (TOPICS.replace("slug: lora\n", "slug: LoRA\n"), "check-topic-shape"),
        (TOPICS.replace("aliases: [rope]", "aliases: rope"), "check-topic-shape"),
        (TOPICS.replace("aliases: [rope]", "alias: [rope]"), "check-topic-shape"),
        (TOPICS.replace("slug: empty-shelf", "slug: lora"), "check-topic-twice"),
        (TOPICS.replace("[rope]", "[Q-LoRA]"), "check-topic-name"),
        (TOPICS.replace('["16"]', '["05.4"]'), "check-topic-block"),
    ],
)
def test_the_syllabus_is_checked(content: ContentFolder, text: str, key: str) -> None:
    content.write("topics.yaml", text)
    assert key in keys(content.read())


def test_a_problem_of_a_topic_names_its_line(content: ContentFolder) -> None:
    text = TOPICS.replace("[rope]", "[qlora]")
    content.write("topics.yaml", text)
    assert content.read().problems[0].line == line_of(text, "slug: position-encoding")


def test_a_folder_that_is_not_there_is_noted(tmp_path: Path) -> None:
    assert found(read_folder(tmp_path / "nowhere")) == [("topics.yaml", 0, "check-unreadable")]
