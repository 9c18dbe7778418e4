"""The tool that explains money."""

from __future__ import annotations

from pydantic import Field

from hostaway_mcp.services.explained import Compared, Explanation, StatementLine, StepRow
from hostaway_mcp.services.services import Services
from hostaway_mcp.services.untrusted import fence, word
from hostaway_mcp.tools.catalogue import Cursor, Question, Text, Toolset, tool
from hostaway_mcp.tools.reservations import ReservationRef
from hostaway_mcp.tools.text import paragraphs, table


class ExplainMoney(Question):
    """Which money."""

    reservation: ReservationRef | None = None
    statement: int | Text | None = Field(None, description="an owner statement's id or name")
    against: int | float | Text | None = Field(
        None, description='an amount, "reservation …" or "statement …"; a statement by default: today'
    )
    limit: int = Field(25, ge=1, le=100, description="of a statement's lines")
    cursor: Cursor = None


def _explanation_text(answer: Explanation) -> str:
    against = f" against {answer.against}" if answer.against else ""
    return paragraphs(
        f"{answer.subject}{against}",
        _steps(answer.steps),
        f"Difference: {answer.difference}, of it unexplained: {answer.unexplained}"
        if answer.difference
        else None,
        *map(_compared, answer.by_currency),
        f"Paid by the guest: {answer.paid}, balance: {answer.balance}" if answer.paid else None,
        f"Changed since, without effect on the sum:\n{_steps(answer.also)}" if answer.also else None,
        f"Lines:\n{_lines(answer.lines)}" if answer.lines else None,
    )


def _compared(one: Compared) -> str:
    said = f"Difference: {one.this} less {one.against} = {one.difference}"
    return f"{said}, of it unexplained: {one.unexplained}"


def _steps(steps: tuple[StepRow, ...]) -> str | None:
    if not steps:
        return None
    return table(
        ("step", "amount", "why"),
        (((f"= {one.label}" if one.figure else fence(one.label)), one.amount, one.why) for one in steps),
    )


def _lines(lines: tuple[StatementLine, ...]) -> str:
    return table(
        ("reservation", "expense", "what", "channel", "from", "to", "guest price", "owner"),
        (
            (
                one.reservation_id,
                one.expense_id,
                fence(one.what) or None,
                word(one.channel) or None,
                one.first,
                one.last,
                one.total,
                one.owner,
            )
            for one in lines
        ),
    )


@tool(title="Explain money", toolset=Toolset.FINANCE, text=_explanation_text)
async def explain_money(services: Services, question: ExplainMoney) -> Explanation:
    """
    From guest price to payout to owner, step by step, for a reservation or an owner statement (line by
    line, with what changed since it was made). With `against` the steps between two figures: an amount,
    another reservation or statement. What no step explains is `unexplained`.
    """
    return await services.explainer.explain(
        reservation=question.reservation,
        statement=question.statement,
        against=question.against,
        limit=question.limit,
        cursor=question.cursor,
        question=question.asked(),
    )
