"""Which listings some words may mean, without a look at each of thousands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.names import Close, Letters
from hostaway_mcp.services.portfolio import fold, names

MAX_ID_DIGITS = 19


class ListingNames:
    """What the listings of one reading are called, and where they are."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        self.by_id = {one.id: one for one in listings}
        self._texts: dict[str, list[int]] = defaultdict(list)
        """Names and cities, folded, each with whose they are."""
        self._words: dict[str, list[int]] = defaultdict(list)
        for one in listings:
            called = names(one)
            for text in (*called, fold(one.city or "")):
                self._texts[text].append(one.id)
            for word in {word for name in called for word in name.split()}:
                self._words[word].append(one.id)
        self._letters = Letters((*self._texts, *self._words))

    def may_be(self, words: str, close: Close) -> list[Listing]:
        """
        The listings of this id, those that have all of these words in their names and city, and those of
        which a name, a word of it or the city is close.
        """
        parts = [self._with(part) for part in close.wanted.split()]
        found = set.intersection(*parts) if parts else set()
        if words.isdecimal() and len(words) <= MAX_ID_DIGITS:
            found.add(int(words))
        for text in self._letters.may_be(close):
            if close.to_any((text,)):
                found.update(self._texts.get(text, ()), self._words.get(text, ()))
        return [self.by_id[number] for number in sorted(found & self.by_id.keys())]

    def _with(self, part: str) -> set[int]:
        return set().union(*(ids for text, ids in self._texts.items() if part in text))
