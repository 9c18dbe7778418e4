"""How the parts of a brief become one page: what fits, what is quiet, what is missing, which tool goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar

from hostaway_mcp.errors import HostawayMcpError, NoReplicaError
from hostaway_mcp.services.answers import Answer, ListAnswer, Missing, Record
from hostaway_mcp.services.balances import BalanceTotal
from hostaway_mcp.services.brief_rows import Brief, BriefCounts, fitting, short
from hostaway_mcp.services.dates import ONE_DAY, Span
from hostaway_mcp.services.stays import NamedListings, Stays

Row = TypeVar("Row")

ON_THE_BOARD = ("arrivals", "departures", "in_house")
SECTIONS = (
    "waiting", "conflicts", "same_day_turnovers", "arrivals", "unpaid", "tasks", "departures", "gaps",
    "in_house",
)  # fmt: skip
"""In the order of a brief: what must happen within hours first."""
ABOUT_NOW = ("waiting", "unpaid")
"""Known only as of now, so not part of the brief of another day, unless they are asked for."""
ABOUT_AHEAD = ("conflicts", "gaps")
AHEAD_DAYS = 14
"""How far conflicts and gaps are looked for."""
MISSING_CHARS = 150
MOST_LACKS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was understood."""

    day: date
    today: date
    """Where most of the listings are."""
    sections: tuple[str, ...]
    group: str | None
    chosen: bool
    """Whether the caller chose the sections."""
    stays: Stays

    @property
    def ahead(self) -> Span:
        """The days in which conflicts and gaps are looked for."""
        first = max(self.day, self.today)
        return Span(first, first + timedelta(days=AHEAD_DAYS - 1))

    def with_rows(self, sections: Sequence[str]) -> tuple[str, ...]:
        """Of those the ones whose rows are shown: who stays on is only counted, unless it was asked for."""
        return tuple(name for name in sections if self.chosen or name != "in_house")

    def understood(self, unpaid_days: int) -> dict[str, str]:
        """The day, and which days the other sections are about."""
        said = {"date": str(self.day)}
        if "unpaid" in self.sections:
            said["unpaid"] = f"arriving within {unpaid_days} days of today"
        if ahead := [name for name in ABOUT_AHEAD if name in self.sections]:
            said[" and ".join(ahead)] = f"{self.ahead.first} to {self.ahead.last}"
        if off := [name for name in SECTIONS if name not in self.sections and not self.chosen]:
            about = "are about now" if self.day > self.today else "are about now and what is ahead"
            said["left out"] = f"{', '.join(off)}, which {about}"
        return said

    def call(self, section: str) -> str:
        """The tool that goes on, with what it is to be asked."""
        day, ahead = str(self.day), self.ahead
        tool, arguments = {
            "waiting": ("triage_inbox", {}),
            "conflicts": ("check_conflicts", {"from": str(ahead.first), "to": str(ahead.last)}),
            "same_day_turnovers": ("plan_turnovers", {"date": day}),
            "unpaid": ("find_balances", {}),
            "tasks": ("find_tasks", {"from": day, "to": day}),
            "overdue_tasks": ("find_tasks", {"to": str(self.day - ONE_DAY)}),
            "gaps": ("find_gaps", {"from": str(ahead.first), "to": str(ahead.last + ONE_DAY)}),
        }.get(section, ("stay_board", {"date": day}))
        group = {"group": short(self.group)} if self.group else {}
        said = ", ".join(f"{name}={value}" for name, value in (arguments | group).items())
        return f"{tool}({said})"


@dataclass(slots=True)
class Part:
    """What one question told, or why it told nothing; rows and counts are by section."""

    answers: tuple[Answer, ...] = ()
    rows: dict[str, tuple[Record, ...]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    totals: tuple[BalanceTotal, ...] = ()
    warnings: tuple[str, ...] = ()
    error: HostawayMcpError | None = None
    sections: tuple[str, ...] = ()


def shown(rows: Mapping[str, Sequence[Row]], row: Callable[[Row], Record]) -> dict[str, tuple[Record, ...]]:
    """The rows of these sections in their short form."""
    return {name: tuple(map(row, some)) for name, some in rows.items()}


def listed(section: str, answer: ListAnswer, rows: dict[str, tuple[Record, ...]]) -> Part:
    """A part that is one list; its count only where the list is whole."""
    return Part((answer,), rows, {} if answer.total is None else {section: answer.total})


def page_of(
    asked: Asked, parts: Sequence[Part], named: NamedListings, understood: dict[str, str], now: datetime
) -> Brief:
    """The parts on one page, cut to what a brief may cost."""
    answers = [answer for part in parts for answer in part.answers]
    counts = {name: count for part in parts for name, count in part.counts.items()}
    found = {name: some for part in parts for name, some in part.rows.items()}
    rows = {name: found[name] for name in SECTIONS if name in found}
    missing = _missing(asked, parts)
    warnings = (named.warning, *(said for part in parts for said in part.warnings))
    page = Brief(
        # Where nothing was read, nothing is older than the question.
        as_of=min([one.as_of for one in answers], default=named.as_of or now),
        complete=not missing,
        missing=missing,
        warnings=tuple(dict.fromkeys(filter(None, warnings))),
        understood=understood,
        date=asked.day,
        counts=BriefCounts(**{name: n for name, n in counts.items() if n or name in SECTIONS}),
        quiet=tuple(name for name in asked.sections if counts.get(name) == 0),
        unpaid_totals=next((part.totals for part in parts if part.totals), ()),
        more=_more(asked, counts, dict.fromkeys(rows, ())),
    )
    used = len(page.model_dump_json(exclude_none=True, by_alias=True).encode())
    fits = fitting(rows, used_bytes=used)
    return page.model_copy(update={**fits, "more": _more(asked, counts, fits)})


def _more(asked: Asked, counts: Mapping[str, int], rows: Mapping[str, Sequence[Record]]) -> tuple[str, ...]:
    """What is not shown, a line for each tool that shows it."""
    left: dict[str, list[str]] = {}
    for name in (*SECTIONS, "requests", "overdue_tasks"):
        count = counts.get(name, 0) - len(rows.get(name, ()))
        if count > 0:
            left.setdefault(asked.call(name), []).append(f"{count} {name.replace('_', ' ')}")
    return tuple(f"{', '.join(some)}: {call}" for call, some in left.items())


def _missing(asked: Asked, parts: Sequence[Part]) -> tuple[Missing, ...]:
    """Parts that failed, those of one reason together; then what the others lack."""
    failed: dict[str, list[Part]] = {}
    for part in parts:
        if part.error is not None:
            failed.setdefault(part.error.message, []).append(part)
    found = [_failed(asked, some) for some in failed.values()]
    lacks: dict[str, Missing] = {}
    for part in parts:
        for one in (item for answer in part.answers for item in answer.missing):
            lacks.setdefault(one.what, _shortened(one, asked.call(part.sections[0])))
    named, rest = list(lacks.values())[:MOST_LACKS], len(lacks) - MOST_LACKS
    if rest > 0:
        named[-1] = named[-1].model_copy(update={"what": f"{named[-1].what}, and {rest} things more"})
    return (*found, *named)


def _failed(asked: Asked, parts: Sequence[Part]) -> Missing:
    sections = [name for part in parts for name in part.sections]
    errors = [part.error for part in parts if part.error is not None]
    calls = ", ".join(dict.fromkeys(map(asked.call, sections)))
    again = "" if isinstance(errors[0], NoReplicaError) else "this again in a minute, or "
    return Missing(
        what=", ".join(name.replace("_", " ") for name in sections),
        why=short(errors[0].message, MISSING_CHARS) or "",
        resume=f"{again}{calls}",
    )


def _shortened(one: Missing, call: str) -> Missing:
    resume = one.resume or call
    if len(resume) > MISSING_CHARS or resume.startswith("Ask "):
        # The tool itself may read more than a brief does, and names all that it lacks.
        resume = call
    return Missing(
        what=short(one.what, MISSING_CHARS) or "", why=short(one.why, MISSING_CHARS) or "", resume=resume
    )
