"""The front door: everything a person can type or tap gets the answer they would expect."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.core.actions import Ask as AskWhat
from bot.core.actions import AskFor, FinishReport, PickOption, Run, encode
from bot.core.commands import Kind
from bot.core.errors import BadContent
from bot.core.model import Answered, Language, QuestionId, Rating
from bot.core.replies import Placement
from bot.core.service import Service
from tests.core.conftest import ReadyBank
from tests.fakes.memory_store import MemoryStore
from tests.fakes.people import Person

ID = "lora-merge-weights"


class TestMeeting:
    async def test_start_says_what_this_is_and_offers_the_first_steps(self, ada: Person) -> None:
        assert "one good interview question a day" in await ada.types("/start")
        assert {"Try one now", "Subscribe", "Topics", "All commands"} <= set(ada.labels())

    async def test_help_lists_the_commands_of_this_chat(self, ada: Person) -> None:
        words = await ada.types("/help")
        assert "/random [topic] [difficulty]" in words
        assert "/stats" not in words

    async def test_operators_see_their_commands(self, ada: Person) -> None:
        ada.user = "root"
        assert "/stats" in await ada.types("/help")

    async def test_an_unknown_command_names_the_nearest(self, ada: Person) -> None:
        assert "Did you mean /random?" in await ada.types("/radnom")

    async def test_a_command_may_name_the_bot_and_be_chinese(self, ada: Person) -> None:
        assert "one good interview question" in await ada.types("/start@qianmian_bot")
        assert "Topics" in await ada.types("/主题")

    async def test_deep_links_open_a_question_a_topic_and_a_subscription(self, ada: Person) -> None:
        await ada.types(f"/start q_{ID}")
        assert ada.seen.question == ID
        assert "The LoRA family" in await ada.types("/start t_lora")
        assert "Subscribed" in await ada.types("/start sub")

    async def test_the_chats_own_language_goes_before_the_clients(self, ada: Person) -> None:
        assert "I speak English here now" in await ada.types("/language en")
        ada.language = Language.ZH
        assert "Topics" in await ada.types("/topics")
        assert "改说中文" in await ada.types("/language zh")
        assert "主题" in await ada.types("/topics")

    async def test_who_writes_is_not_gone_and_their_plan_goes_on(self, ada: Person, store: MemoryStore) -> None:
        await ada.types("/subscribe 21:00")
        await store.chat_gone(ada.chat, because="blocked", at=ada.clock.now())
        assert not store.subscriptions[ada.chat].active
        assert "21:00" in await ada.types("/settings")
        assert store.subscriptions[ada.chat].active
        assert store.gone == {}

    async def test_what_a_person_ended_stays_ended_when_they_come_back(self, ada: Person, store: MemoryStore) -> None:
        await ada.types("/subscribe 21:00")
        await store.end_subscription(ada.chat, because="asked", at=ada.clock.now())
        await store.chat_gone(ada.chat, because="blocked", at=ada.clock.now())
        await ada.types("/random")
        assert not store.subscriptions[ada.chat].active
        assert store.gone == {}

    async def test_language_alone_switches_to_the_other(self, ada: Person) -> None:
        assert "改说中文" in await ada.types("/language")
        assert "English" in await ada.types("/language")

    async def test_a_language_nobody_speaks_here_is_named(self, ada: Person) -> None:
        assert "I do not speak “klingon”" in await ada.types("/language klingon")


class TestQuestions:
    async def test_random_takes_a_topic_and_a_difficulty_in_any_order(self, ada: Person, service: Service) -> None:
        for text in (
            "/random lora hard",
            "/random hard lora",
            "/随机 lora 困难",
            "／随机 lora 困难",
            "、随机 lora 困难",
        ):
            await ada.types(text)
            assert ada.seen.question is not None
            question = service.questions.library.bank.question(ada.seen.question)
            assert (question.topic, question.difficulty) == ("lora", "hard")

    async def test_random_forgives_a_typo_and_names_what_it_cannot_find(self, ada: Person) -> None:
        await ada.types("/random atention")
        assert ada.seen.question is not None
        assert "xyzzy" in await ada.types("/random xyzzy")

    async def test_random_prefers_what_the_learner_has_not_rated(
        self, ada: Person, service: Service, store: MemoryStore
    ) -> None:
        questions = service.questions.library.bank.in_topic("lora")
        for question in questions[1:]:
            answered = Answered(question=question.id, rating=Rating.KNEW, at=ada.clock.now(), chat=ada.chat)
            await store.rate(ada.learner, answered)
        for _ in range(5):
            await ada.types("/random lora")
            assert ada.seen.question == questions[0].id

    async def test_another_is_another(self, ada: Person) -> None:
        await ada.types("/random lora")
        for _ in range(20):
            before = ada.seen.question
            await ada.taps("Another")
            assert ada.seen.question != before

    async def test_today_is_the_same_for_everybody_all_day(self, ada: Person, service: Service) -> None:
        await ada.types("/today")
        bob = Person(service=service, clock=ada.clock, user="bob", chat_id="bob")
        await bob.types("/今天")
        assert ada.seen.question == bob.seen.question

    async def test_the_staircase_is_climbed_in_place(self, ada: Person) -> None:
        await ada.types(f"/question {ID}")
        assert "Hint" in await ada.taps("Hint")
        assert ada.last.placement is Placement.EDIT
        assert "same shape" in await ada.taps("Key points")
        assert "distributive" in await ada.taps("Answer")
        assert "Requests in one batch" in await ada.taps("Follow-ups")

    async def test_a_rating_is_kept_marked_and_confirmed(self, ada: Person, store: MemoryStore) -> None:
        await ada.types(f"/question {ID}")
        await ada.taps("Answer")
        assert "Noted: partly." in await ada.taps("Partly")
        assert "✓ Partly" in ada.labels()
        assert [a.rating for a in await store.ratings(ada.learner)] == [Rating.PARTLY]

    async def test_two_taps_at_once_leave_one_rating(self, ada: Person, store: MemoryStore) -> None:
        await ada.types(f"/question {ID}")
        await ada.taps("Answer")
        for label in ("Not yet", "Knew it"):
            await ada.taps(label)
        assert [a.rating for a in await store.ratings(ada.learner)] == [Rating.KNEW]

    async def test_an_unknown_question_names_the_nearest(self, ada: Person) -> None:
        assert ID in await ada.types("/question lora-merge-weight")

    async def test_review_brings_back_what_was_missed(self, ada: Person) -> None:
        assert "Nothing to come back to yet" in await ada.types("/review")
        await ada.types(f"/question {ID}")
        await ada.taps("Answer")
        await ada.taps("Not yet")
        assert "One question to come back to" in await ada.types("/review")
        await ada.taps("Can the low-rank weights")
        assert ada.seen.question == ID

    async def test_a_question_is_saved_and_taken_off_again(self, ada: Person) -> None:
        await ada.types(f"/question {ID}")
        await ada.taps("Answer")
        assert "Saved" in await ada.taps("Save")
        assert "✓ Saved" in ada.labels()
        assert "One saved question" in await ada.types("/saved")
        await ada.types(f"/question {ID}")
        await ada.taps("Answer")
        assert "Taken off" in await ada.taps("✓ Saved")
        assert "Save" in ada.labels()
        assert "saved nothing yet" in await ada.types("/saved")

    async def test_my_own_answer_is_kept_beside_the_key_points(self, ada: Person) -> None:
        await ada.types(f"/question {ID}")
        await ada.taps("I'd say")
        assert "Merge them." in await ada.answers("  Merge them.\u202e ")
        await ada.types(f"/question {ID}")
        await ada.taps("Hint")
        assert "Merge them." in await ada.taps("Key points")


class TestFinding:
    async def test_topics_are_walked_from_groups_to_a_question(self, ada: Person) -> None:
        await ada.types("/topics")
        await ada.taps("Parameter-efficient")
        await ada.taps("The LoRA family")
        await ada.taps("More →")
        assert "Page 2 of" in "\n".join([await ada.taps("← Earlier"), await ada.taps("More →")])
        await ada.taps("← Back")
        assert "The LoRA family" in ada.labels()

    async def test_a_topic_page_offers_a_random_one_from_it(self, ada: Person, service: Service) -> None:
        await ada.types("/topics lora")
        await ada.taps("Random from here")
        assert ada.seen.question is not None
        assert service.questions.library.bank.question(ada.seen.question).topic == "lora"

    async def test_plain_words_search(self, ada: Person) -> None:
        assert "questions about “lroa merge”" in await ada.types("lroa merge")
        assert any("low-rank" in label for label in ada.labels())

    async def test_a_search_is_paged_and_every_page_has_its_buttons(self, ada: Person) -> None:
        await ada.types("/search attention")
        assert "Page 1 of" in await ada.types("/search attention")
        assert "Page 2 of" in await ada.taps("More →")

    async def test_searching_for_nothing_says_how(self, ada: Person) -> None:
        assert "/search lora" in await ada.types("/search")
        assert "Nothing found" in await ada.types("/search zzzzqqqqxxxx")

    async def test_long_chinese_words_fit_into_page_buttons(self, ada: Person) -> None:
        assert "找到" in (
            await Person(service=ada.service, clock=ada.clock, user="li", chat_id="li", language=Language.ZH).types(
                "大模型微调时显存不够怎么办应该怎样估算参数梯度优化器状态注意力"
            )
        )


class TestQuizzes:
    async def test_the_first_pick_counts_and_is_explained(self, ada: Person) -> None:
        words = await ada.types("/quiz lora")
        assert words.startswith("Quiz")
        poll = ada.seen.poll
        assert poll is not None
        right = encode(PickOption(question=poll.question, option=poll.quiz.right))
        wrong = encode(PickOption(question=poll.question, option=(poll.quiz.right + 1) % 4))
        assert "Not quite" in await ada.sends(wrong)
        assert "Your first answer counts." in await ada.sends(right)

    async def test_a_wrong_answer_is_reviewed_and_counted(self, ada: Person, service: Service) -> None:
        right = service.questions.library.bank.question(ID).en.quiz.right
        await ada.sends(encode(PickOption(question=QuestionId(ID), option=(right + 1) % 4)))
        assert "One question to come back to" in await ada.types("/review")
        assert "Quizzes: 1 answered, 0 right" in await ada.types("/me")

    async def test_an_answered_quiz_does_not_come_again_before_the_others(self, ada: Person, service: Service) -> None:
        ids = [question.id for question in service.questions.library.bank.in_topic("rag")]
        asked = []
        for _ in ids:
            await ada.types("/quiz rag")
            assert ada.seen.poll is not None
            asked.append(ada.seen.poll.question)
            await ada.sends(encode(PickOption(question=ada.seen.poll.question, option=0)))
        assert sorted(asked) == sorted(ids)

    async def test_an_option_that_does_not_exist_is_refused(self, ada: Person) -> None:
        assert "no such option" in await ada.sends(f"1o~{ID}~7")


class TestGroups:
    async def test_only_admins_change_the_plan_and_the_refusal_is_private(
        self, member: Callable[[str], Person]
    ) -> None:
        ben = member("ben")
        for text in ("/subscribe", "/settings", "/unsubscribe", "/language zh"):
            assert "Only admins" in await ben.types(text)
            assert ben.last.placement is Placement.PRIVATE

    async def test_rights_are_asked_anew_for_an_old_button(self, member: Callable[[str], Person]) -> None:
        boss = member("boss")
        await boss.types("/subscribe")
        await boss.types("/settings")
        boss.rights.admins.clear()
        assert "Only admins" in await boss.taps("Pause")

    async def test_anybody_may_reveal_and_rate_and_the_counts_are_shared(self, member: Callable[[str], Person]) -> None:
        ben, eve = member("ben"), member("eve")
        await ben.types(f"/question {ID}")
        await ben.taps("Answer")
        assert ben.last.placement is Placement.EDIT
        await ben.taps("Knew it")
        eve.seen = ben.seen
        await eve.taps("Knew it")
        refresh = eve.last.refresh
        assert refresh is not None
        eve.seen = refresh
        assert "Knew it 2" in eve.labels()

    async def test_what_somebody_missed_is_shown_to_them_alone(self, member: Callable[[str], Person]) -> None:
        ben = member("ben")
        await ben.types(f"/question {ID}")
        await ben.taps("Answer")
        await ben.taps("Not yet")
        await ben.types("/review")
        assert ben.last.placement is Placement.PRIVATE

    async def test_rights_are_not_looked_up_for_reading(self, member: Callable[[str], Person]) -> None:
        ben = member("ben")
        await ben.types("/random")
        await ben.taps("Answer")
        assert ben.rights.asked == 0


class TestOwnData:
    async def test_everything_is_exported_and_then_forgotten(self, ada: Person) -> None:
        await ada.types(f"/question {ID}")
        await ada.taps("Answer")
        await ada.taps("Knew it")
        assert "Knew it: 1" in await ada.types("/me")
        await ada.types("/me export")
        assert ada.seen.attachment is not None
        assert ID in json.dumps(json.loads(ada.seen.attachment.content))
        await ada.types("/me forget")
        assert "removed" in await ada.taps("Yes, forget me")
        assert "Knew it: 0" in await ada.types("/me")

    async def test_what_is_forgotten_in_private_takes_the_plan_along(self, ada: Person) -> None:
        await ada.types("/subscribe")
        await ada.types("/me forget")
        await ada.taps("Yes, forget me")
        assert "no daily question here yet" in await ada.types("/next")

    async def test_a_correction_is_kept_for_the_operator(self, ada: Person) -> None:
        await ada.types(f"/question {ID}")
        await ada.taps("Answer")
        await ada.taps("Wrong?")
        assert "number 1" in await ada.answers("The <b>scale</b> is missing")
        assert "number 2" in await ada.types(f"/suggest {ID} and a typo")
        ada.user = "root"
        assert "The <b>scale</b> is missing" in await ada.types("/reports")

    async def test_a_correction_needs_a_question_and_words(self, ada: Person) -> None:
        assert "Say which question" in await ada.types("/suggest")
        await ada.types(f"/suggest {ID}")
        assert "no text" in await ada.answers("   ")
        assert "too long" in await ada.answers("x" * 2001)


class TestOperators:
    async def test_a_correction_that_is_dealt_with_is_taken_off_the_list(self, ada: Person) -> None:
        for words in ("a typo", "the scale is missing"):
            await ada.types(f"/suggest {ID} {words}")
        ada.user = "root"
        await ada.types("/reports")
        left = await ada.taps("✓ Done #1")
        assert "the scale is missing" in left
        assert "a typo" not in left
        assert ada.last.placement is Placement.EDIT
        assert "no suggested correction is left" in await ada.taps("✓ Done #2")
        # An old list somewhere else still has its button.
        assert "no suggested correction is left" in await ada.sends(encode(FinishReport(number=2)))

    async def test_only_operators_take_corrections_off(self, ada: Person) -> None:
        await ada.types(f"/suggest {ID} a typo")
        assert "a typo" not in await ada.sends(encode(FinishReport(number=1)))
        ada.user = "root"
        assert "a typo" in await ada.types("/reports")

    async def test_stats_count(self, ada: Person) -> None:
        await ada.types("/subscribe")
        ada.user = "root"
        assert "Active subscriptions: 1" in await ada.types("/stats")

    async def test_a_platform_may_vouch_for_the_operator(self, ada: Person) -> None:
        response = await ada.service.command(replace(ada.request(), operator=True), "stats")
        assert "How it is going" in str(response.reply)

    async def test_others_do_not_learn_that_the_commands_exist(self, ada: Person) -> None:
        assert "no command “stats”" in await ada.types("/stats")

    async def test_operators_commands_are_for_private_chats(self, member: Callable[[str], Person]) -> None:
        assert "private chat" in await member("root").types("/stats")

    async def test_a_reload_that_fails_keeps_the_bank_and_says_why(self, ada: Person, source: ReadyBank) -> None:
        ada.user = "root"
        assert "questions" in await ada.types("/reload")
        source.problem = BadContent("lora/x.md:3: something")
        assert "lora/x.md:3: something" in await ada.types("/reload")
        await ada.types("/random")
        assert ada.seen.question is not None

    async def test_no_reports_is_said(self, ada: Person) -> None:
        ada.user = "root"
        assert "Nobody has suggested" in await ada.types("/reports")


class TestBadInput:
    @pytest.mark.parametrize(
        "data",
        ["", "rubbish", "0r~x~hint", "1r~lora-idea~everything", "\x00", "1n~1~go"],
    )
    async def test_a_stale_or_forged_button_gets_a_polite_answer(self, ada: Person, data: str) -> None:
        assert "too old" in await ada.sends(data)

    async def test_a_button_for_a_question_that_is_gone_says_so(self, ada: Person) -> None:
        assert "gone-question" in await ada.sends("1r~gone-question~hint")

    async def test_a_forged_button_cannot_run_what_needs_an_argument_or_an_operator(self, ada: Person) -> None:
        assert "too old" in await ada.sends(encode(Run(command="search")))
        assert "no command" in await ada.sends(encode(Run(command="stats")))

    async def test_a_prompt_about_no_question_is_stale(self, ada: Person) -> None:
        assert "too old" in await ada.sends(encode(AskFor(what=AskWhat.REPORT)))
        response = await ada.service.tell(ada.request(), encode(Run(command="help")), "text")
        assert "too old" in str(response.reply)

    async def test_a_megabyte_is_refused_in_a_sentence(self, ada: Person) -> None:
        assert "too long" in await ada.types("x" * 1_000_000)
        assert "too long" in await ada.types("/subscribe " + "9 " * 500_000)

    async def test_control_characters_are_dropped(self, ada: Person) -> None:
        await ada.types("/question \x00lora-merge-weights\u202e")
        assert ada.seen.question == ID

    async def test_markup_in_names_stays_words(self, member: Callable[[str], Person]) -> None:
        boss = member("boss")
        boss.title = "<b>**Group**</b>"
        await boss.types("/subscribe")
        assert "<b>**Group**</b>" in await boss.types("/settings")


class TestPrompts:
    async def test_the_next_text_answers_what_was_asked(self, ada: Person) -> None:
        await ada.types(f"/question {ID}")
        await ada.taps("I'd say")
        assert ada.seen.prompt is not None
        await ada.service.expect(ada.request(), ada.seen.prompt)
        assert "Merge." in await ada.types("Merge.")

    async def test_a_command_in_between_cancels_nothing_but_runs(self, ada: Person) -> None:
        await ada.types(f"/question {ID}")
        await ada.taps("I'd say")
        assert ada.seen.prompt is not None
        await ada.service.expect(ada.request(), ada.seen.prompt)
        assert "Topics" in await ada.types("/topics")

    async def test_search_words_can_be_asked_for(self, ada: Person) -> None:
        await ada.sends(encode(AskFor(what=AskWhat.SEARCH)))
        assert "about “lora”" in await ada.answers("lora")


class TestSuggestions:
    def test_topics_questions_and_zones_are_completed(self, service: Service) -> None:
        topics = service.suggest(Kind.TOPIC, "lo", Language.EN)
        assert topics[0].value == "lora"
        questions = service.suggest(Kind.QUESTION, "lora merge", Language.ZH)
        assert ID in [suggestion.value for suggestion in questions]
        assert len(service.suggest(Kind.QUESTION, "", Language.EN)) == 25
        zones = service.suggest(Kind.ZONE, "北京", Language.ZH)
        assert zones[0].value == "Asia/Shanghai"
        assert service.suggest(Kind.WORDS, "x", Language.EN) == []

    def test_a_suggestion_is_short_enough_for_discord(self, service: Service) -> None:
        for language in Language:
            for suggestion in service.suggest(Kind.QUESTION, "", language):
                assert len(suggestion.label) <= 100

    async def test_a_question_that_was_reported_by_id_can_be_opened(self, ada: Person) -> None:
        await ada.types(f"/suggest {ID} wrong")
        ada.user = "root"
        await ada.types("/reports")
        await ada.taps(ID)
        assert ada.seen.question == QuestionId(ID)
