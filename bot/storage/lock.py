"""One bot, one process: a lock beside the database that dies with the process that holds it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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
    """Hold the database for this process alone; the file `<database>.lock` names its pid.

    A missing folder is made. The operating system lets go of the lock when the process ends, however it ends. Raises
    StoreError when another process holds it, with that process's number, or when the file cannot be written.
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
            file.write(f"{os.getpid()}\n".encode())
        except OSError as error:
            raise _unwritable(path, error) from error
        # The file stays when the lock goes: removing it could take it from under a process that waits for it.
        yield


def lock_path(database: Path) -> Path:
    """Where the lock of a database stands."""
    return database.with_name(f"{database.name}.lock")


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(
        f"The lock file {path} cannot be written ({error.strerror}). Check that this user may write in that folder, "
        f"and that there is space on its disk."
    )


def _holder(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(20).decode(errors="replace").strip() or "unknown"


_FAR: Final = 1 << 20
