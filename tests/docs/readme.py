"""Writes the generated parts into the README: `python -m tests.docs.readme`."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from hostaway_mcp.cli.connect.clients import Client
from hostaway_mcp.cli.connect.entry import Entry, deep_link
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


def install_links() -> str:
    """
    One click for each client that knows links.

    They go through the clients' own web pages, because pages that show a README drop links of the kind that
    opens a program. What they carry is what `connect` shows.
    """
    cursor, vscode = (deep_link(installed(client)) or "" for client in (Client.CURSOR, Client.VSCODE))
    cursor = f"https://cursor.com/en/install-mcp?{cursor.partition('?')[2]}"
    vscode = f"https://vscode.dev/redirect?url={quote(vscode, safe='')}"
    return f"One click: [add to Cursor]({cursor}) · [add to VS Code]({vscode})"


def installed(client: Client) -> Entry:
    """The server as a client knows it after an install that is on its PATH, and a login."""
    server: dict[str, object] = {"command": "hostaway-mcp", "args": ["serve"]}
    if client is Client.VSCODE:
        server = {"type": "stdio", **server}
    return Entry(client, "hostaway", server)


def with_tables(text: str) -> str:
    """The README with its generated parts as they must be now."""
    parts = (
        ("links", install_links()),
        ("tools", markdown_table(CATALOGUE)),
        ("settings", settings_table()),
    )
    for mark, written in parts:
        begin, end = re.compile(rf"<!-- {mark}: .*-->\n"), f"<!-- /{mark} -->"
        if match := begin.search(text):
            text = text[: match.end()] + f"{written}\n" + text[text.index(end) :]
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text()))
