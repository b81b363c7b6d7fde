"""A text under reading: what is quoted is never read, what was read is not read again."""

import re
from collections.abc import Iterator

from todoku_language.drafts import Span, SpanKind

TAKEN = "\ufdd0"
LITERAL = "\ufdd1"
# Noncharacters: no keyboard makes them, so they cannot be mistaken for what a person wrote.
_LITERALS = re.compile(
    r'"[^"]+"|“[^”]+”|«[^»]+»|(?<![\w’\'])\'[^\']+\'(?!\w)|\b(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.\w+'
)
_QUOTED = re.compile(r'"([^"]+)"|“([^”]+)”|«([^»]+)»|\'([^\']+)\'')
_LOOSE_START = re.compile(
    r"^(?:[\s,;:.\-–—]+|(?:to|and|that|then|on|by|at|due|for|from|starting)\b\s+)+", re.IGNORECASE
)
_LOOSE_END = re.compile(
    r"(?:[\s,;:\-–—]+|(?<!\w)(?:and|on|by|at|due|with|from|starting|repeating|repeats?|is)\s*)+$",
    re.IGNORECASE,
)
_BEFORE_NAME = re.compile(
    r"\b(?:the|a|an|my|our|your|his|her|their|black|good|last)\s+$", re.IGNORECASE
)

_NAME_WINDOW = 12


class Phrase:
    """Recognisers match on `free`: the text with literal and already read parts blanked out.

    Offsets are those of `text` throughout.
    """

    def __init__(self, text: str) -> None:
        self.text = text.replace(TAKEN, " ").replace(LITERAL, " ")
        self.free = self.text
        self.spans: list[Span] = []
        for match in _LITERALS.finditer(self.text):
            self._blank(match.start(), match.end(), LITERAL)
        if self.text.count(LITERAL) != self.free.count(LITERAL):
            self.spans += [
                Span(m.start(), m.end(), "literal", m.group())
                for m in _LITERALS.finditer(self.text)
            ]

    def find(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        return pattern.finditer(self.free)

    def take(self, start: int, end: int, kind: SpanKind) -> None:
        self.spans.append(Span(start, end, kind, self.text[start:end]))
        self._blank(start, end, TAKEN)

    def at_edge(self, match: re.Match[str]) -> bool:
        """Whether a doubtful phrase stands where dates stand: at the end, or beside another one.

        "friday" ends "call mum friday" but is part of the title in "prepare friday report".
        """
        after = self.free[match.end() :]
        rest = after.lstrip(" ,.;!?")
        if _BEFORE_NAME.search(self.free[max(match.start() - _NAME_WINDOW, 0) : match.start()]):
            return False
        if not rest or rest.startswith(TAKEN) or after.startswith((",", ":")):
            return True
        if self.free[: match.start()].rstrip(" ,").endswith(TAKEN):
            return True
        return bool(re.match(r"\s+to\s", after)) and not self.free[: match.start()].strip()

    def title(self) -> str:
        """The words that were not read as anything else, joined and trimmed."""
        kept = re.sub(f"{TAKEN}+", " ", self._with_literals())
        kept = re.sub(r"\s+([,;.!?])", r"\1", re.sub(r"\s+", " ", kept))
        kept = _LOOSE_START.sub("", kept.strip())
        if any(span.kind not in ("tag", "literal") for span in self.spans):
            kept = _LOOSE_END.sub("", kept)
        return unquote(kept.strip(" ,;"))

    def _with_literals(self) -> str:
        return "".join(
            original if free == LITERAL else free
            for original, free in zip(self.text, self.free, strict=True)
        )

    def _blank(self, start: int, end: int, mark: str) -> None:
        self.free = self.free[:start] + mark * (end - start) + self.free[end:]


def unquote(text: str) -> str:
    """The inside of a text that is one quotation; anything else unchanged."""
    match = _QUOTED.fullmatch(text)
    return next(g for g in match.groups() if g is not None).strip() if match else text
