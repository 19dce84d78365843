"""One measured figure beside its goal, and how a table of them is printed."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A line of the results: what was measured, what was wanted, what came out, and whether that is enough."""

    what: str
    goal: str
    figure: str
    ok: bool


def table(title: str, figures: Iterable[Figure]) -> str:
    """A Markdown table of figures under a heading."""
    lines = [f"## {title}", "", "| what | goal | measured | |", "|---|---|---|---|"]
    lines += [f"| {f.what} | {f.goal} | {f.figure} | {'ok' if f.ok else 'MISSED'} |" for f in figures]
    return "\n".join(lines)


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which this share (0 to 1) of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
