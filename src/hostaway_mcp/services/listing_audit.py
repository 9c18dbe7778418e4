"""What is missing in listings, or does not fit together, the worst first."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hostaway_mcp.analytics.listing_checks import CHECKS, Finding, Kind, Severity, audit
from hostaway_mcp.errors import InputError
from hostaway_mcp.models.listings import Listing
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.answers import ListAnswer, Record
from hostaway_mcp.services.cursors import SortKey, cut
from hostaway_mcp.services.facts import Known
from hostaway_mcp.services.portfolio import (
    ListingRef,
    Portfolio,
    in_place,
    incomplete,
    listing_key,
    name_of,
)
from hostaway_mcp.services.untrusted import clean, clean_name

ROOM_BYTES = 11_500
_ORDER = {severity: number for number, severity in enumerate(Severity)}
_PLACE = {check.name: number for number, check in enumerate(CHECKS)}


class FindingRow(Record):
    """One check that a listing does not pass."""

    listing_id: int
    name: str
    city: str | None = None
    check: str
    kind: str
    """content, prices, rules, place, channels or capacity."""
    severity: str
    says: str
    repair: str
    field: str
    """Hostaway's name of the field that would be mended."""
    set_to: str | None = None
    """The value that would mend it, where that is certain."""


class AuditAnswer(ListAnswer):
    """Findings, the worst first; `total` counts all of them."""

    findings: tuple[FindingRow, ...]
    listings_checked: int
    counts: dict[str, int]
    """All findings by check, the most frequent first."""


@dataclass(frozen=True, slots=True)
class _Done:
    """All findings of one reading of the portfolio; the same until it is read anew or the day changes."""

    read: Known[Listing]
    today: date
    findings: tuple[Finding, ...]


class ListingAudit:
    """
    Checks listings. Costs one call for each 100 listings, none from the replica or within five minutes.
    """

    def __init__(self, *, portfolio: Portfolio) -> None:
        self._portfolio = portfolio
        self._done: _Done | None = None

    async def audit(
        self,
        *,
        checks: Sequence[str] | None = None,
        severity: Severity | None = None,
        listing: ListingRef | None = None,
        group: str | None = None,
        limit: int = 40,
        cursor: str | None = None,
        question: Mapping[str, Any] | None = None,
    ) -> AuditAnswer:
        """
        The findings of active listings, or of those named, that are at least as bad as `severity`.

        `checks` are names of checks or kinds; `question` is what the caller wrote, for cursors.

        Raises:
            InputError: a check that there is not.
            UnknownNameError, AmbiguousNameError: `listing` means none, or several.
            CursorError: the cursor belongs to another question.
            HostawayMcpError: nothing could be had.
        """
        wanted = _wanted(checks)
        chosen = await self._portfolio.choose(listing)
        known = await self._portfolio.detailed()
        some, warnings = in_place(chosen.listings, group) if group else (list(chosen.listings), ())
        ids = {one.id for one in some}
        found = [
            one
            for one in self._all(known)
            if one.listing.id in ids
            and one.check.name in wanted
            and (severity is None or _ORDER[one.check.severity] <= _ORDER[severity])
        ]
        part = cut(
            found,
            key=_key,
            show=_row,
            question=dict(question or {}),
            cursor=cursor,
            limit=limit,
            budget_bytes=ROOM_BYTES,
        )
        missing = incomplete(known, listing)
        return AuditAnswer(
            as_of=min(known.as_of, chosen.known.as_of),
            complete=not missing,
            missing=missing,
            warnings=warnings,
            understood=chosen.understood,
            total=None if missing else part.total,
            next_cursor=part.next_cursor,
            findings=part.rows,
            listings_checked=sum(one.id in ids for one in known.rows),
            counts=dict(Counter(one.check.name for one in found).most_common()),
        )

    def _all(self, known: Known[Listing]) -> tuple[Finding, ...]:
        today = self._portfolio.today(known.rows)
        if self._done is None or self._done.read is not known or self._done.today != today:
            self._done = _Done(known, today, tuple(audit(known.rows, today)))
        return self._done.findings


def _wanted(checks: Sequence[str] | None) -> frozenset[str]:
    if not checks:
        return frozenset(_PLACE)
    found: set[str] = set()
    for word in checks:
        named = {one.name for one in CHECKS if word.casefold() in (one.name, one.kind)}
        if not named:
            raise _unknown(word)
        found |= named
    return frozenset(found)


def _unknown(word: str) -> InputError:
    near = difflib.get_close_matches(word.casefold(), [*Kind, *_PLACE], n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Kinds of checks: {', '.join(Kind)}."
    return InputError(f'There is no check "{quoted(word, 40)}".', hint=hint)


def _key(one: Finding) -> SortKey:
    return (_ORDER[one.check.severity], *listing_key(one.listing), _PLACE[one.check.name])


def _row(one: Finding) -> FindingRow:
    return FindingRow(
        listing_id=one.listing.id,
        name=name_of(one.listing),
        city=clean_name(one.listing.city),
        check=one.check.name,
        kind=str(one.check.kind),
        severity=str(one.check.severity),
        # It may quote what somebody typed as a time zone.
        says=clean(one.says, mask=False) or "",
        repair=one.check.repair,
        field=one.check.field,
        set_to=one.set_to,
    )
