"""One message, several commands: where one ends and the next begins."""

import re

from todoku_language.phrases import Phrase
from todoku_language.words import ORDINAL

_VERB = (
    r"(?:please\s+)?(?:add|create|remind\s+me\s+to|delete|remove|complete|finish|mark|tick"
    r"|check\s+off|reopen|re-open|rename|reschedule|postpone|move|change|update|set|list|show|display|close|cancel|clear|tag"
    r"|what(?:['’]s|\s+is|\s+are|\s+do)|find|search)\b"
)
# After a bare "and" only verbs that begin no everyday task: "call mum and move house" is one text.
_COMMAND = (
    r"(?:please\s+)?(?:add|create|remind\s+me\s+to|delete|complete|mark|tick\s+off|reopen|rename"
    r"|reschedule|(?:show|list)\s+(?:me\s+)?(?:my|all|the)|what['’]?s)\b"
)
_SPLIT = re.compile(
    r"\s*(?:;|\n+|,?\s*(?:and\s+)?(?<!\w)then\b,?|,?\s+(?:and\s+)?after\s+that\b,?)\s*"
    rf"|\s*,\s*(?:and\s+)?(?:also\s+)?(?={_VERB})"
    rf"|\s+and\s+also\s+(?={_VERB})"
    rf"|\s+and\s+(?={_COMMAND})"
    rf"|[.!?]\s+(?={_VERB})",
    re.IGNORECASE,
)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_POLITE = re.compile(
    r"^(?:(?:hi|hey|hello|ok(?:ay)?|please|now|also|so|and|todoku|can you|could you|would you"
    r"|will you|i want (?:you )?to|i['’]d like (?:you )?to|let['’]s|just|kindly)\b[\s,!:]*)+",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"[\s,.!]*(?:\b(?:please|thanks|thank you|for me)\b[\s.!]*)*$|[\s.!?]+$", re.IGNORECASE
)

_TASK_VERBS = """
answer apply arrange ask assemble back bake book bring build buy call cancel change charge check
choose clean clear close collect complete confirm contact cook copy create cut decide deliver do
download draft draw drink drive drop eat edit email empty exercise feed file fill find finish
fix fold follow forward get give go grab greet grill hang help hire hoover install invite iron
join learn leave lift list listen load lock look mail make meditate meet mop move mow open order
organise organize pack paint park pay pick plan plant play polish post practice practise prepare
print publish purchase push put read rebook record renew reorder repair replace reply report
request research reserve return review ring run scan schedule see sell send set shave ship shop
sign sleep sort start stop stretch study submit sweep take talk tell test text tidy train
translate try turn update upload vacuum visit walk wash watch water wax weed weigh wipe work
wrap write
"""
_DOING = frozenset(_TASK_VERBS.split())
_SMALL_WORDS = "about at before by for from in into of off on onto over to under up with"
_PREPOSITIONS = frozenset(_SMALL_WORDS.split())
_AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+", re.IGNORECASE)
_SEVERAL = re.compile(
    rf"\b(?:the\s+)?(?:{ORDINAL}|last)\s+(?:one|task|item)\b|\bboth\b", re.IGNORECASE
)


def split_clauses(text: str) -> list[str]:
    """Commands of one message, without courtesies. Quoted text is never split."""
    phrase = Phrase(text)
    pieces, start = [], 0
    for match in phrase.find(_SPLIT):
        pieces.append(text[start : match.start()])
        start = match.end()
    pieces.append(text[start:])
    return [clause for piece in pieces if (clause := plain(_BULLET.sub("", piece)))]


def plain(text: str) -> str:
    """Without "please", "can you", "thanks" and the last full stop."""
    text = text.strip()
    return _THANKS.sub("", _POLITE.sub("", text)).strip()


def split_titles(text: str, *, expected: bool) -> list[str]:
    """ "A and B" as two tasks, or one: "milk and bread" are two, "buy milk and bread" is one.

    `expected`: a later command counts on several ("then finish the second one").
    """
    phrase = Phrase(text)
    pieces, start = [], 0
    for match in phrase.find(_AND):
        pieces.append(text[start : match.start()])
        start = match.end()
    pieces = [piece.strip() for piece in (*pieces, text[start:])]
    if len(pieces) == 1 or not all(pieces):
        return [text]
    return pieces if expected or _several(pieces) else [text]


def names_doing(clause: str) -> bool:
    """Whether it begins with a verb of everyday tasks, as in "buy milk"."""
    return clause.partition(" ")[0].lower() in _DOING


def counts_on_several(later: list[str]) -> bool:
    """Whether commands that follow speak of "the second one" or "both"."""
    return any(_SEVERAL.search(clause) for clause in later)


def _several(pieces: list[str]) -> bool:
    if all(re.fullmatch(r"[\"“«'].+[\"”»']", piece) for piece in pieces):
        return True
    words = [piece.split() for piece in pieces]
    doing = [w[0].lower() in _DOING for w in words]
    if all(doing):
        # "pick up and drop off the parcel": a verb without an object shares the next one's.
        return all(len(w) > 1 and w[1].lower() not in _PREPOSITIONS for w in words)
    short = all(len(w) <= 2 and not _PREPOSITIONS & {x.lower() for x in w} for w in words[:-1])
    return not any(doing) and short
