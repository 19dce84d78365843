"""`python -m bot`, also installed as `qianmian`: the command line.

Exit codes: 0 done, 1 something is wrong (with what you asked to be checked), 2 it could not even begin.
"""

import asyncio
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot import logs
from bot.config import BadSettings, Problem, Settings, operator_language, read_settings
from bot.core.errors import BadContent, CannotStart, Mistake, StoreError
from bot.core.requests import Voice
from bot.locales import FluentPhrases
from bot.options import overrides, read_options

OK: Final = 0
WRONG: Final = 1
UNUSABLE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One command, with all it works on; `problems` are those of the settings."""

    options: Namespace
    settings: Settings
    problems: tuple[Problem, ...]
    voice: Voice


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    call = _call(read_options(arguments))
    if call.problems and call.options.command != "doctor":
        for problem in call.problems:
            print(f"✗ {problem.name}: {call.voice(problem.key, **problem.values)}", file=sys.stderr)
        return UNUSABLE
    try:
        return _COMMANDS[call.options.command](call)
    except Mistake as mistake:
        print(f"✗ {call.voice(mistake.key, **mistake.values)}", file=sys.stderr)
        return WRONG
    except (StoreError, BadContent, CannotStart) as error:
        print(f"✗ {error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return OK
    except BrokenPipeError:
        # Whoever read our output has seen enough (`qianmian ask | head`); nothing more can be written.
        sys.stdout = None
        return OK


def _call(options: Namespace) -> Call:
    problems: tuple[Problem, ...] = ()
    try:
        settings = read_settings(**overrides(options))
    except BadSettings as error:
        settings, problems = error.rest, error.problems
    voice = Voice(FluentPhrases(), operator_language(settings))
    return Call(options=options, settings=settings, problems=problems, voice=voice)


# Each command imports what it needs when it runs: the page should answer within a second of starting.


def _run(call: Call) -> int:
    from bot.app import run  # noqa: PLC0415  # start-up time

    settings = call.settings
    tokens = (settings.telegram_token, settings.discord_token, settings.web_password)
    secrets = [token.get_secret_value() for token in tokens if token is not None]
    logs.set_up(level=settings.log_level, form=settings.log_format, secrets=secrets)
    asyncio.run(run(settings, browser=call.options.browser and sys.stdout.isatty()))
    return OK


def _check(call: Call) -> int:
    from bot.catalog import index  # noqa: PLC0415  # start-up time
    from bot.catalog.check import check  # noqa: PLC0415
    from bot.catalog.loader import read_folder  # noqa: PLC0415
    from bot.catalog.source import default_folder  # noqa: PLC0415

    folder: Path = call.options.folder or call.settings.content or default_folder()
    if call.options.write_index:
        index.write(folder, read_folder(folder))
    report = check(folder, call.voice.phrases, call.voice.language)
    for sentence in report.sentences:
        print(sentence)
    print(report.table)
    print(call.voice("check-summary", errors=report.errors, warnings=report.warnings))
    return WRONG if report.errors else OK


def _ask(call: Call) -> int:
    from bot.catalog.source import FolderBankSource, default_folder  # noqa: PLC0415  # start-up time
    from bot.clock import SystemClock  # noqa: PLC0415
    from bot.terminal import ask  # noqa: PLC0415

    folder = call.settings.content or default_folder()
    bank = FolderBankSource(folder, phrases=call.voice.phrases, language=call.voice.language).load_now()
    ask(call.voice, bank, topic=call.options.topic, now=SystemClock().now().isoformat())
    return OK


def _reports(call: Call) -> int:
    from bot.catalog.source import default_folder  # noqa: PLC0415  # start-up time
    from bot.core.schedule import open_zone  # noqa: PLC0415
    from bot.storage import reports  # noqa: PLC0415
    from bot.storage.check import reading  # noqa: PLC0415
    from bot.terminal import show_reports  # noqa: PLC0415

    if call.options.done:
        return _finish_reports(call)
    with reading(call.settings.database) as connection:
        notes = reports.latest(connection, limit=sys.maxsize)
    files = {path.stem: path for path in (call.settings.content or default_folder()).glob("*/*.md")}
    show_reports(call.voice, notes, files=files, zone=open_zone(call.settings.timezone))
    return OK


def _finish_reports(call: Call) -> int:
    from bot.storage import reports  # noqa: PLC0415  # start-up time
    from bot.storage.beside import beside  # noqa: PLC0415

    with beside(call.settings.database) as connection:
        unknown = [number for number in call.options.done if not reports.finish(connection, number)]
        left = len(reports.latest(connection, limit=sys.maxsize))
    for number in unknown:
        print(call.voice("reports-unknown", number=number), file=sys.stderr)
    print(call.voice("reports-left", n=left))
    return WRONG if unknown else OK


def _backup(call: Call) -> int:
    from bot.storage.backup import backup  # noqa: PLC0415  # start-up time

    file: Path = call.options.file
    if file.exists() and not call.options.force:
        print(f"✗ {call.voice('backup-exists', file=str(file))}", file=sys.stderr)
        return UNUSABLE
    backup(call.settings.database, file)
    print(call.voice("backup-done", file=str(file), database=str(call.settings.database), size=_size(file)))
    return OK


def _restore(call: Call) -> int:
    from bot.storage.backup import restore  # noqa: PLC0415  # start-up time

    database = call.settings.database
    kept = restore(call.options.file, database)
    print(call.voice("restore-done", file=str(call.options.file), database=str(database), size=_size(database)))
    if kept is not None:
        print(call.voice("restore-kept", file=str(kept)))
    return OK


def _resume(call: Call) -> int:
    from bot.core.model import Platform  # noqa: PLC0415  # start-up time
    from bot.delivery.guard import keys, words_of  # noqa: PLC0415
    from bot.storage.beside import beside  # noqa: PLC0415
    from bot.storage.notes import forget  # noqa: PLC0415

    platform = Platform(call.options.platform)
    with beside(call.settings.database) as connection:
        held = forget(connection, keys(platform))
        # Should it hold again, that is told again.
        forget(connection, words_of(platform))
    print(call.voice("resume-done" if held else "resume-nothing", platform=platform.title()))
    return OK


def _size(file: Path) -> str:
    size = file.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"  # noqa: PLR2004  # a million bytes


def _doctor(call: Call) -> int:
    from bot.clock import SystemClock  # noqa: PLC0415  # start-up time
    from bot.doctor import Doctor  # noqa: PLC0415

    doctor = Doctor(settings=call.settings, problems=call.problems, voice=call.voice, now=SystemClock().now())
    wrong = 0
    for finding in doctor.findings():
        print(f"{'ok' if finding.ok else '✗ '} {finding.part:<9} {finding.words}", flush=True)
        wrong += not finding.ok
    print(call.voice("doctor-summary", n=wrong))
    return WRONG if wrong else OK


def _health(call: Call) -> int:
    from bot.health import ask_health, page_address  # noqa: PLC0415  # start-up time

    host, port = call.settings.web_host, call.settings.web_port
    try:
        alive, said = ask_health(host, port)
    except OSError as error:
        print(f"✗ {call.voice('health-silent', address=page_address(host, port), why=str(error))}", file=sys.stderr)
        return UNUSABLE
    print(said)
    return OK if alive else WRONG


_COMMANDS: Final[Mapping[str, Callable[[Call], int]]] = {
    "run": _run,
    "check": _check,
    "ask": _ask,
    "reports": _reports,
    "backup": _backup,
    "restore": _restore,
    "resume": _resume,
    "doctor": _doctor,
    "health": _health,
}

if __name__ == "__main__":
    sys.exit(main())
