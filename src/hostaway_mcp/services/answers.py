"""What every answer carries, and how it becomes JSON without nulls and empty sections."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer

Source = Literal["replica", "live", "mixed"]
Detail = Literal["brief", "standard", "full"]


def _to_utc(value: datetime) -> datetime:
    return value.astimezone(UTC).replace(microsecond=0)


Instant = Annotated[
    datetime,
    AfterValidator(_to_utc),
    PlainSerializer(lambda value: f"{value.isoformat()[:19]}Z", return_type=str),
]
"""A moment, UTC, written as ISO 8601 with Z."""

_MINOR_UNITS = {"BIF": 0, "CLP": 0, "ISK": 0, "JPY": 0, "KRW": 0, "PYG": 0, "UGX": 0, "VND": 0, "XAF": 0,
                "XOF": 0, "XPF": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}  # fmt: skip
"""Digits after the point, where they are not two. Source: ISO 4217."""


class Record(BaseModel):
    """A frozen part of an answer."""

    # Built at first use: building them all would be a third of the start.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Money(Record):
    """An amount in one currency; amounts of different currencies are never added."""

    amount: Annotated[Decimal, PlainSerializer(lambda value: f"{value:f}", return_type=str)]
    currency: str

    @classmethod
    def of(cls, amount: Decimal | None, currency: str | None) -> Money | None:
        """Rounded to the currency's smallest unit; None if the amount or the currency is not known."""
        if amount is None or not currency:
            return None
        quantum = Decimal(1).scaleb(-_MINOR_UNITS.get(currency, 2))
        return cls(amount=amount.quantize(quantum, rounding=ROUND_HALF_EVEN), currency=currency)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


class Missing(Record):
    """A part of what the question covers that could not be had."""

    what: str
    why: str
    resume: str | None = None
    """How to get it: a tool call in words, or when to ask again."""


class Answer(Record):
    """
    The envelope of every answer.

    Fields without a default are always in the JSON, even when empty; the rest only when they say something.
    """

    as_of: Instant
    """The oldest fact used."""
    source: Source = Field(default="live")
    complete: bool = Field(default=True)
    missing: tuple[Missing, ...] = ()
    warnings: tuple[str, ...] = ()
    understood: dict[str, str] = Field(default_factory=dict)
    """What words in the question were taken to mean, such as dates."""


class ListAnswer(Answer):
    """The envelope of a list."""

    total: int | None = None
    """How many there are in all; absent if not known, never guessed."""
    next_cursor: str | None = None


OLD_COPY = "Hostaway does not answer, so this is from the local copy"
"""How the warning begins of an answer that is older than it should be."""
ALWAYS = frozenset({"as_of", "source", "complete"})
_NOTHING: tuple[object, ...] = ([], {}, "")
_NESTED = (dict, list)
_NUMBERS = (int, float)


def to_json(answer: Answer) -> dict[str, Any]:
    """The answer as a JSON object: required keys always, others only if they hold something."""
    full = answer.model_dump(mode="json", by_alias=True, exclude_none=True)
    keep = _kept(type(answer))
    lean = {key: _lean(value) for key, value in full.items()}
    return {key: value for key, value in lean.items() if key in keep or value not in _NOTHING}


def to_object(part: Record) -> dict[str, Any]:
    """One part of an answer, as `to_json` writes it."""
    lean: dict[str, Any] = _lean(part.model_dump(mode="json", by_alias=True, exclude_none=True))
    return lean


@cache
def _kept(answer: type[Answer]) -> frozenset[str]:
    required = (
        field.serialization_alias or field.alias or name
        for name, field in answer.model_fields.items()
        if field.is_required()
    )
    return ALWAYS.union(required)


def _lean(value: Any) -> Any:
    if isinstance(value, dict):
        whole = {key: _lean(item) if isinstance(item, _NESTED) else item for key, item in value.items()}
        # Zero and False say something.
        return {key: item for key, item in whole.items() if item or isinstance(item, _NUMBERS)}
    if isinstance(value, list):
        return [_lean(item) if isinstance(item, _NESTED) else item for item in value]
    return value
