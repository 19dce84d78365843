"""Work in processes of its own, so that nothing measured before weighs on what is measured now."""

import multiprocessing
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


def in_new_process(work: Callable[..., T], *arguments: Any) -> T:
    """The result of one call, in a process that begins only now."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def side_by_side(calls: Iterable[tuple[Callable[..., T], *tuple[Any, ...]]]) -> list[T]:
    """The results of several, all at the same time."""
    with ThreadPoolExecutor() as threads:
        return list(threads.map(lambda call: in_new_process(*call), list(calls)))


def most_memory() -> float:
    """The most memory this process has had resident, in megabytes.

    From /proc, since what `getrusage` tells begins with the memory of the process that started this one.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
