"""Kill -9 at any instant: nothing lost, nothing planned twice, sent twice only what was under way or not answered."""

from pathlib import Path

from tests.crash import harness

KILLS = 200


async def test_kills_at_any_instant_lose_nothing_and_repeat_only_what_was_left_open(tmp_path: Path) -> None:
    verdict = await harness.run(tmp_path, kills=KILLS, seed=20261124)

    assert verdict.kept, verdict
    assert verdict.kills + verdict.stops > KILLS
    assert verdict.arrived >= verdict.planned * 0.9
    # Had nothing been under way at any kill, refused, or left without an answer, the run would have shown little.
    assert min(verdict.twice, verdict.refused, verdict.cut) > 0
