"""What is believed of what a client says of itself."""

from __future__ import annotations

import pytest

from hostaway_mcp.server.identity import caller_name, given_correlation_id

TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    ("request_id", "traceparent", "taken"),
    [
        ("abc-1.2_3", None, "abc-1.2_3"),
        ("abc", f"00-{TRACE}-b7ad6b7169203331-01", "abc"),
        (None, f"00-{TRACE}-b7ad6b7169203331-01", TRACE),
        ("with blank", f"00-{TRACE}-b7ad6b7169203331-01", TRACE),
        ("x" * 64, None, "x" * 64),
        ("x" * 65, None, None),
        ("", None, None),
        ("line\nbreak", None, None),
        ("line\n", None, None),
        ("ünï", None, None),
        (7, 7, None),
        (None, f"00-{'0' * 32}-b7ad6b7169203331-01", None),
        (None, f"ff-{TRACE}-b7ad6b7169203331-01", None),
        (None, f"00-{TRACE.upper()}-b7ad6b7169203331-01", None),
        (None, f"00-{TRACE}", None),
    ],
)
def test_only_sane_ids_are_taken(request_id: object, traceparent: object, taken: str | None) -> None:
    """At most 64 of A-Z a-z 0-9 . _ -, or a W3C trace id. Source: W3C Trace Context, section 3.2."""
    assert given_correlation_id(request_id=request_id, traceparent=traceparent) == taken


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("claude-ai", "0.1.0"), "claude-ai 0.1.0"),
        (("a\x00b\u202ec\n", None), "a b c"),
        (("<script>", "1"), "script 1"),
        (("x" * 500, "1"), "x" * 60),
        ((None, ""), ""),
        (("日本", "1"), "1"),
    ],
)
def test_caller_is_a_short_plain_name(words: tuple[str | None, ...], name: str) -> None:
    """Letters, digits and a few signs, at most 60 of them."""
    assert caller_name(*words) == name
