"""The web platform: everything of this room put together and served."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge
from typing_extensions import override

from bot.core.errors import CannotStart
from bot.core.library import Library
from bot.core.model import Language
from bot.core.ports import Clock, Health, Phrases, PlatformPart, State, Store
from bot.core.service import Service
from bot.platforms.web.bank import BankPages
from bot.platforms.web.conversation import Conversation
from bot.platforms.web.downloads import Downloads
from bot.platforms.web.guards import LOOPBACK, add_headers, except_for, friendly, same_site_only
from bot.platforms.web.history import History
from bot.platforms.web.login import Login
from bot.platforms.web.messenger import WebMessenger
from bot.platforms.web.pages import Pages
from bot.platforms.web.shell import Shell
from bot.platforms.web.sockets import HEARTBEAT_SECONDS, MOST_BYTES, OpenSockets, Page
from bot.platforms.web.status import Status
from bot.platforms.web.visitors import keep_cookie, visitor_of

# Forms carry a password at most, and no other request a body.
MOST_FORM_BYTES: Final = 16 * 1024
STOP_SECONDS: Final = 3.0

_log: Final = structlog.stdlib.get_logger(__name__)


class CannotListen(CannotStart):
    """The address of the web chat is taken, or is not this machine's."""


class WebPlatform(PlatformPart):
    """The chat page, the bank, health and metrics on one address.

    Args:
        service: The front door of the core.
        store: Where messages and sessions are kept.
        phrases: What the page says.
        library: The bank to browse.
        clock: The time.
        host: The address to listen on; on one that is not loopback, a `password` keeps strangers out.
        port: 0 takes a free one.
        password: Asked for when set.
        language: Spoken where the browser does not say.
        health: How every part of the bot is doing.
        registry: The metrics to show.
        extra_routes: Routes of others that share the address and look after their own safety, such as a webhook.
    """

    def __init__(
        self,
        *,
        service: Service,
        store: Store,
        phrases: Phrases,
        library: Library,
        clock: Clock,
        host: str,
        port: int,
        password: str | None,
        language: Language,
        health: Callable[[], Sequence[Health]],
        registry: CollectorRegistry,
        extra_routes: Sequence[web.RouteDef] = (),
    ) -> None:
        self._service: Final = service
        self._clock: Final = clock
        self._host: Final = host
        self._port = port
        # Whoever opens the page on the bot's own machine, where nobody is asked for a password, runs the bot.
        self._unguarded: Final = password is None and host in LOOPBACK
        self._extra: Final = tuple(extra_routes)
        self._sockets: Final = OpenSockets()
        self._serving = False
        downloads = Downloads(clock)
        self._history: Final = History(store=store, clock=clock, downloads=downloads)
        self._messenger: Final = WebMessenger(service=service, history=self._history)
        self._shell: Final = Shell(phrases=phrases, language=language)
        self._login: Final = (
            None if password is None else Login(password=password, store=store, clock=clock, shell=self._shell)
        )
        pages = Pages(
            service=service, phrases=phrases, downloads=downloads, shell=self._shell, password=password is not None
        )
        bank = BankPages(library=library, service=service, shell=self._shell)
        status = Status(health=health, registry=registry)
        Gauge("qianmian_web_pages", "Chat pages that are open", registry=registry).set_function(
            lambda: self._history.pages
        )
        self._routes: Final = (*pages.routes, *bank.routes, *status.routes, web.get("/ws", self._socket))

    @property
    def url(self) -> str:
        """Where the page is, for a browser on this machine; known once it is running."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host, self._host)  # noqa: S104  # not bound here
        return f"http://[{host}]:{self._port}/" if ":" in host else f"http://{host}:{self._port}/"

    @property
    @override
    def messenger(self) -> WebMessenger:
        return self._messenger

    @override
    def health(self) -> Health:
        if not self._serving:
            return Health(part="web", state=State.DOWN, why="it does not listen")
        return Health(part="web", state=State.OK)

    @override
    def running(self) -> AbstractAsyncContextManager[None]:
        return self._run()

    @asynccontextmanager
    async def _run(self) -> AsyncIterator[None]:
        runner = web.AppRunner(self._app(), access_log=None, handle_signals=False, shutdown_timeout=STOP_SECONDS)
        await runner.setup()
        try:
            await self._listen(runner)
            self._serving = True
            _log.info("the web chat is open", url=self.url)
            yield
        finally:
            self._serving = False
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            raise CannotListen(
                f"The web chat cannot listen on {self._host}, port {self._port} ({error.strerror or error}). Stop what "
                "uses that port, or choose another with --port or QIANMIAN_WEB_PORT (0 takes any free one), or an "
                "address of this machine with --host or QIANMIAN_WEB_HOST."
            ) from error
        self._port = runner.addresses[0][1]

    def _app(self) -> web.Application:
        guards = [friendly(self._shell), same_site_only(self._shell, host=self._host)]
        routes = [*self._routes]
        if self._login is not None:
            guards.append(self._login.middleware())
            routes += self._login.routes
        theirs = frozenset(route.path for route in self._extra)
        app = web.Application(
            middlewares=[except_for(theirs, guard) for guard in guards], client_max_size=MOST_FORM_BYTES
        )
        app.add_routes([*routes, *self._extra])
        app.on_response_prepare.append(add_headers)
        app.on_shutdown.append(self._goodbye)
        return app

    async def _goodbye(self, app: web.Application) -> None:
        del app
        await self._sockets.close()

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        visitor = visitor_of(request)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=MOST_BYTES)
        keep_cookie(socket, request, visitor)
        await socket.prepare(request)
        page = Page(
            socket=socket,
            chat=visitor.chat,
            conversation=Conversation(
                visitor=visitor,
                service=self._service,
                history=self._history,
                clock=self._clock,
                operator=self._unguarded,
            ),
            history=self._history,
            voice=self._shell.voice(request),
        )
        await self._sockets.serve(socket, page)
        return socket
