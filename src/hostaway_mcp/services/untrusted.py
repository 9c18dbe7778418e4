"""
Words of outsiders: made harmless before they enter an answer.

Guests, reviewers and channels write into messages, names and notes. Their words are data: HTML becomes
text, characters that nobody sees are removed, secrets and addresses are masked, length is cut with a count.
In the text form of an answer they stand inside ⟦ ⟧, which no cleaned text can contain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import SecretStr

from hostaway_mcp.models.plain_text import FENCES, as_text, tidy
from hostaway_mcp.redaction import MASK, redact

MAX_CHARS = 600
# One word, or two that are joined; a code of capitals and digits; a number, a date, an hour.
_WORD = re.compile(
    r"[^\W\d_]{1,30}(?:[._'’/&+-][^\W\d_]{1,30})?|(?=\D*\d)[A-Z\d._/+-]{1,60}|[\d :.,/+-]{1,40}"
)


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
    plain = as_text(text)
    for secret in secrets:
        value = secret.get_secret_value().strip() if secret else ""
        if len(value) >= 3:
            plain = plain.replace(value, MASK)
    if mask:
        plain = redact.but_access(plain) if access else redact(plain)
    return tidy(plain, max_chars=max_chars) or None


def clean_name(text: str | None) -> str | None:
    """A person's or thing's name on one line, at most 80 characters."""
    name = clean(text, max_chars=80)
    return " ".join(name.split()) if name else None


def fence(text: str | None) -> str:
    """Cleaned words in the text form of an answer; no upright bar in them begins a cell."""
    return f"⟦{text.translate(FENCES).replace('|', '/')}⟧" if text else ""


def word(text: str | None) -> str:
    """
    What should be a code, a place or one word, in the text form: as it stands if it is one, else fenced.

    A single word gives no order; `ignore_all_rules` is not one.
    """
    return text if text and _WORD.fullmatch(text) else fence(text)
