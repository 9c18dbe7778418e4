"""Waterfalls, statements and bridges by hand, and that steps always add up."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hostaway_mcp.analytics.bridges import bridge
from hostaway_mcp.analytics.statements import Row, Sheet, Spent, compare
from hostaway_mcp.analytics.statements import waterfall_of as steps_of
from hostaway_mcp.analytics.stay_waterfall import Formula, StayMoney, waterfall_of
from hostaway_mcp.analytics.waterfall import Item, Step, matching
from hostaway_mcp.models.finance import FinanceField

CENTS = st.decimals("-5000", "5000", places=2)


def line(name: str, type: str, total: float, included: int = 1) -> FinanceField:
    row = {"id": 1, "name": name, "type": type, "total": total, "isIncludedInTotalPrice": included}
    return FinanceField.model_validate(row)


LINES = [
    line("baseRate", "accommodation", 400),
    line("cleaningFee", "fee", 60),
    line("cityTax", "tax", 14),
    line("hostChannelFee", "commissions", 66, included=0),
]
FORMULAS = {
    "ownerPayout": Formula("ownerPayout", Decimal(254)),
    "pmCommission": Formula("pmCommission", Decimal(80)),
}


def test_the_example_of_a_stay() -> None:
    found = waterfall_of(StayMoney(Decimal(474), LINES, formulas=FORMULAS))
    assert [(one.label, int(one.amount)) for one in found.figures] == [
        ("Guest price", 474),
        ("Payout", 408),
        ("Owner payout", 254),
    ]
    assert found.unexplained == 0


def test_what_no_line_explains_is_a_step() -> None:
    strange = FORMULAS | {"ownerPayout": Formula("ownerPayout", Decimal("251.23"))}
    found = waterfall_of(StayMoney(Decimal(474), LINES, formulas=strange))
    assert found.unexplained == Decimal("-76.77")
    assert waterfall_of(StayMoney(Decimal(470), LINES)).unexplained == -4


def test_the_example_of_matching() -> None:
    items = [Item("tax", Decimal(-30)), Item("cleaning", Decimal(-100)), Item("deposit", Decimal(-200))]
    found = matching(Decimal(-130), items)
    assert found is not None
    assert [one.label for one in found] == ["tax", "cleaning"]
    assert matching(Decimal(-31), items) is None


def test_the_example_of_a_bridge() -> None:
    steps = [
        Step("Guest price", Decimal(474), is_figure=True),
        Step("fee", Decimal(-66)),
        Step("Payout", Decimal(408), is_figure=True),
    ]
    items = [Item("cleaning", Decimal(60))]
    assert [(one.label, int(one.amount)) for one in bridge(Decimal(408), steps, 0, items)] == [("fee", 66)]
    found = bridge(Decimal(348), steps, 0, items)
    assert [(one.label, int(one.amount)) for one in found] == [("cleaning", 60), ("fee", 66)]
    assert bridge(Decimal(1), steps, 0, items) == ()


@given(price=CENTS, fee=CENTS, tax=CENTS, cleaning=CENTS, owner=CENTS)
def test_the_steps_of_a_stay_always_come_to_its_figures(
    price: Decimal, fee: Decimal, tax: Decimal, cleaning: Decimal, owner: Decimal
) -> None:
    lines = [
        line("baseRate", "accommodation", float(price)),
        line("cleaningFee", "fee", float(cleaning)),
        line("cityTax", "tax", float(tax)),
        line("hostChannelFee", "commissions", float(fee), included=0),
    ]
    money = StayMoney(price + tax, lines, formulas={"ownerPayout": Formula("ownerPayout", owner)})
    _adds_up(waterfall_of(money).steps)


AMOUNTS = st.fixed_dictionaries(
    dict.fromkeys(("totalPrice", "baseRate", "cityTax", "hostChannelFee", "ownerPayout"), CENTS)
)
ROWS = st.lists(AMOUNTS, max_size=5).map(
    lambda rows: tuple(Row(number, amounts) for number, amounts in enumerate(rows))
)
SPENT = st.lists(CENTS, max_size=4).map(
    lambda some: tuple(Spent(number, amount) for number, amount in enumerate(some))
)
SHEETS = st.builds(Sheet, rows=ROWS, spent=SPENT, grand_total=st.none() | CENTS)


@given(then=SHEETS, now=SHEETS)
def test_the_steps_between_two_sheets_are_their_difference(then: Sheet, now: Sheet) -> None:
    _adds_up(steps_of(then))
    changes = compare(then, now)
    assert sum((step.amount for step in changes.steps), Decimal(0)) == then.total - now.added


def _adds_up(steps: tuple[Step, ...]) -> None:
    running: Decimal | None = None if steps[0].is_figure else Decimal(0)
    for step in steps:
        if not step.is_figure:
            running = (running or Decimal(0)) + step.amount
            continue
        assert running is None or running == step.amount, steps
        running = step.amount
