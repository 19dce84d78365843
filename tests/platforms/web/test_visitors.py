"""Who a browser is, and which language it prefers."""

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.core.model import Language
from bot.platforms.web.visitors import CHAT_COOKIE, preferred_language, visitor_of

SECRET = "a" * 32


def visitor_with(cookie: str) -> str:
    return visitor_of(make_mocked_request("GET", "/", headers={"Cookie": f"{CHAT_COOKIE}={cookie}"})).secret


def test_a_browser_keeps_its_chat() -> None:
    assert visitor_with(SECRET) == SECRET


@pytest.mark.parametrize("cookie", ["", "short", "b" * 33, "../" * 11, "a" * 31 + "é"])
def test_a_cookie_that_is_not_ours_begins_a_new_chat(cookie: str) -> None:
    first, second = visitor_with(cookie), visitor_with(cookie)
    assert first != second
    assert len(first) == 32


def test_the_chat_has_one_id_that_is_not_the_cookie() -> None:
    visitor = visitor_of(make_mocked_request("GET", "/", headers={"Cookie": f"{CHAT_COOKIE}={SECRET}"}))
    assert visitor.chat.chat_id == visitor.learner.user_id
    assert visitor.chat.platform == "web"
    assert SECRET not in str(visitor.chat)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", None),
        ("zh", Language.ZH),
        ("zh-CN,zh;q=0.9,en;q=0.8", Language.ZH),
        ("en-GB", Language.EN),
        ("de,en;q=0.5,zh;q=0.7", Language.ZH),
        ("ZH-hant-TW", Language.ZH),
        ("de, fr;q=0.9", None),
        ("en;q=0", None),
        ("en;q=0, zh;q=0.1", Language.ZH),
        ("*", None),
        ("en;q=abc, zh", Language.ZH),
        ("," * 5000 + "en", None),
        ("en" * 5000, None),
    ],
)
def test_the_language_is_the_one_liked_best(header: str, language: Language | None) -> None:
    assert preferred_language(header) is language
