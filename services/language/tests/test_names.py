"""Which title a few words mean."""

import pytest
from todoku_language import best_matches, match_names

TITLES = [
    "Pay rent",
    "Call mum",
    "Call the bank",
    "Write quarterly report",
    "Buy cat food",
    "Buy car wax",
    "Morning meeting",
    "E-mail Anna about the trip",
]


def found(query: str, titles: list[str] = TITLES) -> list[str]:
    return [match.title for match in best_matches(match_names(query, titles))]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("pay rent", "Pay rent"),
        ("PAY RENT", "Pay rent"),
        ("rent", "Pay rent"),
        ("the rent", "Pay rent"),
        ("pay rnet", "Pay rent"),
        ("pya rent", "Pay rent"),
        ("call the bank", "Call the bank"),
        ("bank", "Call the bank"),
        ("quartely report", "Write quarterly report"),
        ("report", "Write quarterly report"),
        ("morning meetng", "Morning meeting"),
        ("meeting", "Morning meeting"),
        ("anna trip", "E-mail Anna about the trip"),
        ("cat food", "Buy cat food"),
    ],
)
def test_one_title_is_meant(query: str, title: str) -> None:
    assert found(query) == [title]


@pytest.mark.parametrize(
    ("query", "titles"),
    [("call", {"Call mum", "Call the bank"}), ("buy", {"Buy cat food", "Buy car wax"})],
)
def test_several_may_be_meant(query: str, titles: set[str]) -> None:
    assert set(found(query)) == titles


@pytest.mark.parametrize("query", ["", "dentist", "pay tax", "call tom", "buy dog food", "x", "!!"])
def test_none_is_like_it(query: str) -> None:
    assert found(query) == []


def test_the_same_words_win_over_a_longer_title() -> None:
    assert found("report", ["Report", "Write report"]) == ["Report"]


def test_equal_titles_cannot_be_told_apart() -> None:
    matches = best_matches(match_names("milk", ["Milk", "Bread", "milk"]))

    assert [match.index for match in matches] == [0, 2]
