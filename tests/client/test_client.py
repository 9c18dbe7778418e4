"""The front door: one attribute a noun, made without opening anything."""

from __future__ import annotations

import inspect
from functools import cached_property
from typing import Any

import pytest

import hostaway_mcp.client as package
from hostaway_mcp.client import Hostaway
from hostaway_mcp.client.client import BASE_URL, Nouns
from hostaway_mcp.client.rows import Page
from tests.client.world import world


async def test_defaults_are_hostaways_address_and_its_lower_limits() -> None:
    """15 requests in 10 s per IP, 20 per account. Source: index.html.md, snapshot of 2026-07-23."""
    async with Hostaway(account_id="10000", client_secret="secret") as hostaway:
        budget = hostaway.transport.budget()
    assert (budget.ip_limit, budget.account_limit, budget.window_seconds) == (15, 20, 10.0)
    assert BASE_URL == "https://api.hostaway.com/v1"


def test_nouns_are_hostaways_own_words() -> None:
    nouns = inspect.getmembers(Nouns, lambda one: isinstance(one, cached_property))
    assert {name for name, _ in nouns} == {
        "access_tokens",
        "calendar",
        "cancellation_policies",
        "conversations",
        "coupons",
        "custom_fields",
        "dictionaries",
        "expenses",
        "finance",
        "guest_payments",
        "listing_settings",
        "listings",
        "message_webhooks",
        "owner_statements",
        "payment_cards",
        "reservation_webhooks",
        "reservations",
        "reviews",
        "tasks",
        "templates",
        "users",
        "webhooks",
    }


def test_package_has_only_its_front_door() -> None:
    assert package.__all__ == ["Hostaway"]
    with pytest.raises(AttributeError):
        _ = package.Nothing


async def test_other_reads_of_the_sandbox_are_whole() -> None:
    """Every list that the other tests do not look into: rows are read and none is set aside."""
    async with world() as w:
        h = w.hostaway
        pages: list[Page[Any]] = [
            await h.cancellation_policies.find(),
            await h.cancellation_policies.find_airbnb(listing_id=w.listing_id),
            await h.coupons.find(),
            await h.custom_fields.find(),
            await h.dictionaries.find_amenities(),
            await h.dictionaries.find_bed_types(),
            await h.dictionaries.find_property_types(),
            await h.expenses.find(),
            await h.guest_payments.find_auto_payment_rules(),
            await h.guest_payments.find_charges(),
            await h.listing_settings.find_fees(w.listing_id),
            await h.owner_statements.find(),
            await h.reviews.find(),
            await h.tasks.find(),
            await h.templates.find(),
            await h.users.find(),
            await h.users.find_groups(),
        ]
        for page in pages:
            assert page.rows
            assert page.set_aside == 0
        assert (await h.dictionaries.find_currencies()).row["EUR"]
        assert (await h.dictionaries.find_timezones()).row
        assert (await h.payment_cards.find_methods()).row["paypal"]
        assert "concept" in (await h.expenses.export_csv()).row
