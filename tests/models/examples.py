"""The documented examples, by the schema that the documentation gives them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DIRECTORY = Path(__file__).parent.parent / "hostaway" / "examples"


def load(name: str) -> Any:
    """One example as decoded JSON."""
    return json.loads((DIRECTORY / name).read_text(encoding="utf-8"))


def text(name: str) -> str:
    """One CSV example, as it stands."""
    with (DIRECTORY / name).open(encoding="utf-8", newline="") as file:
        return file.read()


def result(name: str) -> Any:
    """What an example's envelope holds, or the example itself where it is bare."""
    loaded = load(name)
    return (
        loaded["result"] if isinstance(loaded, dict) and "status" in loaded and "result" in loaded else loaded
    )


def answers() -> list[tuple[str, str]]:
    """Every example answer that is not a fragment: (file, schema)."""
    index: dict[str, dict[str, Any]] = load("index.json")
    return [
        (name, str(entry["schema"]))
        for name, entry in index.items()
        if entry["kind"] == "response" and entry.get("schema") and not entry.get("partial")
    ]
