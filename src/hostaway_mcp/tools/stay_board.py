"""The tool that shows who comes, who leaves and who stays."""

from __future__ import annotations

from pydantic import Field

from hostaway_mcp.services.services import Services
from hostaway_mcp.services.stay_board import Board, BoardDay, BoardRow
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.tools.catalogue import Cursor, Day, Question, Text, Toolset, tool
from hostaway_mcp.tools.reservations import status_of
from hostaway_mcp.tools.text import paragraphs, table


class StayBoardQuestion(Question):
    """Which days, of which listings."""

    date: Day | None = Field(
        None, description="first day, default today; a word such as weekend may be several"
    )
    days: int | None = Field(None, ge=1, le=14)
    group: Text | None = Field(None, description="city or country")
    limit: int = Field(100, ge=1, le=200)
    cursor: Cursor = None


def _board_text(answer: Board) -> str:
    return paragraphs(*map(_day_text, answer.days))


def _day_text(day: BoardDay) -> str:
    counts = day.counts
    head = f"{day.date:%a %Y-%m-%d}: {counts.arrivals} arrive, {counts.departures} leave"
    head += f" ({counts.same_day_turnovers} same-day turnovers), {counts.in_house} stay on"
    head += f", {counts.requests} requests not accepted yet" if counts.requests else ""
    return paragraphs(
        head,
        _board_table("Arriving", day.arrivals),
        _board_table("Leaving", day.departures),
        _board_table("Staying on", day.in_house),
        _board_table("Requests, not accepted yet", day.requests),
    )


def _board_table(title: str, rows: tuple[BoardRow, ...]) -> str | None:
    if not rows:
        return None
    columns = ("id", "listing", "guest", "channel", "status", "arrival", "departure", "guests", "balance")
    body = table(
        (*columns, "turnover"),
        (
            (
                row.reservation_id,
                fence(row.listing) or row.listing_id,
                fence(row.guest) or None,
                row.channel,
                None if row.status_class == "confirmed" else status_of(row),
                row.arrival,
                row.departure,
                row.guests,
                row.balance if row.balance and row.balance.amount else None,
                "same day" if row.same_day_turnover else None,
            )
            for row in rows
        ),
    )
    return f"{title}:\n{body}"


@tool(title="Stay board", toolset=Toolset.RESERVATIONS, text=_board_text)
async def stay_board(services: Services, question: StayBoardQuestion) -> Board:
    """
    Arrivals, departures and who stays on, day by day for up to 14 days, with same-day turnovers marked;
    booked and owner stays; requests not yet accepted apart. Use find_reservations to search or sort,
    get_reservation for one stay.
    """
    return await services.stay_board.board(
        day=question.date,
        days=question.days,
        group=question.group,
        limit=question.limit,
        cursor=question.cursor,
        question=question.asked(),
    )
