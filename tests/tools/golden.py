"""The card of a tool, as a model and a client see it, held in tests/snapshots/tools/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.tools.catalogue import Card, Tool
from hostaway_mcp.tools.tools import CATALOGUE

CARDS = Path(__file__).parents[1] / "snapshots" / "tools"
BYTES_A_TOKEN = 3.5
MOST_TOKENS = 4_000
"""What a default answer may cost, in each of its two forms."""


def tool_named(name: str) -> Tool:
    """The tool of the catalogue."""
    return next(card.load() for card in CATALOGUE if card.name == name)


def card_of(tool: Card) -> dict[str, Any]:
    """What the list of tools says about it."""
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": tool.input_schema,
        "outputSchema": tool.output_schema,
    }


def assert_card(name: str, config: pytest.Config) -> None:
    """The card is as it was; `--snapshot-update` writes it anew."""
    card = card_of(tool_named(name))
    written = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    path = CARDS / f"{name}.json"
    if config.getoption("update_snapshots"):
        CARDS.mkdir(parents=True, exist_ok=True)
        path.write_text(written, encoding="utf-8")
    assert path.exists(), f"{path.name} is not there; --snapshot-update writes it."
    kept = path.read_text(encoding="utf-8")
    assert kept == written, f"The card of {name} has changed; --snapshot-update writes it."


def tokens(said: str | dict[str, Any]) -> float:
    """What a text or a JSON object costs."""
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode()) / BYTES_A_TOKEN
