"""The methods of the Bot API that the bot uses, with the parameters each takes (Bot API 10.3)."""

from dataclasses import dataclass, field

POSTING = frozenset(
    {"chat_id", "message_thread_id", "disable_notification", "protect_content", "allow_paid_broadcast"}
    | {"reply_parameters", "reply_markup", "message_effect_id"}
)
EPHEMERAL = frozenset({"ephemeral_message_parameters"})


@dataclass(frozen=True)
class Method:
    """Which parameters a method takes and which it must have; `since` is the Bot API version it came with."""

    takes: frozenset[str]
    needs: frozenset[str] = frozenset()
    since: float = 7.0
    newer: dict[str, float] = field(default_factory=dict)


def _method(
    takes: str, needs: str = "", *, posting: bool = False, since: float = 7.0, ephemeral: bool = False
) -> Method:
    names = frozenset(takes.split()) | frozenset(needs.split())
    if posting:
        names |= POSTING
    if ephemeral:
        names |= EPHEMERAL
    newer = {"ephemeral_message_parameters": 10.3} | ({"rich_message": 10.1} if "rich_message" in names else {})
    return Method(takes=names, needs=frozenset(needs.split()), since=since, newer=newer)


METHODS = {
    "getMe": _method(""),
    "getUpdates": _method("offset limit timeout allowed_updates"),
    "setWebhook": _method("max_connections allowed_updates drop_pending_updates secret_token ip_address", "url"),
    "deleteWebhook": _method("drop_pending_updates"),
    "getWebhookInfo": _method(""),
    "setMyCommands": _method("scope language_code", "commands"),
    "getChat": _method("", "chat_id"),
    "getChatAdministrators": _method("", "chat_id"),
    "getChatMember": _method("", "chat_id user_id"),
    "sendChatAction": _method("message_thread_id", "chat_id action"),
    "sendMessage": _method("parse_mode link_preview_options", "chat_id text", posting=True, ephemeral=True),
    "sendRichMessage": _method("", "chat_id rich_message", posting=True, since=10.1, ephemeral=True),
    "sendPhoto": _method("caption", "chat_id photo", posting=True, ephemeral=True),
    "sendMediaGroup": _method(" ".join(POSTING - {"reply_markup"}), "chat_id media"),
    "sendDocument": _method("caption", "chat_id document", posting=True, ephemeral=True),
    "sendPoll": _method(
        "is_anonymous type correct_option_ids explanation shuffle_options", "chat_id question options", posting=True
    ),
    "editMessageText": _method(
        "chat_id message_id inline_message_id text parse_mode link_preview_options rich_message reply_markup"
    ),
    "editMessageReplyMarkup": _method("chat_id message_id inline_message_id reply_markup"),
    "editEphemeralMessageText": _method(
        "text parse_mode link_preview_options rich_message reply_markup",
        "chat_id receiver_user_id ephemeral_message_id",
        since=10.2,
    ),
    "deleteEphemeralMessage": _method("", "chat_id receiver_user_id ephemeral_message_id", since=10.2),
    "deleteMessage": _method("", "chat_id message_id"),
    "pinChatMessage": _method("disable_notification", "chat_id message_id"),
    "unpinChatMessage": _method("message_id", "chat_id"),
    "answerCallbackQuery": _method("text show_alert url cache_time", "callback_query_id"),
    "answerInlineQuery": _method("cache_time is_personal next_offset button", "inline_query_id results"),
}
BY_NAME = {name.lower(): name for name in METHODS}
