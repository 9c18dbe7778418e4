"""The page about mutants says what a run found."""

from __future__ import annotations

import pytest

from tests.mutation.report import Result, interval, readable, renewed
from tests.mutation.sections import ROOT, SECTIONS, Section


@pytest.mark.parametrize(
    ("noticed", "tried", "mutants", "low", "high"),
    [
        # The textbook's 95 % for 81 of 263 out of many: 0.255 to 0.366.
        (81, 263, 10**9, 0.255, 0.366),
        # All were tried: what was found is what is.
        (30, 40, 40, 0.75, 0.75),
        (0, 0, 40, 0.0, 1.0),
    ],
)
def test_the_interval_is_wilsons(noticed: int, tried: int, mutants: int, low: float, high: float) -> None:
    assert interval(noticed, tried, mutants) == pytest.approx((low, high), abs=0.0005)


def test_a_section_s_lines_are_written_in_order_and_others_stay() -> None:
    page = (
        "<!-- sections -->\n| section |\n| --- |\n| writes | old |\n<!-- /sections -->\n"
        "<!-- survivors -->\n- writes: old.\n<!-- /survivors -->\nThe end.\n"
    )
    verdicts = {
        "hostaway_mcp.services.cursors.x_cut__mutmut_1": "killed",
        "hostaway_mcp.services.cursors.x_cut__mutmut_2": "survived",
        "hostaway_mcp.services.cursors.xǁCutǁrows__mutmut_1": "no tests",
        "hostaway_mcp.services.cursors.xǁCutǁrows__mutmut_2": "timeout",
    }
    assert renewed(page, {"cursors": Result("cursors", 4, verdicts)}) == (
        "<!-- sections -->\n| section |\n| --- |\n"
        "| cursors | 4 | 4 | 1 | 1 | 1 | 1 | 50.0% | 50.0% to 50.0% |\n| writes | old |\n<!-- /sections -->\n"
        "<!-- survivors -->\n- cursors: `cursors.Cut.rows` 1, `cursors.cut` 1.\n- writes: old.\n"
        "<!-- /survivors -->\nThe end.\n"
    )


def test_a_private_function_keeps_its_name() -> None:
    assert readable("hostaway_mcp.redaction.x__quoted") == "redaction._quoted"


@pytest.mark.parametrize("section", SECTIONS, ids=lambda one: one.name)
def test_what_a_section_names_is_there(section: Section) -> None:
    """Its sources and its tests."""
    assert section.files()
    assert all((ROOT / test.removeprefix("--ignore=")).exists() for test in section.tests)
