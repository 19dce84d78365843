"""Disks that fill up under a running bot."""

import asyncio
import resource
import shutil
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from typing_extensions import override

SMALL: Final = 4_000_000
"""Bytes of the small disk: a database with its log, and little more."""
_FILLER: Final = "holiday-pictures"


class Disk(ABC):
    """Where a bot's database is. `pid` is the bot's process, once it runs."""

    full_is_called: str
    pid = 0

    def command(self, folder: Path) -> Sequence[str]:
        """What goes before a command that is to find this disk at a folder."""
        del folder
        return ()

    @abstractmethod
    def command_when_full(self, folder: Path) -> Sequence[str]:
        """The same, for a command that finds the disk full."""

    def seen(self, folder: Path) -> Path:
        """A folder on it, as we find it."""
        return folder

    @abstractmethod
    def fill(self, folder: Path) -> None:
        """Let nothing more be written."""

    @abstractmethod
    def free(self, folder: Path) -> None:
        """Make room."""


class Limited(Disk):
    """Any disk, and a process that the system lets write nothing more to files."""

    full_is_called = "cannot be read or written"

    @override
    def command_when_full(self, folder: Path) -> Sequence[str]:
        return "sh", "-c", 'ulimit -f 0 && exec "$@"', "sh"

    @override
    def fill(self, folder: Path) -> None:
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    @override
    def free(self, folder: Path) -> None:
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class Small(Disk):
    """A disk of a few megabytes that only the bot sees; what fills it is a large file beside the database."""

    full_is_called = "There is no room left"

    @override
    def command(self, folder: Path) -> Sequence[str]:
        script = (
            f'cp -a "$1" "$1.kept" && mount -t tmpfs -o size={SMALL} none "$1" && cp -a "$1.kept/." "$1" && '
            f'shift && exec "$@"'
        )
        return "unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", str(folder)

    @override
    def command_when_full(self, folder: Path) -> Sequence[str]:
        filling = f'cat /dev/zero > "$1/{_FILLER}" 2> /dev/null; shift && exec "$@"'
        return *self.command(folder), "sh", "-c", filling, "sh", str(folder)

    @override
    def fill(self, folder: Path) -> None:
        with suppress(OSError), self._filler(folder).open("ab", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    @override
    def free(self, folder: Path) -> None:
        self._filler(folder).unlink()

    def _filler(self, folder: Path) -> Path:
        return self.seen(folder) / _FILLER

    @override
    def seen(self, folder: Path) -> Path:
        return Path(f"/proc/{self.pid}/root") / folder.relative_to("/")


async def may_mount(folder: Path) -> bool:
    """Whether this system lets us have a disk of our own."""
    if shutil.which("unshare") is None:
        return False
    trial = folder / "trial"
    trial.mkdir()
    child = await asyncio.create_subprocess_exec(
        *Small().command(trial), "true", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    return await child.wait() == 0
