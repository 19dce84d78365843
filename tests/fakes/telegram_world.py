"""The chats, messages and refusals of the Bot API server for tests."""

from dataclasses import dataclass, field, replace
from typing import Any

Json = dict[str, Any]
TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_fake"
BOT_ID = 110201543
BOT = {"id": BOT_ID, "is_bot": True, "first_name": "Qianmian", "username": "qianmian_bot"}
ANONYMOUS: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
"""Who stands for admins that write in the name of their group."""
CHANNEL_BOT: Json = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
"""Who stands for people that write, or vote, in the name of a channel."""
WHEN = 1_795_521_600


class Error(Exception):
    """An answer that is not ok."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass(frozen=True)
class Page:
    """What somebody between Telegram and the bot shows instead of its answer."""

    body: str
    status: int = 200

    def with_status(self, status: int) -> "Page":
        """The same, with another status."""
        return replace(self, status=status)


@dataclass
class FakeChat:
    """A chat: what it is, who belongs to it, and what Telegram would refuse there."""

    id: int
    type: str
    title: str = ""
    is_forum: bool = False
    username: str = ""
    linked: int | None = None
    members: dict[int, str] = field(default_factory=dict)
    rights: dict[int, Json] = field(default_factory=dict)
    topics: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    refusal: Error | None = None
    bot_is_admin: bool = False
    members_may_write: bool = True
    started: bool = True
    """Of a private chat: whether the person ever pressed Start there."""

    def json(self) -> Json:
        """As in messages."""
        named = {"first_name": self.title} if self.type == "private" else {"title": self.title}
        extra = {"is_forum": True} if self.is_forum else {}
        return {
            "id": self.id,
            "type": self.type,
            **named,
            **extra,
            **({"username": self.username} if self.username else {}),
        }


@dataclass
class Sent:
    """A message that is there."""

    chat: int
    id: int
    text: str = ""
    html: str = ""
    rich: bool = False
    thread: int | None = None
    keyboard: list[list[Json]] = field(default_factory=list)
    force_reply: bool = False
    reply_to: int | None = None
    silent: bool = False
    protected: bool = False
    receiver: int | None = None
    replaces: int | None = None
    photos: int = 0
    document: str = ""
    poll: Json | None = None
    pinned: bool = False
    edits: int = 0
    by_bot: bool = True
    old: bool = False
    """Sent more than 48 hours ago."""

    def labels(self) -> list[str]:
        """What its buttons say."""
        return [button["text"] for row in self.keyboard for button in row]

    def data(self, label: str) -> str:
        """What the first button that holds these words sends."""
        found = [b for row in self.keyboard for b in row if label in b["text"]]
        assert found, f"no button {label!r} in {self.labels()}"
        return str(found[0]["callback_data"])


GIFTS = dict.fromkeys(
    ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"], False
)
_RIGHTS = """
can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members
can_promote_members can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories
"""
ADMIN = dict.fromkeys(_RIGHTS.split(), False)
NO_VOTES = {"total_voter_count": 0, "is_closed": False, "allows_multiple_answers": False, "allows_revoting": False} | {
    "members_only": False
}


def photo(bot: int, id_: int) -> Json:
    """A picture that Telegram has from that bot."""
    return {"file_id": f"photo{bot}x{id_}", "file_unique_id": f"u{id_}", "width": 320, "height": 56}
