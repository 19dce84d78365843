"""Telegram's own parser, offline: TDLib through tdjson."""

import json
import re
from typing import Any

import tdjson

LINKS = {"textEntityTypeMention", "textEntityTypeBotCommand", "textEntityTypeHashtag", "textEntityTypeCashtag"} | {
    "textEntityTypeUrl"
}


def _execute(query: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(tdjson.td_execute(json.dumps(query).encode()) or b"{}")
    return answer


_execute({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0})


def parse_html(markup: str) -> str:
    """The text that Telegram makes of classic HTML; fails for what it refuses."""
    mode = {"@type": "textParseModeHTML"}
    answer = _execute({"@type": "parseTextEntities", "text": markup, "parse_mode": mode})
    assert answer["@type"] == "formattedText", f"{answer.get('message')}: {markup[:300]}"
    return str(answer["text"])


def automatic_links(text: str, *, markup: str = "") -> list[str]:
    """What clients would turn into links by themselves in a text, code and links of the markup left out."""
    if markup:
        bare = re.sub(r"<(code|pre|a)\b.*?</\1>", " ", markup, flags=re.DOTALL)
        text = parse_html(bare) if bare.strip() else ""
    units = text.encode("utf-16-le")
    found = _execute({"@type": "getTextEntities", "text": text})["entities"]
    return [
        units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
        for entity in found
        if entity["type"]["@type"] in LINKS
    ]
