"""Writes the generated tables into the README: `python -m tests.house.readme`."""

from __future__ import annotations

import re
from pathlib import Path

from hostaway_mcp.cli.tools import markdown_table
from hostaway_mcp.settings import Settings
from hostaway_mcp.tools.tools import CATALOGUE

README = Path(__file__).parents[2] / "README.md"


def settings_table() -> str:
    """Every setting with its default and meaning."""
    lines = ["| setting | default | what it is |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "per user" if field.default_factory else field.default
        shown = getattr(default, "value", default)
        text = "" if shown in (None, (), "") or "Secret" in type(default).__name__ else f"`{shown}`"
        lines.append(f"| `{name.upper()}` | {text} | {field.description} |")
    return "\n".join(lines)


def with_tables(text: str) -> str:
    """The README with its tables as they must be now."""
    for mark, table in (("tools", markdown_table(CATALOGUE)), ("settings", settings_table())):
        begin, end = re.compile(rf"<!-- {mark}: .*-->\n"), f"<!-- /{mark} -->"
        if match := begin.search(text):
            text = text[: match.end()] + f"{table}\n" + text[text.index(end) :]
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text()))
