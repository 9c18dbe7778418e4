"""The page of questions is what the set says."""

from __future__ import annotations

from tests.questions.page import PAGE, page


def test_the_page_is_as_the_set_is() -> None:
    """`scripts/questions` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()
