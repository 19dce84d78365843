"""`INDEX.md` and `INDEX.zh.md`: topics and questions for readers on a code host."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.catalog.loader import Document, Loaded
from bot.catalog.problems import Findings
from bot.core.model import Difficulty, Language

FILES: Final = {Language.EN: "INDEX.md", Language.ZH: "INDEX.zh.md"}

_TITLES: Final = {Language.EN: "All questions", Language.ZH: "全部题目"}
_INTROS: Final = {
    Language.EN: "Questions: {count}. [中文]({other}). Written by `python -m bot check --write-index`; do not edit.",
    Language.ZH: "题目数：{count}。[English]({other})。由 `python -m bot check --write-index` 生成，请勿手改。",
}
_LEVELS: Final = {
    Language.EN: {Difficulty.EASY: "easy", Difficulty.MEDIUM: "medium", Difficulty.HARD: "hard"},
    Language.ZH: {Difficulty.EASY: "基础", Difficulty.MEDIUM: "进阶", Difficulty.HARD: "深入"},
}


def render(loaded: Loaded, language: Language) -> str:
    """The index in one language, as Markdown."""
    return "\n".join(_lines(loaded, language)) + "\n"


def write(folder: Path, loaded: Loaded) -> tuple[Path, ...]:
    """Write both indexes where they differ; returns the files that changed."""
    changed = []
    for language, name in FILES.items():
        text = render(loaded, language)
        if _current(folder / name) != text:
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
            changed.append(folder / name)
    return tuple(changed)


def findings(folder: Path, loaded: Loaded) -> Iterator[Findings]:
    """Indexes that are out of date."""
    for language, name in FILES.items():
        about = Findings(name)
        if loaded.documents and _current(folder / name) != render(loaded, language):
            about.warning(0, "check-index")
        yield about


def _current(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _lines(loaded: Loaded, language: Language) -> Iterator[str]:
    other = next(name for known, name in FILES.items() if known is not language)
    yield f"# {_TITLES[language]}"
    yield ""
    yield _INTROS[language].format(count=len(loaded.documents), other=other)
    shelves: dict[str, list[Document]] = {}
    for document in loaded.documents:
        shelves.setdefault(document.question.topic, []).append(document)
    for group in loaded.groups:
        topics = [topic for topic in group.topics if topic.slug in shelves]
        if topics:
            yield from ("", f"## {group.title(language)}")
        for topic in topics:
            yield from ("", f"### {topic.title(language)}", "")
            yield from (_entry(document, language) for document in shelves[topic.slug])


def _entry(document: Document, language: Language) -> str:
    question = document.question
    text = " ".join(question.text(language).question.split())
    return f"- [{text}]({document.path}) ({_LEVELS[language][question.difficulty]})"
