"""Whose name is meant: parts of it in any order, however they are spelled."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

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
        self.compared = wanted[:60]
        # A number that is nearly right is another number.
        self.never = len(wanted) <= 3 or any(ch.isdecimal() for ch in wanted)
        self._matcher = difflib.SequenceMatcher(b=self.compared)
        self._known: dict[str, bool] = {}

    def to_any(self, known: Iterable[str]) -> bool:
        """Whether one of these is close."""
        return not self.never and any(map(self._to, known))

    def _to(self, word: str) -> bool:
        if word not in self._known:
            matcher = self._matcher
            matcher.set_seq1(word)
            quick = matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE
            self._known[word] = quick and matcher.ratio() >= ALIKE
        return self._known[word]


class Letters:
    """
    The letters of many texts, each as bits: one for the first `a`, another for the second.

    Two texts share as many letters as bits. That is told a hundred times as fast as how alike they are, and
    only texts that share enough are.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._bits: dict[tuple[str, int], int] = {}
        self._texts = [(text, len(text), self._learn(text)) for text in dict.fromkeys(texts)]

    def may_be(self, close: Close) -> list[str]:
        """The texts that may be close."""
        if close.never:
            return []
        wanted, length = sum(self._bits.get(one, 0) for one in _counted(close.compared)), len(close.compared)
        return [
            text
            for text, size, letters in self._texts
            if (letters & wanted).bit_count() * 2.0 >= ALIKE * (size + length)
        ]

    def _learn(self, text: str) -> int:
        return sum(self._bits.setdefault(one, 1 << len(self._bits)) for one in _counted(text))


def _counted(text: str) -> Iterator[tuple[str, int]]:
    """Each letter, and which one of its kind it is."""
    seen: dict[str, int] = {}
    for letter in text:
        seen[letter] = seen.get(letter, 0) + 1
        yield letter, seen[letter]
