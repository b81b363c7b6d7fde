"""Changes of a task: rename, move, repeat, prioritise, tag, clear."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from todoku_language.drafts import Draft
from todoku_language.marks import level
from todoku_language.phrases import Phrase, unquote
from todoku_language.plans import Add, Changes, ClearableField, Step, Unknown, Update
from todoku_language.targets import read_target, read_targets
from todoku_language.tasks import read_task
from todoku_language.words import DURATION, duration


@dataclass(frozen=True)
class Moment:
    """The instant and the zone that give relative words their meaning."""

    now: datetime
    zone: str

    def draft(self, text: str, *, remind: bool = False) -> Draft:
        return read_task(Phrase(text), now=self.now, zone=self.zone, remind=remind)


type Read = Callable[[re.Match[str], Moment], list[Step] | None]

_FIELDS: dict[str, ClearableField] = {
    "due": "due",
    "date": "due",
    "deadline": "due",
    "time": "due",
    "repeat": "recurrence",
    "repetition": "recurrence",
    "recurrence": "recurrence",
    "repeating": "recurrence",
    "reminder": "reminders",
    "reminders": "reminders",
    "priority": "priority",
    "tag": "tags",
    "tags": "tags",
}
_WHAT = r"(?:due(?:\s+(?:date|time))?|deadline|date|time|day|schedule)"
_CLEARABLE = (
    r"(?P<field>due|date|deadline|repeat|repetition|recurrence|reminders?|priority|tags?)(?:\s+"
    r"(?:date|time))?"
)


def read_update(clause: str, moment: Moment) -> list[Step] | None:
    """Steps of a command that changes a task; None when it is none."""
    for pattern, read in _FORMS:
        match = pattern.fullmatch(clause)
        if match and (steps := read(match, moment)) is not None:
            return steps
    return None


def _update(name: str, changes: Changes) -> list[Step]:
    return [Update(target, changes) for target in read_targets(name)]


def _rename(match: re.Match[str], _: Moment) -> list[Step] | None:
    return _update(match["name"], Changes(title=unquote(match["to"].strip())))


def _reminder_before(match: re.Match[str], moment: Moment) -> list[Step] | None:
    """ "remind me 1 hour before pay rent": of a task that exists, unless it says when it is."""
    reminders = moment.draft(f"x tomorrow, remind me {match['when']}").reminders
    task = moment.draft(match["name"])
    if task.due and task.title:
        return [Add(replace(task, reminders=reminders, wants_reminder=True))]
    return _update(
        match["name"], Changes(draft=Draft("", reminders=reminders, wants_reminder=True))
    )


def _shift(match: re.Match[str], _: Moment) -> list[Step] | None:
    length = duration(match["by"])
    back = match["verb"].lower().startswith(("bring", "advance"))
    return _update(match["name"], Changes(shift=-length if back else length))


def _move(match: re.Match[str], moment: Moment) -> list[Step] | None:
    """ "move X to friday", and "reschedule X tomorrow at 5", where the date ends the text."""
    text = match["rest"]
    for joint in re.finditer(r"\s+(?:to|until|till|for|on|at)\s+", text, re.IGNORECASE):
        name, draft = text[: joint.start()], _only_when(text[joint.start() :], moment)
        if draft and name.strip() and not moment.draft(name).due:
            return _update(name, Changes(draft=draft))
    draft = moment.draft(text)
    if draft.title and (draft.due or draft.recurrence):
        return _update(draft.title, Changes(draft=replace(draft, title="")))
    reason = "I did not understand the new date. For example: move pay rent to friday at 10."
    return [Unknown(match.group(), reason)]


def _only_when(text: str, moment: Moment) -> Draft | None:
    """What the text says about when, if it says nothing else."""
    text = re.sub(r"^\s*(?:to|until|till|for)\s+(?=\S)", " ", text, flags=re.IGNORECASE)
    for candidate in (text, f"at {text.strip()}"):
        draft = moment.draft(candidate)
        if draft.due and not draft.title:
            return draft
    return None


def _change(match: re.Match[str], moment: Moment) -> list[Step] | None:
    """ "change X to Y": a date, a repeat, a priority, or else (not for make) a title."""
    name, text = match["name"], match["to"].strip()
    draft = _said(text, moment)
    if draft:
        return _update(name, Changes(draft=draft))
    if match["verb"].lower() in ("make", "set"):
        return None
    return _update(name, Changes(title=unquote(text)))


def _said(text: str, moment: Moment) -> Draft | None:
    if priority := level(text):
        return Draft("", priority=priority)
    if when := _only_when(text, moment):
        return when
    draft = moment.draft(text)
    bare = not draft.title or draft.title.lower() in ("repeat", "recur", "be")
    draft = replace(draft, title="")
    return draft if bare and (draft.due or draft.priority or draft.tags) else None


def _change_when(match: re.Match[str], moment: Moment) -> list[Step] | None:
    draft = _only_when(match["to"], moment)
    if draft is None:
        return [Unknown(match.group(), "I did not understand the new date.")]
    return _update(match["name"], Changes(draft=draft))


def _prioritise(match: re.Match[str], _: Moment) -> list[Step] | None:
    if match["level"].lower() in ("none", "nothing", "no"):
        return _update(match["name"], Changes(clear=("priority",)))
    priority = level(match["level"])
    return _update(match["name"], Changes(draft=Draft("", priority=priority))) if priority else None


def _make(match: re.Match[str], moment: Moment) -> list[Step] | None:
    """ "make pay rent urgent", "make standup repeat every weekday", "make it weekly"."""
    text = re.sub(
        r"\s+(?:to\s+)?(?:repeat(?:ing)?|recur(?:ring)?|due|happen)(?=\s)",
        "",
        match["rest"],
        flags=re.IGNORECASE,
    )
    if words := re.fullmatch(r"(.+?)\s+(?:as\s+)?(\S+(?:\s+priority)?)", text):
        priority = level(words[2].removesuffix(" priority")) or level(words[2])
        if priority:
            return _update(words[1], Changes(draft=Draft("", priority=priority)))
    draft = moment.draft(text)
    if draft.title and draft.title != text and (draft.due or draft.priority or draft.tags):
        return _update(draft.title, Changes(draft=replace(draft, title="")))
    return None


def _tag(match: re.Match[str], _: Moment) -> list[Step] | None:
    tags = tuple(
        tag.lower() for tag in re.findall(r"[\w-]+", match["tags"]) if tag.lower() != "and"
    )
    return _update(match["name"], Changes(draft=Draft("", tags=tags)))


def _clear(match: re.Match[str], _: Moment) -> list[Step] | None:
    return [Update(read_target(match["name"]), Changes(clear=(_FIELDS[match["field"].lower()],)))]


def _stop(match: re.Match[str], _: Moment) -> list[Step] | None:
    return _update(match["name"], Changes(clear=("recurrence",)))


def _form(pattern: str, read: Read) -> tuple[re.Pattern[str], Read]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL), read


_VERB = r"(?P<verb>change|set|update|edit|make|modify|correct)"
_MOVE = r"(?:move|reschedule|postpone|push(?:\s+back)?|delay|shift|defer|put\s+off|bring\s+forward)"
_FORMS = (
    _form(r"rename\s+(?P<name>.+?)\s+(?:to|as|into)\s+(?P<to>.+)", _rename),
    _form(rf"{_VERB}\s+(?:the\s+)?(?:title|name)\s+of\s+(?P<name>.+?)\s+to\s+(?P<to>.+)", _rename),
    _form(rf"{_VERB}\s+(?P<name>.+?)(?:['’]s)?\s+(?:title|name)\s+to\s+(?P<to>.+)", _rename),
    _form(rf"{_VERB}\s+(?P<name>.+?)(?:['’]s)?\s+priority\s+to\s+(?P<level>.+)", _prioritise),
    _form(
        rf"{_VERB}\s+(?P<name>(?!the\s+(?:date|time|day|due)\b).+?)(?:['’]s)?\s+{_WHAT}\s+to\s+(?P<to>.+)",
        _change_when,
    ),
    _form(
        rf"{_VERB}\s+(?:the\s+)?{_WHAT}\s+(?:of|for)\s+(?P<name>.+?)\s+(?:to|as|for)\s+(?P<to>.+)",
        _change_when,
    ),
    _form(
        rf"{_VERB}\s+(?:the\s+)?priority\s+(?:of|for|on)\s+(?P<name>.+?)\s+(?:to|as)\s+"
        r"(?P<level>.+)",
        _prioritise,
    ),
    _form(
        r"(?:set\s+)?(?:a\s+)?(?P<level>high|medium|low)\s+priority\s+(?:on|for)\s+(?P<name>.+)",
        _prioritise,
    ),
    _form(
        r"(?:prioriti[sz]e)\s+(?P<name>.+?)(?P<level>(?<=\w))",
        lambda m, _: _update(m["name"], Changes(draft=Draft("", priority="high"))),
    ),
    _form(
        rf"(?:remove|clear|delete|drop|unset)\s+(?:the\s+|all\s+)?{_CLEARABLE}\s+(?:of|from|for"
        r"|on)\s+(?P<name>.+)",
        _clear,
    ),
    _form(r"(?:stop\s+repeating|don['’]?t\s+repeat|do\s+not\s+repeat)\s+(?P<name>.+)", _stop),
    _form(
        rf"(?:remind\s+me\s+(?:about|of)|add\s+a\s+reminder\s+to)\s+(?P<name>.+?)\s+(?P<when>{DURATION}\s+before)",
        _reminder_before,
    ),
    _form(
        rf"add\s+(?:a\s+)?reminder\s+(?P<when>{DURATION}\s+before)\s+(?:to|for)\s+(?P<name>.+)",
        _reminder_before,
    ),
    _form(
        rf"remind\s+me\s+(?P<when>{DURATION}\s+before)\s+(?P<name>(?!and\b|to\b).+)",
        _reminder_before,
    ),
    _form(rf"(?P<verb>{_MOVE}|advance)\s+(?P<name>.+?)\s+(?:by|for)\s+(?P<by>{DURATION})", _shift),
    _form(rf"{_MOVE}\s+(?P<rest>.+)", _move),
    _form(
        r"tag\s+(?P<name>.+?)\s+(?:with|as)\s+(?P<tags>[#\w-]+(?:(?:\s*,\s*|\s+and\s+|"
        r"\s+)[#\w-]+)*)",
        _tag,
    ),
    _form(
        r"add\s+(?:the\s+)?tags?\s+(?P<tags>[#\w-]+(?:(?:\s*,\s*|\s+and\s+)[#\w-]+)*)\s+to\s+"
        r"(?P<name>.+)",
        _tag,
    ),
    _form(r"repeat\s+(?P<rest>.+)", _make),
    _form(rf"{_VERB}\s+(?P<name>.+?)\s+to\s+(?P<to>.+)", _change),
    _form(r"(?:make|mark|set|flag)\s+(?P<rest>.+)", _make),
)
