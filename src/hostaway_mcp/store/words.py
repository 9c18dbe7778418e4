"""
Names and texts as they are searched: small letters without accents, and nothing but words.

Both databases get the same plain words, so that neither's own idea of a word decides who is found.
"""

from __future__ import annotations

import html
import re

from hostaway_mcp.models.names import plain, spellings

MAX_TEXT_CHARS = 50_000
"""A longer message is found by its beginning."""
MAX_WORD_CHARS = 64
MAX_NAME_CHARS = 400
"""What is kept of all the spellings of a name; an index of PostgreSQL's takes no more than 2,700 bytes."""

_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_ALONE = re.compile(r"([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff])")
"""Scripts that write no blanks between words; each letter counts as a word, several as a phrase."""
_ASKED = re.compile(r'"([^"]*)"?|(\S+)')


def searchable(*names: str | None) -> str | None:
    """All the spellings of some names, one a line."""
    found = dict.fromkeys(spelled for name in names if name for spelled in spellings(name))
    return "\n".join(filter(None, found))[:MAX_NAME_CHARS] or None


def words_of(text: str) -> str:
    """The words of a message, of its HTML only what is read."""
    shown = html.unescape(_TAG.sub(" ", text[:MAX_TEXT_CHARS]))
    words = _ALONE.sub(r" \1 ", plain(shown)).split()
    return " ".join(word[:MAX_WORD_CHARS] for word in words)


def phrases(asked: str) -> tuple[str, ...]:
    """What is asked for, each a word or several in a row: `late "check in"` → `late`, `check in`."""
    found = (words_of(match[1] or match[2] or "") for match in _ASKED.finditer(asked))
    return tuple(dict.fromkeys(filter(None, found)))
