"""A proposal in words: the question a person agrees to is made from the requests, never from the caller."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from hostaway_mcp.errors import InputError
from hostaway_mcp.store.journal.records import Step

MOST_LINES = 25
MOST_WARNINGS = 20
WARNINGS_BYTES = 3_000
"""How many warnings an answer shows, and the room for them; the rest is counted."""

_JOINS = frozenset("\n\t\u200c\u200d\ufe0e\ufe0f")
"""Line ends, and what joins letters and emoji."""


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """`price 120.00 EUR → 150.00 EUR, minimum stay 2 → 3`; what is new or gone says so."""
    parts = []
    for name in dict.fromkeys((*after, *before)):
        there, then = before.get(name), after.get(name)
        if name not in after:
            parts.append(f"{name}: {there} is removed")
        elif there in (None, ""):
            parts.append(f"{name}: {then}")
        else:
            parts.append(f"{name}: {there} → {then}")
    return "; ".join(parts)


def few(warnings: Sequence[str]) -> tuple[str, ...]:
    """Each warning once, and of many the first with how many more there are."""
    once = tuple(dict.fromkeys(warnings))
    room, shown = WARNINGS_BYTES, 0
    for warning in once[:MOST_WARNINGS]:
        room -= len(warning.encode())
        if room < 0 and shown:
            break
        shown += 1
    return once if len(once) <= shown else (*once[:shown], f"There are {len(once) - shown} more warnings.")


def is_unseen(ch: str) -> bool:
    """Whether nobody sees a character, and it joins nothing either."""
    return unicodedata.category(ch) in {"Cc", "Cf", "Cs", "Co", "Cn"} and ch not in _JOINS


def check_text(text: str, what: str) -> str:
    """
    A text as it can be sent and shown exactly.

    Raises:
        InputError: it holds what nobody would see, or the marks of texts.
    """
    text = text.replace("\r\n", "\n").strip()
    if any(is_unseen(ch) for ch in text):
        raise InputError(f"{what} holds invisible or control characters.", hint="Write it without them.")
    if "⟦" in text or "⟧" in text:
        raise InputError(f"{what} holds ⟦ or ⟧, which mark texts here.", hint="Use other brackets.")
    return text


def line_of(step: Step) -> str:
    """One step in one line."""
    assert step.body is not None  # it was just made
    return f"{step.body.what}: {difference(step.body.before, step.body.after)}"


def question_of(
    summary: str, steps: Sequence[Step], warnings: Sequence[str], privately: Sequence[str] = ()
) -> str:
    """What a person is asked to agree to."""
    lines = [f"- {line_of(step)}" for step in steps[:MOST_LINES]]
    if len(steps) > MOST_LINES:
        lines.append(f"- and {len(steps) - MOST_LINES} more like these")
    warned = [f"Note: {warning}" for warning in warnings]
    return "\n".join([summary, *lines, *privately, *warned, "Shall this be done in Hostaway?"])
