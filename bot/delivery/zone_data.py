"""Zone data: after an update that moves a zone's rules, what was foreseen by the old ones is due by the new ones."""

import zoneinfo
from collections.abc import Callable
from hashlib import blake2b
from importlib import resources
from pathlib import Path
from typing import Final

import structlog

from bot.core.daily import due_by_the_rules
from bot.core.ports import Store

_log: Final = structlog.stdlib.get_logger(__name__)

PAGE: Final = 200
# Under this name stands which zone data the stored instants were computed with.
NOTE: Final = "zone-data"


async def follow_zone_data(store: Store, *, given_up: Callable[[], bool]) -> None:
    """Move what is due where the zone data are not those of the last run, page by page until it is given up.

    What was not done to the end is begun anew by the next run. Raises StoreError.
    """
    here = zone_data()
    before = await store.recall(NOTE)
    if before == here:
        return
    if before is not None:
        _log.info("zone data have changed, next slots are computed anew")
        after: int | None = 0
        while after is not None:
            if given_up():
                return
            after = await store.move_due(after=after, limit=PAGE, due_at=due_by_the_rules)
    await store.remember(NOTE, here)


def zone_data() -> str:
    """What tells the zone data of this process from any others; some 600 small files are read for it."""
    digest = blake2b(digest_size=16)
    for name in sorted(zoneinfo.available_timezones()):
        digest.update(name.encode())
        digest.update(_rules(name))
    return digest.hexdigest()


def _rules(name: str) -> bytes:
    """The file of a zone, found as `zoneinfo` finds it: the system's, else the one of the package."""
    for folder in zoneinfo.TZPATH:
        file = Path(folder, name)
        if file.is_file():
            return file.read_bytes()
    return resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
