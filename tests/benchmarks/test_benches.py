"""Every bench runs, small, and its figures have all that the document and the table need."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks.measure import Figure, Pairs, Scale, ratio, read, take_turns
from benchmarks.report import BEGIN, END, PAGE, document, line, markdown, written

TINY = Scale(
    repeats=1,
    calls=2,
    worlds=(5,),
    pages=1,
    virtual_hours=0.01,
    questions=1,
    synced=2,
    filling_seconds=2.0,
    floods=1,
    flood_seconds=0.5,
)
FIELDS = {"name", "value", "unit", "spread", "floor", "target", "at_least", "void", "note", "verdict"}

needs_proc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is read from /proc")


@needs_proc
@pytest.mark.parametrize(
    ("name", "lines"),
    [
        *(("start", 4), ("calls", 13), ("answers", 43), ("pages", 2), ("governor", 4), ("webhooks", 6)),
        *(("questions", 48), ("upserts", 3), ("writes", 9), ("sync", 2)),
    ],
)
async def test_a_bench_runs_and_says_what_it_measured(name: str, lines: int, tmp_path: Path) -> None:
    """Its figures make a document, a table and lines for a terminal."""
    (tmp_path / "data").mkdir()
    figures = await bench.BENCHES[name](TINY, tmp_path)
    part = json.loads(json.dumps(document(figures, seconds=1.0)))
    assert {"measured_at", "commit", "versions", "machine", "figures", "seconds"} == set(part)
    assert {"cores", "load_average", "system", "architecture"} == set(part["machine"])
    rows = part["figures"]
    assert len(rows) == lines
    assert all(set(row) == FIELDS and row["value"] >= 0 for row in rows)
    assert [read(row) for row in rows] == figures
    assert markdown({name: part}).count("\n| ") == lines + 2
    assert all(figure.name in line(figure) for figure in figures)


def test_the_page_has_a_place_for_the_figures() -> None:
    """What stands around it stays."""
    page = PAGE.read_text()
    again = written(page, "a table")
    assert again.partition(BEGIN)[0] == page.partition(BEGIN)[0]
    assert again.endswith(END + page.partition(END)[2])
    assert "\na table\n" in again


def test_a_page_without_a_place_is_left_alone() -> None:
    with pytest.raises(ValueError, match="no place"):
        written("# Performance\n", "a table")


def test_a_drifting_floor_makes_a_run_void() -> None:
    """A void figure is neither a pass nor a fail, however good it looks."""
    steady = Pairs(floor=(1.0, 1.0, 1.2), subject=(1.0, 1.0, 1.2))
    drifting = Pairs(floor=(1.0, 1.0, 1.3), subject=(1.0, 1.0, 1.3))
    assert ratio("call", steady, floor="", target=1.5).verdict == "PASS"
    assert ratio("call", drifting, floor="", target=1.5).verdict == "VOID"


async def test_a_void_run_is_repeated_three_times_at_most() -> None:
    floors, asked = iter([1.0, 1.0, 2.0] * 2 + [1.0, 1.0, 1.0] * 2), 0

    async def floor() -> float:
        nonlocal asked
        asked += 1
        return next(floors)

    async def subject() -> float:
        return 1.0

    assert not (await take_turns(floor, subject, repeats=3)).void
    assert asked == 9


@pytest.mark.parametrize(
    ("value", "at_least", "verdict"),
    [(1.5, False, "PASS"), (1.51, False, "FAIL"), (98.0, True, "PASS"), (97.9, True, "FAIL")],
)
def test_a_target_is_the_most_or_the_least(value: float, at_least: bool, verdict: str) -> None:
    target = 98.0 if at_least else 1.5
    assert Figure("one", value, "×", target=target, at_least=at_least).verdict == verdict


@pytest.mark.parametrize(("value", "code"), [(1.0, 0), (2.0, 1)])
def test_check_fails_on_a_missed_target(
    value: float,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And the figures of one bench alone are kept beside the others'."""

    async def measured(scale: Scale, scratch: Path) -> list[Figure]:
        return [Figure("a figure", value, "×", target=1.5)]

    monkeypatch.setitem(bench.BENCHES, "pages", measured)
    kept, page = tmp_path / "figures.json", tmp_path / "performance.md"
    other = document([Figure("another", 2.5, "ms")], seconds=1.0)
    kept.write_text(json.dumps({"governor": other}))
    page.write_text(f"# Performance\n\n{BEGIN}{END}")
    monkeypatch.setattr(bench, "STORED", kept)
    monkeypatch.setattr(bench, "PAGE", page)

    assert bench.main(["--check", "--only", "pages"]) == code
    assert bench.main(["--only", "pages"]) == 0

    told = json.JSONDecoder().raw_decode(capsys.readouterr().out)[0]
    assert told["pages"]["figures"][0]["verdict"] == ("FAIL" if code else "PASS")
    assert list(json.loads(kept.read_text())) == ["pages", "governor"]
    assert page.read_text().index("a figure") < page.read_text().index("another")
