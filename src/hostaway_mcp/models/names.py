"""Names of people as others spell them: accents, case, punctuation and umlauts forgiven."""

from __future__ import annotations

import re
import unicodedata

_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe"})
_BARE = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_SIGNS = re.compile("[^a-z0-9]+")


def plain(name: str) -> str:
    """Small letters and digits, no accents, single blanks: `Müller-Lüdi` → `muller ludi`."""
    if name.isascii():
        return _SIGNS.sub(" ", name.lower()).strip()
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_BARE))
    # What is decomposed may hold capitals again, such as those of mathematical letters.
    letters = (ch if ch.isalnum() else " " for ch in folded.lower() if not unicodedata.combining(ch))
    return " ".join("".join(letters).split())


def spellings(name: str) -> tuple[str, ...]:
    """The name without accents, and with umlauts spelled out: `Müller` → `muller` and `mueller`."""
    if name.isascii():
        return (plain(name),)
    composed = unicodedata.normalize("NFC", name.casefold())
    return tuple(dict.fromkeys((plain(name), plain(composed.translate(_SPELLED_OUT)))))
