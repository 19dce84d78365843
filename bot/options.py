"""What can be written on the command line: commands and flags, read into a namespace."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bot import __version__
from bot.core.model import Language

ABOUT: Final = {
    "run": "Run the bot; this is what happens without a command.",
    "check": "Check every question, and show how much of the outline is answered.",
    "ask": "Ask one question in the terminal; Enter shows the hint, then the answer.",
    "reports": "Print the corrections that readers suggested, also while the bot runs.",
    "backup": "Copy the database to FILE while the bot runs, and verify the copy.",
    "restore": "Put a backup in place of the database; the bot must not be running.",
    "resume": "Go on sending on PLATFORM, which the bot held back lest it end subscriptions by mistake.",
    "doctor": "Look at settings, database, content, tokens, clock and fonts, and say what to do.",
    "health": "Ask the running bot how it is; exit code 0 when it is alive.",
}
_FIELDS: Final = {
    "host": "web_host",
    "port": "web_port",
    "database": "database",
    "content": "content",
    "lang": "language",
}


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for: `command` names it; flags that were not written are absent, unless the command needs them.

    Ends the process, as argparse does, after `--help`, `--version` and what cannot be understood.
    """
    return _parser().parse_args(arguments)


def overrides(options: argparse.Namespace) -> dict[str, Any]:
    """The settings that flags were written for, by their names."""
    return {field: getattr(options, flag) for flag, field in _FIELDS.items() if hasattr(options, flag)}


def _parser() -> argparse.ArgumentParser:
    lang, database, content, address, browser = _flags()
    parser = argparse.ArgumentParser(
        prog="qianmian",
        description="One good LLM-interview question a day, in the chats where people study.",
        epilog="Without a command, the bot runs. `qianmian COMMAND --help` tells more about one.",
        parents=[address, browser, database, content, lang],
    )
    parser.add_argument("--version", action="version", version=f"qianmian {__version__}")
    parser.set_defaults(command="run", browser=True)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(name: str, *flags: argparse.ArgumentParser) -> argparse.ArgumentParser:
        about = ABOUT[name]
        sub = commands.add_parser(name, help=about, description=about, parents=[*flags, lang])
        sub.set_defaults(command=name)
        return sub

    add("run", address, browser, database, content)
    check = add("check")
    check.add_argument("folder", nargs="?", type=Path, help="the content folder (default: the one in use)")
    check.add_argument("--write-index", action="store_true", help="write INDEX.md and INDEX.zh.md anew")
    ask = add("ask", content)
    ask.add_argument("--topic", help="a topic, such as lora")
    reports = add("reports", database, content)
    reports.add_argument("--done", nargs="+", type=int, metavar="NUMBER", help="take these off: they are dealt with")
    backup = add("backup", database)
    backup.add_argument("file", type=Path)
    backup.add_argument("--force", action="store_true", help="replace an earlier backup of that name")
    restore = add("restore", database)
    restore.add_argument("file", type=Path)
    resume = add("resume", database)
    resume.add_argument("platform", choices=("telegram", "discord"))
    add("doctor", address, database, content)
    add("health", address)
    return parser


def _flags() -> tuple[argparse.ArgumentParser, ...]:
    """Flags that several commands share. One that is not written leaves no trace, and hides none before the command."""
    lang, database, content, address, browser = (
        argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS) for _ in range(5)
    )
    lang.add_argument("--lang", choices=[language.value for language in Language], help="the language of messages")
    database.add_argument("--database", type=Path, metavar="FILE", help="the database file")
    content.add_argument("--content", type=Path, metavar="FOLDER", help="another folder of questions")
    address.add_argument("--host", help="where the web chat listens (default 127.0.0.1)")
    address.add_argument("--port", help="its port (default 8080; 0 takes any free one)")
    browser.add_argument("--no-browser", dest="browser", action="store_false", help="do not open the page")
    return lang, database, content, address, browser
