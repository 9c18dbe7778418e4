"""A person agrees at a terminal: `hostaway-mcp approve`, and `call apply_change`."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.sandbox import Sandbox
from tests.cli.conftest import Shell
from tests.cli.terminal import Terminal
from tests.services.writes.house import WritingHouse, writing
from tests.support.clock import FakeClock

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs pseudo-terminals")
CHANGE = {"ranges": [{"from": "+9d"}], "changes": {"min_stay": 6, "note": "quiet week"}}


async def proposed(home: WritingHouse) -> dict[str, Any]:
    listing_id = next(iter(home.home.sandbox.world.listings))
    return await home.propose("update_calendar", listing=listing_id, **CHANGE)


def environment_of(home: WritingHouse) -> dict[str, str]:
    settings = home.home.app.settings
    return {
        "HOSTAWAY_ACCOUNT_ID": settings.hostaway_account_id,
        "HOSTAWAY_MCP_DATA_DIR": str(settings.hostaway_mcp_data_dir),
    }


async def asked_to_approve(home: WritingHouse, name: str, *lines: str) -> tuple[int, str]:
    """Exit code and screen of `approve`, at which these lines are typed."""

    def sit() -> tuple[int, str]:
        terminal = Terminal("approve", name, environment=environment_of(home))
        for line in lines:
            terminal.wait_for("Do it? [y/N]")
            terminal.type(line)
        return terminal.left()[0], terminal.shown

    return await asyncio.to_thread(sit)


async def test_a_yes_at_the_terminal_lets_the_caller_apply_it(tmp_path: Path) -> None:
    """The server's own words are shown; only who proposed it may go on, without being asked again."""
    async with writing(tmp_path, listings=2, clock=FakeClock(datetime.now(UTC))) as home:
        proposal = await proposed(home)
        name = proposal["change_id"]
        code, screen = await asked_to_approve(home, name, "y")
        assert code == 0, screen
        entry = await (await home.home.app.services.writes.ledger.journal()).get(name)
        assert entry is not None
        assert entry.question in screen
        assert f"{name}: proposed with update_calendar by client (stdio) at " in screen
        assert "Agreed. Whoever proposed it can apply it until " in screen
        assert entry.approved_by is not None
        assert entry.approved_by.endswith(" in a terminal")
        with pytest.raises(HostawayMcpError, match="no proposal"):
            await home.call("apply_change", change_id=name, caller="another")
        assert (await home.apply(proposal))["outcome"] == "done"
        assert home.person.asked == []

        code, screen = await asked_to_approve(home, name)
        assert code == 1
        assert "does not wait to be agreed to any more" in screen


@pytest.mark.parametrize("typed", ["n", ""])
async def test_anything_else_is_a_no(typed: str, tmp_path: Path) -> None:
    """Return alone too: it is over then, for whoever proposed it."""
    async with writing(tmp_path, listings=2, clock=FakeClock(datetime.now(UTC))) as home:
        proposal = await proposed(home)
        code, screen = await asked_to_approve(home, proposal["change_id"], typed)
        assert code == 0
        assert "Declined: nothing will be done." in screen
        with pytest.raises(HostawayMcpError) as caught:
            await home.apply(proposal)
        assert caught.value.code == "declined"
        assert home.home.sandbox.effects == []


def test_without_a_terminal_nobody_agrees(shell: Shell) -> None:
    """A script or a model with a shell cannot say yes for a person."""
    code, out, err = shell("approve", "chg_1", HOSTAWAY_ACCOUNT_ID="1")
    assert (code, out) == (2, "")
    assert "nobody can be asked here" in err


async def test_what_is_not_there_cannot_be_agreed_to(tmp_path: Path) -> None:
    """And a journal is not made just to look into it."""
    async with writing(tmp_path, listings=2) as home:
        code, screen = await asked_to_approve(home, "chg_0000000000000000")
        assert code == 2
        assert "There is no proposal chg_0000000000000000" in screen
        assert not (tmp_path / "journal.db").exists()


# call


def test_a_call_at_a_terminal_asks_there(sandbox: Sandbox, shell: Shell, tmp_path: Path) -> None:
    """The question goes to the terminal, the answer alone to the pipe."""
    environment = {
        "HOSTAWAY_ACCOUNT_ID": sandbox.account_id,
        "HOSTAWAY_CLIENT_SECRET": sandbox.client_secret,
        "HOSTAWAY_MCP_WRITES": "propose",
    }
    change = {"listing": next(iter(sandbox.world.listings)), **CHANGE}
    code, out, err = shell("call", "update_calendar", "--json", json.dumps(change), **environment)
    assert code == 0, err
    name = json.loads(out)["change_id"]

    code, out, err = shell("call", "apply_change", f"change_id={name}")
    assert (code, out) == (1, "")
    assert f"hostaway-mcp approve {name}" in err
    assert sandbox.effects == []

    terminal = Terminal("call", "apply_change", f"change_id={name}", environment={}, piped=True)
    terminal.wait_for("Do it? [y/N]")
    terminal.type("y")
    code, out = terminal.left()
    assert code == 0, terminal.shown
    assert json.loads(out)["outcome"] == "done"
    assert "minimum stay" in terminal.shown
    (effect,) = sandbox.effects
    assert effect.changes["minimumStay"][1] == 6


def test_while_writes_are_off_the_shell_says_so(shell: Shell) -> None:
    """Exit code 1 with the sentence; nothing on standard output."""
    for tool in ("update_calendar", "apply_change", "undo_change"):
        code, out, err = shell(
            "call", tool, "change_id=chg_1", HOSTAWAY_ACCOUNT_ID="1", HOSTAWAY_CLIENT_SECRET="x" * 64
        )
        assert (code, out) == (1, "")
        assert "writes are switched off here" in err
        assert "HOSTAWAY_MCP_WRITES=propose" in err
