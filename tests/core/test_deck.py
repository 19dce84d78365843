"""The deck: nothing repeats before everything was dealt, whatever happens to the bank and the filter."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from bot.core.deck import Deck, DeckState


def deck_of(syllabus: Iterable[str], ordinals: dict[str, int] | None = None) -> Deck[str]:
    ids = list(syllabus)
    return Deck(ids, ordinals or {id_: ordinal for ordinal, id_ in enumerate(ids)})


def dealing(deck: Deck[str], state: DeckState, mask: int, *, shuffled: bool) -> Iterator[tuple[str, DeckState]]:
    """Deal on and on."""
    while (dealt := deck.deal(state, mask, shuffled=shuffled)) is not None:
        yield dealt
        state = dealt[1]


def dealt(deck: Deck[str], state: DeckState, mask: int, count: int, *, shuffled: bool = True) -> list[str]:
    """The ids of so many cards."""
    return [id_ for id_, _ in islice(dealing(deck, state, mask, shuffled=shuffled), count)]


def after(deck: Deck[str], state: DeckState, mask: int, count: int) -> DeckState:
    """The state after so many shuffled cards."""
    return [state, *(then for _, then in islice(dealing(deck, state, mask, shuffled=True), count))][-1]


LETTERS = "abcdefghij"
seeds = st.integers(0, 2**64 - 1)
bitsets = st.integers(0, 2**300 - 1)
states = st.builds(
    DeckState,
    seed=seeds,
    dealt=bitsets,
    seen=bitsets,
    count=st.integers(0, 2**40),
    last=st.none() | st.integers(0, 2**20),
)


class Dealing(RuleBasedStateMachine):
    """A chat's deck while questions come and go and its filter changes, beside a plain account of what it got."""

    @initialize(seed=seeds)
    def begin(self, seed: int) -> None:
        self.state = DeckState(seed=seed)
        self.ordinals: dict[str, int] = {}
        self.syllabus: list[str] = []
        self.filter: set[str] = set()
        self.seen: set[str] = set()
        self.passed: set[str] = set()
        self.last: str | None = None

    @rule(place=st.integers(0, 30), wanted=st.booleans())
    def add_a_question(self, place: int, *, wanted: bool) -> None:
        id_ = f"q{len(self.ordinals)}"
        self.ordinals[id_] = len(self.ordinals)
        self.syllabus.insert(place % (len(self.syllabus) + 1), id_)
        if wanted:
            self.filter.add(id_)

    @precondition(lambda self: self.syllabus)
    @rule(place=st.integers(0, 30))
    def remove_a_question(self, place: int) -> None:
        self.filter.discard(self.syllabus.pop(place % len(self.syllabus)))

    @rule(chosen=st.sets(st.integers(0, 30)))
    def change_the_filter(self, chosen: set[int]) -> None:
        self.filter = {id_ for place, id_ in enumerate(self.syllabus) if place in chosen}

    @rule(shuffled=st.booleans(), count=st.integers(1, 12))
    def deal(self, count: int, *, shuffled: bool) -> None:
        deck = deck_of(self.syllabus, self.ordinals)
        for _ in range(count if self.filter else 0):
            card = deck.deal(self.state, deck.mask(self.filter), shuffled=shuffled)
            assert card is not None
            id_, self.state = card
            self.check(id_, shuffled=shuffled)

    def check(self, id_: str, *, shuffled: bool) -> None:
        assert id_ in self.filter
        if id_ in self.seen:
            assert self.filter <= self.seen
        if id_ in self.passed:
            assert self.filter <= self.passed
            assert id_ != self.last or self.filter == {id_}
            self.passed -= self.filter
        elif not shuffled:
            waiting = self.filter - self.seen or self.filter - self.passed
            assert id_ == next(known for known in self.syllabus if known in waiting)
        self.seen.add(id_)
        self.passed.add(id_)
        self.last = id_


TestDealing = Dealing.TestCase


@given(seed=seeds, size=st.integers(1, 40), before=st.integers(0, 100), shuffled=st.booleans())
def test_while_the_filter_stands_every_pass_deals_every_question_once(
    *, seed: int, size: int, before: int, shuffled: bool
) -> None:
    ids = [f"q{n}" for n in range(size)]
    deck, half = deck_of(ids), ids[::2]
    state = after(deck, DeckState(seed=seed), deck.mask(half), before)
    left = size - ((before - 1) % len(half) + 1 if before else 0)

    order = dealt(deck, state, deck.mask(ids), left + 3 * size, shuffled=shuffled)

    assert len(set(order[:left])) == left
    for begin in range(left, len(order), size):
        assert set(order[begin : begin + size]) == set(ids)
    assert all(earlier != later for earlier, later in pairwise(order)) or size == 1


@given(state=states, chosen=st.sets(st.sampled_from(LETTERS)), shuffled=st.booleans())
def test_a_retry_deals_the_same_card(*, state: DeckState, chosen: set[str], shuffled: bool) -> None:
    deck, again = deck_of(LETTERS), deck_of(LETTERS)
    mask = deck.mask(chosen)

    card = deck.deal(state, mask, shuffled=shuffled)

    assert card == again.deal(state, mask, shuffled=shuffled)
    assert deck.peek(state, mask, shuffled=shuffled) == (card and card[0])


def test_a_card_is_counted_and_remembered() -> None:
    deck = deck_of("abc", {"a": 7, "b": 3, "c": 5})

    card = deck.deal(DeckState(seed=1), deck.mask("b"), shuffled=True)

    assert card == ("b", DeckState(seed=1, dealt=1 << 3, seen=1 << 3, count=1, last=3))


def test_the_syllabus_is_dealt_in_its_own_order_whatever_the_ordinals() -> None:
    deck = deck_of("abcde", {"a": 9, "b": 2, "c": 60, "d": 0, "e": 4})

    assert dealt(deck, DeckState(seed=1), deck.mask("edba"), 8, shuffled=False) == list("abdeabde")


def test_a_shuffled_deck_is_not_the_syllabus_and_no_two_chats_have_the_same() -> None:
    deck = deck_of(LETTERS)
    orders = {tuple(dealt(deck, DeckState(seed=seed), deck.mask(LETTERS), 10)) for seed in range(100)}

    assert len(orders) == 100
    assert tuple(LETTERS) not in orders


def test_every_question_is_as_likely_as_any_other_at_every_place_of_a_pass() -> None:
    deck, chats = deck_of(LETTERS), 5_000
    orders = [dealt(deck, DeckState(seed=seed), deck.mask(LETTERS), 20) for seed in range(chats)]

    for place in range(20):
        counts = Counter(order[place] for order in orders)
        # 500 expected; six standard deviations of a binomial distribution to either side.
        assert all(abs(counts[id_] - chats / 10) < 6 * 21.3 for id_ in LETTERS)


def test_a_new_question_comes_before_anything_repeats() -> None:
    deck = deck_of(LETTERS)
    state = after(deck, DeckState(seed=3), deck.mask(LETTERS), 13)
    grown = deck_of(f"xyz{LETTERS}", {id_: ordinal for ordinal, id_ in enumerate(f"{LETTERS}xyz")})

    order = dealt(grown, state, grown.mask(f"xyz{LETTERS}"), 10)

    assert set(order[:3]) == set("xyz")
    # Three letters were dealt in the second pass; it ends with the other seven.
    assert len(set(order)) == 10


def test_removing_questions_repeats_none_of_the_others() -> None:
    deck = deck_of(LETTERS)
    first = dealt(deck, DeckState(seed=3), deck.mask(LETTERS), 4)
    state = after(deck, DeckState(seed=3), deck.mask(LETTERS), 4)
    shrunk = deck_of("bdfhj", {id_: ordinal for ordinal, id_ in enumerate(LETTERS)})

    order = dealt(shrunk, state, deck.mask(LETTERS), len(set("bdfhj") - set(first)))

    assert sorted([*order, *(set(first) & set("bdfhj"))]) == list("bdfhj")


@pytest.mark.parametrize("shuffled", [True, False])
def test_nothing_is_dealt_when_nothing_matches(*, shuffled: bool) -> None:
    state = DeckState(seed=1)

    assert deck_of("").deal(state, 0b1, shuffled=shuffled) is None
    assert deck_of("abc").deal(state, 0, shuffled=shuffled) is None
    assert deck_of("abc").deal(state, 0b1000, shuffled=shuffled) is None
    assert deck_of("abc").peek(state, 0, shuffled=shuffled) is None


def test_the_only_question_is_dealt_again_and_again() -> None:
    deck = deck_of("abc")

    assert dealt(deck, DeckState(seed=1), deck.mask("b"), 3) == list("bbb")


def test_a_filter_leaves_out_what_the_deck_does_not_hold() -> None:
    assert deck_of("abc").mask(["a", "gone", "c"]) == 0b101


def test_every_question_needs_an_ordinal_of_its_own() -> None:
    with pytest.raises(KeyError):
        deck_of("ab", {"a": 0})
    with pytest.raises(ValueError, match="'b' shares its ordinal 0"):
        deck_of("ab", {"a": 0, "b": 0})


@given(states)
def test_a_state_survives_storage(state: DeckState) -> None:
    assert DeckState.from_bytes(state.to_bytes()) == state


def test_a_state_over_six_hundred_questions_is_small() -> None:
    deck = deck_of(f"q{n}" for n in range(600))
    state = after(deck, DeckState(seed=1), (1 << 600) - 1, 700)

    assert len(state.to_bytes()) == 21 + 2 * 75


@given(states)
def test_a_state_that_was_cut_short_is_refused(state: DeckState) -> None:
    with pytest.raises(ValueError, match="not the state of a deck"):
        DeckState.from_bytes(state.to_bytes()[:-1])


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02" + bytes(20), b"\x01" + bytes(21), b"\x01" + bytes(19)])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not the state of a deck"):
        DeckState.from_bytes(data)


@pytest.mark.parametrize(
    "wrong", [{"seed": -1}, {"seed": 2**64}, {"dealt": -1}, {"seen": -1}, {"count": -1}, {"last": -1}]
)
def test_a_state_holds_no_impossible_numbers(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="deck"):
        replace(DeckState(seed=1), **wrong)
