"""Two proposals at once about the same thing: what both rest on holds for one of them only."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hostaway_mcp.errors import ChangeError
from tests.services.writes.examples import EXAMPLES
from tests.services.writes.house import writing


async def test_the_same_words_are_not_sent_twice_by_two_proposals(tmp_path: Path) -> None:
    """Both were proposed before either was applied, and both are applied at one moment."""
    example = next(one for one in EXAMPLES if one.tool == "send_message")
    async with writing(tmp_path, listings=6) as home:
        arguments = await example.arguments(home)
        twins = [await home.propose("send_message", **arguments) for _ in range(2)]
        found = await asyncio.gather(*(home.apply(one) for one in twins), return_exceptions=True)
        assert len(home.home.sandbox.effects.of("message", action="sent")) == 1
        outcomes = [one["outcome"] for one in found if isinstance(one, dict)]
        assert outcomes.count("done") == 1
        (other,) = [n for n, one in enumerate(found) if not isinstance(one, dict) or one["outcome"] != "done"]
        with pytest.raises(ChangeError):
            await home.apply(twins[other])
        assert len(home.home.sandbox.effects.of("message", action="sent")) == 1
