"""Whose name is meant: parts of it in any order, however they are spelled."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from hostaway_mcp.models.names import plain, spellings

__all__ = ["fits", "plain", "spellings"]

ALIKE = 0.8
"""Of letters in the same order, in words that differ by a typo or two."""


def fits(wanted: str, *names: str | None) -> bool:
    """Whether every word of `wanted` is part of one name, in any order: `mueller ann` fits `Anna Müller`."""
    asked = spellings(wanted)
    return any(
        words and all(word in spelled for word in words.split())
        for name in names
        if name
        for spelled in spellings(name)
        for words in asked
    )


class Close:
    """What differs from some words by a typo or two; each word of thousands of names is looked at once."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        # A number that is nearly right is another number.
        self._never = len(wanted) <= 3 or any(ch.isdecimal() for ch in wanted)
        self._matcher = difflib.SequenceMatcher(b=wanted[:60])
        self._known: dict[str, bool] = {}

    def to_any(self, known: Iterable[str]) -> bool:
        """Whether one of these is close."""
        return not self._never and any(map(self._to, known))

    def _to(self, word: str) -> bool:
        if word not in self._known:
            matcher = self._matcher
            matcher.set_seq1(word)
            quick = matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE
            self._known[word] = quick and matcher.ratio() >= ALIKE
        return self._known[word]
