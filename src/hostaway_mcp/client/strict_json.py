"""JSON as RFC 8259 has it, from bytes that cannot be trusted."""

from __future__ import annotations

import json
import math
import re
from typing import Any

MAX_DEPTH = 64
"""Levels of nesting; the deepest documented answer has 7."""

_MAYBE_LONE = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair: one character
    r"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def loads(body: bytes) -> Any:
    """
    The value in `body`.

    Half a surrogate pair becomes the replacement character, so that every text can be written down again.

    Raises:
        ValueError: not UTF-8, not JSON, NaN or Infinity, a number out of range, or nested too deep.
    """
    text = body.decode("utf-8-sig")
    if _MAYBE_LONE.search(text):
        text = _ESCAPE.sub(_whole_characters, text)
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not _within(value, MAX_DEPTH):
        raise ValueError("nested too deep")
    return value


def _whole_characters(escape: re.Match[str]) -> str:
    return "\\ufffd" if escape["lone"] else escape[0]


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number out of range")
    return number


def _within(value: Any, depth: int) -> bool:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(depth):
        if not level:
            return True
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent)
            if type(child) is dict or type(child) is list
        ]
    return not level
