"""The bank as pages: everything can be reached and read without a script, in both languages."""

import re

import pytest

from bot.core.model import Language
from bot.core.ports import Bank
from tests.fakes.web_bot import WebBot
from tests.fakes.web_tab import Browser, browser


def links(page: str) -> list[str]:
    return re.findall(r'href="([^"]+)"', page)


async def test_the_contents_lead_to_every_topic(guest: Browser, bank: Bank) -> None:
    status, page = await guest.get("/bank")
    assert status == 200
    wanted = {f"/bank/topic/{topic.slug}" for group in bank.groups for topic in group.topics}
    assert wanted <= set(links(page))
    assert f"{len(bank.questions)} questions" in page


async def test_every_topic_leads_to_its_questions(guest: Browser, bank: Bank) -> None:
    for topic in (topic for group in bank.groups for topic in group.topics):
        status, page = await guest.get(f"/bank/topic/{topic.slug}")
        assert status == 200
        assert {f"/bank/question/{question.id}" for question in bank.in_topic(topic.slug)} <= set(links(page))


@pytest.mark.parametrize("language", list(Language))
async def test_every_question_can_be_read(guest: Browser, bank: Bank, language: Language) -> None:
    for question in bank.questions:
        status, page = await guest.get(f"/bank/question/{question.id}?lang={language}")
        assert status == 200
        assert page.count("<details") == 6
        assert "<details open" not in page
        assert question.references[0].url.replace("&", "&amp;") in page
        assert f'<a href="/?question={question.id}"' in page


async def test_a_question_shows_where_it_belongs(guest: Browser) -> None:
    _, page = await guest.get("/bank/question/rmsnorm-formula")
    assert 'href="/bank/topic/normalization"' in page
    assert 'href="/bank/question/layernorm-formula"' in page
    assert "Asked before it" in page
    assert "Asked after it" in page


async def test_a_question_shows_its_id_and_its_tags_lead_on(guest: Browser, bank: Bank) -> None:
    question = bank.question("lora-idea")
    _, page = await guest.get("/bank/question/lora-idea?lang=en")
    assert "<code>lora-idea</code>" in page
    for name in question.tags:
        address = f"/bank?q={name}&amp;lang=en"
        assert f'<a href="{address}" class="tag">{name}</a>' in page
        assert "/bank/question/lora-idea" in (await guest.get(f"/bank?q={name}"))[1]


async def test_searching_finds_questions(guest: Browser) -> None:
    status, page = await guest.get("/bank?q=rmsnorm+formula")
    assert status == 200
    assert "/bank/question/rmsnorm-formula" in links(page)
    assert 'value="rmsnorm formula"' in page


async def test_searching_for_nothing_there_is_told_so(guest: Browser) -> None:
    status, page = await guest.get("/bank?q=%3C龘齉%3E")
    assert status == 200
    assert "Nothing found for “&lt;龘齉&gt;”" in page
    assert "<龘" not in page


async def test_searching_for_blanks_shows_the_contents(guest: Browser) -> None:
    assert "/bank/topic/lora" in links((await guest.get("/bank?q=%20%20"))[1])


async def test_a_very_long_search_is_cut(guest: Browser) -> None:
    status, _ = await guest.get(f"/bank?q={'x' * 3000}")
    assert status == 200


async def test_another_language_stays_through_all_links(guest: Browser) -> None:
    _, page = await guest.get("/bank?lang=zh")
    assert '<html lang="zh-Hans">' in page
    assert "/bank/topic/lora?lang=zh" in links(page)
    assert '<input type="hidden" name="lang" value="zh">' in page
    _, page = await guest.get("/bank/topic/lora?lang=zh")
    assert "/bank/question/lora-idea?lang=zh" in links(page)
    assert "/bank/topic/lora?lang=en" in links(page)
    _, page = await guest.get("/bank?q=lora&lang=zh")
    assert "/bank?q=lora&amp;lang=en" in links(page)


async def test_a_language_that_is_none_of_ours_is_ignored(guest: Browser) -> None:
    _, page = await guest.get('/bank?lang="><script>')
    assert '<html lang="en">' in page
    assert "><script>" not in page.split("<body>")[1]


async def test_the_bank_is_read_in_the_language_of_the_chat(guest: Browser) -> None:
    async with guest.tab() as tab:
        await tab.ask("speak", language="zh")
    assert '<html lang="zh-Hans">' in (await guest.get("/bank"))[1]


@pytest.mark.parametrize(("path", "near"), [("/bank/question/lora-ide", "lora-idea"), ("/bank/topic/lorra", "LoRA")])
async def test_what_is_not_in_the_bank_is_told_with_the_nearest(bot: WebBot, path: str, near: str) -> None:
    async with browser(bot.url) as guest:
        status, page = await guest.get(path)
    assert status == 404
    assert near in page
