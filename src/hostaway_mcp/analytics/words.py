"""How a guest's words are read by the tables of phrases: their language, their intent, their kind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from hostaway_mcp.analytics.phrases import TABLES, Intent, Table
from hostaway_mcp.models.names import plain

NAMES_BESIDE = 2
"""So many words beside a closing may be names of people."""
UNNAMED_BESIDE = 1
"""So many of them may be written small."""
LEAST_WEIGHT = 2
"""With less known words than this a language is a guess."""
_LETTERS_READ = 4_000
"""Longer texts are read so far."""
_WORD = re.compile(r"\w+")
_QUESTION = re.compile(r"[?¿؟？]")


class Kind(StrEnum):
    """What a message of a guest does."""

    ASKS = "asks"
    """It asks or reports something."""
    CLOSES = "closes"
    """Thanks, a confirmation, a farewell, a thumb: nothing to answer."""
    SETTLES = "settles"
    """What was asked before has solved itself."""
    AUTOMATIC = "automatic"
    """A machine wrote it on somebody's behalf."""


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before a guest's message that a host has answered to."""

    asked: bool
    """Whether the host's last message asks something."""
    words: Collection[str]
    """All that was said in the thread so far: a number that was said already is no news."""


def kind_of(text: str, before: Before | None = None) -> Kind:
    """
    What a guest's message does, by the tables of all languages.

    Behind a host's words "Great, see you at 2 then" closes too, where 2 was spoken of, and behind a host's
    question "around 6 pm"; where nothing stands before, hours and numbers ask.

    "Thanks, see you soon!" closes; "Thanks! Is there a cot?" asks; "Thanks, but the heating is off" asks;
    "Never mind, we found it" settles; "Automatic reply: I am out of office" is automatic. A text without any
    letters, such as a thumb, closes.
    """
    words = read(text)
    if is_automatic(text):
        return Kind.AUTOMATIC
    if not words.strip():
        return Kind.ASKS if _QUESTION.search(text) else Kind.CLOSES
    if _QUESTION.search(text):
        return Kind.ASKS
    language = language_of([text])
    if any(_settles(words, name) for name in ([language] if language else TABLES)):
        return Kind.SETTLES
    names = {plain(word) for word in _WORD.findall(text[:_LETTERS_READ]) if word[0].isupper()}
    return Kind.CLOSES if any(_closes(words, name, names, before) for name in TABLES) else Kind.ASKS


def is_question(text: str) -> bool:
    """Whether a text has a sign of a question."""
    return bool(_QUESTION.search(text))


def is_automatic(text: str) -> bool:
    """Whether a machine says that it answers for somebody: such a message answers nobody."""
    words = read(text)
    return any(_holds(words, table.auto_replies) for table in TABLES.values())


def intent_of(text: str, names: Collection[str] = ()) -> Intent:
    """
    What a message is about: the intent with the most phrases in it, by the table of its own language, or
    by all tables where that one has none of them.

    "The Wi-Fi does not work" has one phrase of Wi-Fi and one of faults; the order of `Intent` decides
    between equals, so it is about Wi-Fi.

    `names` are what the listing is called, as `read_name` gives them: they are not the guest's words. "Is
    Cellar Door free?" has a phrase of access, and none where the listing is called so.
    """
    words = _without(read(text), names)
    language = language_of([words])
    found = _intent_in(words, [TABLES[language]]) if language else Intent.OTHER
    return found if found is not Intent.OTHER else _intent_in(words, TABLES.values())


@lru_cache(maxsize=2_000)
def read_name(name: str) -> str | None:
    """
    A listing's name as it stands in what `read` gives; None for one that is a single word, with or without an
    article: at "The Lock" somebody who writes of the lock may well mean it.
    """
    words = plain(name).split()
    return " ".join(words) if sum(word not in _ARTICLES for word in words) > 1 else None


@lru_cache(maxsize=2_000)
def intents_in(name: str) -> frozenset[Intent]:
    """What a name, as `read_name` gives it, would be taken to be about."""
    return frozenset(
        intent
        for table in TABLES.values()
        for intent, phrases in table.intents.items()
        if _holds(f" {name} ", phrases)
    )


def _intent_in(words: str, tables: Iterable[Table]) -> Intent:
    best, most = Intent.OTHER, 0
    for table in tables:
        for intent, phrases in table.intents.items():
            count = _count(words, phrases)
            if count > most or (count == most and count and _rank(intent) < _rank(best)):
                best, most = intent, count
    return best


def language_of(texts: Iterable[str]) -> str | None:
    """
    The language of texts: the one with most weight of known words, 2 for each that few other languages have
    and 1 for each of courtesy; None where two are as likely, or where there is too little of any.
    """
    found: Counter[str] = Counter()
    for text in texts:
        words = read(text).split()
        for name in TABLES:
            common, courtesy = _common()[name], _courtesy()[name]
            found[name] += sum(2 if word in common else word in courtesy for word in words)
    (first, most), (_, second) = (*found.most_common(2), ("", 0), ("", 0))[:2]
    return first if most > second and most >= LEAST_WEIGHT else None


@lru_cache(maxsize=2_000)
def read(text: str) -> str:
    """The words of a text as the tables write them, with a blank on either side."""
    return f" {plain(text[:_LETTERS_READ])} "


def _settles(words: str, language: str) -> bool:
    """Whether something has solved itself: no denial before the word for it, nothing that takes it back."""
    table = TABLES[language]
    if any(word in _contrasts()[language] for word in words.split()):
        return False
    for phrase in table.settled:
        found = words.find(f" {phrase} ")
        if found >= 0 and _DENIALS.isdisjoint(words[:found].split()[-2:]):
            return True
    return False


def _closes(words: str, language: str, names: Collection[str], before: Before | None) -> bool:
    """
    Whether there is a closing and beside it nothing but fillers, praise and at most two names.

    Behind a host's words hours that were spoken of, and minutes, may stand beside it; behind a host's
    question hours and numbers may stand alone. What was done "as agreed" may be anything.
    """
    table = TABLES[language]
    unagreed = _without(words, table.agreed)
    rest = _without(unagreed, table.closings)
    closing = rest != unagreed
    left = [word for word in rest.split() if word not in _fillers()[language]]
    plain = _left_of_plans(left, language, before) if before else left
    if any(word in _telling()[language] or _is_number(word) for word in plain):
        return False
    if closing and _holds(words, table.agreed):
        return True
    if not closing:
        return before is not None and before.asked and bool(left) and not plain
    about = any(_count(rest, phrases) for phrases in table.intents.values())
    unnamed = sum(word not in names for word in plain)
    return not about and len(plain) <= NAMES_BESIDE and unnamed <= UNNAMED_BESIDE


def _without(words: str, phrases: Iterable[str]) -> str:
    inside = [phrase for phrase in phrases if f" {phrase} " in words]
    for phrase in sorted(inside, key=len, reverse=True):
        # Two that stand side by side share a blank.
        words = words.replace(f" {phrase} ", "  ").replace(f" {phrase} ", "  ")
    return words


def _left_of_plans(left: Sequence[str], language: str, before: Before) -> list[str]:
    """The words that are more than a plan that the host knows of or has asked for."""
    known = before.asked or not _MINUTES.isdisjoint(left)
    plans, telling = _plans()[language], _telling()[language]
    return [
        word
        for word in left
        if not (word in plans or _is_number(word))
        or not (known or word in before.words or not (_is_number(word) or word in telling))
    ]


def _is_number(word: str) -> bool:
    return not word.isalpha() and any(ch.isdigit() for ch in word)


def _count(words: str, phrases: tuple[str, ...]) -> int:
    single, others = _marks(phrases)
    return len(single.intersection(words.split(" "))) + sum(mark in words for mark in others)


def _holds(words: str, phrases: tuple[str, ...]) -> bool:
    single, others = _marks(phrases)
    return not single.isdisjoint(words.split(" ")) or any(mark in words for mark in others)


@lru_cache(maxsize=2_000)
def _marks(phrases: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The phrases of one word, and what stands in a text that has one of the others: `*` is any end."""
    single = frozenset(one for one in phrases if " " not in one and not one.endswith("*"))
    others = (one for one in phrases if one not in single)
    return single, tuple(f" {one[:-1]}" if one.endswith("*") else f" {one} " for one in others)


def _rank(intent: Intent) -> int:
    return _ORDER[intent]


_ORDER = {intent: place for place, intent in enumerate(Intent)}


@lru_cache(maxsize=1)
def _common() -> dict[str, frozenset[str]]:
    return {name: frozenset(table.common.split()) for name, table in TABLES.items()}


@lru_cache(maxsize=1)
def _fillers() -> dict[str, frozenset[str]]:
    return {name: frozenset(f"{table.fillers} {table.praise}".split()) for name, table in TABLES.items()}


@lru_cache(maxsize=1)
def _contrasts() -> dict[str, frozenset[str]]:
    return {name: frozenset(table.contrasts.split()) for name, table in TABLES.items()}


@lru_cache(maxsize=1)
def _plans() -> dict[str, frozenset[str]]:
    return {name: frozenset(table.plans.split()) for name, table in TABLES.items()}


_MINUTES = frozenset(("minute", "minutes", "min", "mins", "minuten", "minuto", "minutos", "minuti"))
"""Somebody who is on the way; an hour that was not spoken of is news."""
_DENIALS = frozenset(
    (
        "no",
        "not",
        "never",
        "nicht",
        "kein",
        "keine",
        "pas",
        "ne",
        "n",
        "non",
        "nao",
        "nunca",
        "nie",
        "mai",
        "t",
    )
)
"""A word that solves something does not, behind one of these."""
_ARTICLES = frozenset(
    ("a", "an", "the", "der", "die", "das", "le", "la", "les", "el", "los", "las", "il", "lo", "o", "os")
)


@lru_cache(maxsize=1)
def _courtesy() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(table.fillers.split()) | frozenset(" ".join(table.closings).split())
        for name, table in TABLES.items()
    }


@lru_cache(maxsize=1)
def _telling() -> dict[str, frozenset[str]]:
    return {name: frozenset(table.not_words.split()) for name, table in TABLES.items()}
