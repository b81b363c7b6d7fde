"""Which task a person means by a few of its words, typing errors forgiven."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

EXACT = 100.0
GOOD = 78.0
"""Below it the words are too unlike the title to act on."""
MARGIN = 9.0
"""A match closer than this to the best one makes the name ambiguous."""
_STOP = {
    "the",
    "a",
    "an",
    "my",
    "to",
    "of",
    "for",
    "task",
    "one",
    "that",
    "this",
    "about",
    "in",
    "on",
}


@dataclass(frozen=True)
class Match:
    """`index` into the titles; `score` from 0 to 100, 100 for the same words."""

    index: int
    title: str
    score: float


def match_names(query: str, titles: Sequence[str]) -> list[Match]:
    """Titles that `query` may mean, best first; ties keep their order, unlike ones are left out."""
    words = _words(query)
    if not words:
        return []
    scored = [Match(i, title, _score(words, _words(title))) for i, title in enumerate(titles)]
    return sorted((m for m in scored if m.score >= GOOD), key=lambda m: -m.score)


def best_matches(matches: Sequence[Match]) -> list[Match]:
    """Those that cannot be told from the best: one means it is clear, several that one must ask."""
    if not matches:
        return []
    best = matches[0].score
    if best == EXACT:
        return [m for m in matches if m.score == EXACT]
    return [m for m in matches if best - m.score < MARGIN]


def _score(query: str, title: str) -> float:
    if query == title:
        return EXACT
    if not title:
        return 0.0
    wanted, present = query.split(), title.split()
    # Every word said must be somewhere in the title; how much of the title was said breaks ties.
    # Each word counts by itself, so that a wrong short word ("cat" for "car") is not outvoted.
    likeness = [max(_alike(word, other) for other in present) for word in wanted]
    if min(likeness) < 70:
        return (
            fuzz.ratio(query, title) if len(query) > 5 and fuzz.ratio(query, title) >= 85 else 0.0
        )
    coverage = len(wanted) / max(len(present), len(wanted))
    return min(sum(likeness) / len(likeness) * 0.92 + coverage * 7.0, EXACT - 1)


def _alike(word: str, other: str) -> float:
    if word == other:
        return 100.0
    if len(word) >= 4 and other.startswith(word):
        return 92.0
    ratio = fuzz.ratio(word, other)
    # One letter of three is another word; one of five is a typing error.
    return ratio if min(len(word), len(other)) >= 4 or ratio == 100 else 0.0


def _words(text: str) -> str:
    words = re.findall(r"[\w']+", text.casefold().replace("’", "'"))
    kept = [w for w in words if w not in _STOP]
    return " ".join(kept or words)
