"""The README's generated parts are those that `scripts/readme` writes."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import parse_qs, unquote, urlsplit

from hostaway_mcp.settings import Settings
from tests.docs.command_lines import read
from tests.docs.pages import page
from tests.docs.readme import with_tables

README = page("README.md")


def test_its_tables_are_those_of_the_catalogue_and_the_settings() -> None:
    """`scripts/readme` writes them."""
    assert with_tables(README.text) == README.text


def test_its_marks_are_there() -> None:
    """Without its marks nothing would be written, and the test above would say nothing."""
    for mark in ("links", "tools", "settings"):
        assert f"<!-- {mark}: written by scripts/readme -->" in README.text
        assert f"<!-- /{mark} -->" in README.text
    assert README.text.startswith("<!-- mcp-name: ")


def test_every_setting_is_in_it() -> None:
    """It is the one page that names them all."""
    named = set(re.findall(r"\bHOSTAWAY_[A-Z_]+\b", README.text))
    assert {name.upper() for name in Settings.model_fields} <= named


def test_it_shows_how_to_try_it_before_anything_else() -> None:
    """The demo and the tests are the first commands, each on a line of its own."""
    first = next(block for block in README.blocks() if block.language == "sh")
    assert [line.partition(" ")[0] for line in first.text.splitlines()] == ["scripts/demo", "scripts/test"]


def test_its_one_click_links_start_the_server() -> None:
    """Unpacked as the clients unpack them, they hold a command line that this program reads."""
    links = {urlsplit(link).hostname: urlsplit(link) for link in README.links() if "install" in link}
    packed = parse_qs(links["cursor.com"].query)["config"][0]
    behind = parse_qs(links["vscode.dev"].query)["url"][0]
    servers = [json.loads(base64.b64decode(packed)), json.loads(unquote(behind.partition("?")[2]))]
    for server in servers:
        assert server["command"] == "hostaway-mcp"
        read(tuple(server["args"]))
