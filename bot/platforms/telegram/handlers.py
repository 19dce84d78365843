"""What happens with each kind of update: translated, handed to the core, and its answer shown."""

from collections.abc import Awaitable
from typing import Final, TypeVar

import structlog
from prometheus_client import CollectorRegistry, Counter
from telegram import Bot, CallbackQuery, ChosenInlineResult, Message, PollAnswer, Update
from telegram.error import ChatMigrated, TelegramError

from bot.core.actions import PLACELESS, PickOption, decode, encode
from bot.core.commands import BY_NAME, Audience
from bot.core.errors import StaleAction, StoreError
from bot.core.manners import sorry
from bot.core.model import Chat, ChatKind
from bot.core.ports import Store
from bot.core.replies import Response
from bot.core.requests import Request
from bot.core.service import Service
from bot.core.typed import CANCEL_WORDS
from bot.platforms.telegram.answering import Answering
from bot.platforms.telegram.answers import Answers, words_of
from bot.platforms.telegram.asking import Asking
from bot.platforms.telegram.channels import Channels
from bot.platforms.telegram.inline import Inline
from bot.platforms.telegram.life import Life
from bot.platforms.telegram.managers import Managers
from bot.platforms.telegram.moves import note_move
from bot.platforms.telegram.order import Order
from bot.platforms.telegram.places import ref_of
from bot.platforms.telegram.polls import recall_poll
from bot.platforms.telegram.prompting import Prompting
from bot.platforms.telegram.sending import Sender
from bot.platforms.telegram.waiting import patiently

_log: Final = structlog.stdlib.get_logger(__name__)
_Found = TypeVar("_Found")

ALLOWED_UPDATES: Final = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "inline_query",
    "chosen_inline_result",
    "poll_answer",
    "my_chat_member",
)
"""All that is asked for, and all that is handled."""


class Handlers:
    """Handles one update at a time; the application calls `handle` for many at once."""

    def __init__(
        self,
        *,
        bot: Bot,
        service: Service,
        store: Store,
        sender: Sender,
        asking: Asking,
        answering: Answering,
        answers: Answers,
        prompting: Prompting,
        channels: Channels,
        inline: Inline,
        life: Life,
        order: Order,
        managers: Managers,
        registry: CollectorRegistry,
    ) -> None:
        self._bot: Final = bot
        self._service: Final = service
        self._store: Final = store
        self._sender: Final = sender
        self._asking: Final = asking
        self._answering: Final = answering
        self._answers: Final = answers
        self._prompting: Final = prompting
        self._channels: Final = channels
        self._inline: Final = inline
        self._life: Final = life
        self._order: Final = order
        self._managers: Final = managers
        self._updates: Final = Counter(
            "qianmian_telegram_updates_total", "Updates handled, by kind.", ["kind"], registry=registry
        )
        self._chosen: Final = Counter(
            "qianmian_telegram_inline_chosen_total", "Inline results that people posted.", registry=registry
        )

    async def handle(self, update: Update) -> None:
        """Do what an update asks for. Never raises: what fails is logged with the update's id."""
        try:
            await self._dispatch(update)
        except ChatMigrated as error:
            chat = update.effective_chat
            if chat is not None:
                await note_move(self._store, ref_of(chat.id), ref_of(error.new_chat_id))
        except TelegramError as error:
            _log.warning("an answer could not be given", update=update.update_id, why=error.message)
            if update.effective_chat is not None:
                await self._managers.tell_of(error, update.effective_chat.id)
        except StoreError as error:
            _log.warning("the database cannot be used", update=update.update_id, why=str(error))
        except Exception:  # noqa: BLE001  # one update's failure must not end the others
            _log.exception("an update was not handled", update=update.update_id)

    async def _dispatch(self, update: Update) -> None:  # one line per kind of update
        if (query := update.callback_query) is not None:
            self._updates.labels("tap").inc()
            await self._tap(query)
        elif (message := update.effective_message) is not None:
            self._updates.labels("message").inc()
            await self._message(message)
        elif update.inline_query is not None:
            self._updates.labels("inline").inc()
            await self._inline.answer(update.inline_query, is_rich=self._sender.rich_works)
        elif update.chosen_inline_result is not None:
            self._choose(update.chosen_inline_result)
        elif update.poll_answer is not None:
            self._updates.labels("poll").inc()
            await self._vote(update.poll_answer)
        elif update.my_chat_member is not None:
            self._updates.labels("member").inc()
            await self._life.member(update.my_chat_member)

    async def _tap(self, query: CallbackQuery) -> None:
        request, tap = self._asking.by_tap(query)
        response = await self._thought(request, self._tapped(request, query), tapped=True)
        await self._answering.to_tap(request, response, tap)

    async def _tapped(self, request: Request, query: CallbackQuery) -> Response:
        if _is_adrift(query):
            voice = await self._service.voice_in(request.chat.ref, request.language)
            return sorry(voice("stale-button"), tapped=True)
        return await self._service.act(request, query.data or "")

    async def _thought(self, request: Request, work: Awaitable[_Found], *, tapped: bool = False) -> _Found | Response:
        """What comes of a request, or a word about the database that keeps it from us.

        What is done in a chat is done in order, taps too: it takes next to no time, unlike showing it.
        """
        async with self._order.turn(("thinking", request.chat.ref.chat_id)):
            try:
                return await work
            except StoreError as error:
                _log.warning("the database cannot be used", chat=str(request.chat.ref), why=str(error))
                return sorry(self._service.trouble(request), tapped=tapped)

    async def _message(self, message: Message) -> None:
        if message.migrate_to_chat_id is not None or message.migrate_from_chat_id is not None:
            await self._life.moved(message)
            return
        if message.via_bot is not None and message.via_bot.id == self._bot.id:
            # A card of ours that somebody posted through inline mode: they did not write that.
            return
        request = self._asking.by_message(message)
        text = words_of(message)
        forwarded = message.forward_origin is not None
        if request is None or not (text or forwarded):
            return
        if text.startswith("/") and not forwarded:
            await self._command(request, message, text)
        elif message.edit_date is None:
            # What somebody else wrote is no command of whoever passes it on.
            await self._words(request, message, text.lstrip("/") if forwarded else text)

    async def _command(self, request: Request, message: Message, text: str) -> None:
        if not text[1:].strip() or text[1].isspace():
            return
        name, whom, words = _split(text)
        group = request.chat.kind is not ChatKind.PRIVATE
        # In company a command that is not in our table is probably another bot's.
        others = whom.lower() != (self._bot.username or "").lower() if whom else group and not _is_ours(name)
        # What one person alone saw has an id of its own kind, and nobody edits it.
        if others or not (request.unseen_by_others or self._answers.is_news(message, request.now)):
            return
        thread = message.message_thread_id if message.is_topic_message else None
        async with patiently(self._bot, message.chat.id, thread):
            line = f"/{name} {words}".rstrip()
            response = await self._thought(request, self._service.write(request, line))
            await self._answering.to_text(request, response, message, message.from_user, again=_again(name))

    async def _words(self, request: Request, message: Message, text: str) -> None:
        """Free text: in private anything; in a group only what answers our prompt; in a channel nothing."""
        named = self._channels.named_in(message)
        response: Response | None = None
        if named is not None:
            response = await self._channels.link(request, named)
        elif text:
            response = await self._thought(request, self._told(request, message, text))
        if response is not None:
            await self._answering.to_text(request, response, message, message.from_user)

    async def _told(self, request: Request, message: Message, text: str) -> Response | None:
        if request.chat.kind is ChatKind.PRIVATE:
            return await self._service.write(request, text)
        return await self._prompting.answered(request, message, text)

    async def _vote(self, answer: PollAnswer) -> None:
        poll = await recall_poll(self._store, answer.poll_id)
        if poll is None or not answer.option_ids:
            return
        known = await self._store.chat(poll.chat) or Chat(ref=poll.chat, kind=ChatKind.GROUP)
        request = self._asking.by_vote(answer, known)
        if request is None:
            return
        # Telegram has shown how it went already.
        await self._service.act(request, encode(PickOption(question=poll.question, option=answer.option_ids[0])))

    def _choose(self, result: ChosenInlineResult) -> None:
        self._chosen.inc()
        _log.info("an inline result was posted", result=result.result_id)


def _is_adrift(query: CallbackQuery) -> bool:
    """Whether a button would do something about a topic, and Telegram no longer tells which one it stood in."""
    if query.message is None or query.message.is_accessible or not query.message.chat.is_forum:
        return False
    try:
        return not isinstance(decode(query.data or ""), PLACELESS)
    except StaleAction:
        return True


def _is_ours(name: str) -> bool:
    return name.casefold() in BY_NAME or f"/{name.casefold()}" in CANCEL_WORDS


def _again(name: str) -> str | None:
    """The deep link that runs a command in the private chat, if nobody else may see its answer."""
    command = BY_NAME.get(name.casefold())
    return f"c_{command.name}" if command is not None and command.audience is Audience.NOBODY_ELSE else None


def _split(text: str) -> tuple[str, str, str]:
    """A command's name, the bot it names, and the words after it, whatever white space stands between."""
    head, *rest = text[1:].split(maxsplit=1)
    name, _, whom = head.partition("@")
    return name, whom, rest[0].strip() if rest else ""
