"""Instants as whole microseconds."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.storage.instants import from_micros, instant_or_none, micros_or_none, to_micros


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_instant_is_read_back_as_it_was(instant: datetime) -> None:
    assert from_micros(to_micros(instant)) == instant
    assert from_micros(to_micros(instant)).tzinfo is UTC


def test_no_instant_stays_none() -> None:
    assert micros_or_none(None) is None
    assert instant_or_none(None) is None


@pytest.mark.parametrize("zone", [None, timezone(timedelta(hours=8))])
def test_what_is_not_utc_is_refused(zone: timezone | None) -> None:
    with pytest.raises(ValueError, match="UTC"):
        to_micros(datetime(2026, 11, 24, tzinfo=zone))
