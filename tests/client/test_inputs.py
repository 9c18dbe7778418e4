"""Bodies are checked and put into Hostaway's words before anything is sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from pydantic import SecretStr

from hostaway_mcp.client import inputs
from hostaway_mcp.errors import InputError
from hostaway_mcp.models.reservations import CancelledBy


def test_undocumented_key_is_refused_with_the_nearest() -> None:
    with pytest.raises(InputError, match="no 'arivalDate'") as caught:
        inputs.RESERVATION_UPDATE.wire({"arivalDate": "2026-01-01"})
    assert caught.value.hint is not None
    assert "arrivalDate" in caught.value.hint


def test_missing_required_keys_are_named() -> None:
    with pytest.raises(InputError, match="needs departureDate, listingMapId"):
        inputs.RESERVATION_CREATE.wire({"channelId": 2000, "arrivalDate": "2026-01-01"})


def test_values_travel_as_hostaway_reads_them() -> None:
    """Dates without time, moments in UTC without T or Z, booleans 0 and 1. Source: index.html.md."""
    berlin = timezone(timedelta(hours=2))
    wire = inputs.TASK_UPDATE.wire(
        {
            "title": "Clean",
            "canStartFrom": datetime(2026, 7, 1, 12, 0, tzinfo=berlin),
            "shouldEndBy": datetime(2026, 7, 1, 12, 0, tzinfo=UTC),
            "cost": Decimal("12.50"),
            "categoriesMap": (1, 2),
            "customFieldValue": [{"customFieldId": 1, "value": True}],
            "description": None,
        }
    )
    assert wire == {
        "title": "Clean",
        "canStartFrom": "2026-07-01 10:00:00",
        "shouldEndBy": "2026-07-01 12:00:00",
        "cost": 12.5,
        "categoriesMap": [1, 2],
        "customFieldValue": [{"customFieldId": 1, "value": 1}],
        "description": None,
    }


def test_scalars_of_other_types_are_unwrapped() -> None:
    wire = inputs.RESERVATION_UPDATE.wire(
        {
            "arrivalDate": date(2026, 1, 2),
            "doorCode": SecretStr("1234"),
            "totalPrice": Decimal("100.00"),
            "isStarred": True,
            "status": CancelledBy.HOST,
        }
    )
    assert wire == {
        "arrivalDate": "2026-01-02",
        "doorCode": "1234",
        "totalPrice": 100,
        "isStarred": 1,
        "status": "host",
    }


def test_the_one_json_boolean_stays_one() -> None:
    """`waivedFees` is sent as a JSON boolean. Source: _reservation_reportNoShow.md."""
    assert inputs.NO_SHOW.wire({"waivedFees": True}) == {"waivedFees": True}
    assert inputs.NO_SHOW.wire({"waivedFees": True})["waivedFees"] is True


@pytest.mark.parametrize("value", [Decimal("NaN"), object(), b"bytes"])
def test_what_json_cannot_carry_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="cannot be sent"):
        inputs.EXPENSE.wire({"expenseDate": "2026-01-01", "concept": "x", "amount": value})
