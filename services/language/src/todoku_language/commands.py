"""From a message to a plan."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from todoku_language.clauses import (
    counts_on_several,
    names_doing,
    plain,
    split_clauses,
    split_titles,
)
from todoku_language.drafts import Draft
from todoku_language.listings import read_listing
from todoku_language.phrases import Phrase
from todoku_language.plans import (
    Add,
    Cancel,
    Complete,
    Delete,
    Help,
    Plan,
    Reopen,
    Step,
    Target,
    Unknown,
    Update,
)
from todoku_language.targets import is_reference, read_targets
from todoku_language.tasks import read_task
from todoku_language.updates import Moment, read_update

MAX_TEXT = 4_000
"""Longer messages are not commands."""


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.DOTALL)


_HELP = _pattern(
    r"(?:help(?:\s+me)?|\?|commands?|what\s+can\s+(?:you|i)\s+(?:do|say)|how\s+(?:do(?:es)?|can)"
    r"\s.*|(?:hi|hey|hello)(?:\s+there)?)"
)
_CANCEL = _pattern(
    r"(?:no|nope|cancel|never\s*mind|nevermind|none(?:\s+of\s+(?:them|these|those))?|stop|forget"
    r"\s+it|neither)"
)
_REMIND = _pattern(
    r"(?:remind\s+me(?:\s+(?:to|about|that|of)\b)?|(?:add|create|set|make)\s+(?:me\s+)?(?:an?"
    r"\s+)?(?:new\s+)?reminder(?:\s+(?:to|for|about)\b|\s*:)?"
    r"|don['’]?t\s+let\s+me\s+forget(?:\s+to)?)\s*(?P<rest>.+)"
)
_REMINDER = _pattern(
    r"(?:add|create|set|make)\s+(?:me\s+)?(?:an?\s+)?(?:new\s+)?reminder"
    r"(?:\s+to\b|\s*:)\s*(?P<rest>(?:(?!\bbefore$).)+)"
)
_ADD = _pattern(
    r"(?:(?:add|put)\s+(?:this\s+)?(?:to|on)\s+(?:my|the)\s+(?:to-?do\s+)?list\s*:"
    r"|(?:add|create|make|new)\s+(?:me\s+)?(?:an?\s+|the\s+|another\s+|two\s+|three\s+|\d\s+)?"
    r"(?:new\s+)?(?P<noun>tasks?|to-?dos?|items?)\b(?:\s+(?:to|called|named|titled|for)\b)?\s*:?"
    r"|(?:add|create)\b(?:\s+(?:me|another)\b)?\s*:?|(?:new|todo|task)\s*:"
    r"|i\s+(?:need|have|want|must|should)\s+to\b|i\s+(?:must|should|gotta)\b|remember\s+to\b"
    r"|put\b(?=.*\bon\s+(?:my|the)\s+(?:to-?do\s+)?list))"
    r"\s*(?P<rest>.*)"
)
_REOPEN = _pattern(
    r"(?:re-?open|un-?complete|un-?tick|un-?check|un-?finish)\s+(?P<rest>.+)"
    r"|(?:mark|set)\s+(?P<marked>.+?)\s+(?:as\s+)?(?:not\s+(?:done|finished|completed?)|undone"
    r"|open|incomplete|unfinished|to\s*do)(?:\s+again)?"
    r"|(?P<is>.+?)\s+(?:is|are|was)(?:\s+not|n['’]t)\s+(?:done|finished|completed?)(?:\s+yet)?"
)
_COMPLETE = _pattern(
    r"(?:(?:mark|set|tick|check)\s+(?P<marked>.+?)\s+(?:as\s+|off\s+as\s+)?(?:done|finished"
    r"|completed?|off)"
    r"|(?:i\s+(?:have\s+|just\s+)?|i['’]ve\s+|i['’]m\s+)?(?:am\s+)?(?:just\s+)?(?:done(?:"
    r"\s+with)?|finish(?:ed)?(?:\s+with)?|completed?|did|tick(?:ed)?(?:\s+off)?|check(?:ed)?"
    r"\s+off|cross(?:ed)?\s+off|close)\s*:?\s+(?P<rest>.+)"
    r"|(?P<is>.+?)\s+(?:is|are)\s+(?:now\s+|all\s+)?(?:done|finished|completed?)"
    r"|(?P<short>.+?)\s+(?:done|finished|completed))"
)
_DELETE = _pattern(
    r"(?:delete|remove|erase|trash|get\s+rid\s+of|throw\s+away|cancel|clear|drop)\s+(?P<rest>.+)"
)


def parse(text: str, *, now: datetime, zone: str, context: Sequence[Step] = ()) -> Plan:
    """The steps that a message asks for; never empty, never fails.

    `now` (aware) and `zone` (the user's) give relative dates their meaning. `context` holds the
    steps whose task is still to be chosen, when the conversation waits for that: a bare "2",
    "the second one" or a name then completes them.
    """
    if len(text) > MAX_TEXT:
        return Plan((Unknown(text[:100], f"A message has at most {MAX_TEXT} characters."),))
    if _HELP.fullmatch(text.strip(" !.")):
        # Before courtesies are taken off: "hello" is nothing but one.
        return Plan((Help(),))
    clauses = split_clauses(text)
    moment = Moment(now, zone)
    if context and len(clauses) == 1 and (answer := _answer(clauses[0], context, moment)):
        return Plan(tuple(answer))
    steps: list[Step] = []
    adding = False
    for index, clause in enumerate(clauses):
        found = _read(clause, moment, several=counts_on_several(clauses[index + 1 :]))
        if _is_unknown(found) and adding and _listed(text, clause):
            found = _add(clause, moment, several=False)
        adding = isinstance(found[0], Add) or (
            bool(_ADD.fullmatch(clause)) and index + 1 < len(clauses)
        )
        if not (adding and _is_unknown(found)):
            steps += found
    return Plan(tuple(steps) or (Unknown(text.strip()),))


def _answer(clause: str, context: Sequence[Step], moment: Moment) -> list[Step]:
    if _CANCEL.fullmatch(clause):
        return [Cancel()]
    if not is_reference(clause) and not _is_unknown(_read(clause, moment, several=False)):
        return []
    targets = read_targets(clause)
    return [
        replace(step, target=target)
        for step in context
        if isinstance(step, Complete | Reopen | Delete | Update)
        for target in targets
    ]


def _read(clause: str, moment: Moment, *, several: bool) -> list[Step]:
    if _HELP.fullmatch(clause):
        return [Help()]
    if _CANCEL.fullmatch(clause):
        return [Cancel()]
    if match := _REMINDER.fullmatch(clause):
        return _add(match["rest"], moment, several=several, remind=True)
    if steps := read_update(clause, moment):
        return steps
    if match := _REMIND.fullmatch(clause):
        return _add(match["rest"], moment, several=several, remind=True)
    if match := _ADD.fullmatch(clause):
        plural = bool(match["noun"]) and match["noun"].lower().endswith("s")
        return _add(match["rest"], moment, several=several or plural)
    if listing := read_listing(clause, now=moment.now, zone=moment.zone):
        return [listing]
    return _targeted(clause, moment)


def _targeted(clause: str, moment: Moment) -> list[Step]:
    if match := _REOPEN.fullmatch(clause):
        return [Reopen(target) for target in read_targets(_said(match))]
    if match := _DELETE.fullmatch(clause):
        return [Delete(target) for target in read_targets(match["rest"])]
    if match := _COMPLETE.fullmatch(clause):
        return [Complete(target) for target in read_targets(_said(match))]
    if re.fullmatch(r"(?:all\s+)?done|finished", clause, re.IGNORECASE):
        return [Complete(Target("it", clause))]
    if re.fullmatch(r"undo(?:\s+(?:it|that|this|the\s+last.*))?", clause, re.IGNORECASE):
        return [Unknown(clause, "I cannot undo. Say what to change: reopen pay rent, for example.")]
    if names_doing(clause):
        # "buy milk tomorrow": said like a task, and dated like one.
        drafts = _add(clause, moment, several=False)
        if isinstance(drafts[0], Add) and drafts[0].draft.due:
            return drafts
        return [Unknown(clause, f"To add it as a task, write: add {clause}")]
    return [Unknown(clause)]


def _said(match: re.Match[str]) -> str:
    return next(text for text in match.groups() if text)


def _add(text: str, moment: Moment, *, several: bool, remind: bool = False) -> list[Step]:
    titles = split_titles(text, expected=several) if text.strip() else []
    drafts = [
        read_task(Phrase(title), now=moment.now, zone=moment.zone, remind=remind)
        for title in titles
    ]
    if not drafts:
        return [Unknown(text, "What shall I add? For example: add call mum tomorrow at 5pm.")]
    if any(not draft.title for draft in drafts):
        # What was split off holds no title ("on monday and friday"): it was one task after all.
        drafts = [read_task(Phrase(text), now=moment.now, zone=moment.zone, remind=remind)]
    if not drafts[0].title:
        return [Unknown(text, "What is the task? For example: remind me to stretch in 10 minutes.")]
    return [Add(draft) for draft in _share_dates(drafts)]


def _share_dates(drafts: list[Draft]) -> list[Draft]:
    """ "add milk and bread tomorrow": a date at the end is meant for all of a list."""
    last = drafts[-1]
    if not last.due or any(d.due for d in drafts[:-1]):
        return drafts
    return [
        replace(
            d,
            due=last.due,
            recurrence=last.recurrence,
            reminders=last.reminders,
            has_date=last.has_date,
            has_time=last.has_time,
        )
        for d in drafts
    ]


def _is_unknown(steps: Sequence[Step]) -> bool:
    return all(isinstance(step, Unknown) for step in steps)


def _listed(text: str, clause: str) -> bool:
    """Whether the clause stands on a line of its own or after a semicolon, as in a list."""
    return any(
        plain(re.sub(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", "", line)) == clause
        for line in re.split(r"[\n;]", text)
    )
