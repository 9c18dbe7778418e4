"""
Names and texts as they are searched: small letters without accents, and nothing but words.

Both databases get the same plain words, so that neither's own idea of a word decides who is found.
"""

from __future__ import annotations

import html
import re
import unicodedata

MAX_TEXT_CHARS = 50_000
"""A longer message is found by its beginning."""
MAX_WORD_CHARS = 64

_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe"})
_BARE = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_ALONE = re.compile(r"([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff])")
"""Scripts that write no blanks between words; each letter counts as a word, several as a phrase."""
_ASKED = re.compile(r'"([^"]*)"?|(\S+)')


def fold(text: str) -> str:
    """Small letters and digits, single blanks, no accents: `Müller-Lüdi` → `muller ludi`."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_BARE))
    # What is decomposed may hold capitals again, such as those of mathematical letters.
    letters = (ch if ch.isalnum() else " " for ch in folded.lower() if not unicodedata.combining(ch))
    return " ".join("".join(letters).split())


def spellings(*names: str | None) -> str | None:
    """Names as they may be searched, one a line: without accents, and with umlauts spelled out."""
    found: dict[str, None] = {}
    for name in names:
        if name:
            composed = unicodedata.normalize("NFC", name.casefold())
            found |= dict.fromkeys((fold(name), fold(composed.translate(_SPELLED_OUT))))
    return "\n".join(filter(None, found)) or None


def words_of(text: str) -> str:
    """The words of a message, of its HTML only what is read."""
    plain = html.unescape(_TAG.sub(" ", text[:MAX_TEXT_CHARS]))
    words = _ALONE.sub(r" \1 ", fold(plain)).split()
    return " ".join(word[:MAX_WORD_CHARS] for word in words)


def phrases(asked: str) -> tuple[str, ...]:
    """What is asked for, each a word or several in a row: `late "check in"` → `late`, `check in`."""
    found = (words_of(match[1] or match[2] or "") for match in _ASKED.finditer(asked))
    return tuple(dict.fromkeys(filter(None, found)))
