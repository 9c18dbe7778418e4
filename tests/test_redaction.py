"""What must never come out does not, and what people need to read stays."""

from __future__ import annotations

import pytest

from hostaway_mcp.redaction import MASK, Redactor, quoted, redact
from tests.telemetry.canaries import CANARIES, Canary


def test_there_are_200_canaries_of_50_shapes() -> None:
    assert len(CANARIES) >= 200
    assert len({canary.shape for canary in CANARIES}) >= 50


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.shape)
def test_no_canary_comes_out(canary: Canary) -> None:
    assert canary.sings_in(canary.text), "the test itself must see it"
    assert not canary.sings_in(redact(canary.text)), redact(canary.text)


def test_redacting_twice_changes_nothing() -> None:
    once = [redact(canary.text) for canary in CANARIES]
    assert [redact(text) for text in once] == once


@pytest.mark.parametrize(
    "around", ["Hostaway refused it: {}.", '{{"says": "{}", "id": 40161}}', "a\n{}\nb", "«{}»"]
)
def test_no_canary_comes_out_of_the_middle_of_a_text(around: str) -> None:
    loud = [canary for canary in CANARIES if canary.sings_in(redact(around.format(canary.text)))]
    assert not loud


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-23",
        "2026-07-23T12:00:00.123Z",
        "from 2026-07-01 to 2026-07-31",
        "2026-07-01 2026-07-31",
        "arrival 2026-07-23 15:00:00, departure 2026-07-27 11:00",
        "23.07.2026 and 07/23/2026 and 5-6-2026",
        "listing 40161, reservation 30012345, conversation 60012345",
        "reservation 10450-40160-2000-1089253764",
        "Booking.com 4123456789, Airbnb HMABCD1234",
        "ids 40160, 40161, 40162, 40163",
        "267.00 USD, 1,234.56 EUR, 1 234,56 €, -12.50 GBP, 1234567.89 JPY",
        "total 12,345,678.90 USD",
        "at 12:30:45, 10-12 o'clock, 15 s",
        "550e8400-e29b-41d4-a716-446655440000",
        "trace 4bf92f3577b34da6a3ce929d0e0e4736 span 00f067aa0ba902b7",
        "http://127.0.0.1:8765/mcp and 192.168.100.200:8080",
        "HTTP 403, error code 4031, exit code 3, status code 500",
        "version 2025.11.25, Python 3.11.9, hostaway-mcp/0.1.0",
        "48.208812, 16.372081",
        "HOSTAWAY_CLIENT_SECRET is wrong.",
        "HOSTAWAY_CLIENT_SECRET must be one line without spaces; it looks as if a copy went wrong.",
        "HOSTAWAY_ACCOUNT_ID must be the number that Hostaway shows beside the secret, not a name.",
        "HOSTAWAY_MCP_HTTP_KEY is needed when the host is not loopback.",
        "Hostaway does not accept the account id and secret.",
        "The token expires 2028-07-22 and is renewed 7 days before.",
        "Hostaway does not allow listReviews: the token is good, the right is missing.",
        'There is no listing "Casa Azul" in this account. The nearest: Casa Azul (40161, Lisbon).',
        "The next turn at Hostaway comes in about 12 s, later than the 25 s this call may wait.",
        "Use YYYY-MM-DD, today, tomorrow, +7d, next weekend, friday, or a month such as 2026-06.",
        "This cursor belongs to another question.",
        "door code did not change; the keypad is new; the PIN pad too",
        "passwords are never shown",
        "20 bookings, 3 guests, 7 nights at 120 a night",
        "occupancy 0.8123456789012 of 1",
        "+7d and +12.50",
    ],
)
def test_dates_ids_money_and_our_own_sentences_stay(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("said", "comes_out"),
    [
        ("the code is 4821", "the code is [redacted]"),
        ("Code: 4821", "Code: [redacted]"),
        ("Your code is #4821.", "Your code is #[redacted]."),
        ("El código es 4821", "El código es [redacted]"),
    ],
)
def test_a_code_of_four_digits_in_a_sentence_is_a_door_s(said: str, comes_out: str) -> None:
    assert redact(said) == comes_out


@pytest.mark.parametrize("text", ["The error code is 48215.", "Error code: 4821", "a ZIP code: 12345"])
def test_the_code_of_an_error_or_a_place_stays(text: str) -> None:
    assert redact(text) == text


def test_whoever_may_see_access_sees_what_opens_a_home_and_no_other_secret() -> None:
    own = Redactor()
    own.learn("the-known-one")
    said = (
        "Door code: 4821, Wi-Fi password: sunny-days-7; bob@example.com, +43 664 1234567, "
        "api key: 9f8e7d6c5b, eyJhbGciOiJIUzI1NiJ9, the-known-one"
    )
    assert own.but_access(said) == (
        f"Door code: 4821, Wi-Fi password: sunny-days-7; {MASK}, {MASK}, api key: {MASK}, {MASK}, {MASK}"
    )


def test_quoted_words_are_masked_before_they_are_cut() -> None:
    assert quoted("write to bob@example.com", limit=14) == "write to [reda"
    assert quoted("word " * 20) == "word " * 12
    assert quoted("word " * 400, limit=2_000) == "word " * 200


def test_a_learned_secret_never_comes_out_in_any_writing() -> None:
    own = Redactor()
    own.learn('p"ss w/rd')
    own.learn('p"ss w/rd and more')
    said = own(r'p"ss w/rd | p%22ss%20w%2Frd | p\"ss w/rd | p"ss w/rd and more')
    assert said == " | ".join([MASK] * 4)


def test_a_learned_secret_comes_out_in_no_form_of_json() -> None:
    own = Redactor()
    own.learn('Schlüs"sel')
    said = own(r'Schlüs"sel | Schlüs\"sel | Schl\u00fcs\"sel | Schl%C3%BCs%22sel')
    assert said == " | ".join([MASK] * 4)


def test_a_secret_around_another_goes_whole() -> None:
    own = Redactor()
    own.learn("zeta-secret")
    own.learn("abc-zeta-secret-xyz")
    assert own("abc-zeta-secret-xyz") == MASK


def test_correlation_ids_stay_unless_one_is_a_secret() -> None:
    redactor = Redactor()
    ids = [f"{number:032x}" for number in (4821 << 40, 2**127 - 1, 0x4111111111111111 << 64)]
    assert [redactor(one) for one in ids] == ids
    redactor.learn(ids[0])
    assert redactor(ids[0]) == MASK


def test_short_texts_are_not_learned() -> None:
    """A door code of four digits would take years out of dates."""
    own = Redactor()
    own.learn("2026")
    own.learn("night")
    own.learn("lisbon")
    assert own("2026-07-23, a night in lisbon") == f"2026-07-23, a night in {MASK}"


@pytest.mark.parametrize(
    "text",
    ["a" * 300_000, "a." * 150_000, "1" * 300_000, "1 " * 150_000, "eyJ" * 100_000, "door code " * 30_000,
     "(" * 300_000, '"token":' * 40_000, "password is " * 25_000, "+" * 300_000, "\\" * 300_000],
)  # fmt: skip
def test_a_long_text_is_read_in_one_go(text: str) -> None:
    """Quadratic patterns would take minutes here and hang the suite."""
    assert redact(text)
