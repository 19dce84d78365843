"""What is remembered of things made lately."""

from bot.core.repeats import Repeats


def test_what_was_made_of_a_subject_is_found_by_that_very_subject() -> None:
    made, subject, twin = Repeats[str](), ["a"], ["a"]
    made.keep(subject, "zh", "drawn")
    assert made.find(subject, "zh") == "drawn"
    assert made.find(subject, "en") is None
    assert made.find(twin, "zh") is None


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    made, first, second, third = Repeats[int](2), object(), object(), object()
    made.keep(first, "", 1)
    made.keep(second, "", 2)
    assert made.find(first, "") == 1
    made.keep(third, "", 3)
    assert [made.find(one, "") for one in (first, second, third)] == [1, None, 3]


def test_a_forgotten_subject_s_identity_means_nothing_to_the_next() -> None:
    made = Repeats[int]()
    for number in range(100):
        # Each of them may come to lie where the one before was.
        subject = [number]
        assert made.find(subject, "") is None
        made.keep(subject, "", number)
        del subject
