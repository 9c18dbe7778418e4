"""What holds for every proposal: one use, one caller, one account, its own arguments, five minutes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hostaway_mcp.app import build_app
from hostaway_mcp.client.shared import MemoryState
from hostaway_mcp.errors import HostawayMcpError
from hostaway_mcp.settings import Settings
from hostaway_mcp.telemetry.audit import MemoryAudit
from hostaway_mcp.tools.catalogue import ToolEffect
from hostaway_mcp.tools.runner import Asked
from hostaway_mcp.tools.tools import CATALOGUE
from tests.services.writes.examples import EXAMPLES, Example
from tests.services.writes.house import WritingHouse, writing

Json = dict[str, Any]


def test_every_tool_that_proposes_is_in_the_table() -> None:
    """What is not tried here was never tried against the wrong caller."""
    proposing = [tool.name for tool in CATALOGUE if tool.effect in (ToolEffect.WRITE, ToolEffect.REACH)]
    assert [example.tool for example in EXAMPLES] == proposing


@contextmanager
def refused(home: WritingHouse, code: str) -> Iterator[None]:
    """The block is refused with this code, and nothing was sent that could change something."""
    sandbox = home.home.sandbox
    before, requests = sandbox.effects.tally(), len(sandbox.requests)
    with pytest.raises(HostawayMcpError) as caught:
        yield
    assert caught.value.code == code, caught.value.sentence
    assert sandbox.effects.tally() == before
    sent = [one.operation for one in sandbox.requests[requests:] if one.method != "GET"]
    assert set(sent) <= {"createAccessToken", "calculatePriceDetails"}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.tool)
async def test_a_proposal_is_applied_once_by_whoever_it_was_shown_to(
    example: Example, tmp_path: Path
) -> None:
    """Source: the threats of a write path: whoever only knows a change_id can do nothing with it."""
    async with writing(tmp_path, listings=6) as home:
        arguments = await example.arguments(home)
        proposal = await home.propose(example.tool, **arguments)
        name = proposal["change_id"]
        with refused(home, "not_found"):
            await home.call("apply_change", change_id=name, caller="another client")
        with refused(home, "not_found"):
            await home.call("apply_change", change_id=name, door="api")
        with refused(home, "not_found"):
            await home.call("apply_change", change_id=name.upper())
        with refused(home, "not_found"):
            await apply_in_another_account(home, name)
        with refused(home, "invalid_input"):
            await home.call("apply_change", change_id=name, force=True)
        with refused(home, "invalid_input"):
            await home.call("apply_change", change_id=name, arguments=arguments)
        with refused(home, "needs_approval"):
            await apply_without_a_person(home, name)
        assert (await home.apply(proposal))["outcome"] == "done"
        with refused(home, "already_applied"):
            await home.apply(proposal)
        assert [asked for asked, _ in home.person.asked].count(name) == 1


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.tool)
async def test_a_proposal_holds_for_five_minutes_and_for_what_it_was_made_from(
    example: Example, tmp_path: Path
) -> None:
    """A no ends it, time ends it, and a change behind it ends it; each before anything is sent."""
    async with writing(tmp_path, listings=6) as home:
        arguments = await example.arguments(home)

        said_no = await home.propose(example.tool, **arguments)
        home.person.agrees = False
        for code in ("declined", "declined"):
            with refused(home, code):
                await home.apply(said_no)
        home.person.agrees = True

        too_old = await home.propose(example.tool, **arguments)
        await home.home.clock.sleep(301)
        with refused(home, "expired"):
            await home.apply(too_old)

        drifted = await home.propose(example.tool, **arguments)
        example.disturb(home, arguments)
        for code in ("changed_since", "changed_since"):
            with refused(home, code):
                await home.apply(drifted)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.tool)
async def test_a_proposal_reads_a_listing_once_at_most(example: Example, tmp_path: Path) -> None:
    """Once names are known: tools that propose cost one request for each listing they touch."""
    async with writing(tmp_path, listings=6) as home:
        arguments = await example.arguments(home)
        await home.call("find_listings")
        before = len(home.home.upstream)
        await home.propose(example.tool, **arguments)
        assert len(home.home.upstream) - before <= example.reads


async def apply_without_a_person(home: WritingHouse, change_id: str) -> None:
    """As a client that cannot ask one."""
    asked = Asked(door="stdio", caller="client")
    await home.home.app.runner.run("apply_change", {"change_id": change_id}, asked)


async def apply_in_another_account(home: WritingHouse, change_id: str) -> None:
    """As a server of another account over the same journal."""
    values = home.home.app.settings.model_dump() | {"hostaway_account_id": "99999"}
    app = build_app(
        Settings(_env_file=None, **values),
        clock=home.home.clock,
        state=MemoryState(),
        audit=MemoryAudit(),
        http=httpx2.ASGITransport(app=home.home.sandbox.app),
    )
    try:
        asked = Asked(door="stdio", caller="client", ask_person=home.person.ask)
        await app.runner.run("apply_change", {"change_id": change_id}, asked)
    finally:
        await app.aclose()
