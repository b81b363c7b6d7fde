"""Questions about tasks: "what's due today", "show #work", "list overdue"."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from todoku_language.dates import find_day
from todoku_language.marks import find_marks
from todoku_language.phrases import Phrase
from todoku_language.plans import ListTasks
from todoku_language.words import COUNT, count

_ASK = re.compile(
    r"^(?:(?P<show>list|show|display|see|view|give\s+me|tell\s+me|read\s+out)\b(?:\s+me)?"
    r"|(?P<what>what(?:['’]?s|\s+is|\s+are|\s+do\s+i|\s+have\s+i|\s+should\s+i|\s+tasks?)?|which|do\s+i\s+have|have\s+i|how\s+many|anything)\b"
    r"|(?P<find>find|search(?:\s+for)?|look\s+for|look\s+up)\b"
    r"|(?P<mine>(?:(?:all|open|done|completed|finished|overdue)\s+)*(?:my\s+)?(?:(?:open|done|completed|overdue|finished)\s+)?(?:tasks?|todos?|to-dos?|agenda|list)$|overdue$|today$"
    r"|(?:my\s+)?(?:tasks|todos)\s+(?:due|tagged|about|for|with|without|this|today|tomorrow|on)\b.*))",
    re.IGNORECASE,
)
_DONE = re.compile(r"\b(?:done|completed?|finished|closed|ticked(?:\s+off)?)\b", re.IGNORECASE)
_OPEN = re.compile(
    r"\b(?:open|pending|active|unfinished|undone|not\s+done|to\s+do|left)\b", re.IGNORECASE
)
_ALL = re.compile(r"\b(?:all|every|everything)\b", re.IGNORECASE)
_OVERDUE = re.compile(r"\b(?:over\s?due|late|past\s+due|missed)\b", re.IGNORECASE)
_WEEK = re.compile(r"\b(?:this|the)\s+week\b|\bnext\s+(?:7|seven)\s+days\b", re.IGNORECASE)
_COMING = re.compile(
    rf"\b(?:in\s+|within\s+)?(?:the\s+)?next\s+(?P<n>{COUNT})\s+(?P<unit>days?|weeks?)\b",
    re.IGNORECASE,
)
_TODAY = re.compile(r"\b(?:today|tonight)\b", re.IGNORECASE)
_NO_DATE = re.compile(
    r"\b(?:without|no|with\s+no)\s+(?:a\s+)?(?:due(?:\s+date)?s?|dates?)\b", re.IGNORECASE
)
_TAGGED = re.compile(
    r"\b(?:tagged|labell?ed|with\s+(?:the\s+)?(?:tag|label))\s+(?:with\s+|as\s+)?#?([\w-]+)",
    re.IGNORECASE,
)
_LEVEL = re.compile(r"\b(high|urgent|important|medium|low)(?:\s+priority)?\b", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:about|containing|matching|named|called|with\s+the\s+words?)\s+(.+)$", re.IGNORECASE
)
_FILLER = re.compile(
    r"\b(?:my|the|me|tasks?|todos?|to-?dos?|to\s+do|items?|list|due|for|on|in|with|that|are|is|have|has|do|does|i|got"
    r"|what|s|to|up|next|of|there|be|any|anything|a|an|by|at|please|need|should|must|now|right|currently|still"
    r"|priority|ones?|things?|agenda|schedule[d]?|planned|plan|which|list|it|coming|remaining|everything|all|open)\b|['’]s|\?",
    re.IGNORECASE,
)
_FIND_FILLER = re.compile(
    r"^\s*(?:for\s+)?(?:(?:all|my|the|a)\s+)*(?:tasks?\s+)?(?:(?:about|called|named|with|containing|for)\s+)?",
    re.IGNORECASE,
)
_NARROWED = re.compile(r"\b(?:due|today|tomorrow|overdue|week|priority|urgent)\b|#", re.IGNORECASE)
_ABOUT_TASKS = re.compile(
    r"\b(?:tasks?|to-?dos?|due|overdue|list|agenda|scheduled|planned|to\s+do|today|tonight|tomorrow|next|have\s+i|do\s+i|week|urgent)\b|#\w",
    re.IGNORECASE,
)


def read_listing(clause: str, *, now: datetime, zone: str) -> ListTasks | None:
    """The filters of a question about tasks; None when the clause is no such question."""
    match = _ASK.match(clause)
    if match is None:
        return None
    if match["find"]:
        words = _FIND_FILLER.sub("", clause[match.end() :]).strip(" ?\"'“”")
        return ListTasks(status="all", query=words) if words else None
    rest = clause if match["mine"] else clause[match.end() :]
    if (match["what"] or match["show"]) and not _is_question(match, clause, rest):
        return None
    return _filters(rest, now=now, zone=zone, strict=bool(match["what"]))


def _is_question(match: re.Match[str], clause: str, rest: str) -> bool:
    if match["what"]:
        return bool(_ABOUT_TASKS.search(clause))
    return not re.match(r"\s+how\b", rest, re.IGNORECASE)


def _filters(rest: str, *, now: datetime, zone: str, strict: bool) -> ListTasks | None:
    found = ListTasks(status=_status(rest))
    if about := _ABOUT.search(rest):
        return replace(found, query=about[1].strip(" ?\"'“”"))
    rest = _OPEN.sub(" ", _DONE.sub(" ", rest))
    if tagged := _TAGGED.search(rest):
        found, rest = replace(found, tag=tagged[1].lower()), _TAGGED.sub(" ", rest)
    found, rest = _due(found, rest, now, zone)
    phrase = Phrase(rest)
    marks = find_marks(phrase)
    found = replace(found, tag=found.tag or next(iter(marks.tags), None), priority=marks.priority)
    rest = phrase.title()
    if not found.priority and (named := _LEVEL.search(rest)):
        word = named[1].lower()
        found = replace(
            found, priority="medium" if word == "medium" else "low" if word == "low" else "high"
        )
        rest = _LEVEL.sub(" ", rest)
    words = re.sub(r"\s+", " ", _FILLER.sub(" ", rest)).strip(" ,.!?'’")
    if words and strict:
        return None
    return replace(found, query=words or None)


def _status(rest: str) -> Literal["open", "done", "all"]:
    if re.search(r"\b(?:not|un)\s*-?(?:done|finished|completed)\b", rest, re.IGNORECASE):
        return "open"
    if _DONE.search(rest):
        return "done"
    everything = _ALL.search(rest) and not _OPEN.search(rest) and not _NARROWED.search(rest)
    return "all" if everything else "open"


def _due(found: ListTasks, rest: str, now: datetime, zone: str) -> tuple[ListTasks, str]:
    if _OVERDUE.search(rest):
        return replace(found, due="overdue"), _OVERDUE.sub(" ", rest)
    if _NO_DATE.search(rest):
        return replace(found, due="none"), _NO_DATE.sub(" ", rest)
    if _TODAY.search(rest):
        return replace(found, due="today"), _TODAY.sub(" ", rest)
    if _WEEK.search(rest):
        return replace(found, due="week"), _WEEK.sub(" ", rest)
    today = now.astimezone(ZoneInfo(zone)).date()
    if coming := _COMING.search(rest):
        last = today + timedelta(
            days=count(coming["n"]) * (7 if "w" in coming["unit"].lower() else 1)
        )
        return replace(found, on=today, until=last), _COMING.sub(" ", rest)
    phrase = Phrase(rest)
    day = find_day(phrase, today)
    if day is None:
        return found, rest
    phrase.take(day.start, day.end, "date")
    said = phrase.text[day.start : day.end].lower()
    length = 6 if "next week" in said and "end" not in said else 1 if "weekend" in said else 0
    return replace(found, on=day.day, until=day.day + timedelta(days=length)), phrase.title()
