"""The real questions: they load, they are right, their code runs."""

import json
import re
import subprocess
import sys

import pytest

from bot.catalog.check import check
from bot.catalog.source import FolderBankSource, default_folder
from bot.core.model import Language
from bot.locales import FluentPhrases

RUN = re.compile(r"^```python run\n(.*?)^```", re.DOTALL | re.MULTILINE)
# Runs each snippet as its own main module, with the standard library alone; tells which failed or took long.
RUNNER = """
import json, sys, time, traceback
failures = []
for name, code in json.load(sys.stdin):
    began = time.perf_counter()
    try:
        exec(compile(code, name, "exec"), {"__name__": "__main__"})
    except BaseException:
        failures.append(f"{name}: {traceback.format_exc(limit=-1)}")
    if time.perf_counter() - began > 5:
        failures.append(f"{name}: took longer than five seconds")
sys.__stdout__.write("\\x1e" + json.dumps(failures))
"""


def snippets() -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for path in sorted(default_folder().glob("*/*.md")):
        for snippet in RUN.finditer(path.read_text(encoding="utf-8")):
            found.setdefault(snippet[1], f"{path.name}:{snippet.string[: snippet.start()].count(chr(10)) + 2}")
    return [(name, code) for code, name in found.items()]


def test_the_check_finds_no_errors() -> None:
    report = check(default_folder(), FluentPhrases(), Language.EN)
    assert report.errors == 0, "\n".join(report.sentences)


def test_the_bank_loads() -> None:
    bank = FolderBankSource(default_folder(), phrases=FluentPhrases(), language=Language.EN).load_now()
    assert bank.question("lora-merge-weights").topic == "lora"


def test_code_marked_run_runs() -> None:
    done = subprocess.run(  # noqa: S603  (our own interpreter, our own snippets)
        [sys.executable, "-I", "-S", "-c", RUNNER],
        input=json.dumps(snippets()),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=120,
    )
    assert json.loads(done.stdout.rpartition("\x1e")[2]) == []


@pytest.mark.parametrize(
    ("words", "best"),
    [("lroa 合并", "lora-merge-weights"), ("merge lora weights", "lora-merge-weights")],
)
def test_the_search_finds_what_people_mean(words: str, best: str) -> None:
    bank = FolderBankSource(default_folder(), phrases=FluentPhrases(), language=Language.EN).load_now()
    assert bank.search(words)[0].id == best
