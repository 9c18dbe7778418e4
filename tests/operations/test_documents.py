"""What docs/operations.md, the dashboard and the alerts say, against what the source does."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from hostaway_mcp.settings import Settings
from hostaway_mcp.telemetry.logs import FIELDS
from hostaway_mcp.telemetry.spans import ATTRIBUTES
from tests.house.test_floors import MODULES, room
from tests.operations.exposition import shown, watched

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "operations.md").read_text()
DASHBOARD: dict[str, Any] = json.loads((ROOT / "operations" / "grafana-dashboard.json").read_text())
ALERTS: dict[str, Any] = yaml.safe_load((ROOT / "operations" / "prometheus-alerts.yml").read_text())

TARGET_LABELS = {"job", "instance"}
"""Labels that Prometheus adds to every series by itself."""

ALWAYS = {"at", "level", "logger", "event", "correlation_id", "trace_id", "span_id", "error", "where"}


def table(first: str) -> dict[str, list[str]]:
    """The rows of the table whose first heading this is: the name in the first cell, then the others."""
    lines = TEXT.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        name, *others = (cell.strip() for cell in line.strip("|").split("|"))
        rows[name.strip("`")] = others
    return rows


@dataclass(frozen=True)
class LogCall:
    """One place where a line is logged."""

    event: str
    level: str
    fields: frozenset[str]


def log_calls() -> Iterator[LogCall]:
    """Every place in the package, the sandbox left out."""
    for name, path in MODULES.items():
        if room(name) != "sandbox":
            for function in ast.walk(ast.parse(path.read_text())):
                if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield from _calls_in(function)


def _calls_in(function: ast.AST) -> Iterator[LogCall]:
    named = {
        node.targets[0].id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(function):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id in {"log", "_log"}):
            continue
        extra = next((one.value for one in node.keywords if one.arg == "extra"), ast.Dict([], []))
        extra = named[extra.id] if isinstance(extra, ast.Name) else extra
        assert isinstance(extra, ast.Dict), ast.unparse(node)
        fields = frozenset(ast.literal_eval(key) for key in extra.keys if key)
        level = "error" if node.func.attr == "exception" else node.func.attr
        yield LogCall(ast.literal_eval(node.args[0]), level, fields)


def test_every_event_is_documented_with_its_level() -> None:
    """And no event is documented that there is not."""
    documented = {event: cells[0] for event, cells in table("event").items()}
    assert documented == {call.event: call.level for call in log_calls()}


def test_every_field_is_documented_and_used() -> None:
    """What a line carries is let through by the formatter, and said on the page."""
    used = {field for call in log_calls() for field in call.fields}
    assert set(table("field")) == FIELDS == used
    assert set(table("part")) == ALWAYS


def test_every_attribute_of_a_span_is_documented() -> None:
    """Those that may leave, and no other."""
    assert set(table("attribute")) == ATTRIBUTES


async def test_every_figure_is_documented_with_its_labels() -> None:
    """As the server shows it."""
    names = {name.removesuffix("_bucket"): labels - {"le"} for name, labels in (await shown()).items()}
    ours = {
        name: labels
        for name, labels in names.items()
        if name.startswith("hostaway_mcp_") and not name.endswith(("_seconds_sum", "_seconds_count"))
    }
    documented = {name: set(re.findall(r"`(\w+)`", cells[0])) for name, cells in table("figure").items()}
    assert documented == ours


async def test_every_check_of_readiness_is_documented() -> None:
    """In the order in which they are answered."""
    async with watched() as at:
        checks = (await at.http.get("/ready")).json()["checks"]
    assert [check["check"] for check in checks] == list(table("check"))


def test_every_setting_that_is_named_exists() -> None:
    """A reader may copy it."""
    files = (TEXT, (ROOT / "operations" / "prometheus-alerts.yml").read_text())
    named = {name for text in files for name in re.findall(r"\bHOSTAWAY_[A-Z_]+\b", text)}
    assert named
    assert named <= {name.upper() for name in Settings.model_fields}


def expressions() -> list[tuple[str, str]]:
    """Every query of the dashboard and of the alerts, with the place where it stands."""
    queries = [
        (panel["title"], target["expr"])
        for panel in DASHBOARD["panels"]
        for target in panel.get("targets", [])
    ]
    variables = [(one["name"], one["query"]) for one in DASHBOARD["templating"]["list"][1:]]
    rules = [(rule["alert"], rule["expr"]) for group in ALERTS["groups"] for rule in group["rules"]]
    return queries + variables + rules


def series(expression: str) -> Iterator[tuple[str, set[str]]]:
    """The series that a query names, each with the labels that it is chosen by."""
    for match in re.finditer(r"\b((?:hostaway_mcp|process)_\w+)(?:\{([^}]*)\})?", expression):
        yield match[1], set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", match[2] or ""))


def grouped(expression: str) -> set[str]:
    """The labels that a query groups by, or shows."""
    return {
        label.strip() for labels in re.findall(r"\bby \(([^)]*)\)", expression) for label in labels.split(",")
    }


@pytest.mark.parametrize(("place", "expression"), expressions())
async def test_every_query_asks_for_what_there_is(place: str, expression: str) -> None:
    """Each series is shown by the server, with each label that the query speaks of."""
    there = await shown()
    found = list(series(expression))
    assert found or "up{" in expression
    known = set(TARGET_LABELS)
    for name, labels in found:
        assert name in there, f"{place}: there is no {name}"
        assert labels <= there[name] | TARGET_LABELS, f"{place}: {name} has no such label"
        known |= there[name]
    assert grouped(expression) <= known, place


def test_outcomes_in_queries_are_outcomes() -> None:
    """A misspelled code would never match, and nobody would notice."""
    listed = re.findall(r'outcome\s*(?:=~|!~|!=|=)\s*"([^"]+)"', " ".join(text for _, text in expressions()))
    known = {"done", "partial", "cancelled", "ok", "abandoned"} | _codes()
    assert listed
    assert {code for group in listed for code in group.split("|")} <= known


def _codes() -> set[str]:
    source = (ROOT / "src" / "hostaway_mcp" / "errors.py").read_text()
    return set(re.findall(r'^    code = "(\w+)"$', source, re.MULTILINE))


def test_legends_and_sentences_speak_of_labels_that_the_query_keeps() -> None:
    """Or the reader would see an empty name."""
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            shown_labels = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            kept = grouped(target["expr"]) | (TARGET_LABELS if " by " not in target["expr"] else set())
            assert shown_labels <= kept, panel["title"]
    for group in ALERTS["groups"]:
        for rule in group["rules"]:
            named = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
            assert named <= grouped(rule["expr"]) | TARGET_LABELS, rule["alert"]


def test_panels_have_places_of_their_own() -> None:
    """No two overlap, and all fit into the 24 columns."""
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
