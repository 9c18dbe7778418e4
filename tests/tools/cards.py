"""Writes the cards of the tools: `python -m tests.tools.cards`."""

from __future__ import annotations

from pathlib import Path

from hostaway_mcp.tools import cards

FILE = Path(cards.__file__).with_name(cards.FILE)

if __name__ == "__main__":
    FILE.write_text(cards.written(), encoding="utf-8")
