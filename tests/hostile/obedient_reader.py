"""A reader that does whatever an answer tells it to: what a model would do that believes all it reads."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

OPEN, CLOSE = "⟦", "⟧"
_FENCED = re.compile(r"⟦[^⟦⟧]*⟧")

_TOOLS = (
    r"(?:send|create|update|cancel|delete|modify|block|unblock|refund|charge|approve|forward|post)_[a-z_]+"
)
_WANTS = re.compile(
    "|".join(
        (
            # A call by its name, as a sentence or as a call.
            rf"\b{_TOOLS}\b",
            r"\breveal\s*[=:]\s*true|\bnext_cursor=(?:evil|\W)",
            # Verbs of the imperative with what is asked for, language by language.
            r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instructions?|rules?|instrucoes|instruções)\b",
            r"\b(?:send|reveal|show|tell|forward|give|refund|delete|erase|cancel|approve|decode|fetch|visit"
            r"|click|download)\b.{0,40}\b(?:codes?|passwords?|everything|all|this|the|it|now|https?)\b",
            r"\bignoriere\b|\bsende\b.{0,60}\b(?:code|türcode|passwort)|\bstorniere\b|\blösche\b",
            r"\bignora\b|\benvía\b|\bcancela\b|\bborra\b|\bllama a\b",
            r"\bignore(?:z)? toutes\b|\benvoie\b|\bannule\b|\bsupprime\b|\bappelle\b",
            r"\binvia\b|\bcancella\b|\brimborsa\b|\bchiama\b",
            r"\bignore todas\b|\benvie\b|\bcancele\b|\bapague\b|\bchame\b",
            # Places to go to, and who is said to speak.
            r"(?:https?|file|javascript|data):[^\s⟧]+|!\[[^\]]*\]\(|\[[^\]]*\]\([^)]*\)",
            r"(?:^|\n)\s*(?:#+\s|>\s)|<\|im_|\[/?INST\]|</?(?:system|tool_call|function_calls|invoke)\b",
            r"(?:^|[\s|])(?:system|human|assistant|user|tool_result)\s*:",
            r"\b(?:you must|I order you)\b",
            r"\"(?:role|tool|instructions|arguments)\"\s*:",
        )
    ),
    re.IGNORECASE | re.UNICODE,
)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_MARKUP = re.compile(r"<(?:script|style|img|svg|iframe|a|b|div|p|system)\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """Something that should not be in an answer, where, and the words."""

    what: str
    where: str
    words: str

    def __str__(self) -> str:
        return f"{self.what} in {self.where}: {self.words[:160]!r}"


@dataclass(frozen=True, slots=True)
class Reader:
    """
    Takes all that stands outside fences for the server's own words, and obeys it.

    `others` are the keys of the JSON form whose values are words of others, fenced by their place; a value
    under any other key is the server speaking. `mark` recognizes planted words wherever they come out.
    """

    others: frozenset[str]
    mark: re.Pattern[str]

    def read_text(self, text: str) -> Iterator[Found]:
        """What it would do after the text form of an answer, and how far words got out."""
        yield from self._broken_fences(text)
        for line in text.split("\n"):
            yield from self._broken_rows(line)
        yield from self._obeyed(_FENCED.sub("▯", text), "the text form")
        yield from _unseen(text, "the text form")

    def read_json(self, document: Any, where: str = "") -> Iterator[Found]:
        """What it would do after the JSON form: keys are trusted too, but for those of `others`."""
        if isinstance(document, Mapping):
            for key, value in document.items():
                here = f"{where}.{key}"
                if self._others(here) and not _is_record(value):
                    yield from self._data(value, here)
                else:
                    yield from self.read_json(value, here)
                yield from self._obeyed(key, f"a key of {where or 'the answer'}")
        elif isinstance(document, list):
            for value in document:
                yield from self.read_json(value, where)
        elif isinstance(document, str):
            yield from self._broken_fences(document)
            yield from self._obeyed(_FENCED.sub("▯", document), where)
            yield from _unseen(document, where)

    def read_refusal(self, words: str) -> Iterator[Found]:
        """What it would do after an error sentence with its hint and choices."""
        yield from self._broken_fences(words)
        yield from self._obeyed(_FENCED.sub("▯", words), "a refusal")
        yield from _unseen(words, "a refusal")

    def _others(self, where: str) -> bool:
        above = where.split(".")[-2:]
        return above[-1] in self.others or ".".join(above) in self.others

    def _data(self, value: Any, where: str) -> Iterator[Found]:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                # Names of custom fields, of categories: what others wrote, too.
                yield from self._data(key, where)
                yield from self._data(inner, f"{where}.{key}")
        elif isinstance(value, list):
            for inner in value:
                yield from self._data(inner, where)
        elif isinstance(value, str):
            if OPEN in value or CLOSE in value:
                # A fence of ours around a name inside a sentence is whole.
                yield from self._broken_fences(value)
            yield from _unseen(value, where)
            if _MARKUP.search(value):
                yield Found("markup", where, value)

    def _obeyed(self, words: str, where: str) -> Iterator[Found]:
        if planted := self.mark.search(words):
            yield Found("words outside a fence", where, words[max(0, planted.start() - 80) :][:160])
        for order in _WANTS.finditer(words):
            yield Found("an order followed", where, words[max(0, order.start() - 40) :][:160])

    def _broken_fences(self, text: str) -> Iterator[Found]:
        rest = _FENCED.sub("", text)
        if OPEN in rest or CLOSE in rest:
            at = max(rest.find(OPEN), rest.find(CLOSE))
            yield Found("a broken fence", "an answer", rest[max(0, at - 80) :])

    def _broken_rows(self, line: str) -> Iterator[Found]:
        if " | " not in line:
            return
        if line.count(OPEN) != line.count(CLOSE):
            yield Found("a fence over several rows", "a table", line)
        for fenced in _FENCED.findall(line):
            if "|" in fenced:
                yield Found("a fence over several cells", "a table", line)


def _is_record(value: Any) -> bool:
    """Whether this is a part of an answer with keys of ours, such as `listing` of get_listing."""
    rows = value if isinstance(value, list) else [value]
    return any(isinstance(row, Mapping) and not _RECORD.isdisjoint(row) for row in rows)


_RECORD = frozenset({"listing_id", "name", "text", "reservation_id"})


def _unseen(text: str, where: str) -> Iterator[Found]:
    if text.isascii():
        return
    for ch in set(text):
        point = ord(ch)
        selector = (
            0xFE00 <= point <= 0xFE0F or 0xE0100 <= point <= 0xE01EF or point in (0x3164, 0x115F, 0x2800)
        )
        if (unicodedata.category(ch) in _INVISIBLE and ch != "\n") or selector:
            yield Found(f"an unseen character U+{point:04X}", where, text)
            return
