"""The tree of errors: one root, short sentences, whose move it is, and nothing that must not come out."""

from __future__ import annotations

import pickle

import pytest

from hostaway_mcp import errors
from hostaway_mcp.errors import (
    MAX_NAMES,
    MAX_SENTENCE_CHARS,
    AmbiguousNameError,
    CredentialsError,
    HostawayMcpError,
    InputError,
    Move,
    RateLimitedError,
    UnknownNameError,
    UpstreamError,
)
from hostaway_mcp.redaction import redact
from tests.telemetry.canaries import CANARIES

CLASSES = [
    one
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, HostawayMcpError) and one is not HostawayMcpError
]


def make(kind: type[HostawayMcpError], message: str, hint: str | None = None) -> HostawayMcpError:
    if issubclass(kind, AmbiguousNameError):
        return kind(message, choices=[message], hint=hint)
    return kind(message, hint=hint)


def test_the_tree_is_drawn_where_it_is_written() -> None:
    for kind in CLASSES:
        assert f" {kind.__name__} " in f"{errors.__doc__} ".replace("\n", " "), kind


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_each_says_what_happened_what_to_try_and_whose_move_it_is(kind: type[HostawayMcpError]) -> None:
    error = make(kind, "It did not work.", "Try again.")
    assert str(error) == error.message == "It did not work."
    assert error.sentence == "It did not work. Try again."
    facts = error.facts()
    assert facts["code"] == kind.code
    assert facts["move"] in {"caller", "operator", "wait"}
    assert facts["retryable"] is (kind.move is Move.WAIT), "what passes may be tried again, and nothing else"


def test_codes_tell_leaves_apart() -> None:
    """Names and objects that are not there are both not_found: the caller does the same about both."""
    leaves = [kind for kind in CLASSES if not kind.__subclasses__()]
    codes = [kind.code for kind in leaves]
    assert sorted({code for code in codes if codes.count(code) > 1}) == ["not_found"]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_no_canary_is_left_in_any_error_that_was_reworded(kind: type[HostawayMcpError]) -> None:
    for canary in CANARIES:
        error = make(kind, f"There is no {canary.text} here.", f"The nearest: {canary.text}.")
        error.reword(redact)
        told = f"{error} {error.message} {error.hint} {error.sentence} {error.facts()} {error!r} {error.args}"
        assert not canary.sings_in(told), canary


def test_names_that_look_like_secrets_are_masked() -> None:
    for canary in CANARIES:
        unknown = UnknownNameError("No.", nearest=[canary.text])
        several = AmbiguousNameError("Several.", choices=[canary.text])
        unknown.reword(redact)
        several.reword(redact)
        assert not canary.sings_in(f"{unknown.facts()} {unknown.nearest} {several.facts()} {several.choices}")


def test_sentences_stay_short() -> None:
    error = InputError("word " * 1_000, hint="hint " * 1_000)
    assert len(error.sentence) == MAX_SENTENCE_CHARS
    several = AmbiguousNameError("Several fit.", choices=[f"Listing {number}" for number in range(100)])
    assert len(several.choices) == MAX_NAMES


def test_our_own_words_stay_readable() -> None:
    error = CredentialsError(
        "Hostaway does not accept account id 10001 with its secret.",
        hint="Check HOSTAWAY_ACCOUNT_ID and HOSTAWAY_CLIENT_SECRET; Hostaway's dashboard makes new ones.",
        retry_after_seconds=59.96,
    )
    error.reword(redact)
    assert error.sentence == (
        "Hostaway does not accept account id 10001 with its secret. Check HOSTAWAY_ACCOUNT_ID and "
        "HOSTAWAY_CLIENT_SECRET; Hostaway's dashboard makes new ones."
    )
    assert error.facts()["retry_after_seconds"] == 60.0


def test_what_hostaway_did_is_kept_for_programs() -> None:
    error = RateLimitedError("Too many.", operation="listListings", status=429, retry_after_seconds=7.25)
    assert isinstance(error, UpstreamError)
    assert (error.operation, error.status) == ("listListings", 429)
    assert error.facts() == {
        "code": "rate_limited",
        "move": "wait",
        "retryable": True,
        "retry_after_seconds": 7.2,
    }


def test_names_stand_in_the_facts_only_where_there_are_some() -> None:
    assert "nearest" not in UnknownNameError("No.").facts()
    assert UnknownNameError("No.", nearest=["A"]).facts()["nearest"] == ["A"]
    assert AmbiguousNameError("Several.", choices=["A", "B"]).facts()["choices"] == ["A", "B"]


def test_an_error_can_travel_between_processes() -> None:
    again = pickle.loads(pickle.dumps(InputError("No.")))
    assert again.sentence == "No."
