"""Cancelling a stay, and reporting that its guest did not come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from hostaway_mcp.analytics.balances import host_collects, paid_of
from hostaway_mcp.client.inputs import as_json
from hostaway_mcp.clock import zone_or_utc
from hostaway_mcp.errors import ChangeError, InputError
from hostaway_mcp.models.cancellation_policies import CancellationPolicyItem, PolicyEvent, RefundType
from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.reservations import Reservation, StatusClass
from hostaway_mcp.services.charges import Charges
from hostaway_mcp.services.reservations.parts import policy_of
from hostaway_mcp.services.reservations.rows import nights_of, total_of
from hostaway_mcp.services.untrusted import clean_name, fence
from hostaway_mcp.services.writes.kinds import AbsoluteKind, State
from hostaway_mcp.services.writes.plans import Plan
from hostaway_mcp.services.writes.stays import MeantStay, StayFinder, StayReader
from hostaway_mcp.store.journal.records import Step, StepBody

By = Literal["host", "guest", "no_show"]


class CancellationKind(AbsoluteKind):
    """One stay becomes cancelled. That cannot be taken back: its nights may be sold at once."""

    name = "cancellation"

    def __init__(self, reader: StayReader) -> None:
        self._reader = reader

    async def present(self, step: Step) -> State:
        """Where the stay stands, its dates and its price."""
        assert step.reservation_id is not None  # steps of this kind have one
        return state_of(await self._reader.stay(step.reservation_id))


class NoShowKind(CancellationKind):
    """Booking.com is told that the guest did not come; telling it again could only flip the fees."""

    name = "no_show"


def state_of(stay: Reservation) -> dict[str, Any]:
    """What a cancellation rests on; the classes of `new` and `modified` are one."""
    return {
        "status": str(stay.status),
        "counts as": str(stay.status_class),
        "arrival": as_json(stay.arrival_date),
        "departure": as_json(stay.departure_date),
        "total": as_json(stay.total_price),
        "no-show reported": stay.bookingcom_no_show_reported_at is not None,
    }


class CancellationPlanner:
    """Shows what cancelling a stay means for its money and its nights."""

    def __init__(self, finder: StayFinder, charges: Charges) -> None:
        self._finder = finder
        self._charges = charges

    async def plan(
        self,
        *,
        reservation: int | str,
        by: By,
        reason: str | None,
        arguments: Mapping[str, Any],
        now: datetime,
    ) -> Plan:
        """
        The cancellation or report; costs one call for the stay, one for its charges unless they are kept.

        Raises:
            ChangeError: it is dead already, an inquiry, or a no-show cannot be reported of it.
            UnknownNameError, AmbiguousNameError: as to the reservation.
        """
        meant = await self._finder.one(reservation)
        if by == "no_show":
            _check_no_show(meant)
        elif meant.stay.status_class is StatusClass.INQUIRY:
            raise ChangeError(
                f"Reservation {meant.stay.id} is an inquiry ({meant.stay.status}): nothing to cancel."
            )
        step = _step(meant, by, reason)
        warnings = _no_show_warnings(meant) if by == "no_show" else await self._warnings(meant, by, now)
        doing = "Report a no-show of" if by == "no_show" else "Cancel"
        return Plan(
            tool="cancel_reservation",
            arguments=arguments,
            summary=f"{doing} reservation {meant.stay.id}",
            steps=(step,),
            touches=(meant.touch(step.kind, now, days=nights_of(meant.stay) or 0),),
            as_of=now,
            warnings=("This cannot be taken back.", *warnings),
            understood=meant.understood,
        )

    async def _warnings(self, meant: MeantStay, by: By, now: datetime) -> list[str]:
        stay = meant.stay
        found = []
        if not host_collects(stay):
            found.append(
                f"{stay.channel.label} is told, and tells the guest; it may charge a host who cancels."
            )
        elif stay.status_class is not StatusClass.OWNER_STAY:
            found.append(await self._paid(meant))
            found.append("Hostaway's reference does not say that money is paid back by itself.")
        policy = policy_of(stay)
        if policy is None or stay.status_class is StatusClass.OWNER_STAY:
            return found
        named = f" {fence(policy.name)}" if policy.name else ""
        steps = "; ".join(one.says for one in policy.steps) or "its steps are not known"
        found.append(f"Booked under the policy{named}: {steps}.")
        if policy.steps and by == "guest":
            found.append(f"By it a guest who cancels now gets back {_refund(meant, now)}.")
        if stay.status_class is StatusClass.NEEDS_ACTION:
            found.append(f"It is {stay.status}, which waits for an answer.")
        return found

    async def _paid(self, meant: MeantStay) -> str:
        charges = (await self._charges.of([meant.stay.id])).of(meant.stay.id)
        if charges is None:
            return "What was paid could not be read."
        total = total_of(meant.stay)
        return f"Paid so far: {meant.money(paid_of(charges))}" + (f" of {total}." if total else ".")


def _check_no_show(meant: MeantStay) -> None:
    """Source: Hostaway API reference, "Report no-show"."""
    stay = meant.stay
    if stay.channel is not Channel.BOOKINGCOM:
        raise ChangeError(
            f"A no-show can be reported to Booking.com only; reservation {stay.id} is by "
            f"{stay.channel.label}."
        )
    if stay.arrival is None or stay.arrival > meant.today:
        raise InputError(f"Reservation {stay.id} has not begun: arrival is {stay.arrival or 'not known'}.")
    if stay.bookingcom_no_show_reported_at is not None:
        raise ChangeError(f"A no-show of reservation {stay.id} was reported already.")


def _no_show_warnings(meant: MeantStay) -> list[str]:
    total = total_of(meant.stay)
    return [
        "Booking.com is told, and the guest may be; the no-show fee is not waived"
        + (f" (total {total})." if total else ".")
    ]


def _step(meant: MeantStay, by: By, reason: str | None) -> Step:
    stay = meant.stay
    state = state_of(stay)
    told = {"reason, kept here only": fence(reason)} if reason else {}
    if by == "no_show":
        operation = "reportNoShow"
        body: dict[str, Any] = {"waivedFees": False}
        after: dict[str, Any] = {"no-show": "reported to Booking.com, fee not waived"}
        wanted: dict[str, Any] = {"no-show reported": True}
    else:
        operation, body = "cancelReservation", {"cancelledBy": by}
        after = {"status": f"cancelled by the {by}"}
        if nights_of(stay):
            after["nights"] = f"{stay.arrival} to {stay.departure} can be sold again"
        wanted = {"status": "cancelled"}
    return Step(
        n=1,
        kind=NoShowKind.name if by == "no_show" else CancellationKind.name,
        body=StepBody(
            what=meant.what,
            before={"status": str(stay.status)} if by != "no_show" else {},
            after=after | told,
            operation=operation,
            path={"reservationId": stay.id},
            body=body,
            # `new` becomes `modified` by itself.
            rests_on={name: value for name, value in state.items() if name != "status"},
            wanted=wanted,
        ),
        listing_id=stay.listing_id,
        reservation_id=stay.id,
    )


def _refund(meant: MeantStay, now: datetime) -> str:
    """What the steps that are still open give at most; a step's time is counted from the check-in hour."""
    stay = meant.stay
    items = (
        stay.cancellation_policy_details.cancellation_policy_item if stay.cancellation_policy_details else ()
    )
    open_ = [one for one in items if (until := _deadline(one, meant)) is not None and now <= until]
    best = max(open_, key=lambda one: one.refund_amount or Decimal(0), default=None)
    if best is None or not best.refund_amount:
        return "nothing"
    if best.refund_type is RefundType.FLAT:
        return str(meant.money(best.refund_amount))
    share = f"{best.refund_amount.normalize():f} %"
    total = stay.total_price
    if total is None or best.refund_field not in (None, "totalPrice"):
        return f"{share} of {clean_name(best.refund_field) or 'the price'}"
    return f"{share}, {meant.money(total * best.refund_amount / 100)} of the total"


def _deadline(item: CancellationPolicyItem, meant: MeantStay) -> datetime | None:
    stay, delta = meant.stay, timedelta(seconds=item.time_delta or 0)
    if item.event is not PolicyEvent.ARRIVAL:
        return stay.reservation_date + delta if stay.reservation_date else None
    if stay.arrival is None:
        return None
    hour = stay.check_in_time if stay.check_in_time is not None else meant.listing.check_in_time_start
    zone = zone_or_utc(meant.listing.time_zone_name)
    return datetime.combine(stay.arrival, time((hour or 0) % 24), tzinfo=zone) + delta
