"""
Words of outsiders: made harmless before they enter an answer.

Guests, reviewers and channels write into messages, names and notes. Their words are data: HTML becomes
text, characters that nobody sees are removed, secrets and addresses are masked, length is cut with a count.
In the text form of an answer they stand inside ⟦ ⟧, which no cleaned text can contain.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from html.parser import HTMLParser

from pydantic import SecretStr

from hostaway_mcp.redaction import MASK, redact

MAX_CHARS = 600
_LAYERS = 3
"""How often markup is taken out of what was markup: `&amp;lt;b&amp;gt;` is two."""
_FENCES = str.maketrans({"⟦": "[", "⟧": "]"})
_BLOCKS = frozenset(
    {"address", "blockquote", "br", "div", "h1", "h2", "h3", "h4", "hr", "li", "p", "table", "tr", "ul"}
)
_SILENT = frozenset({"head", "script", "style", "template", "title"})
_UNSEEN = frozenset(
    (
        # Letters and marks that show nothing: fillers, joiners, and selectors, which can carry text.
        *map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)),
        *map(chr, range(0x180B, 0x1810)),
        *map(chr, range(0xFE00, 0xFE10)),
        *map(chr, range(0xE0100, 0xE01F0)),
    )
)
# One word, or two that are joined; a code of capitals and digits; a number, a date, an hour.
_WORD = re.compile(
    r"[^\W\d_]{1,30}(?:[._'’/&+-][^\W\d_]{1,30})?|(?=\D*\d)[A-Z\d._/+-]{1,60}|[\d :.,/+-]{1,40}"
)
_MARKUP = re.compile(r"<[a-zA-Z!/][^>]*>|&(?:#\w+|[a-zA-Z]+);")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        # HTML lets the end tag of a head be left out; the body ends it.
        self._silent = 0 if tag == "body" else self._silent + (tag in _SILENT)
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._silent = max(0, self._silent - (tag in _SILENT))
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def clean(
    text: str | None,
    *,
    secrets: Iterable[SecretStr | None] = (),
    max_chars: int = MAX_CHARS,
    mask: bool = True,
    access: bool = False,
) -> str | None:
    """
    An outsider's words as harmless text; None when nothing is left.

    `secrets` are masked wherever they stand; with `mask` also what looks like a code, card or address;
    with `access` codes and passwords of homes stay.
    What is cut off is counted: `… (+312 characters)`.
    """
    if not text:
        return None
    plain = _plain(text)
    for secret in secrets:
        value = secret.get_secret_value().strip() if secret else ""
        if len(value) >= 3:
            plain = plain.replace(value, MASK)
    if mask:
        plain = redact.but_access(plain) if access else redact(plain)
    lines = (" ".join(line.split()) for line in plain.translate(_FENCES).splitlines())
    plain = "\n".join(line for line in lines if line)
    if len(plain) > max_chars:
        plain = f"{plain[:max_chars].rstrip()}… (+{len(plain) - max_chars} characters)"
    return plain or None


def clean_name(text: str | None) -> str | None:
    """A person's or thing's name on one line, at most 80 characters."""
    name = clean(text, max_chars=80)
    return " ".join(name.split()) if name else None


def fence(text: str | None) -> str:
    """Cleaned words in the text form of an answer; no upright bar in them begins a cell."""
    return f"⟦{text.translate(_FENCES).replace('|', '/')}⟧" if text else ""


def word(text: str | None) -> str:
    """
    What should be a code, a place or one word, in the text form: as it stands if it is one, else fenced.

    A single word gives no order; `ignore_all_rules` is not one.
    """
    return text if text and _WORD.fullmatch(text) else fence(text)


def _plain(text: str) -> str:
    # Wide letters can spell a tag, and a tag's text an invisible character or the next tag.
    plain = _without_invisible(text)
    for _ in range(_LAYERS):
        if not _MARKUP.search(plain):
            break
        plain = _without_invisible(_to_text(plain))
    return plain


def _to_text(text: str) -> str:
    if not _MARKUP.search(text):
        return text
    parser = _Text()
    parser.feed(text)
    parser.close()
    return "".join(parser.parts)


def _without_invisible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    # NFKC makes look-alike letters plain; format, surrogate, private and unassigned characters go.
    plain = unicodedata.normalize("NFKC", text.replace("\r\n", "\n"))
    if plain.isprintable() and _UNSEEN.isdisjoint(plain):
        return plain
    return "".join(
        ch
        for ch in plain
        if ch in "\n\t"
        or (unicodedata.category(ch) not in {"Cc", "Cf", "Cs", "Co", "Cn"} and ch not in _UNSEEN)
    )
