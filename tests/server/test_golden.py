"""The list of tools as clients get it, held against golden files; `--snapshot-update` writes them anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client

from hostaway_mcp.server.server import build_server
from tests.server.conftest import ERAS
from tests.support.house import house
from tests.tools.golden import BYTES_A_TOKEN, CARDS

GOLDEN = Path(__file__).with_name("golden") / "tools_list.json"
MOST_TOKENS = 12_000
"""What the default list may cost a model that reads all of it."""


async def listed(era: str, **settings: Any) -> list[dict[str, Any]]:
    """The tools of the default server, or of one with other settings, as they stand on the wire."""
    async with house(**settings) as built, Client(build_server(built.app), mode=ERAS[era]) as client:
        tools = (await client.list_tools()).tools
    return [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]


def size(value: object) -> int:
    """Bytes of compact JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


@pytest.mark.parametrize("era", ERAS)
async def test_list_is_the_golden_one(era: str, pytestconfig: pytest.Config) -> None:
    """Order, annotations and bytes of every tool, the same in both eras; schemas are held by the cards."""
    tools = await listed(era)
    written = {
        "bytes": size(tools),
        "tools": [
            {"name": tool["name"], "bytes": size(tool), "annotations": tool["annotations"]} for tool in tools
        ],
    }
    if pytestconfig.getoption("update_snapshots"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    assert written == json.loads(GOLDEN.read_text(encoding="utf-8"))


async def test_wire_says_what_the_cards_say() -> None:
    """Nothing is lost or added between the catalogue's card and the client but the annotations."""
    tools = await listed("2026-07-28", hostaway_mcp_writes="propose")
    cards = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in CARDS.glob("*.json")}
    assert {tool["name"]: {key: tool[key] for key in tool if key != "annotations"} for tool in tools} == cards


async def test_list_costs_a_model_little() -> None:
    """At most 12,000 tokens for all tools together."""
    assert size(await listed("2026-07-28")) / BYTES_A_TOKEN <= MOST_TOKENS
