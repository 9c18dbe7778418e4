"""Hostaway's own words, made fit for an error sentence."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping

from hostaway_mcp.redaction import redact

MAX_CHARACTERS = 200

_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_MARKUP = re.compile(r"<[^<>]*>?")


def clean_words(text: str, *, sent: object = None) -> str:
    """
    One line without markup or invisible characters, at most 200 characters.

    Secrets, addresses and numbers of people are masked, and so is every text of the body that was `sent`:
    an error may quote it, and it may be a guest's.
    """
    text = _MARKUP.sub(" ", html.unescape(text[: MAX_CHARACTERS * 20]))
    text = "".join(" " if char.isspace() else char for char in text if char.isspace() or _visible(char))
    text = " ".join(text.split())
    for echo in sorted(set(_texts(sent)), key=len, reverse=True):
        text = text.replace(echo, "…")
    text = redact(text)
    return text if len(text) <= MAX_CHARACTERS else text[: MAX_CHARACTERS - 1].rstrip() + "…"


def _visible(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        text = " ".join(value.split())
        if len(text) >= 4:
            yield text
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
