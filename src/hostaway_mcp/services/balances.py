"""Who still owes the host money: unpaid stays, failed charges, deposits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hostaway_mcp.analytics.balances import (
    Charge,
    Debtor,
    LeftOut,
    Owed,
    balance_of,
    failed_of,
    holds_of,
    reason_without,
)
from hostaway_mcp.models.guest_payments import ChargeStatus, GuestCharge
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.services.answers import ListAnswer, Missing, Money, Record
from hostaway_mcp.services.charges import Charged, Charges
from hostaway_mcp.services.copy import resume_of
from hostaway_mcp.services.cursors import SortKey, cut_ordered, rows_after
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.narrowed import ids_of_group
from hostaway_mcp.services.portfolio import ListingRef, Portfolio
from hostaway_mcp.services.reservations.rows import guest_name, listing_name
from hostaway_mcp.services.stays import By, NamedListings, Stays, Wanted, named_listings
from hostaway_mcp.services.untrusted import clean_name

DEFAULT_DAYS = 14
ROOM_BYTES = 8_500
"""For the unpaid stays; the other sections take the rest of an answer."""
MAX_CHARGES = 12
"""Failed charges, and holds, in one answer."""
MAX_NAMED = 8


class BalanceRow(Record):
    """A stay that is not paid in full."""

    reservation_id: int
    listing_id: int | None = None
    listing: str | None = None
    guest: str | None = None
    channel: str
    status_class: str
    arrival: date
    days_to_arrival: int
    total: Money
    paid: Money
    balance: Money
    failed: Money | None = None
    """Charges that were tried and failed."""
    not_charged: Money | None = None
    """The part of the balance that no charge asks for yet."""
    next_due: date | None = None
    """When the next charge that waits is due."""


class ChargeRow(Record):
    """A failed charge, or a deposit held on a card."""

    reservation_id: int
    charge_id: int
    title: str | None = None
    status: str
    amount: Money | None = None
    on: date | None = None
    """When it was tried; of a hold, when it ends or is to be made."""


class BalanceTotal(Record):
    """What is owed in one currency."""

    stays: int
    balance: Money
    failed: Money | None = None


class Balances(ListAnswer):
    """Unpaid stays by arrival. `totals` are there only when everything could be read."""

    balances: tuple[BalanceRow, ...]
    totals: tuple[BalanceTotal, ...] = ()
    failed_charges: tuple[ChargeRow, ...] = ()
    holds: tuple[ChargeRow, ...] = ()
    counts: dict[str, int] | None = None
    """How many failed charges and holds there are in all."""
    left_out: dict[str, int] | None = None
    """How many arrivals have no balance, by reason."""


@dataclass(frozen=True, slots=True)
class _Arriving:
    """A stay, and what day it is where its listing is."""

    stay: Debtor
    arrival: date
    today: date


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that was understood."""

    days: int
    inside: frozenset[int] | None
    understood: dict[str, str]
    question: Mapping[str, Any]
    limit: int
    cursor: str | None


@dataclass(frozen=True, slots=True)
class _Judged:
    """The stays with what they owe or why nothing, those that owe in their order, and their charges."""

    judged: Sequence[tuple[_Arriving, Owed | LeftOut]]
    owing: Sequence[tuple[_Arriving, Owed]]
    ordered: Sequence[tuple[_Arriving, Owed]]
    failed: Sequence[tuple[Debtor, Charge]]
    holds: Sequence[tuple[Debtor, Charge]]


@dataclass(frozen=True, slots=True)
class _Shown:
    """The stays and charges of one answer, whole."""

    stays: Mapping[int, Reservation]
    charges: Mapping[int, GuestCharge]

    def rows(self, pairs: Sequence[tuple[Debtor, Charge]]) -> Iterator[ChargeRow]:
        for stay, charge in pairs[:MAX_CHARGES]:
            if (whole := self.charges.get(charge.id)) is not None:
                yield _charge(stay, whole)


class BalanceBook:
    """
    Finds what guests owe.

    Costs nothing from the replica; live what the stays of the days cost, one call for each 100 of them, and
    one for each 100 whose money the host collects.
    """

    def __init__(self, *, stays: Stays, portfolio: Portfolio, charges: Charges) -> None:
        self._stays = stays
        self._portfolio = portfolio
        self._charges = charges

    async def find(
        self,
        *,
        arriving_within: int = DEFAULT_DAYS,
        listing: ListingRef | None = None,
        group: str | None = None,
        limit: int = 25,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
    ) -> Balances:
        """
        Stays arriving from today to `arriving_within` days on, both included, that owe the host money.

        Raises:
            UnknownNameError, AmbiguousNameError: the listing or group. CursorError: another question's.
            HostawayMcpError: nothing at all could be had.
        """
        named = await named_listings(self._portfolio)
        inside, understood = await self._scope(listing, group, named)
        asked = _Asked(arriving_within, inside, understood, dict(question or {}), limit, cursor)
        around = self._portfolio.today(tuple(named.by_id.values()))
        # It may be another day where a listing is, so a day more is read on both sides.
        wanted = Wanted(
            by=By.ARRIVAL,
            first=around - timedelta(days=1),
            last=around + timedelta(days=arriving_within + 1),
        )
        copied = await self._stays.debtors(wanted)
        known = Known(copied.rows, copied.as_of) if copied else await self._read(wanted, named)
        arriving = self._arriving(known.rows, asked, named.by_id)
        reasons = [reason_without(one.stay) for one in arriving]
        asks = [one.stay.id for one, reason in zip(arriving, reasons, strict=True) if reason is None]
        charged = await self._charges.of(asks)
        missing = _missing(known.complete, known.why, len(known.rows), charged)
        found = _judged(asked, zip(arriving, reasons, strict=True), charged)
        return _answer(
            asked,
            found,
            await self._shown(found, asked.limit),
            named,
            as_of=min([known.as_of, named.as_of or known.as_of, *charged.ages]),
            missing=missing,
            days=(around, around + timedelta(days=arriving_within)),
        )

    async def _read(self, wanted: Wanted, named: NamedListings) -> Known[Debtor]:
        known = await self._stays.read(wanted, named.by_id)
        return Known(known.rows, known.as_of, known.complete, known.why)

    async def _shown(self, found: _Judged, limit: int) -> _Shown:
        """What is shown with all that is known of it; of thousands of stays it is a few."""
        pairs = (*found.failed[:MAX_CHARGES], *found.holds[:MAX_CHARGES])
        stays = [one.stay for one, _ in found.ordered[:limit]] + [stay for stay, _ in pairs]
        there = {stay.id: stay for stay in stays if isinstance(stay, Reservation)}
        lacking = sorted({stay.id for stay in stays} - there.keys())
        read = await self._stays.whole(lacking) if lacking else ()
        charges = await self._charges.whole([charge for _, charge in pairs])
        return _Shown(there | {stay.id: stay for stay in read}, charges)

    async def _scope(
        self, listing: ListingRef | None, group: str | None, named: NamedListings
    ) -> tuple[frozenset[int] | None, dict[str, str]]:
        inside, understood = None, dict[str, str]()
        if listing is not None:
            chosen = await self._portfolio.choose(listing)
            inside, understood = frozenset(one.id for one in chosen.listings), chosen.understood
        ids = ids_of_group(named, group)
        if ids is not None:
            inside = ids if inside is None else inside & ids
        return inside, understood

    def _arriving(
        self, stays: Sequence[Debtor], asked: _Asked, listings: Mapping[int, Listing]
    ) -> list[_Arriving]:
        """Those that arrive in time, each by its listing's own date."""
        todays: dict[str | None, tuple[date, date]] = {}
        found = []
        for stay in stays:
            listing = listings.get(stay.listing_id or 0)
            zone = listing.time_zone_name if listing else None
            if zone not in todays:
                today = self._portfolio.today([listing] if listing else ())
                todays[zone] = today, today + timedelta(days=asked.days)
            today, until = todays[zone]
            if stay.arrival is None or not today <= stay.arrival <= until:
                continue
            if asked.inside is None or stay.listing_id in asked.inside:
                found.append(_Arriving(stay, stay.arrival, today))
        return found


def _judged(asked: _Asked, arriving: Iterable[tuple[_Arriving, LeftOut | None]], charged: Charged) -> _Judged:
    judged = [(one, reason or balance_of(one.stay, charged.of(one.stay.id))) for one, reason in arriving]
    owing = [(one, owed) for one, owed in judged if isinstance(owed, Owed)]
    failed = [(one.stay, charge) for one, _ in owing for charge in failed_of(charged.of(one.stay.id) or ())]
    holds = [
        (one.stay, charge)
        for one, _ in sorted(
            [pair for pair in judged if charged.of(pair[0].stay.id)],
            key=lambda pair: (pair[0].arrival, pair[0].stay.id),
        )
        for charge in sorted(holds_of(charged.of(one.stay.id) or ()), key=lambda charge: charge.id)
    ]
    failed.sort(key=lambda pair: (pair[0].arrival or date.max, pair[1].id))
    ordered = rows_after(owing, key=_place, question=asked.question, cursor=asked.cursor)
    return _Judged(judged, owing, ordered, failed, holds)


def _answer(
    asked: _Asked,
    found: _Judged,
    shown: _Shown,
    named: NamedListings,
    *,
    as_of: Any,
    missing: tuple[Missing, ...],
    days: tuple[date, date],
) -> Balances:
    judged, owing = found.judged, found.owing
    there = [pair for pair in found.ordered[: asked.limit] if pair[0].stay.id in shown.stays]
    part = cut_ordered(
        [*there, *found.ordered[asked.limit :]],
        total=len(owing),
        key=_place,
        show=lambda pair: _row(pair[0], shown.stays[pair[0].stay.id], pair[1], named.by_id),
        question=asked.question,
        limit=asked.limit,
        budget_bytes=ROOM_BYTES,
    )
    first = asked.cursor is None
    left = Counter(str(one) for _, one in judged if isinstance(one, LeftOut))
    counts = {"failed_charges": len(found.failed), "holds": len(found.holds)}
    return Balances(
        as_of=as_of,
        complete=not missing,
        missing=missing,
        warnings=tuple(filter(None, (named.warning, _several(judged)))),
        understood={"arriving": f"{days[0]} to {days[1]}, both included", **asked.understood},
        total=None if missing else part.total,
        next_cursor=part.next_cursor,
        balances=part.rows,
        totals=() if missing else _totals([owed for _, owed in owing]),
        failed_charges=tuple(shown.rows(found.failed)) if first else (),
        holds=tuple(shown.rows(found.holds)) if first else (),
        counts={name: count for name, count in counts.items() if count} or None,
        left_out=dict(sorted(left.items())) or None,
    )


def _place(pair: tuple[_Arriving, Owed]) -> SortKey:
    return pair[0].arrival.isoformat(), pair[0].stay.id


def _row(one: _Arriving, stay: Reservation, owed: Owed, listings: Mapping[int, Listing]) -> BalanceRow:
    currency = stay.currency
    return BalanceRow(
        reservation_id=stay.id,
        listing_id=stay.listing_id,
        listing=listing_name(stay, listings),
        guest=guest_name(stay),
        channel=stay.channel.label,
        status_class=str(stay.status_class),
        arrival=one.arrival,
        days_to_arrival=(one.arrival - one.today).days,
        total=_money(stay.total_price, currency),
        paid=_money(owed.paid, currency),
        balance=_money(owed.balance, currency),
        failed=Money.of(owed.failed or None, currency),
        not_charged=Money.of(max(owed.balance - owed.raised, Decimal(0)) or None, currency),
        next_due=owed.next_due,
    )


def _money(amount: Decimal | None, currency: str | None) -> Money:
    money = Money.of(amount or Decimal(0), currency)
    assert money is not None  # A stay without a currency owes nothing that could be told.
    return money


def _charge(stay: Debtor, charge: GuestCharge) -> ChargeRow:
    moment = charge.charge_date or charge.hold_release_date or charge.scheduled_date
    return ChargeRow(
        reservation_id=stay.id,
        charge_id=charge.id,
        title=clean_name(charge.title),
        status=str(charge.status or ChargeStatus.UNKNOWN),
        amount=Money.of(charge.amount, charge.currency or stay.currency),
        on=moment.date() if moment else None,
    )


def _totals(owing: Sequence[Owed]) -> tuple[BalanceTotal, ...]:
    """One a currency, the largest number of stays first."""
    by_currency: dict[str, list[Owed]] = {}
    for owed in owing:
        by_currency.setdefault(owed.stay.currency or "", []).append(owed)
    most_first = sorted(by_currency.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple(
        BalanceTotal(
            stays=len(some),
            balance=_money(sum((one.balance for one in some), Decimal(0)), currency),
            failed=Money.of(sum((one.failed for one in some), Decimal(0)) or None, currency),
        )
        for currency, some in most_first
    )


def _several(judged: Sequence[tuple[_Arriving, Owed | LeftOut]]) -> str | None:
    ids = [str(one.stay.id) for one, reason in judged if reason is LeftOut.SEVERAL_CURRENCIES]
    if not ids:
        return None
    more = f" and {len(ids) - MAX_NAMED} more" if len(ids) > MAX_NAMED else ""
    return (
        f"Reservations {', '.join(ids[:MAX_NAMED])}{more} have charges in another currency than their price; "
        "currencies are not added, so their balance is not known."
    )


def _missing(whole: bool, why: str | None, read: int, charged: Charged) -> tuple[Missing, ...]:
    missing = []
    if not whole:
        missing.append(
            Missing(
                what=f"Some arrivals: {read} of those in question were read.",
                why=why or "Not known.",
                resume=resume_of(why, "Ask the same again in a minute, or for fewer days."),
            )
        )
    if charged.unknown:
        ids = [str(one) for one in charged.unknown]
        more = f" and {len(ids) - MAX_NAMED} more" if len(ids) > MAX_NAMED else ""
        missing.append(
            Missing(
                what=f"The balance of reservations {', '.join(ids[:MAX_NAMED])}{more}: their charges.",
                why=next(iter(charged.unknown.values())),
                resume="Ask the same again in a minute; get_reservation with include=money asks for one.",
            )
        )
    return tuple(missing)
