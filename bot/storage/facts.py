"""What can be seen of a database from outside: how large it is, and when it was backed up last."""

from datetime import UTC, datetime
from pathlib import Path

from bot.core.ports import Facts
from bot.storage.backup import backups_of


def facts(database: Path, backups: Path, *, version: str, since: datetime) -> Facts:
    """About a database, and its backups in a folder; cheap enough to be asked often."""
    return Facts(
        version=version,
        since=since,
        database_bytes=_size(database),
        log_bytes=_size(database.with_name(f"{database.name}-wal")),
        backed_up_at=_backed_up_at(database, backups),
    )


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _backed_up_at(database: Path, folder: Path) -> datetime | None:
    try:
        copies = backups_of(database, folder)
        return datetime.fromtimestamp(copies[-1].stat().st_mtime, UTC) if copies else None
    except OSError:  # there is no such folder yet, or it cannot be read
        return None
