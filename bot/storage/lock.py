"""One bot, one process: a lock beside the database that dies with the process that holds it."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from bot.core.errors import StoreError

if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    def _take(file: IO[bytes]) -> None:
        # The byte lies far behind the text, which others must be able to read.
        file.seek(_FAR)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def process_lock(database: Path) -> Iterator[None]:
    """Hold the database for this process alone; the file `<database>.lock` names its pid and its machine.

    The database is the file, by whatever name or link it is reached. A missing folder is made. The operating system
    lets go of the lock when the process ends, however it ends. Raises StoreError when another process holds it, with
    which one and since when, or when the file cannot be written.
    """
    path = lock_path(database)
    try:
        # What people study is their own business: a folder made here is for this user alone.
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = path.open("a+b", buffering=0)
    except OSError as error:
        raise _unwritable(path, error) from error
    with file:
        try:
            _take(file)
        except OSError as error:
            raise StoreError(
                f"Another bot (process {_holder(file)}) already uses the database {database}. Stop it first, or give "
                f"this one a database of its own with QIANMIAN_DATABASE."
            ) from error
        try:
            file.truncate(0)
            # In containers every bot is process 1; the machine's name tells which one it is.
            file.write(f"{os.getpid()} on {socket.gethostname()}\n".encode())
        except OSError as error:
            raise _unwritable(path, error) from error
        # The file stays when the lock goes: removing it could take it from under a process that waits for it.
        yield


def lock_path(database: Path) -> Path:
    """Where the lock of a database stands."""
    file = database.resolve()
    return file.with_name(f"{file.name}.lock")


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"The lock file {path} cannot be written ({error.strerror}). Check that this user may write in that folder, "
        f"and that there is space on its disk."
    )


def _holder(file: IO[bytes]) -> str:
    file.seek(0)
    name = file.read(_LINE).decode(errors="replace").strip() or "unknown"
    since = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
    return f"{name}, since {since:%Y-%m-%d %H:%M} UTC"


_FAR: Final = 1 << 20
_LINE: Final = 200
