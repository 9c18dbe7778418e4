"""The calls that between them show every untrusted field: every read tool, with what makes it talk."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.hostile.planted import Ids

Ask = tuple[str, dict[str, Any]]

_SECTIONS = [
    "facts",
    "rules",
    "amenities",
    "fees",
    "taxes",
    "access",
    "channels",
    "pricing",
    "images",
    "custom_fields",
]
_PARTS = ["guest", "money", "conversation", "tasks", "listing", "policy", "custom_fields"]
_PAST = {"from": "-120d", "to": "+60d"}


def questions(ids: Ids, talk: int) -> Iterator[Ask]:  # noqa: C901 - a list
    """Every call, in the order of the catalogue; `talk` is the conversation of the present stay."""
    yield "check_connection", {"deep": True}
    yield "daily_brief", {}
    for words in ("al", "zq", str(ids.stay)):
        yield "find", {"query": words, "limit": 50}
    yield "find_listings", {"detail": "full", "status": "all"}
    for listing in ids.listings:
        yield "get_listing", {"listing": listing, "sections": _SECTIONS}
    yield "check_availability", {"from": "today", "to": "+3d"}
    yield "audit_listings", {"limit": 100}
    for by in ("arrival", "departure"):
        yield "find_reservations", {**_PAST, "by": by, "detail": "full", "limit": 100}
    for stay in (ids.stay, ids.past):
        yield "get_reservation", {"reservation": stay, "include": _PARTS}
        for reveal in (False, True):
            yield "get_guest", {"reservation": stay, "reveal": reveal}
    yield "stay_board", {"days": 7}
    yield "quote_stay", {"listing": ids.listings[1], "from": "+70d", "to": "+74d", "coupon": "AUTUMN10"}
    yield "get_calendar", {"to": "+60d", "show": ["status", "price", "rules", "units", "notes"]}
    yield "find_gaps", {"to": "+90d", "max_nights": 14}
    yield "check_conflicts", {"cleaning_hours": 24}
    yield "check_prices", {"rules": ["missing", "pattern=5", "last_year=5", "floor=200"], "limit": 60}
    yield "triage_inbox", {"limit": 50}
    for reveal in (False, True):
        for template in (None, 3, 4):
            asked = {"conversation": talk, "reveal": reveal}
            yield "get_reply_context", asked | ({"template": template} if template else {})
    yield "get_conversation", {"conversation": talk}
    yield "search_messages", {"limit": 100}
    yield "search_messages", {"text": "zq", "limit": 100}
    for by in ("listing", "channel"):
        yield "review_insights", {"from": "-300d", "by": by, "max_score": 10, "limit": 50}
    yield "review_queue", {"limit": 100}
    yield "plan_turnovers", {"days": 7}
    yield "find_upsells", {"days": 30}
    yield "find_tasks", {"from": "-30d", "to": "+30d", "detail": "full", "limit": 100}
    for kind in ("standard", "calculated", "consolidated", "listing_financials"):
        yield "get_financial_report", {**_PAST, "kind": kind, "limit": 50}
    for group in ("listing", "owner", "city"):
        yield "get_financial_summary", {**_PAST, "by": group, "detail": "standard"}
    yield "explain_money", {"reservation": ids.past}
    yield "explain_money", {"statement": ids.statement}
    yield "find_balances", {"arriving_within": 90, "limit": 100}
    yield "find_expenses", {**_PAST, "limit": 100}
    for group in ("listing", "city"):
        yield "report_pacing", {"by": group}
    yield "changes_since", {"since": "-24h", "limit": 200}
