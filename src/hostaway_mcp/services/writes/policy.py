"""What the operator allows: a file of a few lines, read anew whenever it changes."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from hostaway_mcp.errors import PolicyError, SettingsError
from hostaway_mcp.services.answers import Money
from hostaway_mcp.services.portfolio import fold
from hostaway_mcp.services.writes.plans import PriceMove, Touch

FILE = "policy.toml"

TOOLSETS = {
    "calendar": "calendar",
    "listing": "listings",
    "new_listing": "admin",
    "new_reservation": "reservations",
    "reservation": "reservations",
    "cancellation": "reservations",
    "no_show": "reservations",
    "message": "inbox",
    "task": "ops",
    "expense": "finance",
}
"""Every kind of change, by the name that a policy uses, and the toolset it belongs to."""


class Hours(BaseModel):
    """From one hour of the day up to another, where the listing is."""

    model_config = ConfigDict(frozen=True)

    first: time
    last: time

    def holds(self, moment: time) -> bool:
        """Whether a time of day lies within; hours may go over midnight."""
        if self.first <= self.last:
            return self.first <= moment < self.last
        return moment >= self.first or moment < self.last

    def end(self, moment: datetime) -> datetime:
        """When they end that hold at a moment, by its clock."""
        last = datetime.combine(moment.date(), self.last, moment.tzinfo)
        return last if last > moment else last + timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.first:%H:%M} to {self.last:%H:%M}"


def _hours(value: object) -> object:
    if isinstance(value, str):
        first, _, last = value.partition("-")
        return {"first": first.strip(), "last": last.strip()}
    return value


def _amounts(value: object) -> object:
    return {key: str(amount) for key, amount in value.items()} if isinstance(value, dict) else value


Amounts = Annotated[dict[str, Decimal], BeforeValidator(_amounts)]
"""One amount a currency."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Allow(_Part):
    """Where and what may be changed; what is not given is allowed."""

    toolsets: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    places: tuple[str, ...] | None = None
    listings: tuple[int, ...] | None = None

    def in_words(self) -> list[str]:
        """What may be changed, and where."""
        what = {
            "of the toolsets": self.toolsets,
            "of the kinds": self.kinds,
            "in the places": self.places,
            "of the listings": self.listings,
        }
        given = [
            f"{name} {', '.join(map(str, some)) or 'none'}" for name, some in what.items() if some is not None
        ]
        return [f"Only changes {one}." for one in given] or ["Every kind of change, at every listing."]


class Bounds(_Part):
    """How much one proposal may change."""

    listings: int = Field(50, ge=1, le=200)
    days: int = Field(1_000, ge=1)
    price_factor: float = Field(3.0, gt=1)
    """A night's price may become so many times its own at most, and not less than its like part."""
    price_floor: Amounts = {}
    price_ceiling: Amounts = {}
    amount: Amounts = {}

    def in_words(self) -> list[str]:
        """How much, and within which amounts."""
        said = [
            f"At most {self.listings} listings and {self.days} days in one proposal.",
            f"A night's price changes by no more than the factor {self.price_factor:g}, and is never 0.",
        ]
        amounts = {
            "A night costs at least": self.price_floor,
            "A night costs at most": self.price_ceiling,
            "At most so much money is booked by one change:": self.amount,
        }
        return said + [
            f"{name} {', '.join(str(Money.of(some, currency)) for currency, some in given.items())}."
            for name, given in amounts.items()
            if given
        ]


class TimeOfDay(_Part):
    """When guests may be written to, by the listing's clock."""

    messages: Annotated[Hours | None, BeforeValidator(_hours)] = None

    def in_words(self) -> list[str]:
        """When guests are written to."""
        if self.messages is None:
            return ["Guests may be written to at any hour."]
        return [f"Guests are written to from {self.messages}, by the listing's clock."]


class Apply(_Part):
    """Which kinds whoever proposed them may also apply without a person; by default none."""

    without_person: tuple[str, ...] = ()


class Policy(_Part):
    """The whole file. An operator who writes none gets these bounds."""

    allow: Allow = Allow()
    limits: Bounds = Bounds()
    hours: TimeOfDay = TimeOfDay()
    apply: Apply = Apply()

    def check(self, touches: Sequence[Touch]) -> None:
        """
        Lets a proposal pass.

        Raises:
            PolicyError: the first thing in it that is not allowed, and which line of the policy says so.
        """
        listings = {touch.listing_id for touch in touches if touch.listing_id is not None}
        if len(listings) > self.limits.listings:
            raise _over(f"{len(listings)} listings at once", f"limits.listings is {self.limits.listings}")
        days = sum(touch.days for touch in touches)
        if days > self.limits.days:
            raise _over(f"{days} days at once", f"limits.days is {self.limits.days}")
        self._check_amounts([touch.amount for touch in touches if touch.amount is not None])
        for touch in touches:
            self._check_place(touch)
            self._check_hour(touch)
            for move in touch.prices:
                self._check_price(touch, move)

    def ends_at(self, touches: Sequence[Touch]) -> datetime | None:
        """Until when guests may be written to where these are, in UTC; None where no hour forbids it."""
        hours = self.hours.messages
        here = [one.local_time for one in touches if one.reaches_guest and one.local_time is not None]
        return min(hours.end(now).astimezone(UTC) for now in here) if hours and here else None

    def in_words(self) -> list[str]:
        """What is allowed and who has to agree, one plain sentence each; every number is that in force."""
        alone = ", ".join(self.apply.without_person)
        who = "A person has to agree to every change, seeing exactly what it would do."
        if alone:
            who = f"Applied without a person: {alone}. A person has to agree to every other change."
        return [who, *self.allow.in_words(), *self.limits.in_words(), *self.hours.in_words()]

    def applies_alone(self, kinds: Sequence[str]) -> bool:
        """Whether all these kinds may be applied without a person."""
        return set(kinds) <= set(self.apply.without_person)

    def _check_place(self, touch: Touch) -> None:
        allow = self.allow
        if allow.toolsets is not None and touch.toolset not in allow.toolsets:
            raise _over(f"a change of the toolset {touch.toolset}", "allow.toolsets leaves it out")
        if allow.kinds is not None and touch.kind not in allow.kinds:
            raise _over(f"a change of the kind {touch.kind}", "allow.kinds leaves it out")
        if allow.listings is None and allow.places is None:
            return
        wanted = {fold(place) for place in allow.places or ()}
        here = touch.listing_id in (allow.listings or ()) or any(fold(one) in wanted for one in touch.places)
        if not here:
            raise _over(
                f"a change at {touch.listing or 'no listing'}", "allow.places and allow.listings leave it out"
            )

    def _check_hour(self, touch: Touch) -> None:
        quiet = self.hours.messages
        if not touch.reaches_guest or quiet is None or touch.local_time is None:
            return
        if not quiet.holds(touch.local_time.time()):
            now = f"{touch.local_time:%H:%M}"
            raise _over(f"a message at {now} where the listing is", f"hours.messages is {quiet}")

    def _check_amounts(self, amounts: Sequence[Money]) -> None:
        """What one proposal would book in a currency, whichever way each amount goes."""
        for currency in dict.fromkeys(one.currency for one in amounts):
            total = sum((abs(one.amount) for one in amounts if one.currency == currency), Decimal(0))
            most = self.limits.amount.get(currency)
            if most is not None and total > most:
                rule = f"limits.amount is {Money.of(most, currency)}"
                raise _over(f"{Money.of(total, currency)}", rule)

    def _check_price(self, touch: Touch, move: PriceMove) -> None:
        said = f"a price of {move.after} {move.currency or ''} at {touch.listing}".replace("  ", " ")
        if move.after <= 0:
            raise _over(said, "a night is never given away")
        floor = self.limits.price_floor.get(move.currency or "")
        ceiling = self.limits.price_ceiling.get(move.currency or "")
        if floor is not None and move.after < floor:
            raise _over(said, f"limits.price_floor is {floor} {move.currency}")
        if ceiling is not None and move.after > ceiling:
            raise _over(said, f"limits.price_ceiling is {ceiling} {move.currency}")
        factor = Decimal(str(self.limits.price_factor))
        if move.before and not move.before / factor <= move.after <= move.before * factor:
            raise _over(f"{said}, where {move.before} is usual", f"limits.price_factor is {factor}")


class PolicyFile:
    """The policy as it stands in the data directory now."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE
        self._read: tuple[float, Policy] | None = None

    def now(self) -> Policy:
        """
        The policy; the defaults where there is no file.

        Raises:
            SettingsError: the file cannot be read or is wrong; then nothing may be changed.
        """
        try:
            changed = self.path.stat().st_mtime_ns
            if self._read is None or self._read[0] != changed:
                self._read = changed, _parsed(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Policy()
        except (OSError, UnicodeError) as error:
            raise SettingsError(
                f"{FILE} in the data directory cannot be read ({type(error).__name__}).",
                hint="Let this user read it, or remove it; until then nothing is changed.",
            ) from None
        return self._read[1]


def _parsed(text: str) -> Policy:
    try:
        policy = Policy.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{FILE} is not TOML: {error}.", hint="Mend that line.") from None
    except ValidationError as error:
        raise SettingsError(_sentence(error.errors(include_url=False)[0])) from None
    named = (*(policy.allow.kinds or ()), *policy.apply.without_person)
    if unknown := [kind for kind in named if kind not in TOOLSETS]:
        raise SettingsError(
            f'{FILE} names the kind "{unknown[0][:40]}", which does not exist.',
            hint=f"There are: {', '.join(TOOLSETS)}.",
        )
    return policy


def _sentence(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{FILE} has {where[:80]}, which means nothing."
    return f"{FILE}: {where[:80]} is wrong: {problem['msg'][:120]}."


def _over(what: str, rule: str) -> PolicyError:
    return PolicyError(
        f"The policy does not allow {what}: {rule}.",
        hint=f"Whoever runs this server can change that in {FILE}.",
    )
