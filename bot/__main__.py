"""`python -m bot`, also installed as `qianmian`: the command line.

Exit codes: 0 done, 1 something is wrong (with what you asked to be checked), 2 it could not even begin.
"""

import argparse
import asyncio
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bot import logs
from bot.config import BadSettings, Settings, read_settings
from bot.core.errors import BadContent, CannotStart, Mistake, StoreError
from bot.core.model import Language
from bot.locales import FluentPhrases

OK: Final = 0
WRONG: Final = 1
UNUSABLE: Final = 2

Command = Callable[[argparse.Namespace, Settings], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings(**_overrides(options))
        return int(options.command(options, settings))
    except BadSettings as error:
        for problem in error.problems:
            print(f"✗ {problem}", file=sys.stderr)
        return UNUSABLE
    except (StoreError, BadContent, CannotStart) as error:
        print(f"✗ {error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return OK
    except BrokenPipeError:
        # Whoever read our output has seen enough (`qianmian ask | head`); nothing more can be written.
        sys.stdout = None
        return OK


def _overrides(options: argparse.Namespace) -> dict[str, object]:
    names = {"host": "web_host", "port": "web_port", "database": "database", "content": "content", "lang": "language"}
    given = {field: getattr(options, name, None) for name, field in names.items()}
    return {field: value for field, value in given.items() if value is not None}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qianmian", description="One good LLM-interview question a day, in the chats where people study."
    )
    parser.set_defaults(command=_run, browser=True)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(name: str, command: Command, about: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about)
        sub.set_defaults(command=command)
        sub.add_argument("--lang", type=Language, choices=list(Language), help="the language of messages: zh or en")
        return sub

    run = add("run", _run, "Run the bot (this is what happens without a command).")
    run.add_argument("--host", help="where the web chat listens (default 127.0.0.1)")
    run.add_argument("--port", type=int, help="its port (default 8080)")
    run.add_argument("--database", type=Path, help="the database file")
    run.add_argument("--content", type=Path, help="another folder of questions")
    run.add_argument("--no-browser", dest="browser", action="store_false", help="do not open the page")

    check = add("check", _check, "Check every question, and show how much of the outline is answered.")
    check.add_argument("folder", nargs="?", type=Path, help="the content folder (default: the one in use)")
    check.add_argument("--write-index", action="store_true", help="write INDEX.md and INDEX.zh.md anew")

    ask = add("ask", _ask, "Ask one question in the terminal; Enter shows the answer.")
    ask.add_argument("--topic", help="a topic, such as lora")

    backup = add("backup", _backup, "Copy the database to FILE while the bot runs, and verify the copy.")
    backup.add_argument("file", type=Path)
    backup.add_argument("--database", type=Path, help="the database file")

    restore = add("restore", _restore, "Put a backup in place of the database; the bot must not be running.")
    restore.add_argument("file", type=Path)
    restore.add_argument("--database", type=Path, help="the database file")

    add("doctor", _doctor, "Look at settings, database, content, tokens, clock and fonts, and say what to do.")
    add("health", _health, "Ask the running bot how it is; exit code 0 when it is alive.")
    return parser


# Each command imports what it needs when it runs: the page should answer within a second of starting.


def _run(options: argparse.Namespace, settings: Settings) -> int:
    from bot.app import run  # noqa: PLC0415  # start-up time

    tokens = (settings.telegram_token, settings.discord_token, settings.web_password)
    secrets = [token.get_secret_value() for token in tokens if token is not None]
    logs.set_up(level=settings.log_level, form=settings.log_format, secrets=secrets)
    asyncio.run(run(settings, browser=options.browser and sys.stdout.isatty()))
    return OK


def _check(options: argparse.Namespace, settings: Settings) -> int:
    from bot.catalog import index  # noqa: PLC0415  # start-up time
    from bot.catalog.check import check  # noqa: PLC0415
    from bot.catalog.loader import read_folder  # noqa: PLC0415
    from bot.catalog.source import default_folder  # noqa: PLC0415

    folder: Path = options.folder or settings.content or default_folder()
    if options.write_index:
        index.write(folder, read_folder(folder))
    phrases = FluentPhrases()
    report = check(folder, phrases, settings.language)
    for sentence in report.sentences:
        print(sentence)
    print(report.table)
    print(phrases.say(settings.language, "check-summary", errors=report.errors, warnings=report.warnings))
    return WRONG if report.errors else OK


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    from bot.clock import SystemClock  # noqa: PLC0415  # start-up time
    from bot.terminal import ask  # noqa: PLC0415

    try:
        return ask(settings, topic=options.topic, now=SystemClock().now().isoformat())
    except Mistake as mistake:
        print(FluentPhrases().say(settings.language, mistake.key, **mistake.values), file=sys.stderr)
        return WRONG


def _backup(options: argparse.Namespace, settings: Settings) -> int:
    from bot.storage.backup import backup  # noqa: PLC0415  # start-up time

    backup(settings.database, options.file)
    print(f"{settings.database} → {options.file}")
    return OK


def _restore(options: argparse.Namespace, settings: Settings) -> int:
    from bot.storage.backup import restore  # noqa: PLC0415  # start-up time

    kept = restore(options.file, settings.database)
    print(f"{options.file} → {settings.database}")
    if kept is not None:
        print(f"{settings.database} → {kept}")
    return OK


def _doctor(options: argparse.Namespace, settings: Settings) -> int:
    del options
    from bot.clock import SystemClock  # noqa: PLC0415  # start-up time
    from bot.doctor import Doctor  # noqa: PLC0415

    phrases = FluentPhrases()
    findings = list(Doctor(settings=settings, phrases=phrases, now=SystemClock().now()).findings())
    for finding in findings:
        print(f"{'ok' if finding.ok else '✗ '} {finding.part:<9} {finding.words}")
    wrong = sum(not finding.ok for finding in findings)
    print(phrases.say(settings.language, "doctor-summary", n=wrong))
    return WRONG if wrong else OK


def _health(options: argparse.Namespace, settings: Settings) -> int:
    del options
    host = "127.0.0.1" if settings.web_host in {"0.0.0.0", "::"} else settings.web_host  # noqa: S104  # compared only
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.web_port}/healthz", timeout=4) as answer:
            print(answer.read().decode())
            return OK
    except urllib.error.HTTPError as error:
        print(error.read().decode())
        return WRONG
    except OSError as error:
        print(f"✗ http://{host}:{settings.web_port}: {error}", file=sys.stderr)
        return UNUSABLE


if __name__ == "__main__":
    sys.exit(main())
