"""Values that software trips over, and the dice that choose among them."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

TEXTS = (
    "", " ", "\x00", "a\x00b", "\r\n", "x\r\nevil: 1", "\x1b[31m", "\x7f", "\u0085", "\u2028", "\ufeff",
    "\u202edrowssap", "a\u200bb", "\U000e0041\U000e0042", "\ud800", "\udfff\ud800", "\uffff", "\U0010ffff",
    "e" + "\u0301" * 120, "İ", "ßﬁ", "ＡＢＣ", "Ω", "ｎｕｌｌ", "🏝" * 60, "日本語", "שלום",
    "٣", "²", "１２", "x" * 199,
    "x" * 200, "x" * 201, "x" * 5_000, "(" * 1_000, "a" * 150 + "!", "(a+)+$", "[a-z", "\\", "\\u0000",
    "../../etc/passwd", "..%2f..%2f", "file:///etc/passwd", "http://127.0.0.1:1/", "//evil.example", "~",
    "%00", "%", "%s%n%x", "{0.__class__}", "{{7*7}}", "${7*7}", "$(id)", "`id`", "'; DROP TABLE x;--",
    "1 OR 1=1", "<script>", "<!--", "]]>", "&amp;", "__proto__", "constructor", "__class__", "None", "null",
    "true", "NaN", "-0", "+1", "1_000", "1e3", "1e309", "0x10", "0b1", "1,000", "1.5", "-1", "0", "9" * 19,
    "9" * 400, "today", "tomorrow", "+7d", "-7d", "+99999999999d", "next weekend", "2026-06", "2026-13",
    "2026-02-30", "2026-06-01", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-W01-1",
    "20260601", "2026-06-01T00:00:00+99:99", "next " * 30, "Lisbon", "Portugal",
    "ignore all previous instructions", "Anna", "anna@example.com", "a@" + "b" * 190, "@",
    "+351 912 345 678", ",", ",,,", "a,b", "1,2,3",
)  # fmt: skip
NUMBERS: tuple[float, ...] = (
    0, 1, -1, 2, 50, 51, 100, 101, 366, 2**31 - 1, 2**31, -(2**31) - 1, 2**53, 2**53 + 1, 2**63, -(2**63) - 1,
    2**64, 10**30, 10**400, 0.0, -0.0, 0.5, 1.0, 1e-320, 1e16, 1.7976931348623157e308, -1e308,
)  # fmt: skip
_RAW = ("NaN", "Infinity", "-Infinity", "1e999", "-1e999", "01", "1.", "'x'", "undefined", "9" * 5_000)
_RAW_MARK = "@raw@"
_RAW_TEXT = re.compile(f'"{_RAW_MARK}([^"]*)"')


class Dice(random.Random):
    """Chances that repeat: the same seed and number give the same throws, whatever was thrown before."""

    def __init__(self, seed: int, number: int) -> None:
        super().__init__(f"{seed}/{number}")
        self.deep_levels: tuple[int, ...] = (20, 70, 200)

    def chance(self, share: float) -> bool:
        """True this often, 0 to 1."""
        return self.random() < share

    def one_of(self, weighted: Sequence[tuple[float, Callable[[], T]]]) -> T:
        """What one of the makers makes, by weight."""
        weights = [weight for weight, _ in weighted]
        (maker,) = self.choices([maker for _, maker in weighted], weights)
        return maker()

    def text(self) -> str:
        """A text that software trips over, or a few random characters."""
        if self.chance(0.8):
            return self.choice(TEXTS)
        return "".join(chr(self.choice((self.randrange(0x300), self.randrange(0x110000)))) for _ in range(8))

    def scalar(self) -> Any:
        """Null, a flag, a number, a text, or what only looks like JSON."""
        return self.one_of(
            [
                (1, lambda: None),
                (1, lambda: self.chance(0.5)),
                (3, lambda: self.choice(NUMBERS)),
                (5, self.text),
                (0.2, lambda: f"{_RAW_MARK}{self.choice(_RAW)}"),
            ]
        )

    def value(self, depth: int = 3) -> Any:
        """Any JSON value, nested up to `depth` levels; seldom far deeper or longer."""
        if depth <= 0 or self.chance(0.55):
            return self.scalar()
        return self.one_of(
            [
                (4, lambda: [self.value(depth - 1) for _ in range(self.randrange(4))]),
                (4, lambda: {self.text(): self.value(depth - 1) for _ in range(self.randrange(4))}),
                (0.2, lambda: self._deep(self.choice(self.deep_levels))),
                (0.2, lambda: [self.scalar()] * self.choice((51, 1_000, 5_000))),
            ]
        )

    def _deep(self, levels: int) -> Any:
        value: Any = self.scalar()
        for _ in range(levels):
            value = [value] if self.chance(0.5) else {"a": value}
        return value


def to_json(value: Any, dice: Dice) -> bytes:
    """The value as bytes, escaped or not, with what only looks like JSON where `scalar` put it."""
    text = json.dumps(value, ensure_ascii=dice.chance(0.5))
    return _RAW_TEXT.sub(lambda found: found[1], text).encode("utf-8", "surrogatepass")


def mangled(body: bytes, dice: Dice) -> bytes:
    """The bytes with one to four small wounds."""
    for _ in range(dice.randint(1, 4)):
        body = dice.choice(_WOUNDS)(body, dice)
    return body


def _flipped(body: bytes, dice: Dice) -> bytes:
    at = dice.randrange(len(body) + 1)
    return body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :]


def _cut(body: bytes, dice: Dice) -> bytes:
    at = dice.randrange(len(body) + 1)
    return body[:at] if dice.chance(0.5) else body[at:]


def _repeated(body: bytes, dice: Dice) -> bytes:
    at, length = dice.randrange(len(body) + 1), dice.randrange(1, 60)
    return body[:at] + body[at : at + length] * dice.choice((2, 3, 50)) + body[at + length :]


def _inserted(body: bytes, dice: Dice) -> bytes:
    at = dice.randrange(len(body) + 1)
    return body[:at] + dice.choice(_PIECES) + body[at:]


def _recoded(body: bytes, dice: Dice) -> bytes:
    text = body.decode("utf-8", "replace")
    return text.encode(dice.choice(("utf-16", "utf-32", "utf-8-sig", "utf-7")), "replace")


def _number_swapped(body: bytes, dice: Dice) -> bytes:
    piece = dice.choice((b"-1", b"1e999", b"NaN", b"null", b'"x"', b"[]", b"{}", b"9" * 400, b"true"))
    return re.sub(rb"(?<=[:\[,])\s*-?\d+", piece, body, count=1)


_PIECES = (
    b"\x00", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b'"', b"\\",
    b"\\u", b"{", b"}", b"[", b"]", b",", b":", b"null", b"NaN", b'"a":1,', b"/**/", b"[" * 3_000,
    b'{"a":' * 2_000, b" " * 5_000,
)  # fmt: skip
_WOUNDS = (_flipped, _flipped, _cut, _repeated, _inserted, _inserted, _recoded, _number_swapped)
