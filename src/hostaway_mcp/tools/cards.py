"""
The place of every tool, and its card, which is kept as data.

Loading the tools with all that they answer with, and describing it, would take as long as the rest of the
start, and a client is told of every tool at once. `scripts/readme` writes the cards from the tools.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from pkgutil import get_data
from typing import Any

from hostaway_mcp.tools.catalogue import Tool, ToolEffect, Toolset

FILE = "cards.json"

PLACES: tuple[str, ...] = (
    # core
    "core.check_connection",
    "core.find",
    "daily_brief.daily_brief",
    # listings
    "listings.find_listings",
    "listings.get_listing",
    "listings.check_availability",
    "listing_audit.audit_listings",
    "update_listings.update_listings",
    # admin
    "create_listing.create_listing",
    # reservations
    "reservations.find_reservations",
    "reservations.get_reservation",
    "reservations.get_guest",
    "stay_board.stay_board",
    "quote_stay.quote_stay",
    "create_reservation.create_reservation",
    "update_reservation.update_reservation",
    "cancel_reservation.cancel_reservation",
    # calendar
    "calendar.get_calendar",
    "gaps.find_gaps",
    "conflicts.check_conflicts",
    "prices.check_prices",
    "update_calendar.update_calendar",
    # inbox
    "triage_inbox.triage_inbox",
    "reply_context.get_reply_context",
    "inbox.get_conversation",
    "inbox.search_messages",
    "send_message.send_message",
    # reviews
    "reviews.review_insights",
    "reviews.review_queue",
    # ops
    "turnovers.plan_turnovers",
    "upsells.find_upsells",
    "tasks.find_tasks",
    "save_task.save_task",
    # finance
    "finance.get_financial_report",
    "financial_summary.get_financial_summary",
    "explain_money.explain_money",
    "balances.find_balances",
    "expenses.find_expenses",
    "save_expense.save_expense",
    # analytics
    "pacing.report_pacing",
    # changes
    "changes.changes_since",
    # approvals
    "approvals.apply_change",
    "approvals.find_changes",
    "approvals.undo_change",
)
"""Module and function, toolset by toolset; the order is part of the contract: prompts can be cached."""


@dataclass(frozen=True)
class KeptCard:
    """A tool as clients are told of it; its module is loaded when it is first called."""

    place: str
    title: str
    toolset: Toolset
    effect: ToolEffect
    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]
    listed: bool = True

    @property
    def name(self) -> str:
        return self.place.rpartition(".")[2]

    def load(self) -> Tool:
        return loaded(self.place)


def loaded(place: str) -> Tool:
    """The tool itself."""
    module, _, name = place.rpartition(".")
    tool = getattr(import_module(f"{__package__}.{module}"), name)
    assert isinstance(tool, Tool)
    return tool


def kept() -> tuple[KeptCard, ...]:
    """The cards, in the order of the places."""
    cards = json.loads(get_data(__package__, FILE) or b"{}")
    return tuple(_card(place, cards[place]) for place in PLACES)


def written() -> str:
    """The file as it has to be: one line a tool."""
    told = {place: json.dumps(_told(loaded(place)), ensure_ascii=False) for place in PLACES}
    return "{\n" + ",\n".join(f'"{place}": {card}' for place, card in told.items()) + "\n}\n"


def _card(place: str, told: dict[str, Any]) -> KeptCard:
    effect, toolset = ToolEffect(told.pop("effect")), Toolset(told.pop("toolset"))
    return KeptCard(place, effect=effect, toolset=toolset, **told)


def _told(tool: Tool) -> dict[str, Any]:
    return {
        "title": tool.title,
        "toolset": tool.toolset,
        "effect": tool.effect,
        "description": tool.description,
        "input_schema": tool.input_schema,
        "output_schema": tool.output_schema,
    }
