"""A group speaks one language to everybody, and to each person alone theirs."""

from collections.abc import Callable

from bot.core.actions import Rate, RevealStage, encode
from bot.core.markup import plain
from bot.core.model import ChatKind, Language, QuestionId, Rating, Reveal, Stage
from tests.fakes.people import Person

LORA = QuestionId("lora-merge-weights")


def _speaking(person: Person, language: Language | None) -> Person:
    person.language = language
    return person


async def test_a_tap_never_changes_what_everybody_reads(member: Callable[[str], Person]) -> None:
    boss, ben = _speaking(member("boss"), Language.ZH), member("ben")
    await boss.types("/subscribe 9:00")
    assert "合并" in await ben.sends(encode(RevealStage(question=LORA, stage=Stage.ANSWER)))
    toast = await ben.sends(encode(Rate(question=LORA, rating=Rating.KNEW)))
    assert toast.startswith("Noted")
    refreshed = ben.last.refresh
    assert refreshed is not None
    assert "合并" in "".join(map(plain, refreshed.blocks))


async def test_an_answer_for_one_person_alone_is_in_their_language(member: Callable[[str], Person]) -> None:
    boss, ben = _speaking(member("boss"), Language.ZH), member("ben")
    ben.reveal = Reveal.PRIVATE
    boss.reveal = Reveal.PRIVATE
    await boss.types("/subscribe 9:00")
    assert "Answer" in await ben.sends(encode(RevealStage(question=LORA, stage=Stage.ANSWER)))


async def test_who_speaks_first_decides_where_nobody_chose(member: Callable[[str], Person]) -> None:
    wei, ben, boss = _speaking(member("wei"), Language.ZH), member("ben"), member("boss")
    await ben.types("/me")
    assert "合并" in await wei.types("/question lora-merge-weights")
    assert "合并" in await ben.types("/question lora-merge-weights")
    voice = await ben.service.voice_in(ben.chat)
    assert voice.language is Language.ZH
    # What an admin chooses goes before that.
    await boss.types("/language en")
    assert "merge" in await wei.types("/question lora-merge-weights")


async def test_who_subscribes_a_group_chooses_what_it_speaks(member: Callable[[str], Person]) -> None:
    ben, boss = member("ben"), _speaking(member("boss"), Language.ZH)
    await ben.types("/question lora-merge-weights")
    assert "订阅好了" in await boss.types("/subscribe 9:00")
    assert "合并" in await ben.types("/question lora-merge-weights")
    other = member("boss")
    assert "订阅好了" in await other.types("/subscribe 8:00")


async def test_a_private_plan_speaks_as_its_person_does_now(ada: Person) -> None:
    ada.language = Language.ZH
    await ada.types("/subscribe 9:00")
    voice = await ada.service.voice_in(ada.chat)
    assert voice.language is Language.ZH
    ada.language = Language.EN
    assert "Subscribed" in await ada.types("/subscribe 9:00")


async def test_a_channels_readers_are_answered_each_in_their_language(member: Callable[[str], Person]) -> None:
    wei, ben = _speaking(member("wei"), Language.ZH), member("ben")
    for reader in (wei, ben):
        reader.kind = ChatKind.CHANNEL
    await wei.sends("1G")
    assert "Topics" in await ben.sends("1G")
