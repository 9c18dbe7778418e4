"""Saving expenses and extras, from the proposal to the sandbox's own documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.errors import ChangeError, DriftError, HostawayMcpError, InputError, PolicyError
from tests.services.writes.house import Json, WritingHouse, masked, writing

ALFAMA, DENVER, ARCHIVED = 40160, 40209, 40237
PAINT = {"concept": "Paint", "amount": "-45.5", "listing": ALFAMA, "date": "2026-07-20"}


def expenses_of(home: WritingHouse) -> dict[int, Json]:
    """The sandbox's own documents."""
    found: dict[int, Json] = home.home.sandbox.world.expenses
    return found


async def propose(home: WritingHouse, action: str, *items: Json) -> Json:
    return await home.propose("save_expense", action=action, items=list(items))


async def done(home: WritingHouse, action: str, *items: Json) -> tuple[Json, Json]:
    """Proposes it and has it done."""
    proposal = await propose(home, action, *items)
    applied = await home.apply(proposal)
    assert applied["outcome"] == "done", applied
    return proposal, applied


async def added(home: WritingHouse, **item: Any) -> int:
    _, applied = await done(home, "add", PAINT | item)
    return int(applied["items"][0]["result"]["expense_id"])


async def undone(home: WritingHouse, proposal: Json) -> Json:
    back = await home.propose("undo_change", change_id=proposal["change_id"])
    applied = await home.apply(back)
    assert applied["outcome"] == "done", applied
    return back


async def test_a_whole_proposal(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """What a caller is shown, in both forms; what a sign means is said in words."""
    async with writing(tmp_path) as home:
        laundry = {"concept": "Late check-out", "amount": 20, "listing": ALFAMA, "categories": ["Extras 2"]}
        items = [PAINT, laundry, PAINT | {"listing": ARCHIVED}]
        assert masked(await home.call("save_expense", action="add", items=items)) == snapshot


@pytest.mark.parametrize(
    ("amount", "kind", "stored", "says"),
    [
        ("-45.5", None, -45.5, "expense of 45.50 EUR"),
        ("45.5", None, 45.5, "extra of 45.50 EUR"),
        ("45.5", "expense", -45.5, "expense of 45.50 EUR"),
        ("-45.5", "expense", -45.5, "expense of 45.50 EUR"),
        ("-45.5", "extra", 45.5, "extra of 45.50 EUR"),
        ("-0.005", None, None, "`amount` must not be 0."),
    ],
)
async def test_the_sign_is_what_was_said(
    tmp_path: Path, amount: str, kind: str | None, stored: float | None, says: str
) -> None:
    """Below zero is an expense, above an extra ("Expenses and extras"); a word for it decides."""
    async with writing(tmp_path, listings=2) as home:
        item = PAINT | {"amount": amount} | ({"kind": kind} if kind else {})
        if stored is None:
            with pytest.raises(InputError, match=says):
                await propose(home, "add", item)
            return
        proposal, applied = await done(home, "add", item)
        assert proposal["items"][0]["after"]["amount"] == says
        expense = expenses_of(home)[applied["items"][0]["result"]["expense_id"]]
        assert (expense["amount"], expense["type"]) == (stored, says.split()[0])


async def test_an_expense_is_added_told_at_once_and_taken_back(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        asks = {"from_": "2026-07-20", "to": "2026-07-20", "listing": ALFAMA}
        before = (await home.home.ask("find_expenses", **asks)).json["total"]
        proposal, _ = await done(home, "add", PAINT)
        assert proposal["cost"] == {"calls": 3, "money": {"amount": "-45.50", "currency": "EUR"}}
        assert (await home.home.ask("find_expenses", **asks)).json["total"] == before + 1
        await undone(home, proposal)
        assert (await home.home.ask("find_expenses", **asks)).json["total"] == before


async def test_a_category_that_nobody_has_is_said_to_be_made(tmp_path: Path) -> None:
    """Source: changelog of 2025-06-24."""
    async with writing(tmp_path) as home:
        there = next(one["categoriesNames"][0] for one in expenses_of(home).values())
        known = await propose(home, "add", PAINT | {"categories": [there.upper()]})
        assert "warnings" not in known
        proposal = await propose(home, "add", PAINT | {"categories": ["Paintwork"]})
        assert "Hostaway makes a new category of ⟦Paintwork⟧" in proposal["warnings"][0]


async def test_the_same_again_is_warned_of_and_in_between_is_drift(tmp_path: Path) -> None:
    """Hostaway has no key to make something only once by: concept, amount, date and place tell."""
    async with writing(tmp_path) as home:
        number = await added(home)
        proposal = await propose(home, "add", PAINT)
        assert f"there is the very same already, expense {number}" in proposal["warnings"][0]
        expenses_of(home)[number + 1] = expenses_of(home)[number] | {"id": number + 1}
        with pytest.raises(DriftError, match="like it"):
            await home.apply(proposal)


async def test_a_lost_answer_is_settled_by_looking_for_the_expense(tmp_path: Path) -> None:
    """It was made: it is found by what it says, and not made twice."""
    async with writing(tmp_path) as home:
        proposal = await propose(home, "add", PAINT)
        home.home.sandbox.faults.add("close", operation="createExpense", committed=True)
        applied = await home.apply(proposal)
        assert applied["outcome"] == "done"
        assert expenses_of(home)[applied["items"][0]["result"]["expense_id"]]["concept"] == "Paint"
        assert home.home.sandbox.effects.tally()["expense created"] == 1
        await undone(home, proposal)


async def test_expenses_are_changed_and_taken_back(tmp_path: Path) -> None:
    """What Hostaway always wants is sent as it is, the rest only where it differs."""
    async with writing(tmp_path) as home:
        number = await added(home, categories=["Repairs"])
        before = dict(expenses_of(home)[number])
        item = {"expense_id": number, "amount": 60, "kind": "expense", "categories": ["Repairs", "Walls"]}
        proposal, _ = await done(home, "change", item)
        assert proposal["items"][0]["before"]["amount"] == "expense of 45.50 EUR"
        after = expenses_of(home)[number]
        assert (after["amount"], after["concept"], after["expenseDate"]) == (-60, "Paint", "2026-07-20")
        assert after["categoriesNames"] == ["Repairs", "Walls"]
        await undone(home, proposal)
        again = expenses_of(home)[number]
        assert (again["amount"], again["categoriesNames"]) == (before["amount"], ["Repairs"])
        turned, _ = await done(home, "change", {"expense_id": number, "kind": "extra"})
        assert turned["items"][0]["after"] == {"amount": "extra of 45.50 EUR"}
        with pytest.raises(InputError, match="There is nothing to change"):
            await propose(home, "change", {"expense_id": number, "kind": "extra"})


async def test_a_deleted_expense_is_shown_whole_and_made_again(tmp_path: Path) -> None:
    """It gets another number, and the statement that it was on is named."""
    async with writing(tmp_path) as home:
        number = await added(home, categories=["Repairs"])
        expenses_of(home)[number]["ownerStatementIds"] = [5]
        proposal, _ = await done(home, "delete", {"expense_id": number})
        assert "it is on owner statement 5, which will differ then" in proposal["warnings"][0]
        assert proposal["items"][0]["before"]["concept"] == "⟦Paint⟧"
        assert number not in expenses_of(home)
        back = await undone(home, proposal)
        assert "is made anew, with another number" in back["warnings"][0]
        again = expenses_of(home)[max(expenses_of(home))]
        assert (again["amount"], again["categoriesNames"]) == (-45.5, ["Repairs"])
        assert again["ownerStatementIds"] == [5]


async def test_undo_is_refused_where_later_changes_would_be_lost(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        made, applied = await done(home, "add", PAINT)
        number = applied["items"][0]["result"]["expense_id"]
        changed, _ = await done(home, "change", {"expense_id": number, "concept": "Paint and brushes"})
        expenses_of(home)[number]["amount"] = -50
        with pytest.raises(DriftError, match="was changed again since"):
            await home.propose("undo_change", change_id=changed["change_id"])
        with pytest.raises(DriftError, match="was changed since; that would be lost"):
            await home.propose("undo_change", change_id=made["change_id"])
        del expenses_of(home)[number]
        with pytest.raises(ChangeError, match="is not there any more"):
            await home.propose("undo_change", change_id=made["change_id"])


async def test_drift_of_an_expense(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        number = await added(home)
        proposal = await propose(home, "change", {"expense_id": number, "concept": "Brushes"})
        expenses_of(home)[number]["amount"] = -50
        with pytest.raises(DriftError, match=r"\(amount\)"):
            await home.apply(proposal)


async def test_the_policy_bounds_what_one_proposal_books(tmp_path: Path) -> None:
    """All of it together, in each currency, whatever the signs."""
    async with writing(tmp_path) as home:
        (tmp_path / "policy.toml").write_text("[limits.amount]\nEUR = 100\n")
        await propose(home, "add", PAINT | {"amount": 100})
        with pytest.raises(PolicyError, match=r"100.01 EUR: limits\.amount is 100.00 EUR"):
            await propose(home, "add", PAINT | {"amount": "-100.01"})
        with pytest.raises(PolicyError, match=r"110.00 EUR: limits\.amount"):
            await propose(home, "add", PAINT | {"amount": 50}, PAINT | {"amount": -60})
        await propose(home, "add", PAINT | {"amount": 500, "listing": DENVER})


async def test_a_stay_gives_its_listing(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        stay = next(iter(home.home.sandbox.world.reservations.values()))
        item = {"concept": "Crib", "amount": 15, "reservation": stay["id"]}
        _, applied = await done(home, "add", item)
        expense = expenses_of(home)[applied["items"][0]["result"]["expense_id"]]
        assert (expense["listingMapId"], expense["reservationId"]) == (stay["listingMapId"], stay["id"])
        assert expense["expenseDate"] == "2026-07-23"
        other = DENVER if stay["listingMapId"] != DENVER else ALFAMA
        with pytest.raises(InputError, match="is not at"):
            await propose(home, "add", item | {"listing": other})


async def test_many_have_an_outcome_each(tmp_path: Path) -> None:
    async with writing(tmp_path) as home:
        numbers = sorted(expenses_of(home))[:2]
        items = [{"expense_id": number, "concept": "Soap"} for number in (*numbers, 7)]
        proposal = await propose(home, "change", *items)
        assert proposal["missing"] == [{"what": "expense 7", "why": "There is no expense 7 in this account."}]
        home.home.sandbox.faults.add("fail_200", path=f"/v1/expenses/{numbers[0]}", method="PUT", text="No")
        applied = await home.apply(proposal)
        assert [one["outcome"] for one in applied["items"]] == ["not_done", "done"]


@pytest.mark.parametrize(
    ("action", "item", "says"),
    [
        ("add", {"concept": "x"}, "To add an expense, `amount` is needed."),
        ("add", {"amount": 5}, "To add an expense, `concept` is needed."),
        ("add", {"concept": "x", "amount": 5}, "An expense needs a `listing` or `reservation`"),
        ("add", {"concept": "x", "amount": 0, "listing": ALFAMA}, "`amount` must not be 0."),
        ("add", PAINT | {"expense_id": 7}, "An expense that is added has no `expense_id` yet."),
        ("add", PAINT | {"listing": "Nowhere"}, 'There is no listing "Nowhere"'),
        ("add", PAINT | {"reservation": 7}, "Reservation not found"),
        ("add", PAINT | {"date": "soonish"}, '"soonish" is not a date.'),
        ("add", PAINT | {"concept": "x" * 256}, "`items[0].concept` must be at most 255 characters"),
        ("add", PAINT | {"concept": "a\u200bb"}, "`concept` holds invisible or control characters."),
        ("add", PAINT | {"amount": "much"}, "`items[0].amount` must be a number"),
        ("add", PAINT | {"kind": "income"}, "`items[0].kind` must be one of 'expense' or 'extra'"),
        ("change", {"concept": "x"}, "To change an expense, `expense_id` is needed."),
        ("change", {"expense_id": 5}, "Nothing is said of expense 5."),
        ("delete", {"expense_id": 5, "concept": "x"}, "takes its `expense_id` alone."),
        ("delete", {"expense_id": 5}, "There is no expense 5 in this account."),
        ("remove", {"expense_id": 5}, "`action` must be one of"),
    ],
)
async def test_what_cannot_be_asked(
    tmp_path: Path, action: str, item: Json, says: str, snapshot: SnapshotAssertion
) -> None:
    async with writing(tmp_path, listings=2) as home:
        with pytest.raises(HostawayMcpError) as caught:
            await propose(home, action, item)
        assert says in caught.value.sentence
        assert caught.value.sentence == snapshot
