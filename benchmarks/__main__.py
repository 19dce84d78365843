"""`python -m benchmarks [NAME...]`: measure, print every figure beside its goal, and with `--write` keep the results.

Each `bench_<name>.py` beside this file has a `measure()` that returns its figures, a title in its docstring's first
line, and in `REMARKS` what is to be said of the figures, if anything. Figures depend on the machine; RESULTS.md says on
which one they were taken.
"""

import argparse
import importlib
import platform
import sys
from pathlib import Path

from benchmarks.figures import table
from bot.clock import SystemClock

HERE = Path(__file__).parent
HEAD = """# Results

Written by `python -m benchmarks --write`. Taken {date} on {machine}, Python {python}. The goals are the project's own;
a line that misses its goal says so.
"""


def main() -> int:
    """Measure what was asked for; exit code 1 when a goal was missed."""
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(known)} (default: all)")
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    options = parser.parse_args()
    sections, missed = [], False
    for name in options.names or known:
        module = importlib.import_module(f"benchmarks.bench_{name}")
        figures = module.measure()
        missed |= not all(figure.ok for figure in figures)
        section = table(str(module.__doc__).splitlines()[0].rstrip("."), figures)
        remarks = getattr(module, "REMARKS", "").strip()
        sections.append(f"{section}\n\n{remarks}" if remarks else section)
        print(sections[-1], flush=True)
        print()
    if options.write:
        machine = f"{platform.machine()}, {cores()} cores"
        head = HEAD.format(date=f"{SystemClock().now():%Y-%m-%d}", machine=machine, python=platform.python_version())
        (HERE / "RESULTS.md").write_text("\n".join([head, *(f"{section}\n" for section in sections)]), encoding="utf-8")
    return 1 if missed else 0


def cores() -> int:
    """Processors of this machine."""
    return Path("/proc/cpuinfo").read_text(encoding="utf-8").count("\nprocessor") + 1


if __name__ == "__main__":
    sys.exit(main())
