"""What the pages name exists, and what users meet is on the pages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.routing import Match
from starlette.types import Scope

from hostaway_mcp import errors
from hostaway_mcp.cli.cli import exit_code
from hostaway_mcp.cli.doctor.doctor import CHECKS
from hostaway_mcp.client.operations import ALL
from hostaway_mcp.settings import Reveal, Settings
from hostaway_mcp.telemetry.audit import AuditRecord
from hostaway_mcp.tools.tools import CATALOGUE
from hostaway_mcp.web.figures import Figures
from hostaway_mcp.web.web import build_web
from tests.docs.pages import PAGES, ROOT, Page, page
from tests.support.house import house

SOURCE = sorted((ROOT / "src" / "hostaway_mcp").rglob("*.py"))
DEBUGGING = page("docs/debugging.md")
HOSTAWAY = page("docs/hostaway.md")
OUR_PAGES = [one for one in PAGES if one.name != HOSTAWAY.name]
PLACES = ("/api/v1/<tool>", "/var/", "/etc/", "/opt/", "/data", "/proc/", "/tmp/", "/usr/")
OURS = re.compile(r"https?://(?:127\.0\.0\.1:8765|mcp\.example\.com)(/[^\s'\"`)]*)")


def bare(cell: str) -> str:
    """A cell of a table without the marks of code."""
    return cell.replace("`", "")


def column(rows: list[tuple[str, ...]]) -> set[str]:
    """The words of the first column; a cell may hold several."""
    return {word.strip() for row in rows for word in bare(row[0]).split(",")}


@pytest.mark.parametrize("one", PAGES, ids=lambda one: one.name)
def test_every_setting_named_exists(one: Page) -> None:
    """In text and in blocks."""
    named = set(re.findall(r"\bHOSTAWAY_[A-Z_]+\b", one.text))
    assert named <= {name.upper() for name in Settings.model_fields}


def test_every_masked_kind_is_explained() -> None:
    """What HOSTAWAY_MCP_REVEAL may name."""
    assert {f"`{kind}`" for kind in Reveal} <= {f"`{code}`" for code in page("docs/security.md").code()}


@pytest.mark.parametrize("one", OUR_PAGES, ids=lambda one: one.name)
async def test_every_path_named_is_served(one: Page) -> None:
    """Addresses of this server in text and blocks, and paths in `code`."""
    in_code = {code for code in one.code() if re.fullmatch(r"/[\w./<>{}-]*", code)}
    paths = {urlsplit(path).path for path in OURS.findall(one.text)}
    paths |= {path for path in in_code if not path.startswith(PLACES)}
    async with house() as home:
        routes = build_web(home.app, host="127.0.0.1").router.routes
        for path in sorted(paths):
            scope: Scope = {"type": "http", "path": path, "method": "GET", "root_path": "", "headers": []}
            served = any(route.matches(scope)[0] is not Match.NONE for route in routes)
            above = any(getattr(route, "path", "").startswith(f"{path}/") for route in routes)
            assert served or above, path


def test_every_path_of_hostaway_named_is_documented() -> None:
    """The client knows them all."""
    known = {re.sub(r"\{\w+\}", "{}", f"/v1{operation.path}") for operation in ALL}
    methods = {(operation.method, re.sub(r"\{\w+\}", "{}", f"/v1{operation.path}")) for operation in ALL}
    named = [found for code in HOSTAWAY.code() if (found := re.fullmatch(r"(?:([A-Z]+) )?(/v1/\S+)", code))]
    assert named
    for found in named:
        path = re.sub(r"\{\w+\}", "{}", found[2])
        assert path in known, path
        assert found[1] is None or (found[1], path) in methods, found[0]


@pytest.mark.parametrize("one", PAGES, ids=lambda one: one.name)
async def test_every_metric_named_exists(one: Page, tmp_path: Path) -> None:
    """As /metrics shows it after a call."""
    named = set(re.findall(r"\bhostaway_mcp_[a-z0-9_]+\b", one.text)) - set(Settings.model_fields)
    async with house(hostaway_mcp_data_dir=tmp_path, hostaway_mcp_writes="propose") as home:
        await home.ask("check_connection")
        store = await home.app.replica.store()
        await store.sync.save("listings", "all", {}, as_of=home.clock.now())
        exposition = (await Figures(home.app).text()).decode()
    known = set(re.findall(r"\bhostaway_mcp_[a-z0-9_]+\b", exposition))
    assert named <= known


@pytest.mark.parametrize("one", OUR_PAGES, ids=lambda one: one.name)
def test_every_tool_called_exists(one: Page) -> None:
    """After `call`, and behind /api/v1."""
    named = set(re.findall(r"hostaway-mcp call ([a-z_]+)|/api/v1/([a-z_]+)(?![a-z_/])", one.text))
    assert {name for pair in named for name in pair if name} <= {tool.name for tool in CATALOGUE}


def test_doctors_checks_are_all_explained() -> None:
    """In its own order."""
    assert [bare(row[0]) for row in DEBUGGING.rows("check")] == [title for title, _ in CHECKS]


def kinds() -> Iterator[type[errors.HostawayMcpError]]:
    """Every class of the tree of errors."""
    for one in vars(errors).values():
        if isinstance(one, type) and issubclass(one, errors.HostawayMcpError):
            yield one


def test_codes_are_all_explained() -> None:
    """Each with whose move it is."""
    assert {(bare(row[0]), row[1]) for row in DEBUGGING.rows("code")} == {
        (kind.code, kind.move.value) for kind in kinds()
    }


def test_exit_codes_are_all_explained() -> None:
    """0, and whatever the tree of errors is turned into."""
    known = {"0", *(str(exit_code(kind("x"))) for kind in kinds() if "Ambiguous" not in kind.__name__)}
    assert [bare(row[0]) for row in DEBUGGING.rows("exit code")] == sorted(known)


def test_the_audits_fields_are_all_explained() -> None:
    """In the order in which they are written."""
    assert [bare(row[0]) for row in DEBUGGING.rows("audit field")] == [f.name for f in fields(AuditRecord)]


def test_every_event_named_is_logged() -> None:
    """An event is the first word that a line of the source logs."""
    source = "\n".join(path.read_text() for path in SOURCE)
    logged = set(re.findall(r"_log\.\w+\(\s*\"([a-z_0-9]+)\"", source))
    events = column(DEBUGGING.rows("event"))
    assert events
    assert events <= logged


def sentences() -> Iterator[str]:
    """Every text in the source, with … where a value goes."""
    for path in SOURCE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in node.values)


@pytest.mark.parametrize("said", [bare(row[0]) for row in DEBUGGING.rows("it says")])
def test_every_sentence_quoted_is_said(said: str) -> None:
    """Word for word, so that somebody who searches for it finds it."""
    assert any(said in sentence for sentence in sentences())
