"""Search finds questions in both languages, best first, typos forgiven."""

import pytest

from bot.catalog.search import SearchIndex
from bot.catalog.stopwords import without_stop_words
from bot.catalog.terms import query_terms, terms
from bot.core.model import Difficulty, Question, QuestionId, QuestionText, Quiz, Topic, TopicSlug

TOPICS = {
    topic.slug: topic
    for topic in (
        Topic(slug=TopicSlug("lora"), group="g", zh="LoRA 系列", en="The LoRA family", aliases=("qlora",)),
        Topic(slug=TopicSlug("attention"), group="g", zh="注意力机制", en="Attention", aliases=("mha",)),
        Topic(slug=TopicSlug("memory"), group="g", zh="显存与算力", en="GPU memory", aliases=()),
    )
}


def question(
    name: str, topic: str, zh: str, en: str, *, tags: tuple[str, ...] = (), points: str = "", answer: str = ""
) -> Question:
    quiz = Quiz(question="", options=("a", "b", "c", "d"), right=0, explanation="")

    def text(asked: str) -> QuestionText:
        return QuestionText(question=asked, hint="", key_points=points, answer=answer, followups="", quiz=quiz)

    return Question(
        id=QuestionId(name),
        topic=TopicSlug(topic),
        difficulty=Difficulty.EASY,
        tags=tags,
        outline=(),
        follows=(),
        as_of="2026-11",
        references=(),
        zh=text(zh),
        en=text(en),
    )


QUESTIONS = (
    question(
        "att-flash", "attention", "FlashAttention 为什么更快？", "Why is FlashAttention faster?", answer="显存 SRAM"
    ),
    question("att-mask", "attention", "什么是因果掩码？", "What is a causal mask?", points="用下三角矩阵挡住未来"),
    question("lora-merge", "lora", "低秩权重怎样合并？", "How are low-rank weights merged?", answer="RoPE aside"),
    question("lora-rank", "lora", "LoRA 的秩怎么选？", "How to choose the rank of LoRA?"),
    question("mem-train", "memory", "训练要多少显存？", "How much GPU memory does training take?", tags=("compute",)),
    question("mem-tags", "memory", "梯度检查点省什么？", "What does checkpointing save?", tags=("lora",)),
    question("mem-point", "memory", "优化器状态多大？", "How large is the optimizer?", points="LoRA needs less"),
    question("mem-text", "memory", "激活值多大？", "How large are activations?", answer="with LoRA they stay; 熵"),
)
INDEX = SearchIndex(QUESTIONS, TOPICS)


def search(words: str) -> list[str]:
    return [found.id for found in INDEX.search(words)]


def test_fields_rank_title_then_topic_then_tags_then_points_then_text() -> None:
    assert search("lora") == ["lora-rank", "lora-merge", "mem-tags", "mem-point", "mem-text"]


def test_completing_takes_beginnings_and_leaves_the_text_out() -> None:
    completing = SearchIndex(QUESTIONS, TOPICS, completing=True)
    assert [found.id for found in completing.search("lora")] == ["lora-rank", "lora-merge", "mem-tags"]
    assert [found.id for found in completing.search("lor")][:2] == ["lora-rank", "lora-merge"]


@pytest.mark.parametrize(
    ("words", "best"),
    [
        ("lroa", "lora-rank"),
        ("LORA", "lora-rank"),
        ("lora rank", "lora-rank"),
        ("lora 合并", "lora-merge"),
        ("merging weight", "lora-merge"),
        ("lowrank", "lora-merge"),
        ("flash attention", "att-flash"),
        ("flash-attention", "att-flash"),
        ("flashatention", "att-flash"),
        ("显存", "mem-train"),
        ("训练显存", "mem-train"),
        ("请问训练模型大概要多少显存呢", "mem-train"),
        ("梯度检查点", "mem-tags"),
        ("掩码", "att-mask"),
        ("掩", "att-mask"),
        ("熵", "mem-text"),
        ("码", "att-mask"),
        ("checkpoints", "mem-tags"),
        ("optimiser", "mem-point"),
        ("rope", "lora-merge"),
        ("causal", "att-mask"),
        ("LoRA的秩", "lora-rank"),
        ("what is a causal mask", "att-mask"),
        ("compu", "mem-train"),
        ("mem-text", "mem-text"),
    ],
)
def test_the_best_match_comes_first(words: str, best: str) -> None:
    assert search(words)[0] == best


@pytest.mark.parametrize("words", ["", "   ", "!?。，", "zzzzqqqq", "xq", "龘", "\x00\x07", "☃"])
def test_nothing_is_found_where_nothing_matches(words: str) -> None:
    assert search(words) == []


@pytest.mark.parametrize(
    "words", ["the", "a", "what is it?", "how much", "C++", "<b>'%", "c", "什么", "的", "为什么呢？"]
)
def test_words_that_say_nothing_find_nothing(words: str) -> None:
    assert search(words) == []


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("what's the LoRA of a C++?", "lora"),
        ("how much memory does training need", "memory training"),
        ("什么是LoRA", "lora"),
        ("请问显存要多少呢？", "显存"),
        ("LoRA和显存", "lora 显存"),
        ("LoRA的秩是什么", "lora 秩"),
    ],
)
def test_words_that_say_nothing_change_nothing(asked: str, meant: str) -> None:
    assert set(search(asked)) == set(search(meant)) != set()


@pytest.mark.parametrize("words", ["self-attention", "few shot", "目的", "是否", "p-tuning", "饱和", "vitamin-a"])
def test_stop_words_inside_other_words_stay(words: str) -> None:
    assert without_stop_words(words) == words


@pytest.mark.parametrize(("typed", "meant"), [("loar", "lora"), ("lroa", "lora"), ("atention", "attention")])
def test_a_typo_finds_what_the_word_finds_and_no_more(typed: str, meant: str) -> None:
    assert search(typed) == search(meant)


def test_a_known_word_is_no_typo_of_another() -> None:
    assert search("rope") == ["lora-merge"]


def test_two_letters_are_found_as_written_alone() -> None:
    assert (search("lo"), search("ra"), search("lr")) == ([], [], [])


def test_questions_that_match_a_minor_part_of_the_words_are_left_out() -> None:
    assert search("how are low-rank weights of lora merged") == ["lora-merge"]


def test_a_pair_across_two_chinese_words_says_no_more_than_they_do() -> None:
    index = SearchIndex(
        [
            *(question(f"both-{n}", "memory", "显存", "?", answer="训练 模型") for n in range(3)),
            question("across", "attention", "训练模型", "?"),
            *(question(f"one-{n}", "lora", "模型，训练", "?") for n in range(3)),
        ],
        TOPICS,
    )
    assert [found.id for found in index.search("训练模型显存")][:3] == ["both-0", "both-1", "both-2"]


def test_a_word_that_occurs_nowhere_does_not_hide_the_others() -> None:
    assert search("zzzzqqqq mask") == ["att-mask"]


def test_questions_that_match_all_words_push_out_those_that_match_one() -> None:
    assert "mem-text" not in search("rank lora choose")


def test_a_megabyte_of_words_is_searched_by_its_beginning() -> None:
    assert search("causal mask " + "noise " * 200_000)[0] == "att-mask"


def test_an_index_of_nothing_finds_nothing() -> None:
    assert SearchIndex([], {}).search("lora") == ()


def test_terms_of_a_query_come_in_order_and_once() -> None:
    assert query_terms("P-Tuning 位置编码 tuning 熵") == ["ptun", "tuning", "位置", "置编", "编码", "熵"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("merging", "merged"),
        ("merge", "merges"),
        ("layers", "layer"),
        ("embedding", "embed"),
        ("scaling", "scale"),
        ("falling", "fall"),
        ("trained", "training"),
    ],
)
def test_forms_of_a_word_are_one_term(one: str, other: str) -> None:
    assert query_terms(one) == query_terms(other)


@pytest.mark.parametrize("word", ["bias", "loss", "corpus", "red", "string", "gpt4", "thing"])
def test_words_that_only_look_like_forms_are_left_alone(word: str) -> None:
    assert query_terms(word) == [word]


def test_humps_and_hyphens_are_found_apart_and_together() -> None:
    assert {"flash", "attention", "flashattention", "p", "v2", "layer", "norm", "layernorm"} <= terms(
        "FlashAttention P-v2 LayerNorm"
    )
    assert "rms" in terms("RMSNorm")
    assert "ra" not in terms("LoRA")
