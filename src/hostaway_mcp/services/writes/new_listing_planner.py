"""Makes plans of new listings: what they are made of, and what they lack."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hostaway_mcp.clock import Clock
from hostaway_mcp.errors import InputError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.services.portfolio import Portfolio, label
from hostaway_mcp.services.untrusted import clean, clean_name, fence
from hostaway_mcp.services.writes import listing_parts
from hostaway_mcp.services.writes.listing_fields import BY_KEY, Takes, in_currency, shown, snake, state_of
from hostaway_mcp.services.writes.listing_planner import ListingChange, ListingPlanner, whole_texts
from hostaway_mcp.services.writes.listings import ListingKind
from hostaway_mcp.services.writes.new_listings import NewListingKind
from hostaway_mcp.services.writes.plans import Plan, PriceMove, Touch
from hostaway_mcp.services.writes.things import LIKE
from hostaway_mcp.services.writes.words import few
from hostaway_mcp.store.journal.records import Step, StepBody

OWN = frozenset(
    """
    name externalListingName internalListingName homeawayPropertyName bookingcomPropertyName
    bookingcomPropertyRoomName marriottListingName airbnbName street address publicAddress zipcode lat lng
    propertyLicenseNumber propertyLicenseType propertyLicenseIssueDate propertyLicenseExpirationDate
    doorSecurityCode wifiUsername wifiPassword keyPickup
    """.split()  # noqa: SIM905
)
"""What is a home's own: its names, where exactly it is, its licence, and how one gets in."""

TO_ACTIVATE = ("address", "price", "guestsIncluded", "priceForExtraPerson", "currencyCode")
"""Source: Hostaway API reference, "Listing object"."""

COPIED_CHARS = 60
"""Shown of a text that is copied; it can be read where it comes from."""


class NewListingPlanner:
    """Makes plans; costs one read to see whether the name is taken, and one of the listing to copy from."""

    def __init__(
        self,
        kind: NewListingKind,
        *,
        fields: ListingPlanner,
        listings: ListingKind,
        portfolio: Portfolio,
        clock: Clock,
    ) -> None:
        self._kind = kind
        self._fields = fields
        self._listings = listings
        self._portfolio = portfolio
        self._clock = clock

    async def plan(
        self, *, fields: Mapping[str, Any], copy_from: int | str | None, arguments: Mapping[str, Any]
    ) -> Plan:
        """
        The new listing.

        Raises:
            InputError: no name, an unknown field, or a value that does not fit.
            UnknownNameError, AmbiguousNameError: as to names and the listing to copy from.
            HostawayMcpError: what it rests on could not be read.
        """
        now = self._clock.now()
        given, currency = _parted(fields)
        change = await self._fields.understood(given)
        if "name" not in change.values:
            raise InputError("A new listing needs a `name`.")
        source = await self._portfolio.one(copy_from) if copy_from is not None else None
        copied = _copied(await self._listings.read(source.id)) if source else {}
        body = copied | _given(change, copied)
        body.setdefault("externalListingName", body["name"])
        if currency:
            body["currencyCode"] = currency
        body |= {
            key: in_currency(BY_KEY[key], value, body.get("currencyCode"))
            for key, value in body.items()
            if key in BY_KEY
        }
        twins = sorted(await self._kind.like(body))
        title = fence(clean_name(body["name"]))
        step_body = StepBody(
            what=f"new listing {title}",
            before={},
            after=_shown(body, copied, change),
            operation="createListing",
            path={},
            body=body,
            rests_on={LIKE: twins},
            wanted={},
        )
        return Plan(
            tool="create_listing",
            arguments=arguments,
            summary=f"Make the listing {title}" + (f" like {label(source)}" if source else ""),
            steps=(Step(n=1, kind=NewListingKind.name, body=step_body),),
            touches=(_touch(body),),
            as_of=now,
            warnings=few(_warnings(body, twins, source)),
            privately=whole_texts(change),
        )


def _parted(fields: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """The fields that any listing may get, and the currency, which only a new one may."""
    rest = dict(fields)
    currency = None
    for name in [name for name in rest if snake(name) in ("currency", "currency_code")]:
        currency = rest.pop(name)
        if not isinstance(currency, str) or not (
            currency.isascii() and currency.isupper() and len(currency) == 3
        ):
            raise InputError("`currency_code` takes three letters, such as EUR.")
    if isinstance(rest.get("images"), list):
        rest["images"] = {"add": rest["images"]}
    return rest, currency


def _copied(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What another listing lends: its documented fields and lists, but what is its own."""
    keys = [key for key in (*BY_KEY, "currencyCode") if key not in OWN and raw.get(key) not in (None, "")]
    body = {key: state_of(BY_KEY[key], raw[key]) if key in BY_KEY else raw[key] for key in keys}
    for part, key in listing_parts.KEYS.items():
        if part != "custom_fields" and raw.get(key):
            body[key] = listing_parts.rows_of(part, listing_parts.state_of(part, raw[key]), {})
    return body


def _given(change: ListingChange, copied: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for; lists with what is copied."""
    body = {key: value for key, (_, value) in change.values.items()}
    for part, asked in change.parts.items():
        key = listing_parts.KEYS[part]
        state = listing_parts.state_of(part, copied.get(key))
        body[key] = listing_parts.rows_of(
            part, listing_parts.merged(part, state, asked, change.names[part]), {}
        )
    return body


def _shown(body: Mapping[str, Any], copied: Mapping[str, Any], change: ListingChange) -> dict[str, str]:
    """What it is made of: what was asked for first, then what is copied."""
    said: dict[str, str] = {}
    for key in sorted(body, key=lambda key: key in copied and key not in change.values):
        name = snake(key).replace("_", " ").removeprefix("listing ")
        one = BY_KEY.get(key)
        if isinstance(body[key], list):
            said[name] = f"{len(body[key])} in all"
        elif one is None:
            said[name] = f"{body[key]}"
        elif one.takes is Takes.TEXT and key in copied and key not in change.values:
            said[name] = fence(clean(body[key], max_chars=COPIED_CHARS))
        else:
            said[name] = shown(one, body[key], body.get("currencyCode"))
    return said


def _warnings(body: Mapping[str, Any], twins: list[int], source: Listing | None) -> list[str]:
    found = ["A listing that was made cannot be taken back here; in Hostaway it can be archived or deleted."]
    if twins:
        found.append(f"There is a listing of this name already: {twins[0]}.")
    if lacking := [snake(key) for key in TO_ACTIVATE if body.get(key) in (None, "")]:
        found.append(f"It cannot be activated without {', '.join(lacking)}.")
    if source is not None:
        found.append(
            f"Names, exact address, licence, codes, custom fields and extra fees of {label(source)} "
            "are not copied."
        )
    return found


def _touch(body: Mapping[str, Any]) -> Touch:
    places = tuple(filter(None, (body.get("city"), body.get("countryCode"))))
    price = Decimal(str(body["price"])) if body.get("price") is not None else None
    moves = (PriceMove(None, price, body.get("currencyCode")),) if price is not None else ()
    title = fence(clean_name(body["name"]))
    return Touch(toolset="admin", kind=NewListingKind.name, listing=title, places=places, prices=moves)
