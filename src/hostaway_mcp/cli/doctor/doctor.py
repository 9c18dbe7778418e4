"""`hostaway-mcp doctor`: every check in its order, told as lines or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import typer

from hostaway_mcp.cli.connect.clients import this_machine
from hostaway_mcp.cli.doctor import changes, clients, ground, hostaway, replica
from hostaway_mcp.cli.doctor.contact import make_contact
from hostaway_mcp.cli.doctor.finding import Check, Finding, Kind, Situation, Verdict
from hostaway_mcp.clock import SystemClock
from hostaway_mcp.settings import LogLevel, Survey, survey_settings, variable
from hostaway_mcp.telemetry.logs import configure_logs

CHECKS: tuple[tuple[str, Check], ...] = (
    ("Python", ground.python),
    ("settings", ground.settings),
    ("credentials", ground.credentials),
    ("data directory", ground.data_directory),
    ("reachability", hostaway.reachability),
    ("access", hostaway.access),
    ("clock", hostaway.clock),
    ("token", hostaway.token),
    ("limits", hostaway.limits),
    ("Redis", replica.redis),
    ("replica", replica.replica),
    ("webhooks", replica.webhooks),
    ("policy", changes.policy),
    ("changes", changes.journal),
    ("HTTP door", ground.http_door),
    ("HTTP port", ground.port),
    ("clients", clients.clients),
)

Report = list[tuple[str, Finding]]


def run_doctor(*, as_json: bool, host: str, port: int) -> None:
    """Checks everything, says what was found, and leaves with the exit code of the worst."""
    survey = survey_settings()
    configure_logs(level=LogLevel.ERROR, form=survey.settings.hostaway_mcp_log_format)
    report = examine(survey, host=host, port=port)
    code = exit_code(report)
    if as_json:
        typer.echo(json.dumps(_as_json(report, survey, code), indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(_lines(report, survey)))
    raise typer.Exit(code)


def examine(survey: Survey, *, host: str, port: int) -> Report:
    """What each check found, in the order in which one would mend things."""
    wrong = {found.name for found in survey.found if found.problem}
    may_sign = survey.settings.has_credentials and not wrong.intersection(ground.CREDENTIAL_NAMES)
    situation = Situation(
        survey=survey,
        machine=this_machine(),
        contact=make_contact(survey.settings, may_sign=may_sign),
        now=SystemClock().now(),
        host=host,
        port=port,
    )
    return [(title, finding) for title, check in CHECKS for finding in check(situation)]


def exit_code(report: Report) -> int:
    """0 all good, 3 credentials, 4 unreachable, 1 anything else that fails."""
    kinds = {finding.kind for _, finding in report if finding.verdict is Verdict.FAILED}
    if not kinds:
        return 0
    return 3 if Kind.CREDENTIALS in kinds else 4 if Kind.UNREACHABLE in kinds else 1


def _as_json(report: Report, survey: Survey, code: int) -> dict[str, object]:
    return {
        "ok": code == 0,
        "exit_code": code,
        "checks": [_named(title, finding) for title, finding in report],
        "settings": [
            {"name": one.name, "value": one.value, "source": one.source.value} for one in survey.found
        ],
    }


def _named(title: str, finding: Finding) -> dict[str, str]:
    named = {"check": title, "verdict": finding.verdict.value, "said": finding.said}
    return named | ({"repair": finding.repair} if finding.repair else {})


# What a person reads.

_SIGNS = {Verdict.OK: "✓", Verdict.NOTE: "!", Verdict.SKIPPED: "–", Verdict.FAILED: "✗"}
_PLAIN_SIGNS = {Verdict.OK: "ok  ", Verdict.NOTE: "note", Verdict.SKIPPED: "-   ", Verdict.FAILED: "FAIL"}
_COLOURS = {Verdict.OK: "green", Verdict.NOTE: "yellow", Verdict.FAILED: "red"}


def _lines(report: Report, survey: Survey) -> Iterator[str]:
    signs, arrow = (_SIGNS, "→") if _can_show("✓✗–→") else (_PLAIN_SIGNS, "->")
    width = max(len(title) for title, _ in CHECKS)
    before = ""
    for title, finding in report:
        sign = _styled(signs[finding.verdict], _COLOURS.get(finding.verdict))
        yield f"{sign} {'' if title == before else title:{width}}  {finding.said}"
        before = title
        if finding.repair:
            margin = " " * (len(signs[finding.verdict]) + width + 3)
            yield f"{margin}{_styled(arrow, 'red')} {finding.repair}"
    yield ""
    yield from _settings(survey)
    yield ""
    failures = sum(finding.verdict is Verdict.FAILED for _, finding in report)
    if failures:
        things = "thing needs" if failures == 1 else "things need"
        yield _styled(f"{failures} {things} repair; begin with the first.", "red")
    else:
        yield _styled("All is well.", "green")


def _settings(survey: Survey) -> Iterator[str]:
    width = max(len(one.name) for one in survey.found)
    for one in survey.found:
        yield f"{one.name:{width}}  {one.source.value:11}  {one.value}".rstrip()


def _can_show(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _styled(text: str, colour: str | None) -> str:
    plain = not sys.stdout.isatty() or variable("NO_COLOR")
    return text if plain or colour is None else typer.style(text, fg=colour)
