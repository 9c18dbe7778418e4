"""The tool that prices a stay."""

from __future__ import annotations

from pydantic import Field

from hostaway_mcp.services.quote import Quote
from hostaway_mcp.services.reservations.money import Component
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.tools.catalogue import Day, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import paragraphs, table


class QuoteStay(Question):
    """Which stay."""

    listing: int | Text = Field(description="id, name or nickname of one listing")
    from_: Day = Field(alias="from", description="arrival")
    to: Day | None = Field(None, description="departure, not slept; default a night")
    guests: int | None = Field(None, ge=1, le=100)
    coupon: Text | None = None


def _quote_text(answer: Quote) -> str:
    free = {True: "can be booked", False: f"cannot be booked: {answer.because}", None: "may be free or not"}
    nights = f"{answer.nights} night{'s' if answer.nights != 1 else ''}"
    return paragraphs(
        f"{fence(answer.listing.name)} ({answer.listing.listing_id}), {nights}: {free[answer.available]}",
        f"Total: {answer.total}" if answer.total else None,
        _parts(answer.components),
        f"Not part of the total:\n{_parts(answer.besides)}" if answer.besides else None,
        _coupon(answer),
    )


def _parts(parts: tuple[Component, ...]) -> str | None:
    if not parts:
        return None
    return table(("part", "kind", "amount"), ((fence(one.label), one.kind, one.amount) for one in parts))


def _coupon(answer: Quote) -> str | None:
    coupon = answer.coupon
    if coupon is None:
        return None
    says = "can be used" if coupon.usable else f"cannot be used: {coupon.because}"
    about = "about " if coupon.percent else ""
    off = ", ".join(filter(None, (coupon.percent, f"{about}{coupon.amount}" if coupon.amount else None)))
    return f"Coupon {fence(coupon.name)} {says}" + (f"; takes off {off}" if off and coupon.usable else "")


@tool(title="Quote a stay", toolset=Toolset.RESERVATIONS, text=_quote_text)
async def quote_stay(services: Services, question: QuoteStay) -> Quote:
    """
    What a stay would cost at one listing, by Hostaway's own calculation: total and its parts (nights,
    extra guests, discounts, fees, taxes), whether it can be booked and, if not, why. A coupon is checked
    but not taken. Books nothing. To compare listings use check_availability.
    """
    return await services.quotes.quote(
        listing=question.listing,
        first=question.from_,
        last=question.to,
        guests=question.guests,
        coupon=question.coupon,
    )
