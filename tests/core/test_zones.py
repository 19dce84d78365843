"""Which zones are offered before anybody has said where they are."""

import pytest

from bot.core.schedule import open_zone
from bot.core.zones import _HOMES, COMMON_ZONES, likely_zones


def test_what_the_chats_around_keep_goes_first_then_where_the_locale_is_at_home() -> None:
    around = ["Europe/Paris", "Europe/Madrid", "Europe/Madrid"]
    assert likely_zones("ko", around)[:4] == ("Europe/Madrid", "Europe/Paris", "Asia/Seoul", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("locale", "first"),
    [
        ("pt-BR", "America/Sao_Paulo"),
        ("pt", "Europe/Lisbon"),
        ("zh-CN", "Asia/Shanghai"),
        ("zh-TW", "Asia/Taipei"),
        ("sv-SE", "Europe/Stockholm"),
        ("", COMMON_ZONES[0]),
        ("tlh", COMMON_ZONES[0]),
    ],
)
def test_a_locale_is_known_whole_or_by_its_language(locale: str, first: str) -> None:
    assert likely_zones(locale, [])[0] == first


def test_the_present_zone_is_not_offered() -> None:
    assert "Asia/Tokyo" not in likely_zones("ja", ["Asia/Tokyo"], without="Asia/Tokyo")


def test_there_are_no_more_than_a_menu_takes() -> None:
    assert len(likely_zones("de", [f"Etc/GMT-{n}" for n in range(14)])) == 25


def test_every_zone_of_the_table_can_be_opened() -> None:
    for zone in (*COMMON_ZONES, *(zone for zones in _HOMES.values() for zone in zones)):
        assert str(open_zone(zone)) == zone
