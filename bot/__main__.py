"""`python -m bot`: the command line."""

import argparse
import sys
from pathlib import Path

from bot.catalog import index
from bot.catalog.check import check
from bot.catalog.source import default_folder
from bot.catalog.loader import read_folder
from bot.core.model import Language
from bot.locales import FluentPhrases


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="qianmian")
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="check the content folder")
    checking.add_argument("folder", nargs="?", type=Path, default=default_folder())
    checking.add_argument("--lang", type=Language, choices=list(Language), default=Language.EN)
    checking.add_argument("--write-index", action="store_true")
    options = parser.parse_args(arguments)
    return _check(options.folder, options.lang, write_index=options.write_index)


def _check(folder: Path, language: Language, *, write_index: bool) -> int:
    if write_index:
        index.write(folder, read_folder(folder))
    phrases = FluentPhrases()
    report = check(folder, phrases, language)
    for sentence in report.sentences:
        print(sentence)
    print(report.table)
    print(phrases.say(language, "check-summary", errors=report.errors, warnings=report.warnings))
    return 1 if report.errors else 0


if __name__ == "__main__":
    sys.exit(main())
