"""A chat's plan from the first word to the last: subscribing, the panel, what comes next and what came."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.core.actions import Ask, AskFor, encode
from bot.core.daily import DailyQuestions
from bot.core.library import Library
from bot.core.model import ChatKind, DeliveryKind, DeliveryState, Language, Mode, Order, Plan, Reveal
from bot.core.ports import Claimed, Phrases, Settled
from bot.core.replies import Placement, Post, Prompt
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import Person

HOUR = timedelta(hours=1)


@pytest.fixture
def daily(library: Library, store: MemoryStore, phrases: Phrases) -> DailyQuestions:
    return DailyQuestions(library=library, store=store, phrases=phrases, catch_up=3 * HOUR)


async def plan_of(store: MemoryStore, person: Person) -> Plan:
    subscription = await store.subscription(person.chat)
    assert subscription is not None
    return subscription.plan


def prompt_of(person: Person) -> Prompt:
    assert person.seen.prompt is not None
    return person.seen.prompt


async def deliver(person: Person, store: MemoryStore, daily: DailyQuestions, *, late: timedelta = timedelta()) -> Post:
    """Let the chat's next slot come, and send what it brings."""
    subscription = await store.subscription(person.chat)
    assert subscription is not None
    assert subscription.next_due_at is not None
    now = subscription.next_due_at + late
    person.clock.instant = now
    await store.plan_due(now=now, limit=10, decide=daily.decide(now))
    (claimed,) = await claim(person, store)
    post = await daily.compose(claimed)
    await store.settle(
        [
            Settled(
                delivery=claimed.delivery.id,
                state=DeliveryState.SENT,
                at=now,
                message_id=None,
                followup=daily.followup(claimed, now),
            )
        ]
    )
    return post


async def claim(person: Person, store: MemoryStore) -> list[Claimed]:
    now = person.clock.now()
    return list(await store.claim(person.chat.platform, now=now, lease_until=now + HOUR, limit=10))


class TestSubscribing:
    async def test_without_words_it_is_every_day_at_nine(self, ada: Person, store: MemoryStore) -> None:
        words = await ada.types("/subscribe")
        assert "every day 09:00 (Asia/Shanghai)" in words
        assert "First question: tomorrow, 09:00" in words
        assert (await plan_of(store, ada)).timetable.times == (time(9),)

    async def test_time_zone_days_and_topics_are_understood_together(self, ada: Person, store: MemoryStore) -> None:
        await ada.types("/subscribe 9:30 and 9pm Berlin weekdays lora attention")
        plan = await plan_of(store, ada)
        assert plan.timetable.times == (time(9, 30), time(21))
        assert plan.timetable.zone == "Europe/Berlin"
        assert plan.timetable.weekdays == frozenset(range(5))
        assert plan.topics == ("attention", "lora")

    async def test_chinese_words_are_understood(self, ada: Person, store: MemoryStore) -> None:
        await ada.types("/订阅 早上9点 北京 微调")
        plan = await plan_of(store, ada)
        assert (plan.timetable.times, plan.timetable.zone, plan.topics) == (
            (time(9),),
            "Asia/Shanghai",
            ("fine-tuning",),
        )

    async def test_a_topic_may_be_two_words(self, ada: Person, store: MemoryStore) -> None:
        await ada.types("/subscribe 9 position encoding")
        assert (await plan_of(store, ada)).topics == ("position-encoding",)

    async def test_all_topics_have_a_word(self, ada: Person, store: MemoryStore) -> None:
        await ada.types("/subscribe 9 lora")
        for words in ("all", "全部主题", "All Topics"):
            await ada.types("/subscribe 9 rag")
            await ada.types(f"/subscribe {words}")
            assert (await plan_of(store, ada)).topics == ()

    async def test_the_zone_of_the_persons_client_is_taken_when_none_is_said(
        self, ada: Person, store: MemoryStore
    ) -> None:
        for zone, taken in (("Europe/Berlin", "Europe/Berlin"), ("Mars/Olympus", "Asia/Shanghai")):
            request = replace(ada.request(), zone=zone)
            await store.forget_chat(ada.chat)
            await ada.service.command(request, "subscribe")
            assert (await plan_of(store, ada)).timetable.zone == taken

    async def test_else_the_zone_that_the_chats_around_keep(
        self, ada: Person, member: Callable[[str], Person], store: MemoryStore
    ) -> None:
        boss = member("boss")
        await boss.types("/subscribe 9 Tokyo")
        for zone, taken in ((None, "Asia/Tokyo"), ("Europe/Berlin", "Europe/Berlin")):
            await store.forget_chat(ada.chat)
            request = replace(ada.request(), zone=zone, neighbours=(boss.chat, ada.chat))
            await ada.service.command(request, "subscribe")
            assert (await plan_of(store, ada)).timetable.zone == taken

    async def test_a_mistyped_zone_is_taken_for_one(self, ada: Person) -> None:
        words = await ada.types("/subscribe 9.30pm Berln")
        assert "I do not understand “Berln”" in words
        assert "Did you mean the time zone" in words
        assert "Berlin" in words

    async def test_a_wrong_word_is_named_and_nothing_is_stored(self, ada: Person, store: MemoryStore) -> None:
        assert "xyzzy" in await ada.types("/subscribe 9 xyzzy")
        assert await store.subscription(ada.chat) is None

    async def test_subscribing_again_changes_the_plan_and_keeps_the_deck(
        self, ada: Person, store: MemoryStore, daily: DailyQuestions
    ) -> None:
        await ada.types("/subscribe")
        await deliver(ada, store, daily)
        await ada.types("/subscribe 20:00")
        subscription = await store.subscription(ada.chat)
        assert subscription is not None
        assert subscription.deck.count == 1
        assert subscription.plan.timetable.times == (time(20),)

    async def test_a_time_that_passed_today_waits_for_tomorrow(self, ada: Person, store: MemoryStore) -> None:
        ada.clock.instant = datetime(2026, 11, 24, 1, 0, 30, tzinfo=UTC)
        await ada.types("/subscribe 9:00 Shanghai")
        subscription = await store.subscription(ada.chat)
        assert subscription is not None
        assert subscription.next_slot == "2026-11-25T09:00"

    async def test_a_group_gets_its_platforms_way_of_revealing(
        self, member: Callable[[str], Person], store: MemoryStore
    ) -> None:
        boss = member("boss")
        boss.reveal = Reveal.PRIVATE
        await boss.types("/subscribe")
        assert (await plan_of(store, boss)).reveal is Reveal.PRIVATE

    async def test_unsubscribing_asks_first_and_keeps_ratings(self, ada: Person, store: MemoryStore) -> None:
        assert "no daily question here yet" in await ada.types("/unsubscribe")
        await ada.types("/subscribe")
        assert "End the daily question here?" in await ada.types("/unsubscribe")
        assert "has ended here" in await ada.taps("Yes, end it")
        subscription = await store.subscription(ada.chat)
        assert subscription is not None
        assert not subscription.active
        assert "no daily question here yet" in await ada.types("/next")


class TestPanel:
    async def test_every_page_opens_and_leads_back(self, ada: Person) -> None:
        await ada.types("/subscribe")
        await ada.types("/settings")
        for label in ("Times", "Days", "Time zone", "Topics", "Difficulty", "Language", "More", "Preview"):
            await ada.taps(label)
            await ada.taps("← Back")
            assert "Times" in ada.labels()

    async def test_hours_days_and_zone_are_set_by_tapping(self, ada: Person, store: MemoryStore) -> None:
        await ada.types("/subscribe")
        await ada.types("/settings")
        await ada.taps("Times")
        await ada.taps("21:00")
        assert "✓21:00" in ada.labels()
        await ada.taps("09:00")
        await ada.taps("← Back")
        await ada.taps("Days")
        await ada.taps("Sun")
        await ada.taps("← Back")
        await ada.taps("Time zone")
        await ada.taps("Europe/Berlin")
        timetable = (await plan_of(store, ada)).timetable
        assert (timetable.times, timetable.zone) == ((time(21),), "Europe/Berlin")
        assert timetable.weekdays == frozenset(range(6))
        subscription = await store.subscription(ada.chat)
        assert subscription is not None
        assert subscription.next_slot == "2026-11-24T21:00"

    @pytest.mark.parametrize("again", ["/settings", "/subscribe 9:00 London"])
    async def test_a_slot_that_was_dealt_with_is_not_promised_again_in_another_zone(
        self, ada: Person, store: MemoryStore, daily: DailyQuestions, again: str
    ) -> None:
        """Nine o'clock has been in Shanghai and comes in London: the question there is tomorrow's."""
        await ada.types("/subscribe")
        await deliver(ada, store, daily)
        dealt = await store.subscription(ada.chat)
        assert dealt is not None
        await ada.types(again)
        if again == "/settings":
            await ada.taps("Time zone")
            await ada.taps("Europe/London")

        assert "tomorrow, 09:00 (Europe/London)" in await ada.types("/next")
        await deliver(ada, store, daily)
        after = await store.subscription(ada.chat)
        assert after is not None
        assert after.deck.count == dealt.deck.count + 1
        assert [row.slot for row in await store.ledger(ada.chat, limit=9)] == ["2026-11-26T09:00", "2026-11-25T09:00"]

    async def test_an_hour_that_is_still_to_come_there_brings_its_question_today(
        self, ada: Person, store: MemoryStore, daily: DailyQuestions
    ) -> None:
        """After nine in Shanghai it is the evening before in New York: nine has been dealt with, ten has not."""
        await ada.types("/subscribe")
        await deliver(ada, store, daily)
        await ada.types("/subscribe 22:00 New York")
        assert "today, 22:00" in await ada.types("/next")
        await ada.types("/subscribe 9:00 22:00 New York")
        subscription = await store.subscription(ada.chat)
        assert subscription is not None
        assert subscription.next_slot == "2026-11-25T22:00"

    async def test_typed_times_and_zones_are_taken_and_wrong_ones_asked_again(
        self, ada: Person, store: MemoryStore
    ) -> None:
        await ada.types("/subscribe")
        await ada.types("/settings")
        await ada.taps("Times")
        await ada.taps("Type a time")
        assert "no time of day" in await ada.answers("25:00")
        assert "✓07:45" not in ada.labels()
        await ada.answers("7:45")
        assert "✓07:45" in ada.labels()
        await ada.taps("← Back")
        await ada.taps("Time zone")
        await ada.taps("Type a zone")
        assert "Did you mean" in await ada.answers("Berlim")
        await ada.answers("Berlin")
        assert (await plan_of(store, ada)).timetable.zone == "Europe/Berlin"

    async def test_likely_zones_stand_beside_the_field_and_near_ones_beside_a_wrong_word(
        self, ada: Person, store: MemoryStore
    ) -> None:
        await ada.types("/subscribe")
        await ada.sends(encode(AskFor(what=Ask.ZONE)))
        offered = prompt_of(ada).picker
        assert offered is not None
        assert "Asia/Shanghai" not in [option.label for option in offered.options]
        assert "I do not know" in await ada.answers("Berlim")
        offered = prompt_of(ada).picker
        assert offered is not None
        assert offered.options[0].label == "Europe/Berlin"
        await ada.sends(encode(offered.options[0].action))
        assert (await plan_of(store, ada)).timetable.zone == "Europe/Berlin"

    async def test_a_word_like_no_zone_leaves_the_likely_ones(self, ada: Person) -> None:
        await ada.types("/subscribe")
        await ada.sends(encode(AskFor(what=Ask.ZONE)))
        before = prompt_of(ada).picker
        assert "Choose a time zone" in await ada.answers("")
        assert prompt_of(ada).picker == before
        await ada.answers("qqqqqqqqqqqq")
        assert prompt_of(ada).picker == before

    async def test_who_may_not_change_the_plan_is_not_asked_for_a_zone(self, member: Callable[[str], Person]) -> None:
        await member("boss").types("/subscribe")
        assert "Only admins" in await member("carol").sends(encode(AskFor(what=Ask.ZONE)))

    async def test_topics_are_chosen_group_by_group(self, ada: Person, store: MemoryStore) -> None:
        await ada.types("/subscribe")
        await ada.types("/settings")
        await ada.taps("Topics")
        await ada.taps("Parameter-efficient")
        await ada.taps("The LoRA family")
        assert "✓The LoRA family" in ada.labels()
        await ada.taps("The whole group")
        assert len((await plan_of(store, ada)).topics) == 4
        await ada.taps("← Back")
        await ada.taps("All topics")
        assert (await plan_of(store, ada)).topics == ()

    async def test_the_other_choices_are_kept(self, ada: Person, store: MemoryStore) -> None:
        await ada.types("/subscribe")
        await ada.types("/settings")
        await ada.taps("Difficulty")
        await ada.taps("hard")
        await ada.taps("in syllabus order")
        await ada.taps("← Back")
        await ada.taps("More")
        await ada.taps("multiple-choice quiz")
        plan = await plan_of(store, ada)
        assert (plan.order, plan.mode) == (Order.SYLLABUS, Mode.QUIZ)
        assert [str(level) for level in plan.difficulties] == ["easy", "medium"]

    async def test_a_group_chooses_how_answers_are_shown(
        self, member: Callable[[str], Person], store: MemoryStore
    ) -> None:
        boss = member("boss")
        await boss.types("/subscribe")
        assert "Settings · Study group" in await boss.types("/settings")
        await boss.taps("Answers")
        await boss.taps("12 hours")
        plan = await plan_of(store, boss)
        assert (plan.reveal, plan.reveal_after) == (Reveal.TIMED, 12)

    async def test_alone_nobody_is_asked_how_answers_are_shown(self, ada: Person) -> None:
        await ada.types("/subscribe")
        assert "Answers" not in await ada.types("/settings")
        assert "Answers" not in ada.labels()

    async def test_typed_times_are_added(self, ada: Person, store: MemoryStore) -> None:
        await ada.types("/subscribe 9:30")
        await ada.types("/settings")
        await ada.taps("Times")
        await ada.taps("Type a time")
        await ada.answers("12:00 13:00")
        assert (await plan_of(store, ada)).timetable.times == (time(9, 30), time(12), time(13))

    async def test_without_a_plan_the_panel_offers_one(self, ada: Person) -> None:
        await ada.types("/settings")
        assert "Subscribed" in await ada.taps("Subscribe")

    async def test_the_panel_switches_its_own_language_at_once(self, ada: Person, store: MemoryStore) -> None:
        await ada.types("/subscribe")
        await ada.types("/settings")
        await ada.taps("Language")
        await ada.taps("中文")
        assert "← 返回" in ada.labels()
        subscription = await store.subscription(ada.chat)
        assert subscription is not None
        assert subscription.language is Language.ZH

    async def test_pausing_stops_and_resuming_plans_again(self, ada: Person, store: MemoryStore) -> None:
        await ada.types("/subscribe")
        await ada.types("/settings")
        await ada.taps("Pause")
        subscription = await store.subscription(ada.chat)
        assert subscription is not None
        assert subscription.next_due_at is None
        assert "Paused" in await ada.types("/next")
        await ada.types("/settings")
        await ada.taps("Resume")
        assert "tomorrow, 09:00" in await ada.types("/next")

    async def test_the_preview_is_the_very_card_that_comes(
        self, ada: Person, store: MemoryStore, daily: DailyQuestions
    ) -> None:
        await ada.types("/subscribe")
        await ada.types("/settings")
        words = await ada.taps("Preview")
        assert "Next post: tomorrow, 09:00" in words
        previewed = ada.seen.blocks[1:]
        post = await deliver(ada, store, daily)
        assert previewed == post.reply.blocks

    async def test_the_preview_of_a_quiz_shows_it_but_takes_no_answer(
        self, ada: Person, store: MemoryStore, daily: DailyQuestions
    ) -> None:
        await ada.types("/subscribe")
        await ada.sends("1e~mode~quiz")
        words = await ada.sends("1p~preview")
        assert ada.seen.poll is None
        assert ada.labels() == ["← Back"]
        post = await deliver(ada, store, daily)
        assert post.reply.poll is not None
        assert post.reply.poll.quiz.question in words

    async def test_the_preview_has_the_answer_that_comes_with_the_next_question(
        self, member: Callable[[str], Person], store: MemoryStore, daily: DailyQuestions
    ) -> None:
        boss = member("boss")
        await boss.types("/subscribe")
        await boss.sends("1e~reveal~next")
        await deliver(boss, store, daily)
        await boss.sends("1p~preview")
        previewed = boss.seen.blocks[1:]
        assert previewed == (await deliver(boss, store, daily)).reply.blocks

    async def test_another_chat_is_managed_by_its_admins_only(
        self, ada: Person, member: Callable[[str], Person], store: MemoryStore
    ) -> None:
        await member("boss").types("/subscribe")
        assert "Only admins" in await ada.sends("1e~pause~~group")
        ada.rights.admins.add(("ada", "group"))
        await ada.sends("1e~pause~~group")
        assert (await plan_of(store, member("boss"))).paused

    async def test_in_a_group_the_panel_is_for_the_admin_alone(self, member: Callable[[str], Person]) -> None:
        boss = member("boss")
        await boss.types("/subscribe")
        await boss.types("/settings")
        await boss.taps("Times")
        assert boss.last.placement is Placement.PRIVATE

    async def test_a_forged_language_is_stale(self, ada: Person) -> None:
        await ada.types("/subscribe")
        assert "too old" in await ada.sends("1e~lang~klingon")


class TestWhatComesNext:
    async def test_next_tells_when_and_what_was_sent(
        self, ada: Person, store: MemoryStore, daily: DailyQuestions
    ) -> None:
        await ada.types("/subscribe 9:00 Berlin")
        assert "Nothing has come yet" in await ada.types("/next")
        await deliver(ada, store, daily, late=timedelta(minutes=30))
        words = await ada.types("/next")
        assert "tomorrow, 09:00 (Europe/Berlin), in 23 h 29 min" in words
        assert "sent 30 minutes late" in words
        assert "Its subject: " in words
        await ada.taps("The last question")
        assert ada.seen.question is not None

    async def test_next_warns_of_a_clock_change(self, ada: Person) -> None:
        ada.clock.instant = datetime(2027, 3, 25, 12, tzinfo=UTC)
        await ada.types("/subscribe 9:00 Berlin")
        assert "clocks go forward by 1 hour" in await ada.types("/next")
        ada.clock.instant = datetime(2027, 10, 25, 12, tzinfo=UTC)
        assert "clocks go back by 1 hour" in await ada.types("/next")

    async def test_next_says_why_something_did_not_come(
        self, ada: Person, store: MemoryStore, daily: DailyQuestions
    ) -> None:
        await ada.types("/subscribe")
        now = ada.clock.advance(timedelta(days=3))
        await store.plan_due(now=now, limit=10, decide=daily.decide(now))
        assert "skipped because the bot was down" in await ada.types("/next")

    @pytest.mark.parametrize(
        ("ending", "words"),
        [
            ((DeliveryState.FAILED, "rejected"), "not sent because the platform refused"),
            ((DeliveryState.RETRY, "unavailable"), "could not be reached; next attempt in 30 minutes"),
            ((DeliveryState.FAILED, "something-new"), "not sent because of an error"),
        ],
    )
    async def test_failures_are_told_in_words(
        self, ada: Person, store: MemoryStore, daily: DailyQuestions, ending: tuple[DeliveryState, str], words: str
    ) -> None:
        await ada.types("/subscribe")
        subscription = await store.subscription(ada.chat)
        assert subscription is not None
        assert subscription.next_due_at is not None
        ada.clock.instant = now = subscription.next_due_at
        await store.plan_due(now=now, limit=10, decide=daily.decide(now))
        assert "on its way" in await ada.types("/next")
        (claimed,) = await claim(ada, store)
        await store.settle(
            [
                Settled(
                    delivery=claimed.delivery.id,
                    state=ending[0],
                    at=now,
                    not_before=now + timedelta(minutes=30, seconds=10),
                    reason=ending[1],
                )
            ]
        )
        assert words in await ada.types("/next")

    async def test_a_plan_that_ended_says_why(self, ada: Person, store: MemoryStore) -> None:
        await ada.types("/subscribe")
        await store.end_subscription(ada.chat, because="blocked", at=ada.clock.now())
        assert "ended because the bot was blocked" in await ada.types("/next")


class TestDailyPosts:
    async def test_the_post_asks_and_today_shows_it_again(
        self, ada: Person, store: MemoryStore, daily: DailyQuestions
    ) -> None:
        await ada.types("/subscribe")
        post = await deliver(ada, store, daily)
        assert post.key.startswith("d")
        await ada.types("/today")
        assert ada.seen.question == post.reply.question

    async def test_a_quiz_plan_posts_a_quiz(self, ada: Person, store: MemoryStore, daily: DailyQuestions) -> None:
        await ada.types("/subscribe")
        await ada.sends("1e~mode~quiz")
        assert (await deliver(ada, store, daily)).reply.poll is not None

    async def test_timed_answers_are_withheld_and_then_posted_below(
        self, member: Callable[[str], Person], store: MemoryStore, daily: DailyQuestions
    ) -> None:
        boss = member("boss")
        await boss.types("/subscribe")
        await boss.sends("1e~after~3")
        post = await deliver(boss, store, daily)
        boss.seen = post.reply
        assert "will be posted today, 12:00" in await boss.taps("Answer")
        assert "Hint" in await boss.taps("Hint")
        boss.clock.advance(3 * HOUR)
        (claimed,) = await claim(boss, store)
        assert claimed.delivery.kind is DeliveryKind.ANSWER
        answer = await daily.compose(claimed)
        assert "The answer" in str(answer.reply.blocks[0])
        boss.seen = post.reply
        await boss.taps("Answer")
        assert boss.last.reply is not None

    async def test_an_answer_of_ones_own_is_kept_while_the_key_points_wait(
        self, member: Callable[[str], Person], store: MemoryStore, daily: DailyQuestions
    ) -> None:
        boss, ben = member("boss"), member("ben")
        await boss.types("/subscribe")
        await boss.sends("1e~after~3")
        asked = (await deliver(boss, store, daily)).reply.question
        assert asked is not None
        for wait, points in ((0, False), (3, True)):
            ben.clock.advance(wait * HOUR)
            await ben.sends(encode(AskFor(what=Ask.SAY, question=asked)))
            words = await ben.answers("As I see it.")
            assert ("Key points" in words, "will be posted" in words) == (points, not points)
            assert "As I see it." in words
            assert "Share" in str(ben.labels())

    async def test_the_next_policy_brings_yesterdays_answer_first(
        self, member: Callable[[str], Person], store: MemoryStore, daily: DailyQuestions
    ) -> None:
        boss = member("boss")
        await boss.types("/subscribe")
        await boss.sends("1e~reveal~next")
        first = await deliver(boss, store, daily)
        boss.seen = first.reply
        assert "comes with the next question" in await boss.taps("Answer")
        second = await deliver(boss, store, daily)
        assert len(second.reply.blocks) > len(first.reply.blocks)
        assert second.reply.question != first.reply.question

    async def test_private_answers_are_for_the_presser(
        self, member: Callable[[str], Person], store: MemoryStore, daily: DailyQuestions
    ) -> None:
        boss = member("boss")
        await boss.types("/subscribe")
        await boss.sends("1e~reveal~private")
        ben = member("ben")
        ben.seen = (await deliver(boss, store, daily)).reply
        await ben.taps("Answer")
        assert ben.last.placement is Placement.PRIVATE

    async def test_thread_pin_and_silence_go_along(
        self, member: Callable[[str], Person], store: MemoryStore, daily: DailyQuestions
    ) -> None:
        boss = member("boss")
        await boss.types("/subscribe")
        for field in ("thread", "pin", "silent", "protect"):
            await boss.sends(f"1e~{field}")
        post = await deliver(boss, store, daily)
        assert post.thread_title
        assert (post.pin, post.silent, post.protected) == (True, True, True)
        assert boss.kind is ChatKind.GROUP
