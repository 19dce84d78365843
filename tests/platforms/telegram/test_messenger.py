"""Speaking by our own initiative: how posts look, and what each of Telegram's answers means, over the wire."""

from datetime import timedelta

import pytest

from bot.core import cards
from bot.core.errors import (
    ChatGone,
    ChatMoved,
    MessengerError,
    NotAllowed,
    RateLimited,
    Rejected,
    ThreadGone,
    Unavailable,
    Unknown,
)
from bot.core.markup import paragraph
from bot.core.model import Chat, ChatKind, Language, MessageId
from bot.core.ports import Lane
from bot.core.replies import Reply
from bot.core.requests import Voice
from bot.delivery.operator_chats import OperatorChats
from bot.platforms.telegram.places import ref_of
from tests.fakes.faulty_store import make_unusable
from tests.fakes.telegram_server import TelegramServer
from tests.fakes.telegram_world import BOT_ID, Error, FakeChat, Page
from tests.platforms.telegram.company import post
from tests.platforms.telegram.conftest import PHRASES, Made, Stage

GROUP = -100200


@pytest.fixture
def server(stage: Stage) -> TelegramServer:
    stage.server.person(7)
    stage.server.group(GROUP)
    # Here nobody paces; see test_pace.py.
    stage.server.limits = None
    return stage.server


async def test_a_question_arrives_with_its_buttons(stage: Stage, server: TelegramServer) -> None:
    id_ = await stage.platform.messenger.send(post(stage, ref_of(7)))
    sent = await server.message(chat=7)
    assert (MessageId(str(sent.id)), sent.rich) == (id_, True)
    assert "Answer" in sent.labels()
    assert stage.pacer.turns[-1] == (Lane.DAILY, "7", False)


async def test_a_group_is_paced_as_one(stage: Stage, server: TelegramServer) -> None:
    server.group(GROUP)
    await stage.platform.messenger.send(post(stage, ref_of(GROUP)), lane=Lane.ANNOUNCEMENT)
    assert stage.pacer.turns[-1] == (Lane.ANNOUNCEMENT, str(GROUP), True)


async def test_silent_protected_and_below_the_question(stage: Stage, server: TelegramServer) -> None:
    first = await stage.platform.messenger.send(post(stage, ref_of(7)))
    await stage.platform.messenger.send(post(stage, ref_of(7), silent=True, protected=True, reply_to=first))
    sent = await server.message(chat=7, count=2)
    assert (sent.silent, sent.protected, str(sent.reply_to)) == (True, True, first)


async def test_below_a_message_that_is_gone_it_stands_alone(stage: Stage, server: TelegramServer) -> None:
    await stage.platform.messenger.send(post(stage, ref_of(7), reply_to=MessageId("999")))
    assert (await server.message(chat=7)).reply_to is None


async def test_a_chat_s_wish_for_classic_messages_is_kept(stage: Stage, server: TelegramServer) -> None:
    await stage.platform.messenger.send(post(stage, ref_of(7), classic=True))
    assert not (await server.message(chat=7)).rich


async def test_paid_broadcast_is_off_unless_the_operator_wants_it(stage: Stage, server: TelegramServer) -> None:
    await stage.platform.messenger.send(post(stage, ref_of(7)))
    assert "allow_paid_broadcast" not in server.called("sendRichMessage")[-1]


async def test_paid_broadcast(stage_of: Made) -> None:
    async with stage_of(paid=True) as stage:
        stage.server.person(7)
        await stage.platform.messenger.send(post(stage, ref_of(7)))
        assert stage.server.called("sendRichMessage")[-1]["allow_paid_broadcast"] is True


async def test_pinning_takes_the_last_pin_off(stage: Stage, server: TelegramServer) -> None:
    first = await stage.platform.messenger.send(post(stage, ref_of(7), pin=True))
    await stage.platform.messenger.send(post(stage, ref_of(7), pin=True, unpin=first))
    assert [call["message_id"] for call in server.called("unpinChatMessage")] == [int(first)]
    assert (await server.message(chat=7, count=2)).pinned


async def test_a_missing_right_to_pin_does_not_lose_the_post(stage: Stage, server: TelegramServer) -> None:
    await stage.platform.messenger.send(post(stage, ref_of(GROUP), pin=True))
    assert not (await server.message(chat=GROUP)).pinned


async def test_a_channel_s_quiz_is_anonymous(stage: Stage, server: TelegramServer) -> None:
    channel = Chat(ref=ref_of(-100300), kind=ChatKind.CHANNEL, title="News")
    server.chats[-100300] = FakeChat(id=-100300, type="channel", title="News")
    await stage.store.see_chat(channel, at=stage.clock.now())
    quiz = cards.quiz_card(Voice(PHRASES, Language.EN), stage.bank, stage.bank.question("lora-idea"))
    await stage.platform.messenger.send(post(stage, channel.ref, reply=quiz))
    poll = (await server.message(chat=-100300)).poll
    assert poll is not None
    assert poll["is_anonymous"] is True


@pytest.mark.parametrize("language", Language)
async def test_every_quiz_of_the_bank_is_a_poll_telegram_takes(
    stage: Stage, server: TelegramServer, language: Language
) -> None:
    for question in stage.bank.questions:
        quiz = cards.quiz_card(Voice(PHRASES, language), stage.bank, question)
        await stage.platform.messenger.send(post(stage, ref_of(7), reply=quiz))
    assert len([m for m in server.messages if m.poll]) == len(stage.bank.questions)


async def test_editing_makes_a_message_read_anew(stage: Stage, server: TelegramServer) -> None:
    id_ = await stage.platform.messenger.send(post(stage, ref_of(7)))
    await stage.platform.messenger.edit(ref_of(7), id_, Reply(blocks=(paragraph("closed"),)))
    assert (await server.message(chat=7)).text == "closed"
    await stage.platform.messenger.edit(ref_of(7), id_, Reply(blocks=(paragraph("closed"),)))


# Errors


REFUSALS: list[tuple[Error | Page, type[MessengerError]]] = [
    (Error(403, "Forbidden: bot was blocked by the user"), ChatGone),
    (Error(403, "Forbidden: bot was kicked from the supergroup chat"), ChatGone),
    (Error(403, "Forbidden: bot is not a member of the channel chat"), ChatGone),
    (Error(403, "Forbidden: user is deactivated"), ChatGone),
    (Error(400, "Bad Request: chat not found"), ChatGone),
    (Error(403, "Forbidden: the group chat was deleted"), ChatGone),
    (Error(403, "Forbidden: bot can't initiate conversation with a user"), ChatGone),
    (Error(400, "Bad Request: message thread not found"), ThreadGone),
    (Error(400, "Bad Request: TOPIC_CLOSED"), ThreadGone),
    (Error(400, "Bad Request: TOPIC_DELETED"), ThreadGone),
    (Error(400, "Bad Request: not enough rights to send text messages to the chat"), NotAllowed),
    (Error(400, "Bad Request: need administrator rights in the channel chat"), NotAllowed),
    (Error(400, "Bad Request: have no rights to send a message"), NotAllowed),
    (Error(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), NotAllowed),
    (Error(403, "Forbidden: something that is new this year"), NotAllowed),
    (Error(500, "Internal Server Error"), Unavailable),
    (Error(502, "Bad Gateway"), Unavailable),
    (Error(503, "Service Unavailable"), Unavailable),
    (Error(400, "Bad Request: BUTTON_DATA_INVALID"), Rejected),
    (Page("<html>Please log in</html>"), Unknown),
    (Page("<html>Bad request</html>", status=400), Unavailable),
    (Page("<html>Not for you</html>", status=403), Unavailable),
    (Page("<html>Too long</html>", status=504), Unknown),
]


@pytest.mark.parametrize(("refusal", "kind"), REFUSALS, ids=[str(refusal) for refusal, _ in REFUSALS])
async def test_each_refusal_is_the_error_that_says_what_follows(
    stage: Stage, server: TelegramServer, refusal: Error | Page, kind: type[MessengerError]
) -> None:
    # A refused rich message is tried once as an ordinary one, which is refused as well.
    server.faults["sendRichMessage"].append(refusal)
    server.faults["sendMessage"].append(refusal)
    with pytest.raises(MessengerError) as caught:
        await stage.platform.messenger.send(post(stage, ref_of(7)))
    assert type(caught.value) is kind
    assert [m for m in server.messages if m.by_bot] == []


async def test_a_moved_group_names_its_new_id(stage: Stage, server: TelegramServer) -> None:
    server.migrated[-55] = GROUP
    with pytest.raises(ChatMoved) as caught:
        await stage.platform.messenger.send(post(stage, ref_of(-55)))
    assert caught.value.new_chat_id == str(GROUP)


async def test_the_pause_telegram_asks_for_is_passed_on_and_kept(stage: Stage, server: TelegramServer) -> None:
    server.faults["sendRichMessage"].append(Error(429, "Too Many Requests: retry after 17", retry_after=17))
    with pytest.raises(RateLimited) as caught:
        await stage.platform.messenger.send(post(stage, ref_of(7)))
    assert caught.value.retry_after == timedelta(seconds=17)
    assert stage.pacer.pauses == [(timedelta(seconds=17), "7")]


async def test_a_turn_that_would_take_too_long_is_a_rate_limit(stage: Stage, server: TelegramServer) -> None:
    stage.pacer.too_long = timedelta(minutes=3)
    with pytest.raises(RateLimited) as caught:
        await stage.platform.messenger.send(post(stage, ref_of(7)))
    assert caught.value.retry_after == timedelta(minutes=3)
    assert not server.called("sendRichMessage")


async def test_a_tap_waits_out_a_short_pause(stage: Stage, server: TelegramServer) -> None:
    server.faults["sendMessage"].append(Error(429, "Too Many Requests: retry after 1", retry_after=1))
    await server.say(7, "/start")
    await server.message(chat=7)
    assert stage.pacer.pauses == [(timedelta(seconds=1), "7")]


async def test_a_tap_does_not_wait_out_a_long_pause(server: TelegramServer) -> None:
    server.faults["sendMessage"].append(Error(429, "Too Many Requests: retry after 300", retry_after=300))
    await server.say(7, "/start")
    await server.say(7, "/help")
    assert "What I can do" in (await server.message(chat=7)).text


async def test_a_connection_cut_after_the_request_left_is_an_unknown_outcome(
    stage: Stage, server: TelegramServer
) -> None:
    server.faults["sendRichMessage"].append("cut")
    with pytest.raises(Unknown) as caught:
        await stage.platform.messenger.send(post(stage, ref_of(7)))
    assert stage.server.token not in str(caught.value)


@pytest.mark.parametrize("fault", ["half", "start"])
async def test_an_answer_of_which_only_the_beginning_comes_is_an_unknown_outcome(
    stage: Stage, server: TelegramServer, fault: str
) -> None:
    server.faults["sendRichMessage"].append(fault)
    with pytest.raises(Unknown) as caught:
        await stage.platform.messenger.send(post(stage, ref_of(7)))
    assert stage.server.token not in str(caught.value)
    assert len([m for m in server.messages if m.by_bot]) == 1


async def test_a_page_that_forbids_something_is_no_word_about_the_chat(stage: Stage, server: TelegramServer) -> None:
    server.chats[GROUP].members[7] = "creator"
    server.faults["sendRichMessage"].append(Page("<html>Not for you</html>", status=403))
    with pytest.raises(Unavailable):
        await stage.platform.messenger.send(post(stage, ref_of(GROUP)))
    assert not server.called("getChatAdministrators")


async def test_no_connection_at_all_means_it_surely_never_left(stage_of: Made) -> None:
    async with stage_of() as stage:
        stage.server.person(7)
        await stage.server.until(lambda: "telegram:menus" in stage.store.values)
        await stage.server.stop()
        with pytest.raises(Unavailable) as caught:
            await stage.platform.messenger.send(post(stage, ref_of(7)))
        assert stage.server.token not in str(caught.value)


async def test_before_the_platform_runs_nothing_leaves(stage_of: Made) -> None:
    async with stage_of(start=False) as stage:
        assert not stage.platform.messenger.ready
        with pytest.raises(Unavailable):
            await stage.platform.messenger.send(post(stage, ref_of(7)))


@pytest.mark.parametrize("chat", ["not-a-number", ""])
async def test_a_chat_that_is_none_of_telegram_s_is_rejected(stage: Stage, chat: str) -> None:
    with pytest.raises(Rejected):
        await stage.platform.messenger.send(post(stage, ref_of(chat)))


@pytest.mark.usefixtures("server")
async def test_editing_what_is_gone_is_rejected(stage: Stage) -> None:
    with pytest.raises(Rejected, match="not found"):
        await stage.platform.messenger.edit(ref_of(7), MessageId("999"), Reply(blocks=(paragraph("x"),)))


@pytest.mark.usefixtures("server")
async def test_editing_in_a_chat_that_is_gone_says_so(stage: Stage) -> None:
    with pytest.raises(ChatGone):
        await stage.platform.messenger.edit(ref_of(12345), MessageId("1"), Reply(blocks=(paragraph("x"),)))


# Forum topics


@pytest.mark.parametrize("state", ["closed", "deleted"])
async def test_where_a_topic_is_gone_the_post_falls_back_if_the_plan_says_so(
    stage: Stage, server: TelegramServer, state: str
) -> None:
    forum = server.group(-100400, forum=True)
    forum.topics, forum.closed = ({5}, {5}) if state == "closed" else (set(), set())
    await stage.platform.messenger.send(post(stage, ref_of(-100400, 5)))
    assert (await server.message(chat=-100400)).thread is None
    with pytest.raises(ThreadGone):
        await stage.platform.messenger.send(post(stage, ref_of(-100400, 5), fall_back=False))


async def test_an_operator_is_written_to_though_the_database_cannot_be_read(
    stage: Stage, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_unusable(stage.store, monkeypatch)
    assert await OperatorChats({"telegram:7"}, [stage.platform.messenger]).tell("The database is damaged.")
    assert (await server.message(chat=7)).text == "The database is damaged."


async def test_the_account_is_the_bot_s_own_id_once_it_is_connected(stage_of: Made) -> None:
    async with stage_of(start=False) as stage:
        assert stage.platform.messenger.account is None
        async with stage.platform.running():
            await stage.server.until(lambda: stage.platform.messenger.ready)
            assert stage.platform.messenger.account == str(BOT_ID)
