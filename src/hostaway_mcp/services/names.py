"""Names of people as others spell them: accents, case, order and umlauts forgiven."""

from __future__ import annotations

import unicodedata

_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe"})
_BARE = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def plain(name: str) -> str:
    """Small letters, no accents, punctuation or doubled blanks: `Müller-Lüdi` → `muller ludi`."""
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_BARE))
    letters = (ch if ch.isalnum() else " " for ch in folded if not unicodedata.combining(ch))
    return " ".join("".join(letters).split())


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


def spellings(name: str) -> set[str]:
    """The name without accents, and with umlauts spelled out: `Müller` → `muller` and `mueller`."""
    composed = unicodedata.normalize("NFC", name.casefold())
    return {plain(name), plain(composed.translate(_SPELLED_OUT))}
