"""Writes the questions with their calls and what comes back: `python -m tests.questions.page`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hostaway_mcp.sandbox import Sandbox
from tests.questions.account import Account
from tests.questions.of_calendar import CALENDAR
from tests.questions.of_homes import HOMES
from tests.questions.of_inbox import INBOX
from tests.questions.of_money import MONEY
from tests.questions.of_pace import PACING
from tests.questions.of_stays import STAYS
from tests.questions.of_today import CHANGED, TODAY
from tests.questions.of_work import WORK
from tests.questions.record import Figures, Question, Took
from tests.questions.worlds import WHOLE, make_trouble
from tests.support.clock import FakeClock

PAGE = Path(__file__).parents[2] / "docs" / "questions.md"
PARTS = {
    "To begin with": TODAY, "Homes": HOMES, "Stays and guests": STAYS, "Calendar and prices": CALENDAR,
    "Inbox": INBOX, "Reviews, turnovers, tasks": WORK, "Money": MONEY, "Pace": PACING,
}  # fmt: skip
HEAD = """\
# Questions

What people ask, the calls that answer it, and the figures that come back. `scripts/questions` writes this
page from the set in `tests/questions/`, which asks in portfolios of 12, 150 and 500 homes and compares every
figure, money to the cent, with what plain Python works out from the sandbox's documents. Beside a replica no
question costs a call at Hostaway where the table does not say so. The figures here are those of the sandbox's
account of {homes} homes on {day}.

In a call `→` is a value that the answer before gave.
"""
SHOWN = 2


def page() -> str:
    """The whole page."""
    account = an_account()
    lines = [HEAD.format(homes=len(account.listings), day=f"{account.today:%-d %B %Y}")]
    for title, questions in PARTS.items():
        lines += [f"## {title}", "", "| question | calls | what comes back |", "| --- | --- | --- |"]
        lines += [_row(one, account) for one in questions]
        lines.append("")
    return "\n".join(lines)


def an_account() -> Account:
    """The smallest account of the tests, with its trouble."""
    sandbox = Sandbox(seed=1, listings=12, limits=None, clock=FakeClock())
    make_trouble(sandbox.world)
    account = Account(sandbox.world, behind=WHOLE.behind, ahead=WHOLE.ahead)
    stay = account.arriving(account.today, account.day(20))[-1]
    sandbox.world.touch_reservation(stay["id"], hostNote=CHANGED)
    return account


def _row(one: Question, account: Account) -> str:
    calls = " then ".join(f"`{tool}({_arguments(given)})`" for tool, given in one.calls)
    cost = f" (up to {one.upstream} at Hostaway)" if one.upstream else ""
    return f"| {one.words} | {calls}{cost} | {_figures(one.gold(account), one.told)} |"


def _arguments(given: dict[str, Any]) -> str:
    return ", ".join(
        f"{name}={'→' if isinstance(value, Took) else json.dumps(value, ensure_ascii=False)}"
        for name, value in given.items()
    )


def _figures(gold: Figures, names: Iterable[str]) -> str:
    return "; ".join(f"{name}: {_said(gold[name])}" for name in names)


def _said(value: Any) -> str:
    if isinstance(value, list):
        shown = ", ".join(map(_said, value[:SHOWN])) or "none"
        return f"{shown} and {len(value) - SHOWN} more" if len(value) > SHOWN else shown
    if isinstance(value, tuple):
        return " · ".join(_said(one) for one in value if one is not None)
    words = {None: "none", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
