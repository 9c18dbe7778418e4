"""Log lines: an event and its fields, one a line, and never what must not come out."""

from __future__ import annotations

import io
import json
import logging

import pytest
from opentelemetry import trace

from hostaway_mcp import calls
from hostaway_mcp.calls import Call
from hostaway_mcp.redaction import MASK
from hostaway_mcp.settings import LogFormat, LogLevel
from hostaway_mcp.telemetry.logs import FIELDS, configure_logs
from tests.telemetry.canaries import CANARIES, Canary
from tests.telemetry.sinks import caught_logs, caught_spans, lines, without_chance

OURS = logging.getLogger("hostaway_mcp.test")
FOREIGN = logging.getLogger("somebody.elses")


def sing(canary: Canary) -> None:
    """Says it in every way in which something can be logged."""
    text = canary.text
    OURS.info(text)
    OURS.info("event %s", text)
    OURS.info("event", extra=dict.fromkeys(sorted(FIELDS), text))
    OURS.info("event", extra={"says": {"nested": [text]}, "not_a_field": text})
    FOREIGN.warning(text)
    FOREIGN.warning("said %r", text, extra={"says": text})
    for logger in (OURS, FOREIGN):
        try:
            try:
                raise KeyError(text)
            except KeyError:
                raise ValueError(f"while reading {text}") from None
        except ValueError:
            logger.exception("broke", stack_info=True)
            logger.error(text, exc_info=True)


@pytest.mark.parametrize("form", list(LogFormat))
def test_no_canary_is_logged_by_anybody(form: LogFormat) -> None:
    loud = []
    for canary in CANARIES:
        with (
            caught_logs(form) as stream,
            calls.answering(Call(correlation_id=canary.text, tool=canary.text, caller=canary.text)),
        ):
            sing(canary)
        written = stream.getvalue()
        assert written.count("\n") == 10, "one line each"
        if canary.sings_in(without_chance(written)):
            loud.append(canary)
    assert not loud


def test_a_line_is_json_with_when_how_grave_who_and_what() -> None:
    with caught_logs() as stream:
        OURS.info("tool_called", extra={"tool": "find", "duration_ms": 12, "complete": True, "status": None})
    (line,) = lines(stream)
    assert str(line.pop("at")).endswith("Z")
    assert line == {
        "level": "info",
        "logger": "hostaway_mcp.test",
        "event": "tool_called",
        "tool": "find",
        "duration_ms": 12,
        "status": None,
    }


def test_text_is_one_line_for_a_person() -> None:
    with caught_logs(LogFormat.TEXT) as stream:
        OURS.warning("upstream_call", extra={"operation": "listListings", "status": 200})
    when, level, event, *fields = stream.getvalue().split()
    assert when.endswith("Z")
    assert (level, event, fields) == ("WARNING", "upstream_call", ["operation=listListings", "status=200"])


def test_lines_follow_the_call_and_the_span() -> None:
    with caught_spans(), caught_logs() as stream, calls.answering(Call(correlation_id="abc123")):
        with trace.get_tracer("test").start_as_current_span("one") as span:
            OURS.info("inside")
            expected = f"{span.get_span_context().span_id:016x}"
        OURS.info("outside")
    inside, outside = [line for line in lines(stream) if line["logger"] == OURS.name]
    assert inside["correlation_id"] == outside["correlation_id"] == "abc123"
    assert inside["span_id"] == expected
    assert "span_id" not in outside


def test_an_error_is_told_by_its_type_and_place_alone() -> None:
    """Its words may be a guest's."""
    with caught_logs() as stream:
        try:
            raise RuntimeError("Anna Müller wrote this")
        except RuntimeError:
            OURS.exception("broke")
    (line,) = lines(stream)
    assert line["error"] == "RuntimeError"
    where = line["where"]
    assert isinstance(where, list)
    assert where[-1].startswith("test_logs.py:")
    assert "Anna" not in stream.getvalue()


def test_only_known_fields_are_written_and_only_for_our_own_loggers() -> None:
    with caught_logs() as stream:
        OURS.info("event", extra={"guest": "Anna", "body": "hello", "tool": "find"})
        FOREIGN.warning("event", extra={"tool": "find"})
    ours, foreign = lines(stream)
    assert ours.keys() == {"at", "level", "logger", "event", "tool"}
    assert foreign.keys() == {"at", "level", "logger", "event"}


class Unprintable:
    """A value that cannot even be written."""

    def __str__(self) -> str:
        raise RuntimeError("the door code is 4821")


@pytest.mark.parametrize("form", list(LogFormat))
def test_a_line_that_cannot_be_written_gives_nothing_away(
    form: LogFormat, capsys: pytest.CaptureFixture[str]
) -> None:
    """Left to itself, `logging` would print the arguments to standard error."""
    with caught_logs(form) as stream:
        OURS.info("%d nights", "door code 4821")
        FOREIGN.warning("%s %s", "door code 4821")
        OURS.info("event", extra={"says": Unprintable()})
    assert stream.getvalue().count("message_cannot_be_written") == 2
    assert "Unprintable" in stream.getvalue()
    assert "4821" not in stream.getvalue() + "".join(capsys.readouterr())


def test_levels_are_ours_to_set_and_foreign_chatter_stays_out() -> None:
    with caught_logs(level=LogLevel.INFO) as stream:
        OURS.debug("too fine")
        OURS.info("fine")
        FOREIGN.info("chatter")
        logging.getLogger("httpx2").info("GET https://api.hostaway.com/v1/listings?token=abc")
        logging.getLogger("uvicorn.access").info("GET /webhooks/hostaway/abc")
    assert [line["event"] for line in lines(stream)] == ["fine"]


def test_uvicorns_own_handlers_are_taken_away() -> None:
    with caught_logs() as stream:
        handler = logging.StreamHandler(io.StringIO())
        logging.getLogger("uvicorn").addHandler(handler)
        configure_logs(stream=stream)
        logging.getLogger("uvicorn.error").warning("port in use")
        assert handler.stream.getvalue() == ""
    assert lines(stream)[-1]["event"] == "port in use"


def test_lines_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output belongs to the protocol."""
    with caught_logs():
        configure_logs()
        OURS.warning("here")
        out, err = capsys.readouterr()
    assert out == ""
    assert json.loads(err)["event"] == "here"


def test_odd_characters_do_not_break_a_line() -> None:
    with caught_logs() as stream:
        OURS.info("a\nb\u2028c", extra={"says": "d\ne"})
    (line,) = lines(io.StringIO(stream.getvalue().replace("\u2028", " ")))
    assert line["says"] == "d\ne"


def test_masks_are_where_the_secret_was() -> None:
    with caught_logs() as stream:
        OURS.info("event", extra={"says": "door code 4821, 3 nights from 2026-07-23"})
    assert lines(stream)[0]["says"] == f"door code {MASK}, 3 nights from 2026-07-23"
