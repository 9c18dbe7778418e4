"""What somebody wrote as plain text: HTML and characters that nobody sees taken out."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

_LAYERS = 3
"""How often markup is taken out of what was markup: `&amp;lt;b&amp;gt;` is two."""
FENCES = str.maketrans({"⟦": "[", "⟧": "]"})
"""What the text form of an answer puts around words of others; no text can contain it."""
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


def as_text(text: str) -> str:
    """HTML as text, without characters that nobody sees."""
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


def tidy(text: str, *, max_chars: int) -> str:
    """Lines without blanks around them; what is cut off is counted: `… (+312 characters)`."""
    lines = (" ".join(line.split()) for line in text.translate(FENCES).splitlines())
    plain = "\n".join(line for line in lines if line)
    if len(plain) > max_chars:
        plain = f"{plain[:max_chars].rstrip()}… (+{len(plain) - max_chars} characters)"
    return plain
