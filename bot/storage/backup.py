"""Backups: whole copies of the database, taken while the bot runs, each opened and read before it counts."""

import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

from bot.core.errors import StoreError
from bot.core.model import require_utc
from bot.storage.check import check, is_ours, never, reading
from bot.storage.faults import speaking_plainly
from bot.storage.lock import process_lock

# A disk that is full to the last byte is of no use to the bot that goes on beside it.
SPARE: Final = 16_000_000
LEFT_OVER_AFTER: Final = timedelta(hours=1)


def backup(database: Path, target: Path, *, given_up: Callable[[], bool] = never) -> None:
    """Copy a database, which a bot may be using, into a single file of its own.

    The copy is one state of the database, read from end to end, and stands at `target` whole or not at all. An
    earlier backup there is replaced. Raises StoreError, with nothing changed, when it cannot be made or `target`
    is any other file, or it is given up, which is asked for now and then.
    """
    if target.exists() and (target.samefile(database) or not is_ours(target)):
        raise StoreError(f"The file {target} exists and is no backup of this bot. Choose another name for the backup.")
    copied = _copy(database, beside=target, given_up=given_up)
    _replace(copied, target)


def restore(kept: Path, database: Path) -> Path | None:
    """Put a backup in the place of a database that no bot is using; returns where the old one stands now.

    Raises StoreError, with nothing changed, when a bot holds the database, or the backup is missing, damaged, of
    another program or of a newer bot.
    """
    with process_lock(database):
        if database.exists() and kept.exists() and kept.samefile(database):
            raise StoreError(f"The file {kept} is the database itself. Name the backup that is to be restored.")
        copied = _copy(kept, beside=database)
        try:
            aside = _set_aside(database) if database.exists() else None
        except OSError as error:
            copied.unlink()
            raise StoreError(
                f"The old database {database} cannot be kept under a second name ({error.strerror}). Move it and its "
                f"-wal file away yourself, and restore again."
            ) from error
        _replace(copied, database)
    return aside


def back_up_nightly(
    database: Path, folder: Path, *, now: datetime, keep: int, given_up: Callable[[], bool] = never
) -> Path:
    """Take the backup of a day (UTC) into a folder, and remove all but the latest `keep` of them.

    What a process that was killed left there half made goes as well. Returns where it stands. Raises StoreError as
    `backup` does; older backups then stay.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"The folder {folder} for backups cannot be made ({error.strerror}).") from error
    _remove_leftovers(folder, before=require_utc(now) - LEFT_OVER_AFTER)
    target = folder / f"{database.stem}-{now:%Y-%m-%d}.db"
    backup(database, target, given_up=given_up)
    for old in backups_of(database, folder)[: -max(keep, 1)]:
        old.unlink(missing_ok=True)
    return target


def backups_of(database: Path, folder: Path) -> Sequence[Path]:
    """The nightly backups of a database in a folder, oldest first."""
    name = re.compile(rf"{re.escape(database.stem)}-\d{{4}}-\d\d-\d\d\.db")
    return sorted(path for path in folder.iterdir() if name.fullmatch(path.name))


def _remove_leftovers(folder: Path, *, before: datetime) -> None:
    """Remove unfinished copies that nobody has written to for long; a backup that goes on writes all the time."""
    for part in [*folder.glob(_PART.format("*")), *folder.glob(_PART.format("*") + "-journal")]:
        with suppress(OSError):  # whoever made it may have removed it meanwhile
            if part.stat().st_mtime < before.timestamp():
                part.unlink()


def _require_room(database: Path, folder: Path) -> None:
    """Raise StoreError unless a copy fits on the folder's disk with some room to spare."""
    log = database.with_name(f"{database.name}-wal")
    wanted = sum(file.stat().st_size for file in (database, log) if file.exists()) + SPARE
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # what is wrong with the folder shows, and is said, when the copy is written
    if free < wanted:
        raise StoreError(
            f"There is no room for a copy of {database} in {folder}: it takes {wanted / 1e6:.0f} MB, and "
            f"{free / 1e6:.0f} MB are free. Free some space there, or choose a folder on another disk with "
            f"QIANMIAN_BACKUP_FOLDER."
        )


def _copy(database: Path, *, beside: Path, given_up: Callable[[], bool] = never) -> Path:
    """A verified copy of a database under a passing name in the folder of another file."""

    def go_on(*_: int) -> None:
        if given_up():
            raise StoreError(f"The copy of {database} was given up before it was whole.")

    part = beside.with_name(_PART.format(os.getpid()))
    # In a container every bot has the same number; what an earlier one left must not be taken for ours.
    part.unlink(missing_ok=True)
    try:
        with reading(database) as source:
            _require_room(database, beside.parent)
            # An open read keeps the copy on one state, whatever is written meanwhile, so it never starts over.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            with speaking_plainly(beside), closing(sqlite3.connect(part)) as copy:
                source.backup(copy, pages=_PAGES, progress=go_on)
                # A backup is one file, with no log beside it.
                copy.execute("PRAGMA journal_mode = DELETE")
        check(part, given_up=given_up)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part


def _replace(part: Path, target: Path) -> None:
    try:
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"The file {target} cannot be written ({error.strerror}).") from error
    with suppress(OSError):  # a folder cannot be opened on every system; then the system decides when it is written
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _set_aside(database: Path) -> Path:
    """Give a database a second name that is free, with its log if it has one."""
    aside = next(name for n in count(1) if not (name := _numbered(database, n)).exists())
    # The old name stays until the backup takes it, so that there is a database at every instant. Nothing is opened:
    # SQLite would throw away the log of a damaged file.
    aside.hardlink_to(database)
    for suffix in ("-wal", "-shm"):
        log = database.with_name(database.name + suffix)
        if log.exists():
            log.replace(aside.with_name(aside.name + suffix))
    return aside


def _numbered(database: Path, number: int) -> Path:
    return database.with_name(f"{database.name}.before-restore-{number}")


_PAGES: Final = 512
_PART: Final = ".qianmian-{}.part"
