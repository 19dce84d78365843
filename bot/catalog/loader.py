"""A content folder read into questions and problems; nothing stops at the first error.

Reads structure, front matter, limits, quizzes and cross references. Markdown and formulas inside the sections stay
text here: `check` reads them all, the bank reads them when they are shown.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.catalog import topics
from bot.catalog.nearest import nearest
from bot.catalog.order import in_reading_order
from bot.catalog.problems import Findings, Problem
from bot.catalog.quiz import read_quiz
from bot.catalog.schema import FrontMatter, read_front_matter
from bot.catalog.sections import HEADINGS, Halves, Section, SectionName, SplitFile, split
from bot.core.model import Language, Question, QuestionId, QuestionText, Topic, TopicGroup, TopicSlug

QUESTION_LIMITS: Final = {Language.ZH: 200, Language.EN: 350}
BULLETS: Final = {SectionName.KEY_POINTS: (3, 6), SectionName.FOLLOWUPS: (2, 3)}

# C0 and C1 controls but tab and newline; zero-width and direction marks, which nobody sees and everybody trips over.
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A question together with its file, and the lines of its fields there, for those who check further."""

    path: str
    question: Question
    lines: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Everything found in a content folder.

    Attributes:
        groups: The whole syllabus, with the topics that have no questions yet.
        documents: The files without errors, in syllabus order.
        halves: The sections of every file that could be taken apart, broken ones too, by path.
        problems: Sorted by place.
    """

    groups: tuple[TopicGroup, ...]
    documents: tuple[Document, ...]
    halves: Mapping[str, Halves]
    problems: tuple[Problem, ...]

    @property
    def topics(self) -> tuple[Topic, ...]:
        """All topics in syllabus order, those without questions too."""
        return tuple(topic for group in self.groups for topic in group.topics)


def read_folder(folder: Path) -> Loaded:
    """Read everything in a content folder; never raises for what is in it."""
    about_topics = Findings(topics.FILE)
    groups = topics.read_syllabus(folder, about_topics)
    slugs = [topic.slug for group in groups for topic in group.topics]
    findings = [about_topics]
    stems: dict[str, str] = {}
    found: dict[QuestionId, Document] = {}
    halves: dict[str, Halves] = {}
    for path in _question_files(folder):
        name = path.relative_to(folder).as_posix()
        about = Findings(name)
        findings.append(about)
        _check_place(path, name, slugs, stems, about)
        parts = _take_apart(path, about)
        if parts is not None:
            halves[name] = parts.halves
            document = _document(path, name, parts, about)
            if document is not None:
                found[document.question.id] = document
    documents = list(_in_order(found, slugs))
    findings += _cross_references(documents, stems)
    problems = [problem for about in findings for problem in about.problems]
    return Loaded(
        groups=groups,
        documents=tuple(documents),
        halves=halves,
        problems=tuple(sorted(problems, key=lambda problem: (problem.path, problem.line))),
    )


def _in_order(found: Mapping[QuestionId, Document], slugs: Iterable[TopicSlug]) -> Iterator[Document]:
    shelves: dict[TopicSlug, list[Question]] = {slug: [] for slug in slugs}
    for document in found.values():
        shelves[document.question.topic].append(document.question)
    for shelf in shelves.values():
        yield from (found[question.id] for question in in_reading_order(shelf))


def _question_files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for shelf in sorted(folder.iterdir()):
        if shelf.is_dir() and not shelf.name.startswith((".", "_")):
            yield from sorted(path for path in shelf.iterdir() if not path.name.startswith("."))


def _check_place(path: Path, name: str, slugs: list[TopicSlug], stems: dict[str, str], findings: Findings) -> None:
    topic = path.parent.name
    if topic not in slugs:
        findings.error(0, "check-topic-unknown", topic=topic, near=nearest(topic, slugs))
    if path.suffix != ".md":
        findings.warning(0, "check-file-strange")
    elif stems.setdefault(path.stem, name) != name:
        findings.error(1, "check-id-twice", id=path.stem, other=stems[path.stem])


def _take_apart(path: Path, findings: Findings) -> SplitFile | None:
    if path.suffix != ".md":
        return None
    text = _read_text(path, findings)
    return None if text is None else split(text, findings)


def _document(path: Path, name: str, parts: SplitFile, findings: Findings) -> Document | None:
    front = read_front_matter(parts.front, findings, stem=path.stem)
    texts = {language: _read_half(language, half, findings) for language, half in parts.halves.items()}
    zh, en = texts.get(Language.ZH), texts.get(Language.EN)
    if zh is not None and en is not None and zh.quiz.right != en.quiz.right:
        line = parts.halves[Language.EN][SectionName.QUIZ].line
        findings.error(line, "check-quiz-order", zh=_letter(zh.quiz.right), en=_letter(en.quiz.right))
    if front is None or zh is None or en is None or not findings.usable:
        return None
    question = _question(front, TopicSlug(path.parent.name), zh, en)
    return Document(path=name, question=question, lines=front.lines)


def _letter(option: int) -> str:
    return "ABCD"[option]


def _question(front: FrontMatter, topic: TopicSlug, zh: QuestionText, en: QuestionText) -> Question:
    return Question(
        id=front.id,
        topic=topic,
        difficulty=front.difficulty,
        tags=front.tags,
        outline=front.outline,
        follows=front.follows,
        as_of=front.as_of,
        references=front.references,
        zh=zh,
        en=en,
    )


def _read_text(path: Path, findings: Findings) -> str | None:
    """The file's text, its line ends unified; None if it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        findings.error(0, "check-unreadable", why=error.strerror or str(error))
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        findings.error(data.count(b"\n", 0, error.start) + 1, "check-encoding")
        return None
    text = text.replace("\r\n", "\n")
    if text.startswith("\ufeff"):
        findings.error(1, "check-bom")
        text = text[1:]
    for found in _INVISIBLE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        findings.error(line, "check-invisible", code=f"U+{ord(found[0]):04X}")
    return text


def _read_half(language: Language, half: Mapping[SectionName, Section], findings: Findings) -> QuestionText | None:
    for name, (least, most) in BULLETS.items():
        if name in half:
            _check_bullets(half[name], HEADINGS[language][name], least, most, findings)
    if SectionName.QUESTION in half:
        _check_question(language, half[SectionName.QUESTION], findings)
    quiz = read_quiz(half[SectionName.QUIZ], findings) if SectionName.QUIZ in half else None
    if quiz is None or len(half) < len(SectionName):
        return None
    texts = {name.value: section.text for name, section in half.items() if name is not SectionName.QUIZ}
    return QuestionText(**texts, quiz=quiz)


def _check_question(language: Language, section: Section, findings: Findings) -> None:
    limit = QUESTION_LIMITS[language]
    if len(section.text) > limit:
        findings.error(section.line, "check-question-long", length=len(section.text), limit=limit)


def _check_bullets(section: Section, title: str, least: int, most: int, findings: Findings) -> None:
    lines = section.text.splitlines()
    count = sum(line.startswith("- ") for line in lines)
    if lines and not lines[0].startswith("- "):
        findings.error(section.line, "check-bullets-only", title=title)
    elif lines and not least <= count <= most:
        findings.error(section.line, "check-bullets", title=title, count=count, least=least, most=most)


def _cross_references(documents: Iterable[Document], stems: Mapping[str, str]) -> Iterator[Findings]:
    """Findings about `follows` that lead nowhere or in a circle."""
    follows = {document.question.id: document.question.follows for document in documents}
    for document in documents:
        about = Findings(document.path)
        line = document.lines.get("follows", 2)
        for earlier in document.question.follows:
            if earlier not in stems:
                about.error(line, "check-follows-unknown", id=earlier, near=nearest(earlier, stems))
        if circle := _circle(document.question.id, follows):
            about.error(line, "check-follows-circle", circle=" → ".join(circle))
        yield about


def _circle(start: QuestionId, follows: Mapping[QuestionId, tuple[QuestionId, ...]]) -> list[QuestionId] | None:
    """The way from a question back to itself; reported at the smallest id of the circle alone."""
    paths = [[start]]
    seen: set[QuestionId] = set()
    while paths:
        path = paths.pop()
        for earlier in follows.get(path[-1], ()):
            if earlier == start:
                return [*path, start] if start == min(path) else None
            if earlier not in seen:
                seen.add(earlier)
                paths.append([*path, earlier])
    return None
