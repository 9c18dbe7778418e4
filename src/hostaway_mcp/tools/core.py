"""Tools to begin with: is the account reachable, and what is meant by these words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hostaway_mcp.services.answers import Instant
from hostaway_mcp.services.connection import Connection, Right
from hostaway_mcp.services.finder import Found
from hostaway_mcp.services.replica_state import ReplicaNow
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence
from hostaway_mcp.tools.catalogue import Listed, Question, Text, Toolset, tool
from hostaway_mcp.tools.text import fields, paragraphs, table


class CheckConnection(Question):
    """How deep to look."""

    renew: bool = Field(False, description="have a new token issued")
    deep: bool = Field(False, description="also try which nouns may be read (8 calls)")


def _connection_text(answer: Connection) -> str:
    budget, token = answer.budget, answer.token
    until = _moment(token.expires_at)
    return paragraphs(
        fields(
            (
                ("account", answer.account_id),
                ("connected", answer.connected),
                ("because", answer.reason),
                ("token", f"issued {_moment(token.issued_at)}, good until {until}" if until else "none yet"),
                (
                    "budget",
                    f"{budget.used} in use of {budget.ip} per IP and {budget.account} per account in "
                    f"{budget.window_seconds:g} s, {budget.waiting} waiting",
                ),
                ("paused s", budget.paused_seconds),
                ("refused by Hostaway", budget.refused),
                (
                    "fresh as of",
                    [f"{one.noun} {one.rows} ({_moment(one.as_of)})" for one in answer.freshness],
                ),
                ("replica", _replica(answer.replica)),
                ("webhooks", answer.webhooks),
                ("writes", answer.writes),
                ("may read", [one.noun for one in answer.rights if one.allowed]),
                ("may not read", [_denied(one) for one in answer.rights if not one.allowed]),
            )
        ),
        *(f"- {hint}" for hint in answer.hints),
    )


def _replica(replica: ReplicaNow) -> list[str]:
    calendars, deliveries = replica.calendars, replica.deliveries
    said = [f"{replica.state}{f': {replica.says}' if replica.says else ''}", replica.first_sync or ""]
    if calendars:
        share = f"{calendars.fresh_share:.0%} of {calendars.listings} calendars read within six hours"
        said.append(f"{share}, oldest {_moment(calendars.oldest)}" if calendars.oldest else share)
    if deliveries:
        failed = f", {deliveries.failed} failed" if deliveries.failed else ""
        last = f"last webhook {_moment(deliveries.last_at)} {deliveries.last_event or 'of an unknown kind'}"
        said.append(f"{last}, {deliveries.waiting} waiting{failed}")
    return [one for one in said if one]


def _denied(right: Right) -> str:
    return f"{right.noun} ({right.why})"


def _moment(moment: Instant | None) -> str:
    return f"{moment:%Y-%m-%d %H:%MZ}" if moment else ""


@tool(title="Check the connection", toolset=Toolset.CORE, text=_connection_text)
async def check_connection(services: Services, question: CheckConnection) -> Connection:
    """
    Is the Hostaway account reachable, with which rights, how much request budget is left, how fresh is what?
    Use it first, or when another tool is refused or slow; says what is wrong and whose move it is. Never
    shows the token.
    """
    return await services.connection.check(renew=question.renew, deep=question.deep)


class Find(Question):
    """What to look for."""

    query: Annotated[Text, Field(min_length=1, description="name, nickname, city, id, channel code, e-mail")]
    kinds: Listed[Literal["listing", "guest", "reservation", "conversation"]] | None = None
    limit: int = Field(10, ge=1, le=50)


def _found_text(answer: Found) -> str:
    if not answer.matches:
        return "Nothing found."
    rows = ((one.kind, one.id, fence(one.label), one.why) for one in answer.matches)
    return table(("kind", "id", "what", "why"), rows)


@tool(title="Find", toolset=Toolset.CORE, text=_found_text)
async def find(services: Services, question: Find) -> Found:
    """
    Which listing, guest, reservation or conversation is meant by these words, number, code or e-mail? Gives
    ids for the other tools, best first; accents and typos are forgiven. A guest's id is that of their
    reservation nearest to today (for get_guest).
    """
    return await services.finder.find(question.query, kinds=question.kinds, limit=question.limit)
