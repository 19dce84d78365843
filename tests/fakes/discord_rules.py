"""What Discord refuses, distilled from its published API description: components, messages, modals and commands."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

Json = dict[str, Any]

FLAG_SUPPRESS_EMBEDS: Final = 1 << 2
FLAG_EPHEMERAL: Final = 1 << 6
FLAG_SILENT: Final = 1 << 12
FLAG_COMPONENTS_V2: Final = 1 << 15
KNOWN_FLAGS: Final = FLAG_SUPPRESS_EMBEDS | FLAG_EPHEMERAL | FLAG_SILENT | FLAG_COMPONENTS_V2

ROW, BUTTON, SELECT, INPUT, ROLE_SELECT, SECTION, TEXT = 1, 2, 3, 4, 6, 9, 10
GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 12, 13, 14, 17, 18
LINK_STYLE: Final = 5
TOP_LEVEL: Final = frozenset({ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER})
IN_CONTAINER: Final = TOP_LEVEL - {CONTAINER}
COMMAND_NAME: Final = re.compile(r"[-_'\w\u0900-\u097f\u0e00-\u0e7f]{1,32}\Z")
LOCALES: Final = frozenset(
    {"id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR"}
    | {"ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"}
)


class Refused(Exception):
    """An answer other than success, as Discord words it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status: Final = status
        self.code: Final = code
        self.message: Final = message

    def body(self) -> Json:
        """The JSON of the answer."""
        return {"code": self.code, "message": self.message}


def invalid(message: str) -> Refused:
    """The refusal of a form that breaks a rule."""
    return Refused(400, 50035, f"Invalid Form Body: {message}")


def must(holds: bool, message: str) -> None:  # noqa: FBT001  # reads as a sentence
    """Refuse the form unless the rule holds."""
    if not holds:
        raise invalid(message)


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def sized(value: object, low: int, high: int, what: str) -> str:
    """A text within its limits."""
    must(isinstance(value, str) and low <= units(value) <= high, f"{what} must be {low} to {high} characters long")
    return str(value)


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, parents first."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for key in ("accessory", "component"):
            if isinstance(component.get(key), dict):
                yield from walk([component[key]])


def check_message(body: Json, files: dict[str, bytes], *, editing: bool = False) -> None:
    """Refuse a message that Discord would refuse."""
    flags = body.get("flags") or 0
    must(flags & ~KNOWN_FLAGS == 0, f"flags {flags} has unknown bits")
    components = body.get("components") or []
    if flags & FLAG_COMPONENTS_V2:
        for field in ("content", "embeds", "poll", "sticker_ids"):
            must(not body.get(field), f"{field} cannot be used with IS_COMPONENTS_V2")
        must(bool(components), "a message of components needs some")
        check_components(components)
    else:
        must(all(part["type"] == ROW for part in components), "components need the flag IS_COMPONENTS_V2")
        must(bool(body.get("content") or components or files) or editing, "cannot send an empty message")
        sized(body.get("content") or "", 0, 2000, "content")
    _check_files(body, files, components)
    if body.get("nonce") is not None:
        sized(str(body["nonce"]), 1, 25, "nonce")
    mentions = body.get("allowed_mentions") or {}
    must(set(mentions.get("parse", [])) <= {"roles", "users", "everyone"}, "allowed_mentions.parse")


def _check_files(body: Json, files: dict[str, bytes], components: list[Json]) -> None:
    must(len(files) <= 10, "at most 10 files")
    must(sum(map(len, files.values())) <= 10 * 1024 * 1024, "files are too large")
    kept = {item.get("filename") for item in body.get("attachments") or []}
    named = set(files) | kept
    used = []
    for part in walk(components):
        media = [item["media"] for item in part.get("items", [])] if part["type"] == GALLERY else []
        media += [part["file"]] if part["type"] == FILE else []
        used += [item["url"].removeprefix("attachment://") for item in media if item["url"].startswith("attachment://")]
    must(set(used) <= named, f"attachments {sorted(set(used) - named)} are not there")
    if body.get("flags", 0) & FLAG_COMPONENTS_V2:
        must(set(files) <= set(used), f"files {sorted(set(files) - set(used))} are shown by no component")


def check_components(components: list[Json]) -> None:
    """The rules of Components V2."""
    every = list(walk(components))
    must(len(every) <= 40, f"at most 40 components, not {len(every)}")
    must(sum(units(part.get("content", "")) for part in every) <= 4000, "at most 4000 characters of text")
    ids = [part["custom_id"] for part in every if part.get("custom_id")]
    must(len(ids) == len(set(ids)), "custom ids must be unique in a message")
    for part in components:
        must(part.get("type") in TOP_LEVEL, f"type {part.get('type')} cannot stand here")
        _check_one(part)


def _check_one(part: Json) -> None:
    kind = part["type"]
    checks = {
        ROW: _check_row,
        SECTION: _check_section,
        TEXT: lambda text: sized(text.get("content"), 1, 4000, "content"),
        GALLERY: _check_gallery,
        FILE: lambda file: must(str(file["file"]["url"]).startswith("attachment://"), "file.url"),
        SEPARATOR: lambda line: must(line.get("spacing") in {None, 1, 2}, "spacing"),
        CONTAINER: _check_container,
    }
    checks[kind](part)


def _check_container(part: Json) -> None:
    children = part.get("components") or []
    must(1 <= len(children) <= 40, "a container needs children")
    accent = part.get("accent_color")
    must(accent is None or 0 <= accent <= 0xFFFFFF, "accent_color")
    for child in children:
        must(child.get("type") in IN_CONTAINER, f"type {child.get('type')} cannot stand in a container")
        _check_one(child)


def _check_section(part: Json) -> None:
    texts = part.get("components") or []
    must(1 <= len(texts) <= 3 and all(text["type"] == TEXT for text in texts), "a section has one to three texts")
    must("accessory" in part, "a section needs an accessory")


def _check_gallery(part: Json) -> None:
    items = part.get("items") or []
    must(1 <= len(items) <= 10, "a gallery has one to ten items")
    for item in items:
        if item.get("description") is not None:
            sized(item["description"], 1, 1024, "description")


def _check_row(part: Json) -> None:
    children = part.get("components") or []
    must(1 <= len(children) <= 5, "a row has one to five components")
    kinds = {child.get("type") for child in children}
    must(kinds <= {BUTTON, SELECT, ROLE_SELECT}, f"types {kinds} cannot stand in a row")
    must(kinds == {BUTTON} or len(children) == 1, "a menu stands alone in its row")
    for child in children:
        if child["type"] == BUTTON:
            _check_button(child)
        else:
            _check_select(child)


def _check_button(button: Json) -> None:
    must(button.get("style") in range(1, 6), "style")
    sized(button.get("label") or "", 1, 80, "label")
    if button["style"] == LINK_STYLE:
        must(not button.get("custom_id"), "a link has no custom_id")
        must(sized(button.get("url"), 1, 512, "url").startswith(("http://", "https://")), "url")
    else:
        must(not button.get("url"), "only a link has a url")
        sized(button.get("custom_id"), 1, 100, "custom_id")


def _check_select(menu: Json) -> None:
    sized(menu.get("custom_id"), 1, 100, "custom_id")
    sized(menu.get("placeholder") or "", 0, 150, "placeholder")
    if menu["type"] == ROLE_SELECT:
        must(0 <= menu.get("min_values", 1) <= menu.get("max_values", 1) <= 25, "min_values and max_values")
        return
    options = menu.get("options") or []
    must(1 <= len(options) <= 25, "a menu has one to 25 options")
    least, most = menu.get("min_values", 1), menu.get("max_values", 1)
    must(0 <= least <= most <= len(options), "min_values and max_values")
    must(sum(bool(option.get("default")) for option in options) <= most, "too many defaults")
    values = [sized(option.get("value"), 1, 100, "value") for option in options]
    must(len(set(values)) == len(values), "values must be unique")
    for option in options:
        sized(option.get("label"), 1, 100, "label")
        sized(option.get("description") or "", 0, 100, "description")


def check_modal(data: Json) -> None:
    """The rules of a modal."""
    sized(data.get("title"), 1, 45, "title")
    sized(data.get("custom_id"), 1, 100, "custom_id")
    components = data.get("components") or []
    must(1 <= len(components) <= 5, "a modal has one to five components")
    for part in components:
        must(part["type"] in {LABEL, TEXT}, f"type {part['type']} cannot stand in a modal")
        if part["type"] == LABEL:
            sized(part.get("label"), 1, 45, "label")
            if part.get("description") is not None:
                sized(part["description"], 1, 100, "description")
            _check_field(part["component"])


def _check_field(field: Json) -> None:
    if field["type"] in {SELECT, ROLE_SELECT}:
        _check_select(field)
        must(field.get("min_values", 1) > 0 or field.get("required") is False, "a required menu needs a choice")
        return
    must(field["type"] == INPUT, f"type {field['type']} is no field")
    must(field.get("style") in {1, 2}, "style")
    must(field.get("label") is None, "the label stands around the field")
    sized(field.get("placeholder") or "", 0, 100, "placeholder")
    must(0 <= (field.get("min_length") or 0) <= (field.get("max_length") or 4000) <= 4000, "max_length")
    sized(field.get("value") or "", 0, field.get("max_length") or 4000, "value")


def check_choices(choices: list[Json]) -> None:
    """The rules of suggestions for an argument."""
    must(len(choices) <= 25, "at most 25 choices")
    for choice in choices:
        sized(choice.get("name"), 1, 100, "name")
        sized(choice.get("value"), 1, 100, "value")


def check_commands(commands: list[Json]) -> None:
    """The rules of a bulk overwrite of commands."""
    must(len(commands) <= 100, "at most 100 commands")
    names = [command.get("name") for command in commands]
    must(len(set(names)) == len(names), "command names must be unique")
    for command in commands:
        _check_named(command, "command")
        must(bool(command.get("contexts")) and set(command["contexts"]) <= {0, 1, 2}, "contexts")
        must(
            bool(command.get("integration_types")) and set(command["integration_types"]) <= {0, 1}, "integration_types"
        )
        options = command.get("options") or []
        must(len(options) <= 25, "at most 25 options")
        asked = [bool(option.get("required")) for option in options]
        must(asked == sorted(asked, reverse=True), "required options stand first")
        for option in options:
            _check_option(option)
        must(len(json.dumps(command, ensure_ascii=False)) <= 8000, "the command is too large")


def _check_option(option: Json) -> None:
    must(option.get("type") == 3, "only string options are known here")
    _check_named(option, "option")
    choices = option.get("choices") or []
    must(not (choices and option.get("autocomplete")), "choices and autocomplete exclude each other")
    must(len(choices) <= 25, "at most 25 choices")
    for choice in choices:
        sized(choice.get("name"), 1, 100, "choice name")
        sized(choice.get("value"), 1, 100, "choice value")
        must(set(choice.get("name_localizations") or {}) <= LOCALES, "locale")


def _check_named(thing: Json, what: str) -> None:
    names = [thing.get("name"), *(thing.get("name_localizations") or {}).values()]
    for name in names:
        must(isinstance(name, str) and bool(COMMAND_NAME.match(name)), f"{what} name {name!r}")
        must(str(name) == str(name).lower(), f"{what} name {name!r} must be lower case")
    for text in (thing.get("description"), *(thing.get("description_localizations") or {}).values()):
        sized(text, 1, 100, f"{what} description")
    for key in ("name_localizations", "description_localizations"):
        must(set(thing.get(key) or {}) <= LOCALES, f"{key} has unknown locales")
