"""Hostaway's own financial reports, as rows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.finance import ReportDate, ReportFilters
from hostaway_mcp.client.rows import One
from hostaway_mcp.errors import ForbiddenError, HostawayMcpError, InputError, NotFoundError, UpstreamError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.models.reports import FinanceReport
from hostaway_mcp.models.reservations import ReservationStatus, StatusClass
from hostaway_mcp.services.answers import Missing
from hostaway_mcp.services.dates import Span, read_period
from hostaway_mcp.services.facts import Facts, Gathering, Known
from hostaway_mcp.services.portfolio import ListingRef, Portfolio
from hostaway_mcp.services.report_tables import Part, Report, ReportKind, Table
from hostaway_mcp.services.reservations.asked import read_scope

DateType = Literal["arrival", "departure", "booked"]

FRESH_SECONDS = 60.0
"""So that the pages of one report are parts of one reading."""

_DATE_TYPES: dict[DateType, ReportDate] = {
    "arrival": "arrivalDate",
    "departure": "departureDate",
    "booked": "reservationDate",
}
_MEANT: dict[DateType, str] = {"arrival": "arrivals", "departure": "departures", "booked": "bookings made"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about, as Hostaway is told."""

    kind: ReportKind
    span: Span
    date_type: DateType
    statuses: tuple[str, ...]
    channels: tuple[int, ...]

    def filters(self, listing_ids: Sequence[int] | None) -> ReportFilters:
        """The form of the request; every bound is named because Hostaway's defaults are not stated."""
        return ReportFilters(
            listing_ids=listing_ids,
            from_date=self.span.first,
            to_date=self.span.last,
            date_type=_DATE_TYPES[self.date_type],
            channel_ids=self.channels or None,
            statuses=self.statuses,
        )


class Finance:
    """
    Asks Hostaway for its reports.

    Costs one call for each currency of the listings in question, and the listings unless they are known;
    the further pages of one report cost nothing for a minute.
    """

    def __init__(self, hostaway: Hostaway, *, facts: Facts, portfolio: Portfolio) -> None:
        self._hostaway = hostaway
        self._facts = facts
        self._portfolio = portfolio

    async def report(
        self,
        *,
        kind: ReportKind = "consolidated",
        from_: str | None = None,
        to: str | None = None,
        date_type: DateType = "arrival",
        status_class: Sequence[str] = (StatusClass.CONFIRMED,),
        listing: ListingRef | None = None,
        channel: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
        limit: int = 50,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
    ) -> Report:
        """
        One of the four reports over a period, both ends included.

        Hostaway states one currency for a whole report, so listings of several are asked about apart and
        nothing is added across them.

        Raises:
            InputError: a date, listing, channel, column or cursor that cannot be read.
            ForbiddenError: the account has no financial reporting, or this API key may not use it.
        """
        chosen = await self._portfolio.choose(listing) if listing is not None else None
        known = chosen.known if chosen else await self._portfolio.listings()
        meant = chosen.listings if chosen else known.rows
        asked = self._read(kind, from_, to, date_type, status_class, channel, meant)
        parts = _parts(meant, all_of_them=chosen is None)
        reports, missing = await self._fetch(asked, parts)
        if chosen is None and not known.complete and len(parts) > 1:
            missing.append(Missing(what="listings that could not be read", why=known.why or "Not known."))
        understood = {**(chosen.understood if chosen else {}), **_understood(asked)}
        answer = Table(kind, reports, columns).answer(question or {}, cursor=cursor, limit=limit)
        return answer.model_copy(
            update={
                "complete": not missing,
                "missing": tuple(missing),
                "total": None if missing else answer.total,
                "understood": understood,
            }
        )

    async def consolidated(
        self, listings: Sequence[Listing], span: Span
    ) -> tuple[list[FinanceReport], tuple[Missing, ...]]:
        """
        Hostaway's row for each booked stay that arrives from the span's first day to its last, both included.

        Costs a call for each currency of the listings.

        Raises:
            ForbiddenError: the account has no financial reporting, or this API key may not use it.
            HostawayMcpError: no report could be had.
        """
        statuses = tuple(str(one) for one in ReservationStatus.of_class(StatusClass.CONFIRMED))
        asked = Asked("consolidated", span, "arrival", statuses, ())
        reports, missing = await self._fetch(asked, _parts(listings, all_of_them=False))
        return [known.rows[0] for _, known in reports], tuple(missing)

    def _read(
        self,
        kind: ReportKind,
        first: str | None,
        last: str | None,
        date_type: DateType,
        status_class: Sequence[str],
        channel: Sequence[str] | None,
        listings: Sequence[Listing],
    ) -> Asked:
        today = self._portfolio.today(listings)
        words = first or (None if last else "this month")
        if words is None:
            raise InputError("`to` needs a `from`.")
        scope, _ = read_scope(None, None, channel, all_classes=True)
        statuses = [
            status for word in status_class for status in ReservationStatus.of_class(StatusClass(word))
        ]
        return Asked(
            kind=kind,
            span=read_period(words, last, today, exclusive=False),
            date_type=date_type,
            statuses=tuple(dict.fromkeys(str(one) for one in statuses)),
            channels=tuple(sorted(int(one) for one in scope.channels or ())),
        )

    async def _fetch(
        self, asked: Asked, parts: Sequence[Part]
    ) -> tuple[list[tuple[Part, Known[FinanceReport]]], list[Missing]]:
        """The report of each part; one that cannot be had is missing, unless none can."""
        reads = [self._one(asked, part) for part in parts]
        outcomes = await asyncio.gather(*reads, return_exceptions=True)
        had, missing, errors = [], [], list[BaseException]()
        for part, outcome in zip(parts, outcomes, strict=True):
            if isinstance(outcome, Known):
                had.append((part, outcome))
                continue
            if not isinstance(outcome, HostawayMcpError) or isinstance(outcome, ForbiddenError):
                raise outcome
            errors.append(outcome)
            again = "ask for these listings alone in a moment"
            missing.append(
                Missing(what=f"the listings in {part.currency}", why=outcome.message, resume=again)
            )
        if not had:
            raise errors[0]
        return had, missing

    async def _one(self, asked: Asked, part: Part) -> Known[FinanceReport]:
        async def load(gathering: Gathering[FinanceReport]) -> None:
            one = await self._call(asked.kind)(**asked.filters(part.ids))
            gathering.add([one.row], one.received_at)

        key = ("financial report", asked, part.ids)
        try:
            return await self._facts.get(key, load, fresh_seconds=FRESH_SECONDS)
        except (ForbiddenError, NotFoundError) as error:
            raise _no_reports(error) from None

    def _call(self, kind: ReportKind) -> Callable[..., Awaitable[One[FinanceReport]]]:
        finance = self._hostaway.finance
        return {
            "standard": finance.report_standard,
            "calculated": finance.report_calculated,
            "consolidated": finance.report_consolidated,
            "listing_financials": finance.report_listing_financials,
        }[kind]


def _no_reports(error: UpstreamError) -> ForbiddenError:
    return ForbiddenError(
        "Hostaway gives this account no financial reports.",
        operation=error.operation,
        status=error.status,
        hint="They need the financial reporting feature, and the right to it for this API key. "
        "get_reservation with include=money shows the money of a single stay.",
    )


def _parts(listings: Sequence[Listing], *, all_of_them: bool) -> list[Part]:
    """The listings by currency; with one currency for all of them Hostaway needs no list."""
    groups: dict[str | None, list[int]] = {}
    for listing in listings:
        groups.setdefault(listing.currency_code or None, []).append(listing.id)
    if all_of_them and len(groups) <= 1:
        return [Part(next(iter(groups), None), None)]
    return [
        Part(currency, tuple(ids)) for currency, ids in sorted(groups.items(), key=lambda one: str(one[0]))
    ]


def _understood(asked: Asked) -> dict[str, str]:
    what = _MEANT[asked.date_type]
    return {
        "dates": f"{what} from {asked.span.first} to {asked.span.last}, both included",
        "statuses": ", ".join(asked.statuses),
    }
