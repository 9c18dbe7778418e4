"""The tool that finds odd prices."""

from __future__ import annotations

from pydantic import Field

from hostaway_mcp.services.prices import LIMIT, PriceFinding, PricesAnswer
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence, word
from hostaway_mcp.tools.catalogue import Cursor, Day, Listed, ListingRef, Question, Text, Toolset, tool
from hostaway_mcp.tools.gaps import change_text
from hostaway_mcp.tools.text import paragraphs, table


class CheckPrices(Question):
    """The parameters of check_prices."""

    from_: Day | None = Field(None, alias="from", description="first day; default today")
    to: Day | None = Field(None, description="last day, inclusive; default 60 days")
    rules: Listed[Text] = Field(
        [],
        max_length=8,
        description="only these: missing, pattern=35 and last_year=60 (percent), floor=80 (amount a night)",
    )
    listing: ListingRef | None = Field(None, description="ids or names")
    group: Text | None = Field(None, description="city or country")
    limit: int = Field(LIMIT, ge=1, le=100)
    cursor: Cursor = None


def _text(answer: PricesAnswer) -> str:
    if not answer.findings:
        return f"No odd prices among {answer.looked_at}." if answer.complete else ""
    head = ", ".join(f"{one.findings} {one.rule.replace('_', ' ')}" for one in answer.counts)
    return paragraphs(f"Odd prices: {head}" if head else None, _table(answer.findings))


def _table(rows: tuple[PriceFinding, ...]) -> str:
    return table(
        ("id", "listing", "city", "from", "to", "rule", "price", "usual", "says", "fix", "worth"),
        (
            (
                row.listing_id,
                fence(row.name),
                word(row.city),
                row.first,
                row.last if row.last != row.first else None,
                row.rule,
                _prices(row),
                row.usual,
                row.says,
                change_text(*row.fixes),
                row.worth,
            )
            for row in rows
        ),
    )


def _prices(row: PriceFinding) -> str | None:
    if row.price is None:
        return None
    return f"{row.price}" if row.price_to is None else f"{row.price.amount:f} to {row.price_to}"


@tool(title="Check prices", toolset=Toolset.CALENDAR, text=_text)
async def check_prices(services: Services, question: CheckPrices) -> PricesAnswer:
    """
    Prices of open nights that look like slips: missing, out of pattern against the weeks around (weekdays
    and seasons allowed for), below a floor, far from what the nights brought a year before; each with the
    usual price, `fixes` as arguments for update_calendar, and worth. All prices: get_calendar.
    """
    return await services.prices.check(
        first=question.from_,
        last=question.to,
        rules=question.rules,
        listing=question.listing,
        group=question.group,
        limit=question.limit,
        cursor=question.cursor,
    )
