"""Telegram as a part of the bot: connects, keeps trying, receives updates, and says how it is doing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Final

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry
from telegram import Update
from telegram.error import TelegramError
from telegram.ext import ApplicationBuilder, TypeHandler
from telegram.ext import ContextTypes as Context
from typing_extensions import override

from bot.core.model import Language
from bot.core.ports import Clock, Health, Messenger, Pacer, Painter, Phrases, PlatformPart, Store
from bot.core.service import Service
from bot.platforms.telegram.answering import Answering
from bot.platforms.telegram.answers import Answers
from bot.platforms.telegram.asking import Asking
from bot.platforms.telegram.channels import Channels
from bot.platforms.telegram.condition import Condition
from bot.platforms.telegram.following import Following
from bot.platforms.telegram.handlers import ALLOWED_UPDATES, Handlers
from bot.platforms.telegram.inline import Inline
from bot.platforms.telegram.life import SETTLED_AFTER, Life
from bot.platforms.telegram.managers import Managers
from bot.platforms.telegram.messenger import TelegramMessenger
from bot.platforms.telegram.order import InOrderPerChat, Order
from bot.platforms.telegram.polling import Poller
from bot.platforms.telegram.prompting import Prompting
from bot.platforms.telegram.rights import TelegramRights
from bot.platforms.telegram.sending import Sender
from bot.platforms.telegram.transport import PacedRequest
from bot.platforms.telegram.upkeep import LOOK_EVERY, Upkeep, wait_after
from bot.platforms.telegram.webhook import Webhook

_log: Final = structlog.stdlib.get_logger(__name__)
_LONGEST_WAIT: Final = 60.0
_GOODBYE: Final = 10.0


def growing(attempt: int) -> float:
    """Seconds to wait after the given number of failures in a row: 1, 2, 4 ... 60."""
    return min(2.0 ** min(attempt - 1, 10), _LONGEST_WAIT)


class TelegramPlatform(PlatformPart):
    """Telegram, by long polling, or by webhook where an address is given.

    Args:
        token: The bot's token; it appears in no error, log or health report.
        api_url: The Bot API server.
        service: The core's front door.
        store: The state.
        clock: Tells the time.
        pacer: Keeps what is sent within Telegram's limits.
        unpaid_pacer: Keeps what is not paid for within the free limit, where `paid_broadcast` raises the account's.
        painter: Draws formulas for chats without rich messages.
        phrases: What the bot says.
        default_language: The language of menus for clients that speak neither of ours.
        webhook_url: The public address for a webhook; see `routes`.
        paid_broadcast: Pay Telegram for sending faster (`allow_paid_broadcast`).
        registry: Where figures are counted.
        wait: Seconds to wait after so many failures in a row.
        look_every: Seconds between two looks at whether Telegram reaches the webhook.
        settled_after: Seconds within which a supergroup says whether it was a group before.
    """

    def __init__(
        self,
        *,
        token: str,
        api_url: str,
        service: Service,
        store: Store,
        clock: Clock,
        pacer: Pacer,
        unpaid_pacer: Pacer | None = None,
        painter: Painter,
        phrases: Phrases,
        default_language: Language,
        registry: CollectorRegistry,
        webhook_url: str | None = None,
        paid_broadcast: bool = False,
        wait: Callable[[int], float] = growing,
        look_every: float = LOOK_EVERY,
        settled_after: float = SETTLED_AFTER,
    ) -> None:
        del phrases  # the service speaks for itself; menus come from the command table
        self._wait: Final = wait
        self._webhook: Final = None if webhook_url is None else Webhook(url=webhook_url, token=token)
        self._condition: Final = Condition()
        order = Order()
        builder = ApplicationBuilder().token(token).base_url(f"{api_url}/bot").base_file_url(f"{api_url}/file/bot")
        self._requests: Final = PacedRequest(pacer=pacer, unpaid=unpaid_pacer)
        self._receiver: Final = PacedRequest(pacer=pacer)
        builder = builder.request(self._requests).get_updates_request(self._receiver)
        # No updater: receiving is a loop of ours. No job queue: it would build a second scheduler.
        self._app: Final = builder.updater(None).job_queue(None).concurrent_updates(InOrderPerChat(order)).build()
        bot = self._app.bot
        self._poller: Final = Poller(
            bot=bot,
            request=self._receiver,
            allowed=ALLOWED_UPDATES,
            take=self._app.update_queue.put,
            condition=self._condition,
            wait=wait,
        )
        self._upkeep: Final = Upkeep(
            bot=bot,
            store=store,
            clock=clock,
            condition=self._condition,
            language=default_language,
            webhook=webhook_url,
            wait=wait,
            look_every=look_every,
        )
        rights = TelegramRights(bot=bot, clock=clock)
        following = Following(wait=wait)
        sender = Sender(bot=bot, store=store, painter=painter, following=following)
        asking = Asking(clock=clock, rights=rights)
        answers = Answers()
        prompting = Prompting(bot=bot, sender=sender, service=service, store=store)
        answering = Answering(
            bot=bot,
            sender=sender,
            service=service,
            store=store,
            clock=clock,
            answers=answers,
            prompting=prompting,
            order=order,
        )
        self._answering: Final = answering
        managers = Managers(bot=bot, sender=sender, following=following, service=service, store=store, clock=clock)
        self._messenger: Final = TelegramMessenger(
            bot=bot,
            sender=sender,
            following=following,
            managers=managers,
            store=store,
            is_ready=lambda: self._condition.ready,
            paid=paid_broadcast,
        )
        self._life: Final = Life(
            service=service,
            store=store,
            clock=clock,
            asking=asking,
            answering=answering,
            rights=rights,
            managers=managers,
            settled_after=settled_after,
        )
        handlers = Handlers(
            bot=bot,
            service=service,
            store=store,
            sender=sender,
            asking=asking,
            answering=answering,
            answers=answers,
            prompting=prompting,
            channels=Channels(bot=bot, service=service, store=store, rights=rights),
            inline=Inline(service=service, asking=asking),
            life=self._life,
            order=order,
            managers=managers,
            registry=registry,
        )

        async def handle(update: Update, context: Context.DEFAULT_TYPE) -> None:
            del context
            await handlers.handle(update)

        self._app.add_handler(TypeHandler(Update, handle))

    @property
    @override
    def messenger(self) -> Messenger:
        return self._messenger

    @override
    def health(self) -> Health:
        return self._condition.health()

    def routes(self) -> list[web.RouteDef]:
        """The webhook's route for our own web server; none with long polling."""
        return [] if self._webhook is None else self._webhook.routes()

    @override
    def running(self) -> AbstractAsyncContextManager[None]:
        return self._running()

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._stay_connected(), name="telegram")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            # It may have been ended in the middle of cleaning up after itself.
            await self._requests.shutdown()
            await self._receiver.shutdown()
            self._condition.stopped()

    # Connecting, again and again

    async def _stay_connected(self) -> None:
        failures = 0
        while True:
            try:
                async with self._connected(), self._upkeep.going_on():
                    await self._receive()
            except (TelegramError, OSError) as error:
                failures += 1
                self._condition.failed(error)
                await asyncio.sleep(wait_after(error, self._wait(failures)))
            except Exception:  # noqa: BLE001  # whatever broke, the rest of the bot goes on and Telegram is tried again
                failures += 1
                _log.exception("the connection to Telegram broke; it is made anew")
                self._condition.broken()
                await asyncio.sleep(self._wait(failures))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        try:
            await self._app.initialize()
            await self._app.start()
            _log.info("connected to Telegram", bot=f"@{self._app.bot.username}")
            yield
        finally:
            if self._webhook is not None:
                self._webhook.close()
            with suppress(asyncio.TimeoutError):
                # What waits for its turn longer than that is given up.
                async with asyncio.timeout(_GOODBYE):
                    await self._stop_handling()
            await self._life.finish()
            await self._answering.finish()
            await self._app.shutdown()
            # An application that failed half-way into its start does not shut down what it had opened.
            await self._app.bot.shutdown()

    async def _stop_handling(self) -> None:
        if self._app.running:
            await self._app.stop()

    async def _receive(self) -> None:
        if self._webhook is not None:
            await self._webhook.open(self._app.bot, ALLOWED_UPDATES, self._app.update_queue.put)
            self._condition.connected()
            await asyncio.Event().wait()
        await self._app.bot.delete_webhook(drop_pending_updates=False)
        self._condition.connected()
        await self._poller.run()
