"""The rules that prices are checked by, as a caller writes them: `pattern`, `pattern=40`, `floor=80`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from hostaway_mcp.analytics.prices import Limits, PriceRule
from hostaway_mcp.errors import InputError
from hostaway_mcp.redaction import quoted

LEAST_PERCENT, MOST_PERCENT = 5, 1_000
MOST_FLOOR = 10_000_000
USUAL = Limits()
_NOTHING = Limits(missing=False, floor=None, pattern=None, last_year=None)
_HINT = "There are missing, pattern, last_year (=40 for 40 percent) and floor=80 for 80 a night."


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits, and whether last year was named."""

    limits: Limits
    last_year_asked: bool = False


def read_rules(words: Sequence[str]) -> Rules:
    """
    The rules that are named and no others; without any, all but a floor.

    A number behind `pattern` and `last_year` is percent, behind `floor` an amount in the listing's currency.

    Raises:
        InputError: a rule that there is not, or a number that cannot be one.
    """
    if not words:
        return Rules(USUAL)
    limits = _NOTHING
    for word in words:
        name, _, number = (part.strip() for part in word.partition("="))
        limits = _with(limits, name.casefold(), number, word)
    return Rules(limits, limits.last_year is not None)


def rules_in_words(rules: Rules) -> str:
    """What the rules came to, for the echo."""
    limits = rules.limits
    parts = (
        "missing" if limits.missing else None,
        f"floor={limits.floor:f}" if limits.floor is not None else None,
        f"pattern={limits.pattern * 100:g} %" if limits.pattern is not None else None,
        f"last_year={limits.last_year * 100:g} %" if limits.last_year is not None else None,
    )
    return ", ".join(part for part in parts if part)


def _with(limits: Limits, name: str, number: str, word: str) -> Limits:
    match name:
        case PriceRule.MISSING if not number:
            return replace(limits, missing=True)
        case PriceRule.FLOOR:
            floor = _number(number, word)
            if floor is None or not 0 < floor <= MOST_FLOOR:
                raise InputError("The rule `floor` needs an amount a night.", hint="Write floor=80.")
            return replace(limits, floor=floor)
        case PriceRule.PATTERN:
            return replace(limits, pattern=_share(number, USUAL.pattern, word))
        case PriceRule.LAST_YEAR:
            return replace(limits, last_year=_share(number, USUAL.last_year, word))
    raise InputError(f'There is no rule "{quoted(word, 40)}".', hint=_HINT)


def _share(number: str, usual: float | None, word: str) -> float | None:
    percent = _number(number.removesuffix("%").strip(), word)
    if percent is None:
        return usual
    if not LEAST_PERCENT <= percent <= MOST_PERCENT:
        raise InputError(
            f'"{quoted(word, 40)}" is not from {LEAST_PERCENT} to {MOST_PERCENT} percent.', hint=_HINT
        )
    return float(percent) / 100


def _number(text: str, word: str) -> Decimal | None:
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise InputError(f'"{quoted(word, 40)}" has no number behind the sign.', hint=_HINT)
    return number
