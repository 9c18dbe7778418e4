"""Outsiders' words made harmless, whatever they are."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from hostaway_mcp.services.untrusted import MAX_CHARS, clean, clean_name, fence

TRICKS = st.sampled_from(
    [
        "⟦",
        "⟧",
        "<b>",
        "</p>",
        "<script>",
        "&#10215;",
        "\u202e",
        "\u200b",
        "\ufeff",
        "\U000e0041",
        "\r",
        "\x1b[2J",
    ]
)
WORDS = st.lists(st.one_of(st.text(max_size=40), TRICKS), max_size=20).map("".join)


@pytest.mark.parametrize(
    ("raw", "right"),
    [
        ("<p>Dear <b>Anna</b>,</p><p>see you</p>", "Dear Anna,\nsee you"),
        ("a < b and c > d", "a < b and c > d"),
        ("one<br>two", "one\ntwo"),
        ("<html><head><title>t</title><body>Hello", "Hello"),
        ("<style>p {}</style>Hello<script>steal()</script>", "Hello"),
        ("fish &amp; chips", "fish & chips"),
        ("be\u200btwe\u202een", "between"),
        ("ｆｕｌｌ", "full"),
        ("  many   blanks \n\n\n here ", "many blanks\nhere"),
        ("", None),
        (None, None),
        ("\u200b\u200b", None),
        ("write to anna@example.com", "write to [redacted]"),
        ("the door code is 4711#", "the door code is [redacted]"),
    ],
)
def test_what_becomes_of_words(raw: str | None, right: str | None) -> None:
    """Markup becomes text, what nobody sees goes, addresses and codes are masked."""
    assert clean(raw) == right


@given(WORDS)
def test_no_words_break_out_of_the_fence(raw: str) -> None:
    """Cleaned text holds no fence and nothing invisible but line breaks."""
    text = clean(raw)
    if text is None:
        return
    assert "⟦" not in text
    assert "⟧" not in text
    assert not {unicodedata.category(ch) for ch in text} & {"Cf", "Cs", "Co", "Cn"}
    assert all(ch == "\n" or unicodedata.category(ch) != "Cc" for ch in text)
    assert fence(text).count("⟦") == fence(text).count("⟧") == 1


@given(WORDS)
def test_names_stay_on_one_line(raw: str) -> None:
    """A name with a line break could pass for a row of its own."""
    name = clean_name(raw)
    assert name is None or ("\n" not in name and len(name) <= 80 + len("… (+99999 characters)"))


@given(st.text(alphabet="abc ", min_size=MAX_CHARS, max_size=3 * MAX_CHARS))
def test_what_is_cut_off_is_counted(raw: str) -> None:
    """Nobody takes a beginning for the whole."""
    whole = clean(raw, max_chars=10**6) or ""
    text = clean(raw) or ""
    if len(whole) <= MAX_CHARS:
        assert text == whole
    else:
        assert text.endswith(f"… (+{len(whole) - MAX_CHARS} characters)")


@given(st.text(min_size=3, max_size=12).filter(lambda code: len(code.strip()) >= 3))
def test_a_given_secret_never_comes_out(code: str) -> None:
    """Wherever it stands, if it is more than a letter or two."""
    secret = code.strip()
    text = clean(f"the code: {secret}, again {secret}", secrets=(SecretStr(code),), mask=False)
    plain = unicodedata.normalize("NFKC", secret)
    if plain == secret and secret.isalnum() and secret not in "the code: , again [redacted]":
        assert secret not in (text or "")


def test_ten_megabytes_are_no_burden() -> None:
    """Cut, counted, and quick enough to be asked again."""
    text = clean("word " * 2_000_000, max_chars=100)
    assert text is not None
    assert len(text) < 140
