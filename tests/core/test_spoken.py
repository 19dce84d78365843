"""What people type for times, days and zones: what is understood, and what a mistake says."""

from collections.abc import Callable
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import Mistake
from bot.core.places import places
from bot.core.schedule import UnknownZone, open_zone
from bot.core.spoken import (
    PlanWords,
    parse_times,
    parse_weekdays,
    parse_zone,
    split_plan_words,
    suggest_zones,
)
from bot.core.spoken_zones import official_zones

WORK = frozenset(range(5))
WEEKEND = frozenset({5, 6})
EVERY_DAY = frozenset(range(7))


def times(text: str) -> tuple[time, ...]:
    """`09:00 21:30` as times."""
    return tuple(map(time.fromisoformat, text.split()))


def mistake(parse: Callable[[str], object], text: str) -> Mistake:
    with pytest.raises(Mistake) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("9", "09:00"),
        ("0", "00:00"),
        ("9:30", "09:30"),
        ("09:30", "09:30"),
        ("09:30:00", "09:30"),
        ("9.30", "09:30"),
        ("9h30", "09:30"),
        ("9h", "09:00"),
        ("0930", "09:30"),
        ("2359", "23:59"),
        ("9am", "09:00"),
        ("9 AM", "09:00"),
        ("9:15 pm", "21:15"),
        ("8 a.m.", "08:00"),
        ("3p.m.", "15:00"),
        ("15:30 pm", "15:30"),
        ("12am", "00:00"),
        ("12:30 pm", "12:30"),
        ("12 noon", "12:00"),
        ("12 midnight", "00:00"),
        ("noon", "12:00"),
        ("Midnight", "00:00"),
        ("at 9 o'clock", "09:00"),
        ("9 in the morning", "09:00"),
        ("3 in the afternoon", "15:00"),
        ("8 in the evening", "20:00"),
        ("11 at night", "23:00"),
        ("21点", "21:00"),
        ("9点半", "09:30"),
        ("9 点 半", "09:30"),
        ("9点钟", "09:00"),
        ("9点05", "09:05"),
        ("9点零五分", "09:05"),
        ("9点 30分", "09:30"),
        ("9点一刻", "09:15"),
        ("八点三刻", "08:45"),
        ("十点", "10:00"),
        ("二十一点四十", "21:40"),
        ("八点三零", "08:30"),
        ("两点", "02:00"),
        ("零点", "00:00"),
        ("9时30分", "09:30"),
        ("早上9点", "09:00"),
        ("早上 9 点", "09:00"),
        ("上午10:15", "10:15"),
        ("凌晨12点", "00:00"),
        ("凌晨3点", "03:00"),
        ("中午", "12:00"),
        ("正午", "12:00"),
        ("午夜", "00:00"),
        ("中午12点半", "12:30"),
        ("中午1点", "13:00"),
        ("下午3:15", "15:15"),
        ("下午15点", "15:00"),
        ("傍晚六点", "18:00"),
        ("晚上8点半", "20:30"),
        ("晚上十二点", "00:00"),
        ("晚上1点", "01:00"),
        ("每晚十点", "22:00"),
        ("晚8", "20:00"),
        ("晚間八點", "20:00"),
        ("９：３０", "09:30"),
        ("９：１５　ｐｍ", "21:15"),
        ("下午３点半", "15:30"),
        ("9, 21", "09:00 21:00"),
        ("21 9", "09:00 21:00"),
        ("9、21", "09:00 21:00"),
        ("9，21", "09:00 21:00"),
        ("9 and 21:30", "09:00 21:30"),
        ("9和21点", "09:00 21:00"),
        ("9am & 9pm", "09:00 21:00"),
        ("9点 10点", "09:00 10:00"),
        ("九点 十点半", "09:00 10:30"),
        ("中午、晚上8点", "12:00 20:00"),
        ("早上9点晚上8点半", "09:00 20:30"),
        ("早9晚8", "09:00 20:00"),
        ("8 p.m., 9 a.m.", "09:00 20:00"),
        ("9 09:00 9am", "09:00"),
        ("9:30。", "09:30"),
        ("\u202e9:30\ufeff", "09:30"),
        ("9:30\x00\x0721:00", "09:30 21:00"),
        ("9:30\r\n21:00\u2028", "09:30 21:00"),
    ],
)
def test_times_are_understood(typed: str, meant: str) -> None:
    assert parse_times(typed) == times(meant)


@given(st.lists(st.builds(time, st.integers(0, 23), st.integers(0, 59)), min_size=1, max_size=8))
def test_times_written_out_are_read_back(chosen: list[time]) -> None:
    assert parse_times("、".join(f"{at:%H:%M}" for at in chosen)) == tuple(sorted(set(chosen)))


@pytest.mark.parametrize(
    ("typed", "word", "near"),
    [
        ("", "", "none"),
        ("  \t\n", "", "none"),
        ("tomorrow", "tomorrow", "none"),
        ("9:5", "9:5", "09:05"),
        ("9:3O", "9:3O", "09:30"),
        ("9;30", "9;30", "09:30"),
        ("9'30", "9'30", "09:30"),
        ("9-75", "9-75", "none"),
        ("9-10", "9-10", "09:10"),
        ("9:300", "9:300", "none"),
        ("9:30:15", "9:30:15", "none"),
        ("9 - 10", "-", "none"),
        ("-9", "-9", "none"),
        ("70b", "70b", "none"),
        ("3.5", "3.5", "none"),
        ("9月", "9月", "none"),
        ("70亿", "70亿", "none"),
        ("nooon", "nooon", "noon"),
        ("9 tea", "tea", "none"),
        ("9 Shanghai", "Shanghai", "none"),
        ("周一9点", "周一9点", "none"),
        ("9点北京", "北京", "none"),
        ("½", "1⁄2", "none"),
        ("<b>9</b>", "<b>9</b>", "none"),
        ("\x00\x01", "", "none"),
        ("\ud800", "", "none"),
    ],
)
def test_what_is_no_time_is_named_with_the_nearest(typed: str, word: str, near: str) -> None:
    error = mistake(parse_times, typed)

    assert error.key == "time-unclear"
    assert error.values == {"word": word, "example": "9:30", "near": near}


@pytest.mark.parametrize(
    ("typed", "word", "near"),
    [
        ("25:00", "25:00", "none"),
        ("9:75", "9:75", "none"),
        ("9 99", "99", "none"),
        ("24:00", "24:00", "00:00"),
        ("二十四点", "二十四点", "00:00"),
        ("13am", "13am", "none"),
        ("0pm", "0pm", "none"),
        ("早上15点", "早上15点", "none"),
        ("中午9点", "中午9点", "none"),
        ("9点99分", "9点99分", "none"),
        ("11 midnight", "11 midnight", "none"),
    ],
)
def test_what_no_clock_shows_is_out_of_range(typed: str, word: str, near: str) -> None:
    error = mistake(parse_times, typed)

    assert error.key == "time-out-of-range"
    assert error.values == {"word": word, "example": "9:30", "near": near}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("weekdays", WORK),
        ("Workdays", WORK),
        ("work days", WORK),
        ("工作日", WORK),
        ("weekend", WEEKEND),
        ("on weekends", WEEKEND),
        ("周末", WEEKEND),
        ("週末", WEEKEND),
        ("双休日", WEEKEND),
        ("daily", EVERY_DAY),
        ("every day", EVERY_DAY),
        ("everyday", EVERY_DAY),
        ("每天", EVERY_DAY),
        ("Mon Wed Fri", {0, 2, 4}),
        ("mon, tues and Saturday", {0, 1, 5}),
        ("every Thursday", {3}),
        ("Sundays", {6}),
        ("mon-fri", WORK),
        ("tue to thurs", {1, 2, 3}),
        ("Fri – Mon", {4, 5, 6, 0}),
        ("mon-mon", {0}),
        ("周一三五", {0, 2, 4}),
        ("周一、三、五", {0, 2, 4}),
        ("周一和周三", {0, 2}),
        ("周一至周五", WORK),
        ("周一到五", WORK),
        ("周一三到五", {0, 2, 3, 4}),
        ("周五～周一", {4, 5, 6, 0}),
        ("周135", {0, 2, 4}),
        ("周1-5", WORK),
        ("每周二", {1}),
        ("星期天", {6}),
        ("星期日", {6}),
        ("礼拜六", {5}),
        ("禮拜六", {5}),
    ],
)
def test_weekdays_are_understood(typed: str, meant: frozenset[int]) -> None:
    assert parse_weekdays(typed) == meant


@pytest.mark.parametrize(
    ("typed", "word", "near"),
    [
        ("", "", "none"),
        ("funday", "funday", "sunday"),
        ("Mon Wensday", "Wensday", "wednesday"),
        ("周八", "周八", "none"),
        ("monkey", "monkey", "monday"),
        ("9", "9", "none"),
        ("周一三点", "三点", "none"),
    ],
)
def test_what_is_no_weekday_is_named_with_the_nearest(typed: str, word: str, near: str) -> None:
    error = mistake(parse_weekdays, typed)

    assert error.key == "weekdays-unclear"
    assert error.values == {"word": word, "example": "Mon Wed Fri", "near": near}


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Asia/Shanghai", "Asia/Shanghai"),
        ("asia/shanghai", "Asia/Shanghai"),
        ("Shanghai", "Asia/Shanghai"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("  new   york ", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("buenos aires", "America/Argentina/Buenos_Aires"),
        ("Port-au-Prince", "America/Port-au-Prince"),
        ("port au prince", "America/Port-au-Prince"),
        ("port of spain", "America/Port_of_Spain"),
        ("Knox", "America/Indiana/Knox"),
        ("Beijing", "Asia/Shanghai"),
        ("Beijing time", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("北京市", "Asia/Shanghai"),
        ("北京时间", "Asia/Shanghai"),
        ("上海", "Asia/Shanghai"),
        ("廣州", "Asia/Shanghai"),
        ("东京", "Asia/Tokyo"),
        ("東京時間", "Asia/Tokyo"),
        ("纽约", "America/New_York"),
        ("紐約", "America/New_York"),
        ("伦敦", "Europe/London"),
        ("旧金山", "America/Los_Angeles"),
        ("San Francisco", "America/Los_Angeles"),
        ("salt lake city", "America/Denver"),
        ("in Berlin", "Europe/Berlin"),
        ("胡志明市", "Asia/Ho_Chi_Minh"),
        ("São Paulo", "America/Sao_Paulo"),
        ("ZÜRICH", "Europe/Zurich"),
        ("Xi’an", "Asia/Shanghai"),
        ("St. Petersburg", "Europe/Moscow"),
        ("美东", "America/New_York"),
        ("Japan", "Asia/Tokyo"),
        ("utc", "UTC"),
        ("GMT", "GMT"),
        ("UTC+8", "Etc/GMT-8"),
        ("utc8", "Etc/GMT-8"),
        ("UTC + 8", "Etc/GMT-8"),
        ("UTC+08:00", "Etc/GMT-8"),
        ("GMT-5", "Etc/GMT+5"),
        ("Etc/GMT-5", "Etc/GMT-5"),
        ("+08:00", "Etc/GMT-8"),
        ("＋８", "Etc/GMT-8"),
        ("-0330", "UTC-03:30"),
        ("−3:30", "UTC-03:30"),
        ("+330", "UTC+03:30"),
        ("+5:30", "UTC+05:30"),
        ("UTC+05:30", "UTC+05:30"),
        ("+12:45", "UTC+12:45"),
        ("UTC+14", "Etc/GMT-14"),
        ("UTC-12", "Etc/GMT+12"),
        ("+00:00", "UTC"),
        ("-0", "UTC"),
        ("东八区", "Etc/GMT-8"),
        ("東8區", "Etc/GMT-8"),
        ("东十二时区", "Etc/GMT-12"),
        ("西十区", "Etc/GMT+10"),
        ("零时区", "UTC"),
    ],
)
def test_zones_are_understood(typed: str, zone: str) -> None:
    assert parse_zone(typed) == zone
    open_zone(zone)


def test_every_name_of_the_tz_database_is_understood_in_any_case() -> None:
    months = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 13)]

    for name in official_zones():
        for typed in (name, name.lower(), name.upper(), name.replace("_", " ")):
            zone = parse_zone(typed)
            # Names without an area have a better one (Japan), and the Etc zones several for the same offset.
            assert zone == name or "/" not in name or name.startswith("Etc/")
            assert [at.astimezone(open_zone(zone)).utcoffset() for at in months] == [
                at.astimezone(open_zone(name)).utcoffset() for at in months
            ]


@given(st.integers(-12 * 60, 14 * 60))
def test_every_offset_in_use_becomes_a_zone_with_that_offset(minutes: int) -> None:
    hours, rest = divmod(abs(minutes), 60)
    now = datetime(2026, 11, 24, tzinfo=UTC)

    zone = open_zone(parse_zone(f"UTC{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"))

    offset = now.astimezone(zone).utcoffset()
    assert offset is not None
    assert offset.total_seconds() == minutes * 60


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("", "none"),
        ("Shangai", "Shanghai"),
        ("Shenzen", "Shenzhen"),
        ("Asia/Shangai", "Asia/Shanghai"),
        ("San Fransisco", "San Francisco"),
        ("Frankfrut", "Frankfurt"),
        ("东亰", "东京"),
        ("旧金上", "旧金山"),
        ("America", "America/New_York"),
        ("qqqqqq", "none"),
        ("9:30", "none"),
        ("UTC+15", "none"),
        ("UTC-13", "none"),
        ("+14:30", "none"),
        ("+8:60", "none"),
        ("../../etc/passwd", "none"),
        ("localtime", "none"),
        ("Factory", "none"),
        ("\x00\u202e", "none"),
    ],
)
def test_what_is_no_zone_is_named_with_the_nearest(typed: str, near: str) -> None:
    error = mistake(parse_zone, typed)

    assert isinstance(error, UnknownZone)
    assert error.values == {"word": typed.strip("\x00\u202e"), "example": "Asia/Shanghai", "near": near}


def test_every_place_is_in_a_zone_of_its_own_name_in_both_languages() -> None:
    for place in places():
        assert parse_zone(place.en) == parse_zone(place.zh) == place.zone


def test_suggestions_begin_with_the_prefix_then_contain_it_then_resemble_it() -> None:
    assert suggest_zones("shang", 3) == [("Asia/Shanghai", "Shanghai 上海 · Asia/Shanghai")]
    assert suggest_zones("san d", 3) == [("America/Los_Angeles", "San Diego 圣迭戈 · America/Los_Angeles")]
    assert suggest_zones("York", 3) == [("America/New_York", "New York 纽约 · America/New_York")]
    assert [zone for zone, _ in suggest_zones("京", 9)] == ["Asia/Tokyo", "Asia/Shanghai"]
    assert [zone for zone, _ in suggest_zones("tokio", 9)][:1] == ["Asia/Tokyo"]
    assert [zone for zone, _ in suggest_zones("asia/", 2)] == ["Asia/Shanghai", "Asia/Tokyo"]
    assert suggest_zones("zzzzzz", 3) == []


def test_an_offset_is_suggested_as_it_will_be_kept() -> None:
    assert suggest_zones("+8", 5) == [("Etc/GMT-8", "UTC+8")]
    assert suggest_zones("gmt-5", 5) == [("Etc/GMT+5", "UTC-5")]
    assert suggest_zones("utc+5:30", 5) == [("UTC+05:30", "UTC+05:30")]
    assert suggest_zones("utc+0", 5) == [("UTC", "UTC")]


def test_without_a_prefix_the_zones_most_people_live_in_are_suggested() -> None:
    zones = [zone for zone, _ in suggest_zones("", 25)]

    assert zones[:3] == ["Asia/Shanghai", "America/New_York", "America/Los_Angeles"]
    assert len(set(zones)) == 25


@given(st.text(max_size=60), st.integers(0, 25))
def test_whatever_is_typed_suggestions_can_be_kept_and_are_no_more_than_asked_for(typed: str, limit: int) -> None:
    suggestions = suggest_zones(typed, limit)

    assert len(suggestions) <= limit
    for zone, label in suggestions:
        open_zone(zone)
        assert 0 < len(label) <= 100  # https://discord.com/developers/docs: an option's name


NINE = times("09:00")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", PlanWords()),
        (" , ", PlanWords()),
        ("9:30 Shanghai lora", PlanWords(times=times("09:30"), zone="Asia/Shanghai", rest=("lora",))),
        ("早上9点 北京 微调", PlanWords(times=NINE, zone="Asia/Shanghai", rest=("微调",))),
        (
            "9:15 pm New York LoRA rag",
            PlanWords(times=times("21:15"), zone="America/New_York", rest=("LoRA", "rag")),
        ),
        ("rag 9pm Los Angeles", PlanWords(times=times("21:00"), zone="America/Los_Angeles", rest=("rag",))),
        ("工作日早上9点北京时间", PlanWords(times=NINE, weekdays=WORK, zone="Asia/Shanghai")),
        (
            "周一三五 9点、晚上8点 东京 微调、推理",
            PlanWords(
                times=times("09:00 20:00"), weekdays=frozenset({0, 2, 4}), zone="Asia/Tokyo", rest=("微调", "推理")
            ),
        ),
        ("周一三点", PlanWords(times=times("03:00"), weekdays=frozenset({0}))),
        ("周一二十点半", PlanWords(times=times("20:30"), weekdays=frozenset({0}))),
        ("周二十点", PlanWords(times=times("10:00"), weekdays=frozenset({1}))),
        ("weekdays at 9am in Berlin", PlanWords(times=NINE, weekdays=WORK, zone="Europe/Berlin")),
        ("mon-fri and sat, 9", PlanWords(times=NINE, weekdays=frozenset(range(6)))),
        ("UTC 9:30", PlanWords(times=times("09:30"), zone="UTC")),
        ("9 +8 attention", PlanWords(times=NINE, zone="Etc/GMT-8", rest=("attention",))),
        ("9 utc+5:30", PlanWords(times=NINE, zone="UTC+05:30")),
        ("9 Shanghai Paris", PlanWords(times=NINE, zone="Asia/Shanghai", rest=("Paris",))),
        ("llama 3 70b 8-bit 3.5", PlanWords(rest=("llama", "3", "70b", "8-bit", "3.5"))),
        ("lora and rag", PlanWords(rest=("lora", "rag"))),
        ("android 和弦", PlanWords(rest=("android", "弦"))),
        ("北京烤鸭", PlanWords(rest=("北京烤鸭",))),
        ("微調與推理", PlanWords(rest=("微調與推理",))),
        ("<b>RAG</b> @everyone", PlanWords(rest=("<b>RAG</b>", "@everyone"))),
        ("ＬｏＲＡ\u200b\x00", PlanWords(rest=("LoRA",))),
    ],
)
def test_the_words_of_a_subscription_are_told_apart(typed: str, said: PlanWords) -> None:
    assert split_plan_words(typed) == said


@pytest.mark.parametrize(
    ("typed", "key", "word"),
    [
        ("25:00 lora", "time-out-of-range", "25:00"),
        ("lora 25:00", "time-out-of-range", "25:00"),
        ("9:3O Shanghai", "time-unclear", "9:3O"),
        ("9点微调", "time-unclear", "9点微调"),
        ("晚上9点x", "time-unclear", "晚上9点x"),
        ("9 Asia/Shangai", "zone-unknown", "Asia/Shangai"),
        ("9 UTC+25", "zone-unknown", "UTC+25"),
        ("9 +25", "zone-unknown", "+25"),
    ],
)
def test_a_word_surely_meant_for_a_time_or_a_zone_is_no_topic(typed: str, key: str, word: str) -> None:
    error = mistake(split_plan_words, typed)

    assert (error.key, error.values["word"]) == (key, word)


@pytest.mark.parametrize("parse", [parse_times, parse_weekdays, parse_zone])
@pytest.mark.parametrize("text", ["x" * 1_000_000, "9 " * 500_000, "北京\x00" * 400_000], ids=["x", "9", "北京"])
def test_a_megabyte_is_a_mistake_that_quotes_its_beginning(parse: Callable[[str], object], text: str) -> None:
    word = mistake(parse, text).values["word"]

    assert isinstance(word, str)
    assert len(word) == 40
    assert word[:4] == text.replace("\x00", " ")[:4]
    assert word.endswith("…")


def test_a_megabyte_is_too_long_for_a_subscription() -> None:
    error = mistake(split_plan_words, "lora " * 200_000)

    assert (error.key, error.values) == ("text-too-long", {"most": 500})


@given(
    st.text(
        alphabet=st.one_of(
            st.sampled_from("0159:.-+ ,apmutc点半早上晚周一三五天北京东区零十\x00\u202e"), st.characters()
        )
    )
)
def test_whatever_is_typed_is_understood_or_a_mistake(text: str) -> None:
    for parse in (parse_times, parse_weekdays, parse_zone, split_plan_words):
        try:
            parse(text)
        except Mistake as error:
            assert len(str(error.values.get("word", ""))) <= 40  # noqa: PT017  # either outcome is right
