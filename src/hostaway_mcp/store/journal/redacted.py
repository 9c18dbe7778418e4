"""What the audit may hold of a request: numbers, days and Hostaway's own words, nothing that people wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_DAY_OR_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?")

_PLAIN = frozenset(
    {
        "status", "currency", "currencyCode", "communicationType", "cancelledBy",
        "timeZoneName", "countryCode", "language", "roomType", "cancellationPolicy", "type", "paymentMethod",
        "canStartFromEvent", "shouldEndByEvent", "feeType", "feeAppliedPer", "costCurrency", "guestLocale",
    }
)  # fmt: skip
"""Keys whose words are of Hostaway's own lists."""

_SECRET = re.compile(
    r"cc[A-Z]\w*|cvc|cvv|doorCode\w*|doorSecurityCode|wifiPassword|wifiUsername|phone|keyPickup"
)
"""Keys whose values are secret even where they are numbers."""


def redacted(value: Any, digest: Callable[[str], str], *, key: str = "") -> Any:
    """The body with every text replaced by its length and a keyed digest, and secrets by the digest alone."""
    if isinstance(value, Mapping):
        return {name: redacted(inner, digest, key=str(name)) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(inner, digest, key=key) for inner in value]
    if _SECRET.fullmatch(key) and value not in (None, ""):
        return f"secret {digest(str(value))}"
    if not isinstance(value, str) or not value or key in _PLAIN or _DAY_OR_MOMENT.fullmatch(value):
        return value
    return f"text of {len(value)} characters {digest(value)}"
