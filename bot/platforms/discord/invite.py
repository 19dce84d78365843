"""The link that adds the bot to a server, with exactly the permissions it uses; needs no SDK and no network.

https://docs.discord.com/developers/topics/oauth2#bot-authorization-flow
"""

import base64
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

PERMISSIONS: Final[Mapping[str, int]] = {
    "View Channels": 1 << 10,
    "Send Messages": 1 << 11,
    "Attach Files": 1 << 15,
    "Read Message History": 1 << 16,
    "Create Public Threads": 1 << 35,
    "Send Messages in Threads": 1 << 38,
    "Pin Messages": 1 << 51,
}
"""What is asked for, as Discord's clients call it; the reasons stand in `docs/discord.md`."""


def application_of(token: str) -> str | None:
    """The id of the bot a token belongs to: its first part, in base64; None if it is no token.

    For bots made since 2017 it is the application's id as well.
    """
    first = token.strip().partition(".")[0]
    try:
        number = base64.b64decode(first + "=" * (-len(first) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        return None
    return number if number.isdecimal() else None


def invite_link(application: str) -> str:
    """The address at which somebody with Manage Server adds the bot."""
    asked = {
        "client_id": application,
        "scope": "bot applications.commands",
        "permissions": str(sum(PERMISSIONS.values())),
    }
    return f"https://discord.com/oauth2/authorize?{urlencode(asked)}"
