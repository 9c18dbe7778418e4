"""What the sandbox sends of every noun, read by the project's client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hostaway_mcp.client.rows import Page
from hostaway_mcp.models.calendar import CalendarDay
from hostaway_mcp.models.conversations import Conversation, ConversationMessage
from hostaway_mcp.models.custom_fields import CustomField
from hostaway_mcp.models.expenses import Expense
from hostaway_mcp.models.guest_payments import GuestCharge
from hostaway_mcp.models.listings import Listing, ListingUnit
from hostaway_mcp.models.reservations import Reservation
from hostaway_mcp.models.reviews import Review
from hostaway_mcp.models.tasks import Task
from hostaway_mcp.models.users import User, UserGroup
from hostaway_mcp.store.store import Store
from tests.support.house import house

ROW_NOUNS = (
    "listings",
    "reservations",
    "conversations",
    "messages",
    "reviews",
    "tasks",
    "users",
    "groups",
    "expenses",
    "charges",
    "custom_fields",
)


@dataclass(frozen=True)
class Sent:
    """A page of each noun, the units of one listing, and the calendars."""

    listings: Page[Listing]
    reservations: Page[Reservation]
    conversations: Page[Conversation]
    messages: Page[ConversationMessage]
    reviews: Page[Review]
    tasks: Page[Task]
    users: Page[User]
    groups: Page[UserGroup]
    expenses: Page[Expense]
    charges: Page[GuestCharge]
    custom_fields: Page[CustomField]
    units: tuple[int, Page[ListingUnit]]
    calendars: Mapping[int, Page[CalendarDay]]
    stays: tuple[Page[Reservation], ...]
    """All reservations that touch the calendars."""


async def read_sandbox(first: date, last: date) -> Sent:
    """Reads a page of everything, and the calendars from `first` to `last`."""
    async with house(listings=12) as home:
        hostaway = home.app.hostaway
        conversations = await hostaway.conversations.find(limit=30)
        threads = [await hostaway.conversations.find_messages(one.id) for one in conversations.rows]
        listings = await hostaway.listings.find(limit=100)
        calendars = {
            one.id: await hostaway.calendar.find_days(
                one.id, start_date=first, end_date=last, include_resources=True
            )
            for one in listings.rows
        }
        units = [(one.id, await hostaway.listings.find_units(one.id)) for one in listings.rows]
        return Sent(
            listings=listings,
            reservations=await hostaway.reservations.find(limit=100),
            conversations=conversations,
            messages=_together(threads),
            reviews=await hostaway.reviews.find(limit=50),
            tasks=await hostaway.tasks.find(limit=50),
            users=await hostaway.users.find(),
            groups=await hostaway.users.find_groups(),
            expenses=await hostaway.expenses.find(limit=50),
            charges=await hostaway.guest_payments.find_charges(limit=50),
            custom_fields=await hostaway.custom_fields.find(limit=50),
            units=next(one for one in units if one[1].rows),
            calendars=calendars,
            stays=tuple(await _stays(hostaway, first, last)),
        )


async def put_everything(store: Store, sent: Sent, **seen: Any) -> None:
    """Keeps all of it."""
    for noun in ROW_NOUNS:
        page = getattr(sent, noun)
        await getattr(store, noun).put(page.rows, page.raw, **seen)
    for stays in sent.stays:
        await store.reservations.put(stays.rows, stays.raw, **seen)
    listing_id, units = sent.units
    await store.units.put_of(listing_id, units.rows, units.raw, **seen)
    await store.dictionaries.put("countries", {"PT": "Portugal"}, **seen)
    for listing_id, days in sent.calendars.items():
        first, last = days.rows[0].date, days.rows[-1].date
        await store.calendar.put(listing_id, days.rows, days.raw, first, last, **seen)


def _together(pages: list[Page[ConversationMessage]]) -> Page[ConversationMessage]:
    rows = tuple(row for page in pages for row in page.rows)
    raw = tuple(one for page in pages for one in page.raw)
    return Page(rows, raw, 0, pages[0].received_at)


async def _stays(hostaway: Any, first: date, last: date) -> list[Page[Reservation]]:
    pages: list[Page[Reservation]] = []
    window = {"arrival_end_date": last, "departure_start_date": first}
    while not pages or pages[-1].rows:
        after = pages[-1].rows[-1].id if pages else None
        pages.append(await hostaway.reservations.find(limit=100, after_id=after, **window))
    return pages[:-1]
