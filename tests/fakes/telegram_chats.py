"""The chats of the Bot API server for tests and what is written in them: each method as Telegram would act on it."""

from typing import Any

from tests.fakes.telegram_checks import check_picture, check_poll, in_album
from tests.fakes.telegram_ephemeral import whisper
from tests.fakes.telegram_markup import check_classic, check_rich
from tests.fakes.telegram_people import TelegramPeople
from tests.fakes.telegram_world import ADMIN, BOT, BOT_ID, GIFTS, NO_VOTES, WHEN, Error, FakeChat, Json, Sent, photo

RICH = 10.1
"""The Bot API version that knows rich messages."""


class TelegramChats(TelegramPeople):
    """Chats, members and messages; `version` is the Bot API's."""

    def __init__(self, *, version: float) -> None:
        super().__init__()
        self.version = version
        self.bot_id = BOT_ID
        self.files: set[str] = set()
        self.inline_answers: dict[str, Json] = {}
        self.migrated: dict[int, int] = {}

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
        linked: Json = {} if chat.linked is None else {"linked_chat_id": chat.linked}
        if chat.type in {"group", "supergroup"}:
            linked["permissions"] = {"can_send_messages": chat.members_may_write}
        return {**chat.json(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": GIFTS, **linked}

    async def _do_getChatAdministrators(self, given: Json) -> list[Json]:  # noqa: N802
        chat = self._chat(given)
        if chat.type == "private":
            raise Error(400, "Bad Request: there are no administrators in the private chat")
        admins = [user for user, status in chat.members.items() if status in {"creator", "administrator"}]
        return [self._member(chat, user) for user in admins]

    async def _do_getChatMember(self, given: Json) -> Json:  # noqa: N802
        chat = self._chat(given)
        if chat.type == "channel" and chat.members.get(BOT_ID) != "administrator":
            raise Error(400, "Bad Request: member list is inaccessible")
        return self._member(chat, int(given["user_id"]))

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
        self._check_right(chat)
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
        if sent.replaces is not None:
            # It is where the tapped message is.
            tapped = (m.thread for m in self.messages if (m.chat, m.id) == (chat.id, sent.replaces))
            sent.thread = next(tapped, None)
        return chat, sent

    def _check_right(self, chat: FakeChat) -> None:
        status = chat.members.get(BOT_ID)
        if status in {"left", "kicked"}:
            why = "blocked by the user" if chat.type == "private" else f"kicked from the {chat.type} chat"
            raise Error(403, f"Forbidden: bot was {why}")
        may = chat.members_may_write or chat.bot_is_admin or status == "administrator"
        if status == "restricted":
            may = bool(chat.rights[BOT_ID].get("can_send_messages"))
        if chat.type in {"group", "supergroup"} and not may:
            raise Error(400, "Bad Request: not enough rights to send text messages to the chat")
        if chat.refusal is not None:
            raise chat.refusal

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
