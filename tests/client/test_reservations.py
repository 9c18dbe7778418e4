"""Reservations through the real client and the sandbox."""

from __future__ import annotations

from datetime import timedelta

from hostaway_mcp.models.reservations import CancelledBy, ReservationStatus, StatusClass
from tests.client.world import World, world


async def test_reservations_of_a_period() -> None:
    async with world() as w:
        today = w.clock.today("UTC")
        page = await w.hostaway.reservations.find(
            arrival_start_date=today, arrival_end_date=today + timedelta(days=30), include_resources=True
        )
        assert page.rows
        assert page.set_aside == 0
        for stay in page.rows:
            assert stay.arrival_date is not None
            assert today <= stay.arrival_date <= today + timedelta(days=30)
            assert stay.channel.value == stay.channel_id
            assert stay.channel.value != 0


async def test_walk_by_after_id_meets_each_stay_once() -> None:
    """`afterId` is a position in the order. Source: _reservation_retrieveReservationsList.md."""
    async with world() as w:
        total = (await w.hostaway.reservations.find()).count
        seen: list[int] = []
        after: int | None = None
        while True:
            page = await w.hostaway.reservations.find(limit=50, after_id=after, sort_order="updatedOn")
            if not page.rows:
                break
            seen += [stay.id for stay in page.rows]
            after = seen[-1]
        assert len(seen) == len(set(seen)) == total


async def _confirmed(w: World) -> int:
    page = await w.hostaway.reservations.find()
    return next(stay.id for stay in page.rows if stay.status_class is StatusClass.CONFIRMED)


async def test_one_stay_with_its_money() -> None:
    async with world() as w:
        number = await _confirmed(w)
        stay = (await w.hostaway.reservations.get(number, include_resources=True)).row
        assert stay.total_price is not None
        fields = await w.hostaway.finance.find_fields(number)
        assert fields.rows
        assert {field.id for field in stay.finance_field} <= {field.id for field in fields.rows}


async def test_cancelling_says_who_did() -> None:
    async with world() as w:
        number = await _confirmed(w)
        written = await w.hostaway.reservations.cancel(number, cancelled_by=CancelledBy.HOST)
        assert written.row is not None
        assert written.row.status is ReservationStatus.CANCELLED
        assert written.row.cancelled_by is CancelledBy.HOST
