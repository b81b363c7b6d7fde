"""From a phrase to the draft of a task."""

import re
from datetime import datetime, timedelta

from todoku_calendar import Due, Recurrence, format_duration, resolve

from todoku_language.drafts import Draft, ReminderSpec
from todoku_language.marks import ASKED, Marks, find_marks
from todoku_language.moments import When, find_when
from todoku_language.phrases import Phrase

MAX_REMINDERS = 10
_ON_LIST = re.compile(
    r"\s*\b(?:to|on|onto|in)\s+(?:my|the)\s+(?:to-?\s?do\s+)?(?:list|tasks|to-?dos?)(?=\s*(?:$|[,.;]))",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"\s*(?:please\s+)?(?:(?P<remind>(?:please\s+)?remind\s+me(?:\s+(?:to|about|that|of)\b)?"
    r"|(?:add|create|set|make)\s+(?:me\s+)?(?:an?\s+)?(?:new\s+)?reminder(?:\s+(?:to|for|about)\b|:)?)"
    r"|add\s+(?:me\s+)?(?:an?\s+)?(?:new\s+)?(?:task|todo|to-do)s?\b(?:\s+(?:to|called|named|titled|for)\b|:)?"
    r"|(?:create|make|new)\s+(?:an?\s+)?(?:new\s+)?(?:task|todo|to-do)\b(?:\s+(?:to|called|named|titled|for)\b|:)?"
    r"|add\b:?)\s*",
    re.IGNORECASE,
)


def parse_task(text: str, *, now: datetime, zone: str) -> Draft:
    """Reads one task, with or without "add" or "remind me to" before it.

    `now` is aware and `zone` is the user's IANA zone: together they give "tomorrow" its meaning.
    Never fails; what is not understood stays in the title.
    """
    phrase = Phrase(text)
    lead = _LEAD.match(phrase.free)
    if lead and lead.end() < len(text):
        phrase.take(0, lead.end(), "verb")
    return read_task(phrase, now=now, zone=zone, remind=bool(lead and lead["remind"]))


def read_task(phrase: Phrase, *, now: datetime, zone: str, remind: bool = False) -> Draft:
    """Reads what follows the verb; `remind` when the verb itself asked for a reminder."""
    for match in phrase.find(_ON_LIST):
        phrase.take(match.start(), match.end(), "verb")
    marks = find_marks(phrase)
    asked, asked_at = _asked(phrase, now, zone)
    when = find_when(phrase, now, zone)
    if asked_at is not None and not when.anything:
        when, asked_at = asked_at, None
    due = when.due(now, zone)
    wants = remind or asked or bool(marks.before)
    kinds = {span.kind for span in phrase.spans}
    return Draft(
        title=phrase.title(),
        due=due,
        recurrence=when.recurrence,
        reminders=_reminders(marks, when, asked_at, due, now, zone, wants=wants),
        priority=marks.priority,
        tags=marks.tags,
        spans=tuple(sorted(phrase.spans, key=lambda span: span.start)),
        has_date=bool(when.day or when.at),
        has_time=bool(when.clock or when.at),
        wants_reminder=wants or "reminder" in kinds,
    )


def _asked(phrase: Phrase, now: datetime, zone: str) -> tuple[bool, When | None]:
    """ "…, remind me at 8am" after a title: a moment of its own, when the rest has one too."""
    for match in phrase.find(ASKED):
        before = phrase.free[: match.start()].strip(" \ufdd0")
        if not before:
            continue
        tail = Phrase(phrase.free[match.end() :])
        when = find_when(tail, now, zone)
        phrase.take(match.start(), match.end(), "reminder")
        if not when.anything or when.recurrence or tail.title():
            return True, None
        phrase.take(match.end(), len(phrase.text), "reminder")
        return True, when
    return False, None


def _reminders(
    marks: Marks,
    when: When,
    asked_at: When | None,
    due: Due | None,
    now: datetime,
    zone: str,
    *,
    wants: bool,
) -> tuple[ReminderSpec, ...]:
    specs: list[ReminderSpec] = []
    if due and marks.before:
        specs += [{"before": format_duration(length)} for length in marks.before]
    elif when.at and wants and not when.recurrence:
        # The due has whole minutes; the reminder rings at the second that was asked for.
        specs.append({"at": when.at.isoformat(timespec="seconds")})
    elif due and asked_at:
        specs.append(_at(asked_at, due, now, zone, when.recurrence))
    elif due and wants:
        specs.append({"before": "PT0S"})
    return tuple(specs[:MAX_REMINDERS])


def _at(
    asked: When, due: Due, now: datetime, zone: str, recurrence: Recurrence | None
) -> ReminderSpec:
    """ "remind me at 8am": on the due's day; of a repeating task, as a distance that repeats."""
    if asked.at:
        return {"at": asked.at.isoformat(timespec="seconds")}
    day = asked.day or due.date
    moment = resolve(Due(day, asked.clock, asked.timezone), zone) if asked.clock else None
    if moment is None:
        moment = resolve(Due(day), zone) + timedelta(hours=9)
    if recurrence and due.time:
        distance = resolve(due, zone) - moment
        if distance >= timedelta():
            return {"before": format_duration(distance)}
    return {"at": moment.isoformat(timespec="seconds")}
