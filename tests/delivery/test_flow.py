"""How much is under way: as much as the platform takes."""

from bot.delivery.flow import Flow


def run(flow: Flow, *, rate: int, seconds: int, begin: float = 0) -> None:
    """Finish so many a second, with as many under way as allowed."""
    for n in range(rate * seconds):
        while flow.room(200) > 0:
            break
        flow.finished(begin + n / rate)


def test_a_quick_platform_gets_as_much_as_memory_allows() -> None:
    flow = Flow()
    run(flow, rate=1000, seconds=3)
    assert flow.room(0) == 256


def test_a_slow_pace_gets_what_leaves_within_four_seconds() -> None:
    flow = Flow()
    run(flow, rate=30, seconds=10)
    assert 110 <= flow.room(0) <= 130


def test_a_very_slow_pace_still_gets_some() -> None:
    flow = Flow()
    run(flow, rate=1, seconds=30)
    assert flow.room(0) == 32


def test_a_platform_with_little_to_do_keeps_its_room() -> None:
    flow = Flow()
    for n in range(30):
        assert flow.room(1) > 0
        flow.finished(float(n))
    assert flow.room(0) == 64


def test_room_for_a_few_is_no_room_for_a_batch() -> None:
    flow = Flow()
    assert flow.room(64) == 0
    assert flow.room(60) == 0
    assert flow.room(48) == 16


def test_failures_hold_it_longer_and_longer_and_leave_a_few_probes() -> None:
    flow = Flow()
    holds = []
    now = 0.0
    for _ in range(9):
        flow.failed(now)
        flow.failed(now)
        holds.append(flow.held_for(now))
        now += holds[-1]
    assert holds == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert flow.troubled
    assert flow.room(0) == 4

    flow.answered()
    assert not flow.troubled
    assert flow.room(0) == 64


def test_a_pause_ends_when_it_ends() -> None:
    flow = Flow()
    flow.pause(10, 60)
    flow.pause(10, 5)
    assert flow.held_for(20) == 50
    assert flow.held_for(70) == 0


def test_trouble_is_news_for_as_long_as_something_would_have_been_tried_again() -> None:
    flow = Flow()
    flow.failed(100.0)
    assert flow.is_troubled(100.0)
    assert flow.is_troubled(100.0 + 600)
    assert not flow.is_troubled(100.0 + 1000)
    flow.failed(2000.0)
    assert flow.is_troubled(2000.0)
    flow.answered()
    assert not flow.is_troubled(2000.0)
