"""Instants as the database keeps them: whole microseconds since 1970-01-01T00:00:00Z."""

from datetime import UTC, datetime, timedelta
from typing import Final

from bot.core.model import require_utc


def to_micros(instant: datetime) -> int:
    """The number of an instant; raises ValueError unless it is aware UTC."""
    return (require_utc(instant) - _EPOCH) // _MICROSECOND


def micros_or_none(instant: datetime | None) -> int | None:
    """The number of an instant, or None for none."""
    return None if instant is None else to_micros(instant)


def from_micros(number: int) -> datetime:
    """The instant (aware UTC) of a number."""
    return _EPOCH + timedelta(microseconds=number)


def instant_or_none(number: int | None) -> datetime | None:
    """The instant (aware UTC) of a number, or None for none."""
    return None if number is None else from_micros(number)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
