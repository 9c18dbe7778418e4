"""The cards of the tools that are listed only where writes are on."""

from __future__ import annotations

import pytest

from hostaway_mcp.tools.catalogue import Tool
from hostaway_mcp.tools.tools import CATALOGUE, needs_writes
from tests.tools.golden import assert_card

WRITING = [tool for tool in CATALOGUE if needs_writes(tool)]


@pytest.mark.parametrize("tool", WRITING, ids=lambda tool: tool.name)
def test_card_is_as_it_was(tool: Tool, pytestconfig: pytest.Config) -> None:
    """Name, description and schemas."""
    assert_card(tool.name, pytestconfig)


def test_whoever_is_offered_them_is_told_that_nothing_happens_yet() -> None:
    """A model must not take a proposal for the deed."""
    for tool in WRITING:
        if tool.effect.value in ("write", "reach"):
            assert tool.description.startswith("Proposes "), tool.name
