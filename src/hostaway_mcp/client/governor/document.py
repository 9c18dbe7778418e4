"""The lease book as a small JSON document; rows are lists, so that it is read and written in microseconds."""

from __future__ import annotations

from hostaway_mcp.calls import Lane
from hostaway_mcp.client.governor.book import Book
from hostaway_mcp.client.governor.records import Lease, Limits, Line
from hostaway_mcp.client.governor.scope import Scope
from hostaway_mcp.client.protocol import Json, JsonObject

CLAIM_SECONDS = 600.0
"""How long the limits of a process bind the others after its last look."""


def to_json(book: Book) -> JsonObject:
    """The book as a document."""
    return {
        "leases": [[one.serial, one.account, one.taken, one.ended] for one in book.leases],
        "lines": {
            key: [line.account, int(line.lane), line.count, line.ticket, line.since, line.next_look]
            for key, line in book.lines.items()
        },
        "ip": book.ip.to_json(),
        "accounts": {account: scope.to_json() for account, scope in book.accounts.items()},
        "claims": book.claims,
        "serial": book.serial,
        "person_at": book.person_at,
        "response_seconds": book.response_seconds,
        "refused": book.refused,
        "others_until": book.others_until,
        "touched": book.touched,
    }


def from_json(document: JsonObject | None, *, limits: Limits, now: float) -> Book:
    """
    The book as last written, under the strictest limits of all processes that looked lately.

    A document that cannot be read gives an empty book.
    """
    try:
        book = _read(document, limits) if document is not None else Book(limits)
    except (KeyError, TypeError, ValueError, AttributeError):
        book = Book(limits)
    latest = now + CLAIM_SECONDS
    book.claims[_claim(limits)] = latest
    book.claims = {claim: until for claim, until in book.claims.items() if now < until <= latest}
    for claim in book.claims:
        book.limits = book.limits.stricter(_claimed(claim))
    return book


def _claim(limits: Limits) -> str:
    return f"{limits.ip}:{limits.account}:{limits.window_seconds}"


def _claimed(claim: str) -> Limits:
    ip, account, window = claim.split(":")
    return Limits(ip=int(ip), account=int(account), window_seconds=float(window))


def _read(document: JsonObject, limits: Limits) -> Book:
    def lines(rows: Json) -> dict[str, Line]:
        return {key: Line(row[0], Lane(row[1]), *row[2:]) for key, row in rows.items()}

    return Book(
        limits,
        leases=[Lease(*row) for row in document["leases"]],
        lines=lines(document["lines"]),
        ip=Scope.from_json(document["ip"]),
        accounts={account: Scope.from_json(row) for account, row in document["accounts"].items()},
        claims={claim: until for claim, until in document["claims"].items() if _claimed(claim)},
        serial=document["serial"],
        person_at=document["person_at"],
        response_seconds=document["response_seconds"],
        refused=document["refused"],
        others_until=document["others_until"],
        touched=document["touched"],
    )
