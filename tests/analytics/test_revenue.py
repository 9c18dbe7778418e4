"""Revenue, ADR and RevPAR: worked examples to check by hand, and what must hold whatever the stays are."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.exclusions import reason_of
from hostaway_mcp.analytics.nights import occupancy
from hostaway_mcp.analytics.revenue import (
    Amounts,
    Basis,
    Stay,
    Sums,
    adr,
    amounts_of,
    apportion,
    day_of,
    months_of,
    nights_in,
    revpar,
    rounded,
)
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.priced_reservations import PricedReservation
from hostaway_mcp.models.reservations import Reservation, ReservationStatus


def line(name: str, kind: str, total: float, *, included: int = 1, deleted: int = 0) -> dict[str, Any]:
    return {
        "id": 1,
        "name": name,
        "type": kind,
        "total": total,
        "isIncludedInTotalPrice": included,
        "isDeleted": deleted,
    }


def priced(*lines: dict[str, Any], **fields: Any) -> PricedReservation:
    return PricedReservation.model_validate({"id": 1, "financeField": list(lines), **fields})


EXAMPLE = (
    line("baseRate", "accommodation", 400),
    line("pricePerExtraPerson", "accommodation", 20),
    line("weeklyDiscount", "discount", -40),
    line("cleaningFee", "fee", 60),
    line("cityTax", "tax", 14),
    line("damageDeposit", "fee", 150),
    line("hostChannelFee", "commissions", 66, included=0),
)


def test_the_example_of_the_docstring() -> None:
    found = amounts_of(priced(*EXAMPLE, totalPrice=604))
    assert found == Amounts(Decimal(380), Decimal(388), Decimal(60), Decimal(14), Decimal(66))


def test_a_whole_reservation_says_the_same() -> None:
    row = {"id": 1, "financeField": list(EXAMPLE), "totalPrice": 604}
    assert amounts_of(Reservation.model_validate(row)) == amounts_of(priced(*EXAMPLE, totalPrice=604))


def test_without_finance_fields_it_is_the_total_less_fee_and_tax() -> None:
    found = amounts_of(priced(totalPrice=604, cleaningFee=60, taxAmount=14, channelCommissionAmount=66))
    assert (found.accommodation, found.estimated) == (Decimal(530), True)
    assert [found.fees, found.taxes, found.payout] == [60, 14, 538]


@pytest.mark.parametrize("fields", [{}, {"totalPrice": 0}, {"totalPrice": None}])
def test_without_any_price_there_is_none(fields: dict[str, Any]) -> None:
    assert amounts_of(priced(**fields)).accommodation is None


def test_deleted_lines_older_class_names_and_positive_discounts() -> None:
    found = amounts_of(
        priced(
            line("baseRate", "price", 300),
            line("pricePerExtraPerson", "accomodation", 30),
            line("monthlyDiscount", "discount", 50),
            line("cleaningFee", "fee", 60, deleted=1),
            line("totalPriceFromChannel", "price", 900, included=0),
            line("guestChannelFee", "commissions", 40, included=0),
            totalPrice=280,
        )
    )
    assert found == Amounts(Decimal(280), payout=Decimal(280))


def test_airbnb_tells_its_payout_and_what_is_kept_of_a_cancelled_stay() -> None:
    found = amounts_of(
        priced(
            line("baseRate", "accommodation", 400),
            line("airbnbPayoutSum", "totals", 338, included=0),
            line("cancellationPayout", "totals", 200, included=0),
            totalPrice=400,
        )
    )
    assert [found.payout, found.cancellation] == [338, 200]
    assert amounts_of(priced(airbnbListingCancellationPayout=75)).cancellation == 75


def stay(
    arrival: str,
    nights: int,
    revenue: str | None = "100",
    *,
    status: str = "new",
    number: int = 1,
    **fields: Any,
) -> Stay:
    first = date.fromisoformat(arrival)
    amount = None if revenue is None else Decimal(revenue)
    return Stay(
        number,
        40160,
        Channel.DIRECT,
        ReservationStatus(status),
        first,
        first + timedelta(days=nights),
        "EUR",
        Amounts(amount),
        **fields,
    )


def test_a_stay_over_two_months_is_shared_night_by_night() -> None:
    over = stay("2026-06-30", 3)
    assert nights_in(over, date(2026, 6, 1), date(2026, 6, 30)) == 1
    assert list(months_of(over, date(2026, 1, 1), date(2026, 12, 31))) == [
        (date(2026, 6, 1), 1),
        (date(2026, 7, 1), 2),
    ]
    sums = [Sums(), Sums()]
    sums[0].add(over, 1)
    sums[1].add(over, 2)
    shares = [one.exact()[0] for one in sums]
    assert shares == [Fraction(100, 3), Fraction(200, 3)]
    assert apportion(shares) == [Decimal("33.33"), Decimal("66.67")]


def test_thirds_are_rounded_so_that_they_sum_to_the_whole() -> None:
    assert apportion([Fraction(100, 3)] * 3) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert apportion([Fraction(1000, 3)] * 3, digits=0) == [Decimal(334), Decimal(333), Decimal(333)]
    assert apportion([]) == []


def test_adr_and_revpar_by_hand() -> None:
    assert adr(Fraction(1200), 8) == 150
    assert revpar(Fraction(1200), 10) == 120
    assert adr(Fraction(0), 0) is None
    assert revpar(Fraction(0), 0) is None


def test_the_day_of_a_basis() -> None:
    one = stay("2026-06-30", 3, booked=date(2026, 5, 1))
    assert [str(day_of(one, basis)) for basis in Basis] == [
        "2026-06-30",
        "2026-06-30",
        "2026-07-03",
        "2026-05-01",
    ]


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (stay("2026-06-01", 2), None),
        (stay("2026-06-01", 2, status="modified"), None),
        (stay("2026-06-01", 2, status="confirmed"), None),
        (stay("2026-06-01", 2, None), "no_price"),
        (stay("2026-06-01", 0), "no_nights"),
        (stay("2026-06-01", 2, status="ownerStay"), "owner_stay"),
        (stay("2026-06-01", 2, status="pending"), "needs_action"),
        (stay("2026-06-01", 2, status="inquiry"), "inquiry"),
        (stay("2026-06-01", 2, status="cancelled"), "cancelled"),
        (stay("2026-06-01", 2, status="expired"), "dead"),
        (stay("2026-06-01", 2, status="unknown"), "unknown_status"),
    ],
)
def test_each_stay_counts_or_has_its_reason(one: Stay, code: str | None) -> None:
    reason = reason_of(one)
    assert (reason.code if reason else None) == code


CENTS = st.decimals(0, 100_000, places=2, allow_nan=False, allow_infinity=False)
STAYS = st.lists(
    st.builds(
        lambda start, nights, revenue: stay(
            str(date(2026, 1, 1) + timedelta(days=start)), nights, str(revenue)
        ),
        st.integers(0, 300),
        st.integers(1, 60),
        CENTS,
    ),
    min_size=1,
    max_size=12,
)


@given(STAYS)
def test_the_revenue_of_all_months_is_that_of_the_stays(stays: list[Stay]) -> None:
    months: dict[date, Sums] = {}
    for one in stays:
        for month, nights in months_of(one, date.min, date(2099, 1, 1)):
            months.setdefault(month, Sums()).add(one, nights)
    exact = [sums.exact()[0] for _, sums in sorted(months.items())]
    whole = sum((one.amounts.accommodation or Decimal(0) for one in stays), Decimal(0))
    assert sum(exact) == Fraction(whole)
    assert sum(apportion(exact)) == whole
    assert sum(sums.nights for sums in months.values()) == sum(one.nights for one in stays)


@given(st.lists(st.fractions(-10_000, 10_000), max_size=30), st.sampled_from([0, 2, 3]))
def test_parts_sum_to_totals_and_none_is_a_cent_off(parts: list[Fraction], digits: int) -> None:
    shares = apportion(parts, digits)
    assert sum(shares, Decimal(0)) == rounded(sum(parts, Fraction(0)), digits)
    assert all(
        abs(Fraction(share) - part) < Fraction(1, 10**digits)
        for share, part in zip(shares, parts, strict=True)
    )


@given(CENTS, st.integers(1, 400), st.integers(0, 400))
def test_revpar_is_adr_times_occupancy(revenue: Decimal, sold: int, more: int) -> None:
    available = sold + more
    daily, share = adr(Fraction(revenue), sold), occupancy(sold, available)
    assert daily is not None
    assert share is not None
    assert revpar(Fraction(revenue), available) == daily * share
