"""A Bot API server on loopback: real HTTP, long polling, uploads, chats with state, and Telegram's own refusals.

It refuses what Telegram refuses (unknown fields, broken markup, limits), so that a green test means something.
Tests make people act with `say`, `tap`, `vote` and the like, and look at `messages`, `calls` and `answers`.
"""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.telegram_checks import check_picture, check_poll, in_album
from tests.fakes.telegram_ephemeral import whisper
from tests.fakes.telegram_limits import TelegramLimits
from tests.fakes.telegram_markup import Refused, check_classic, check_rich
from tests.fakes.telegram_methods import BY_NAME, METHODS
from tests.fakes.telegram_people import TelegramPeople
from tests.fakes.telegram_world import (
    ADMIN,
    BOT,
    BOT_ID,
    GIFTS,
    NO_VOTES,
    TOKEN,
    WHEN,
    Error,
    FakeChat,
    Json,
    Sent,
    photo,
)

RICH = 10.1
"""The Bot API version that knows rich messages."""


class TelegramServer(TelegramPeople):
    """The server; start it with `running`."""

    def __init__(self, *, version: float = 10.3) -> None:
        super().__init__()
        self.version = version
        self.inline_answers: dict[str, Json] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.webhook = ""
        self.secret = ""
        self.undelivered = (0, "")
        self.files: set[str] = set()
        self.faults: dict[str, list[Error | str]] = defaultdict(list)
        self.odd: dict[str, list[Any]] = defaultdict(list)
        self.delay = 0.0
        self.limits: TelegramLimits | None = TelegramLimits()
        self.url = ""
        self.token = TOKEN
        self.bot_id = BOT_ID
        self.polling = 0
        self.migrated: dict[int, int] = {}
        self._runner: web.AppRunner | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator["TelegramServer"]:
        """Listen on a free port of the loopback address."""
        app = web.Application(client_max_size=50_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._runner = runner
        try:
            yield self
        finally:
            await runner.cleanup()

    async def stop(self) -> None:
        """Go away, in the middle of everything."""
        assert self._runner is not None
        await self._runner.cleanup()

    # HTTP

    async def _serve(self, request: web.Request) -> web.Response:
        method = BY_NAME.get(request.match_info["method"].lower(), "")
        parameters = await self._read(request)
        self.calls.append((method or request.match_info["method"], parameters))
        try:
            result = await self._call(request, method, parameters)
        except (Error, Refused) as error:
            code, words = (error.code, error.description) if isinstance(error, Error) else (400, str(error))
            body: Json = {"ok": False, "error_code": code, "description": words}
            if isinstance(error, Error) and error.parameters:
                body["parameters"] = error.parameters
            answer = web.json_response(body, status=code)
        else:
            answer = web.json_response({"ok": True, "result": result})
        async with self._changed:
            self._changed.notify_all()
        return answer

    async def _read(self, request: web.Request) -> Json:
        values: Json = dict(request.query)
        if request.content_type == "multipart/form-data":
            async for part in await request.multipart():
                assert isinstance(part, BodyPartReader)
                assert part.name is not None
                values[part.name] = bytes(await part.read()) if part.filename else await part.text()
        elif request.can_read_body:
            values |= dict(await request.post())
        return {key: _parsed(key, value) for key, value in values.items()}

    async def _call(self, request: web.Request, method: str, given: Json) -> Any:
        if request.match_info["token"] != self.token:
            raise Error(401, "Unauthorized")
        await self._fault(request, method)
        known = METHODS.get(method)
        if known is None or known.since > self.version:
            raise Error(404, "Not Found: method not found")
        # An older server does not see what is newer than itself.
        given = {key: value for key, value in given.items() if known.newer.get(key, 0) <= self.version}
        files = {str(v)[9:] for k, v in given.items() if str(v).startswith("attach://")}
        files |= set(re.findall(r"attach://(\w+)", json.dumps(given.get("media", ""), default=str)))
        if strange := set(given) - known.takes - files:
            raise Error(400, f"Bad Request: unknown parameters {sorted(strange)}")
        if missing := known.needs - set(given):
            raise Error(400, f"Bad Request: parameters {sorted(missing)} are required")
        if self.odd[method]:
            return self.odd[method].pop(0)
        if self.limits is not None:
            self.limits.check(method, given, self.now())
        handler = getattr(self, f"_do_{method}", None) or self._do_nothing
        if method != "getUpdates" and self.delay:
            await asyncio.sleep(self.delay)
        return await handler(given)

    async def _fault(self, request: web.Request, method: str) -> None:
        waiting = self.faults[method]
        if not waiting:
            return
        fault = waiting.pop(0)
        if isinstance(fault, Error):
            raise fault
        if fault == "cut":
            assert request.transport is not None
            request.transport.close()
        await asyncio.sleep(0)
        if fault == "silence":
            await asyncio.sleep(3600)

    async def _do_nothing(self, given: Json) -> Any:
        del given
        return True

    # Updates

    async def _do_getMe(self, given: Json) -> Json:  # noqa: N802  # named like the method
        del given
        return {
            **BOT,
            "id": self.bot_id,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": True,
        }

    async def _do_getUpdates(self, given: Json) -> list[Json]:  # noqa: N802
        if self.webhook:
            raise Error(409, "Conflict: can't use getUpdates method while webhook is active")
        self.allowed = set(given.get("allowed_updates") or ())
        offset = int(given.get("offset", 0))
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        self.polling += 1
        mine = self.polling
        try:
            async with asyncio.timeout(int(given.get("timeout", 0)) or 0.001), self._changed:
                self._changed.notify_all()
                await self._changed.wait_for(lambda: bool(self.updates) or self.polling != mine)
        except TimeoutError:
            return []
        if self.polling != mine:
            words = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise Error(409, f"Conflict: {words}")
        return self.updates[: int(given.get("limit", 100))]

    async def _do_setWebhook(self, given: Json) -> bool:  # noqa: N802
        if not given["url"].startswith("https://"):
            raise Error(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook, self.secret = given["url"], given.get("secret_token", "")
        self.allowed = set(given.get("allowed_updates") or ())
        return True

    async def _do_getWebhookInfo(self, given: Json) -> Json:  # noqa: N802
        del given
        at, words = self.undelivered
        failed = {"last_error_date": at, "last_error_message": words} if at else {}
        known = {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": len(self.updates)}
        return {**known, **failed}

    async def _do_deleteWebhook(self, given: Json) -> bool:  # noqa: N802
        assert not given.get("drop_pending_updates")
        self.webhook = ""
        return True

    async def _do_setMyCommands(self, given: Json) -> bool:  # noqa: N802
        for command in given["commands"]:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) or not 1 <= len(command["description"]) <= 256:
                raise Error(400, "Bad Request: BOT_COMMAND_INVALID")
        self.commands[given["scope"]["type"], given.get("language_code", "")] = given["commands"]
        return True

    # Chats

    def _chat(self, given: Json) -> FakeChat:
        id_ = given["chat_id"]
        if str(id_).startswith("@"):
            found = [chat for chat in self.chats.values() if f"@{chat.username}" == id_]
            if not found:
                raise Error(400, "Bad Request: chat not found")
            return found[0]
        if int(id_) in self.migrated:
            new = self.migrated[int(id_)]
            raise Error(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=new)
        if int(id_) not in self.chats:
            raise Error(400, "Bad Request: chat not found")
        chat = self.chats[int(id_)]
        if chat.type == "private" and not chat.started:
            raise Error(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    async def _do_getChat(self, given: Json) -> Json:  # noqa: N802
        chat = self._chat(given)
        linked = {} if chat.linked is None else {"linked_chat_id": chat.linked}
        return {**chat.json(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": GIFTS, **linked}

    async def _do_getChatAdministrators(self, given: Json) -> list[Json]:  # noqa: N802
        chat = self._chat(given)
        if chat.type == "private":
            raise Error(400, "Bad Request: there are no administrators in the private chat")
        admins = [user for user, status in chat.members.items() if status in {"creator", "administrator"}]
        return [self._member(chat, user) for user in admins]

    async def _do_getChatMember(self, given: Json) -> Json:  # noqa: N802
        return self._member(self._chat(given), int(given["user_id"]))

    def _member(self, chat: FakeChat, user: int) -> Json:
        status = chat.members.get(user, "left")
        if user not in self.users:
            raise Error(400, "Bad Request: PARTICIPANT_ID_INVALID")
        extra: Json = {"is_anonymous": False} if status == "creator" else {}
        if status == "administrator":
            extra = {**ADMIN, **chat.rights.get(user, {})}
        elif status == "restricted":
            extra = chat.rights.get(user, {})
        return {"status": status, "user": self.users[user], **extra}

    # Messages

    def _post(self, given: Json) -> tuple[FakeChat, Sent]:
        chat = self._chat(given)
        if chat.refusal is not None:
            raise chat.refusal
        thread = given.get("message_thread_id")
        if thread is not None and int(thread) not in chat.topics:
            raise Error(400, "Bad Request: message thread not found")
        if thread is not None and int(thread) in chat.closed:
            raise Error(400, "Bad Request: TOPIC_CLOSED")
        sent = Sent(chat=chat.id, id=next(self._ids), thread=None if thread is None else int(thread))
        sent.silent, sent.protected = bool(given.get("disable_notification")), bool(given.get("protect_content"))
        above = given.get("reply_parameters", {})
        if "message_id" in above:
            there = any(m.chat == chat.id and m.id == above["message_id"] for m in self.messages)
            if not there and not above.get("allow_sending_without_reply"):
                raise Error(400, "Bad Request: message to be replied not found")
            sent.reply_to = above["message_id"] if there else None
        self._mark(sent, given)
        whisper(chat, sent, given, self.deeds, self.now())
        return chat, sent

    def _mark(self, sent: Sent, given: Json) -> None:
        markup = given.get("reply_markup", {})
        sent.force_reply = bool(markup.get("force_reply"))
        if not all(1 <= len(p) <= 64 for p in [markup.get("input_field_placeholder", "-")]):
            raise Error(400, "Bad Request: input field placeholder is too long")
        sent.keyboard = markup.get("inline_keyboard", [])
        buttons = [button for row in sent.keyboard for button in row]
        if len(buttons) > 100 or any(not 1 <= len(row) <= 8 for row in sent.keyboard):
            raise Error(400, "Bad Request: BUTTON_COUNT_INVALID")
        for button in buttons:
            if not button["text"] or not 1 <= len(button.get("callback_data", "-").encode()) <= 64:
                raise Error(400, "Bad Request: BUTTON_DATA_INVALID")
            if button.get("style", "primary") not in {"primary", "success", "danger"}:
                raise Error(400, "Bad Request: BUTTON_STYLE_INVALID")

    def _write(self, sent: Sent, given: Json) -> None:
        if "rich_message" in given:
            rich = given["rich_message"]
            if set(rich) - {"html", "markdown", "blocks", "is_rtl", "skip_entity_detection", "media"}:
                raise Error(400, "Bad Request: can't parse rich message")
            sent.text, sent.html, sent.rich = check_rich(rich["html"]).text, rich["html"], True
        elif "text" in given:
            assert given.get("parse_mode") == "HTML"
            if not given.get("link_preview_options", {}).get("is_disabled"):
                raise Error(400, "Bad Request: (test) a link would unfurl over the question")
            sent.text, sent.html, sent.rich = check_classic(given["text"]).text, given["text"], False
        else:
            raise Error(400, "Bad Request: message text is empty")

    def _json(self, chat: FakeChat, sent: Sent) -> Json:
        content: Json = {"rich_message": {"blocks": []}} if sent.rich else {"text": sent.text or "-"}
        shown = {"message_id": sent.id, "date": WHEN, "chat": chat.json(), "from": BOT, **content}
        if sent.receiver is not None:
            shown |= {"message_id": 0, "ephemeral_message_id": sent.id, "receiver_user": self.users[sent.receiver]}
        if sent.thread is not None:
            shown |= {"message_thread_id": sent.thread, "is_topic_message": True}
        return shown

    async def _do_sendMessage(self, given: Json) -> Json:  # noqa: N802
        chat, sent = self._post(given)
        self._write(sent, given)
        self.messages.append(sent)
        return self._json(chat, sent)

    _do_sendRichMessage = _do_sendMessage  # noqa: N815

    async def _do_sendPhoto(self, given: Json) -> Json:  # noqa: N802
        check_picture(given["photo"], self.files)
        return self._pictured(*self._post(given))

    def _pictured(self, chat: FakeChat, sent: Sent) -> Json:
        sent.photos = 1
        self.messages.append(sent)
        return {**self._json(chat, sent), "photo": [self.uploaded(sent.id)]}

    def uploaded(self, number: int = 0) -> Json:
        """A picture that this bot has uploaded."""
        size = photo(self.bot_id, number)
        self.files.add(size["file_id"])
        return size

    async def _do_sendMediaGroup(self, given: Json) -> list[Json]:  # noqa: N802
        if not 2 <= len(given["media"]) <= 10:
            raise Error(400, "Bad Request: wrong number of items in the media group")
        for item in given["media"]:
            check_picture(in_album(item, given), self.files)
        return [self._pictured(*self._post(given)) for _ in given["media"]]

    async def _do_sendDocument(self, given: Json) -> Json:  # noqa: N802
        chat, sent = self._post(given)
        if not isinstance(given["document"], bytes):
            raise Error(400, "Bad Request: there is no document in the request")
        sent.document = given["document"].decode()
        self.messages.append(sent)
        return self._json(chat, sent)

    async def _do_sendPoll(self, given: Json) -> Json:  # noqa: N802
        chat, sent = self._post(given)
        check_poll(chat, given)
        options = [option["text"] for option in given["options"]]
        sent.poll = {**given, "options": options, "id": f"poll{sent.id}"}
        self.messages.append(sent)
        anonymous = bool(given.get("is_anonymous", True))
        poll = {"id": f"poll{sent.id}", "question": given["question"], "is_anonymous": anonymous, "type": "quiz"}
        poll |= {"options": [{"text": o, "voter_count": 0, "persistent_id": o} for o in options], **NO_VOTES}
        return {**self._json(chat, sent), "poll": poll}

    def _find(self, chat: int, id_: int, receiver: int | None = None, *, what: str = "edit") -> Sent:
        for sent in self.messages:
            if (sent.chat, sent.id, sent.receiver, sent.by_bot) == (chat, id_, receiver, True):
                return sent
        raise Error(400, f"Bad Request: message to {what} not found")

    async def _do_editMessageText(self, given: Json) -> Any:  # noqa: N802
        if "inline_message_id" in given:
            found = [m for m in self.messages if f"inline{m.id}" == given["inline_message_id"]]
            if not found:
                raise Error(400, "Bad Request: MESSAGE_ID_INVALID")
            self._rewrite(found[0], given)
            return True
        chat = self._chat(given)
        sent = self._find(chat.id, int(given["message_id"]))
        self._rewrite(sent, given)
        return self._json(chat, sent)

    def _whispered(self, given: Json) -> Sent:
        return self._find(self._chat(given).id, int(given["ephemeral_message_id"]), int(given["receiver_user_id"]))

    async def _do_editEphemeralMessageText(self, given: Json) -> bool:  # noqa: N802
        self._rewrite(self._whispered(given), given)
        return True

    async def _do_deleteEphemeralMessage(self, given: Json) -> bool:  # noqa: N802
        self.messages.remove(self._whispered(given))
        return True

    def _rewrite(self, sent: Sent, given: Json) -> None:
        if sent.poll is not None or sent.photos or sent.document:
            raise Error(400, "Bad Request: there is no text in the message to edit")
        before = (sent.html, sent.keyboard)
        probe = Sent(chat=sent.chat, id=sent.id)
        self._mark(probe, given)
        self._write(probe, given)
        if (probe.html, probe.keyboard) == before:
            raise Error(400, "Bad Request: message is not modified: specified new message content and reply markup")
        sent.text, sent.html, sent.rich, sent.keyboard = probe.text, probe.html, probe.rich, probe.keyboard
        sent.edits += 1

    async def _do_editMessageReplyMarkup(self, given: Json) -> Json:  # noqa: N802
        chat = self._chat(given)
        sent = self._find(chat.id, int(given["message_id"]))
        probe = Sent(chat=sent.chat, id=sent.id)
        self._mark(probe, given)
        if probe.keyboard == sent.keyboard:
            raise Error(400, "Bad Request: message is not modified: specified new message content and reply markup")
        sent.keyboard = probe.keyboard
        return self._json(chat, sent)

    async def _do_deleteMessage(self, given: Json) -> bool:  # noqa: N802
        chat = self._chat(given)
        sent = self._find(chat.id, int(given["message_id"]), what="delete")
        if sent.old and not chat.bot_is_admin:
            raise Error(400, "Bad Request: message can't be deleted for everyone")
        self.messages.remove(sent)
        return True

    async def _do_pinChatMessage(self, given: Json) -> bool:  # noqa: N802
        chat = self._chat(given)
        if chat.type != "private" and not chat.bot_is_admin:
            raise Error(400, "Bad Request: not enough rights to manage pinned messages in the chat")
        self._find(chat.id, int(given["message_id"])).pinned = True
        return True

    async def _do_answerCallbackQuery(self, given: Json) -> bool:  # noqa: N802
        if len(given.get("text", "")) > 200:
            raise Error(400, "Bad Request: MESSAGE_TOO_LONG")
        if given["callback_query_id"] in self.answers or given["callback_query_id"] not in self.queries:
            raise Error(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.answers[given["callback_query_id"]] = given
        return True

    async def _do_answerInlineQuery(self, given: Json) -> bool:  # noqa: N802
        results = given["results"]
        if len(results) > 50 or len({result["id"] for result in results}) != len(results):
            raise Error(400, "Bad Request: RESULT_ID_DUPLICATE")
        if given["inline_query_id"] not in self.queries:
            raise Error(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        for result in results:
            content, probe = result["input_message_content"], Sent(chat=0, id=0)
            if "message_text" not in content and ("rich_message" not in content or self.version < RICH):
                raise Error(400, "Bad Request: can't parse inline query result: can't find field \"message_text\"")
            if not 1 <= len(result["id"].encode()) <= 64:
                raise Error(400, "Bad Request: RESULT_ID_INVALID")
            self._mark(probe, result)
            self._write(probe, {"text": content["message_text"], **content} if "message_text" in content else content)
        self.inline_answers[given["inline_query_id"]] = given
        return True


def _parsed(key: str, value: Any) -> Any:
    """A parameter as JSON where it is JSON; texts stay as they are."""
    if not isinstance(value, str) or key in {"text", "question", "explanation", "callback_query_id", "url"}:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
