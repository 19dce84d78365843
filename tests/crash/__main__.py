"""A longer run by hand: `python -m tests.crash --kills 2000 --seed 1`."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.crash import harness


def main() -> int:
    """Kill, print the verdict, and exit 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        verdict = asyncio.run(harness.run(Path(folder), kills=wanted.kills, seed=wanted.seed))
    print(verdict)  # noqa: T201  # the point of this command
    return 0 if verdict.kept else 1


if __name__ == "__main__":
    sys.exit(main())
