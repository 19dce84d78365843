"""People on the fake Discord: they run commands, press buttons, choose from menus and fill in modals."""

import asyncio
from typing import Any, Final

from tests.fakes.discord_interactions import (
    ACKNOWLEDGE_WITHIN,
    CHOICES,
    COMMAND,
    COMPLETION,
    COMPONENT,
    MODAL,
    SUBMIT,
    Exchange,
)
from tests.fakes.discord_rules import INPUT, LABEL, SELECT, Json
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.discord_world import DM, EVERYTHING, GROUP_DM, SEND, VIEW, buttons, menus


class Person:
    """Somebody with a client; `permissions` are what they may do in guilds."""

    def __init__(self, server: FakeDiscord, name: str = "ann", *, admin: bool = False, locale: str = "en-US") -> None:
        self.server: Final = server
        self.user: Final = server.world.user(name)
        self.permissions = EVERYTHING if admin else VIEW | SEND
        self.locale: Final = locale

    @property
    def dm(self) -> Json:
        """The direct messages with the bot."""
        return self.server.world.dm(self.user)

    async def command(self, channel: Json, name: str, /, **options: str) -> Exchange:
        """Run a slash command that was synced; waits for the answer."""
        known = {command["name"]: command for commands in self.server.commands.values() for command in commands}
        accepted = [option["name"] for option in known[name]["options"]]
        assert set(options) <= set(accepted), f"/{name} has no option {set(options) - set(accepted)}"
        given = [{"name": key, "type": 3, "value": value} for key, value in options.items()]
        data = {"id": "1", "name": name, "type": 1, "options": given}
        return await self.answered(await self.send(channel, COMMAND, data))

    async def complete(self, channel: Json, name: str, option: str, typed: str) -> list[Json]:
        """What is suggested for an option."""
        focused = [{"name": option, "type": 3, "value": typed, "focused": True}]
        exchange = await self.send(channel, COMPLETION, {"id": "1", "name": name, "type": 1, "options": focused})
        await self.answered(exchange)
        assert exchange.callback is not None
        assert exchange.callback["type"] == CHOICES
        found: list[Json] = exchange.callback["data"]["choices"]
        return found

    async def press(self, message: Json, label: str) -> Exchange:
        """Press the button whose label holds this."""
        (button,) = [button for name, button in buttons(message).items() if label in name]
        return await self.press_id(message, button["custom_id"])

    async def press_id(self, message: Json, custom_id: str) -> Exchange:
        """Press a button by its id, forged ones as well."""
        return await self.answered(await self.tap(message, custom_id))

    async def tap(self, message: Json, custom_id: str) -> Exchange:
        """Press a button and do not wait."""
        channel = self.server.world.channels[message["channel_id"]]
        return await self.send(channel, COMPONENT, {"custom_id": custom_id, "component_type": 2}, message)

    async def choose(self, message: Json, *labels: str) -> Exchange:
        """Choose the options with these labels in the menu that has them all, and no others."""
        for menu in menus(message):
            values = {option["label"]: option["value"] for option in menu["options"]}
            if all(label in values for label in labels):
                break
        else:
            raise AssertionError(f"no menu has {labels}")
        chosen = [values[label] for label in labels]
        assert menu.get("min_values", 1) <= len(chosen) <= menu.get("max_values", 1)
        channel = self.server.world.channels[message["channel_id"]]
        data = {"custom_id": menu["custom_id"], "component_type": 3, "values": chosen}
        return await self.answered(await self.send(channel, COMPONENT, data, message))

    async def fill_in(self, exchange: Exchange, text: str = "", *, choice: str | None = None) -> Exchange:
        """Fill in the modal that answered an interaction, and submit it.

        `text` goes into its field, or is the id of a role; `choice` is the label of an option in its menu.
        """
        assert exchange.callback is not None
        assert exchange.callback["type"] == MODAL
        modal = exchange.callback["data"]
        labels = [_filled(part, text, choice) for part in modal["components"] if part["type"] == LABEL]
        data = {"custom_id": modal["custom_id"], "components": labels}
        channel = self.server.world.channels[exchange.channel_id]
        return await self.answered(await self.send(channel, SUBMIT, data, exchange.source))

    async def answered(self, exchange: Exchange) -> Exchange:
        """Wait until an interaction was acknowledged in time and what was promised has come."""
        await self.server.until(lambda: exchange.kept)
        assert exchange.acknowledged_after is not None
        assert exchange.acknowledged_after < ACKNOWLEDGE_WITHIN
        return exchange

    async def send(self, channel: Json, kind: int, data: Json, message: Json | None = None) -> Exchange:
        """Start an interaction."""
        world = self.server.world
        exchange = Exchange(
            id=world.id(),
            token=f"token{world.id()}",
            channel_id=channel["id"],
            kind=kind,
            user=self.user,
            asked_at=asyncio.get_running_loop().time(),
            source=message,
        )
        self.server.exchanges[exchange.id] = exchange
        session = self.server.gateway.session_of(channel.get("guild_id"))
        await session.dispatch("INTERACTION_CREATE", self._event(exchange, channel, data))
        return exchange

    def _event(self, exchange: Exchange, channel: Json, data: Json) -> Json:
        installed = channel.get("guild_id") in self.server.world.guilds
        event: dict[str, Any] = {
            "id": exchange.id,
            "application_id": self.server.gateway.application_id,
            "type": exchange.kind,
            "token": exchange.token,
            "version": 1,
            "data": data,
            "channel": channel,
            "channel_id": channel["id"],
            "locale": self.locale,
            "attachment_size_limit": 10_000_000,
            "app_permissions": str(EVERYTHING),
            "entitlements": [],
            "authorizing_integration_owners": {"0": channel["guild_id"]} if installed else {"1": self.user["id"]},
            "context": {DM: 1, GROUP_DM: 2}.get(channel["type"], 0),
        }
        if exchange.source is not None:
            event["message"] = exchange.source
        if "guild_id" in channel:
            member = {
                "user": self.user,
                "roles": [],
                "flags": 0,
                "joined_at": None,
                "permissions": str(self.permissions),
            }
            event |= {"guild_id": channel["guild_id"], "member": member, "guild_locale": "en-US"}
            event["guild"] = {"id": channel["guild_id"], "locale": "en-US", "features": []}
        else:
            event["user"] = self.user
        return event


def _filled(label: Json, text: str, choice: str | None) -> Json:
    """A field of a modal as a client submits it; clients let nobody leave out what is required."""
    field = label["component"]
    value: Json = {"type": field["type"], "id": 2, "custom_id": field["custom_id"]}
    match field["type"]:
        case kind if kind == INPUT:
            assert text or not field.get("required", True), "the field is required"
            assert len(text) <= field["max_length"]
            value["value"] = text
        case kind if kind == SELECT:
            options = {option["label"]: option["value"] for option in field["options"]}
            value["values"] = [] if choice is None else [options[choice]]
        case _:
            value["values"] = [text] if text else []
    return {"type": LABEL, "id": 1, "component": value}
