"""Balances by hand: total less paid charges plus refunds, for stays whose money the host collects."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.balances import (
    LeftOut,
    Owed,
    balance_of,
    due_of,
    failed_of,
    holds_of,
    paid_of,
    reason_without,
)
from hostaway_mcp.models.guest_payments import GuestCharge
from hostaway_mcp.models.reservations import Reservation


def stay(**fields: Any) -> Reservation:
    usual = {"id": 1, "status": "new", "channelId": 2000, "currency": "EUR", "totalPrice": 500}
    return Reservation.model_validate(usual | fields)


def charge(amount: float | str, status: str = "paid", type: str = "charge", **fields: Any) -> GuestCharge:
    row = {"id": 1, "reservationId": 1, "amount": amount, "status": status, "type": type, "currency": "EUR"}
    return GuestCharge.model_validate(row | fields)


def test_the_example_of_the_definition() -> None:
    """500 less 200 paid, plus 50 given back: 350 are owed; 300 of them were tried in vain."""
    charges = [charge(200), charge(50, type="refund"), charge(300, "failed")]
    owed = balance_of(stay(), charges)
    assert isinstance(owed, Owed)
    found = owed.paid, owed.balance, owed.failed, owed.raised
    assert tuple(map(int, found)) == (150, 350, 300, 300)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"channelId": 2000}, None),
        ({"channelId": 2013}, None),
        ({"channelId": 2017}, None),
        ({"channelId": 2020}, None),
        ({"channelId": 2021}, None),
        ({"channelId": 2022}, None),
        ({"channelId": 2005, "guestPaymentCardIsVirtual": 0}, None),
        ({"channelId": 2005, "guestPaymentCardIsVirtual": 1}, LeftOut.BOOKINGCOM_VIRTUAL_CARD),
        ({"channelId": 2005}, LeftOut.BOOKINGCOM_CARD_UNKNOWN),
        ({"channelId": 2018}, LeftOut.CHANNEL_COLLECTS),
        ({"channelId": 2002}, LeftOut.CHANNEL_COLLECTS),
        ({"channelId": 2007}, LeftOut.CHANNEL_COLLECTS),
        ({"channelId": 2015, "totalPrice": None}, LeftOut.NO_PRICE),
        ({"totalPrice": None}, LeftOut.NO_PRICE),
        ({"totalPrice": 0}, LeftOut.NO_PRICE),
        ({"status": "modified"}, None),
        ({"status": "awaitingPayment"}, None),
        ({"status": "ownerStay"}, LeftOut.OWNER_STAY),
        ({"status": "inquiry"}, LeftOut.INQUIRY),
        ({"status": "cancelled"}, LeftOut.DEAD),
        ({"status": "expired"}, LeftOut.DEAD),
        ({"status": "somethingNew"}, LeftOut.UNKNOWN_STATUS),
    ],
)
def test_whose_money_the_host_collects(fields: dict[str, Any], reason: LeftOut | None) -> None:
    assert reason_without(stay(**fields)) is reason


@pytest.mark.parametrize(
    ("charges", "came_to"),
    [
        ([charge(500)], LeftOut.PAID),
        ([charge("499.99")], Decimal("0.01")),
        ([charge("500.01")], LeftOut.OVERPAID),
        ([charge(500), charge(500, type="refund")], Decimal(500)),
        ([charge(500), charge(500, "awaiting", type="refund")], LeftOut.PAID),
        ([charge(500, "holdSuccess", type="preAuth")], Decimal(500)),
        ([charge(500, "succeeded")], LeftOut.PAID),
        ([charge(500, "captureSuccess")], LeftOut.PAID),
        ([charge(500, currency="USD")], LeftOut.SEVERAL_CURRENCIES),
        ([], Decimal(500)),
        (None, LeftOut.CHARGES_UNKNOWN),
    ],
)
def test_what_remains(charges: list[GuestCharge] | None, came_to: Decimal | LeftOut) -> None:
    found = balance_of(stay(), charges)
    assert (found.balance if isinstance(found, Owed) else found) == came_to


def test_the_next_charge_is_the_soonest_that_waits() -> None:
    charges = [
        charge(100, "awaiting", scheduledDate="2026-08-02 09:00:00"),
        charge(100, "awaiting", scheduledDate="2026-07-30 09:00:00"),
        charge(100, "failed", scheduledDate="2026-07-01 09:00:00"),
        charge(100, "cancelled", scheduledDate="2026-07-02 09:00:00"),
    ]
    owed = balance_of(stay(), charges)
    assert isinstance(owed, Owed)
    assert owed.next_due == date(2026, 7, 30)


def test_holds_are_told_apart_from_charges() -> None:
    held = charge(300, "holdSuccess", type="preAuth")
    gone = charge(300, "holdReleased", type="preAuth")
    failed = charge(100, "failed")
    assert holds_of([held, gone, failed]) == [held]
    assert failed_of([held, gone, failed]) == [failed]
    assert due_of([held, gone, failed]) == 100


AMOUNTS = st.decimals("0.01", "9999.99", places=2)


@given(paid=st.lists(AMOUNTS, max_size=6), back=st.lists(AMOUNTS, max_size=6), total=AMOUNTS)
def test_paid_and_balance_are_the_total(paid: list[Decimal], back: list[Decimal], total: Decimal) -> None:
    charges = [charge(str(one)) for one in paid] + [charge(str(one), type="refund") for one in back]
    assert paid_of(charges) == sum(paid) - sum(back)
    found = balance_of(stay(totalPrice=str(total)), charges)
    rest = total - (sum(paid) - sum(back))
    if isinstance(found, Owed):
        assert found.paid + found.balance == total
        assert rest > 0
    else:
        assert found is (LeftOut.PAID if rest == 0 else LeftOut.OVERPAID)
