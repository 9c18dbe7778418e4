"""Arguments for a tool, from its input schema: sensible, almost sensible, or nonsense."""

from __future__ import annotations

from typing import Any

from tests.hostile.words import Dice

Schema = dict[str, Any]

_DAYS = (
    "today",
    "tomorrow",
    "+7d",
    "-30d",
    "next weekend",
    "2026-06",
    "2026-06-01",
    "2026-12-31",
    "yesterday",
)
_NAMES = ("Lisbon", "Portugal", "Beach", "Anna", "Maria", "Villa", "a", "airbnb", "1", "40160", "20000000")
_NUMBERS = (40160, 40167, 20000000, 20000014, 50000000)
"""A listing, reservation and conversation of the sandbox's first world."""
_DAY_LENGTH = 40
_WORST_SHARE = (0.0, 0.0, 0.0, 0.2, 0.5, 1.0)
"""How much of a call is nonsense, thrown once a call."""


def arguments_for(schema: Schema, dice: Dice) -> Any:
    """Arguments in which a share is nonsense; seldom not even an object."""
    worst = dice.choice(_WORST_SHARE)
    if worst == 1.0 and dice.chance(0.2):
        return dice.value()
    required = schema.get("required", [])
    arguments: dict[str, Any] = {}
    for name, inner in schema.get("properties", {}).items():
        wanted = 1 - worst / 5 if name in required else 0.3
        if dice.chance(wanted):
            arguments[name] = dice.value() if dice.chance(worst) else fitting(inner, dice)
    if dice.chance(worst / 3):
        arguments[dice.text()] = dice.value()
    return arguments


def fitting(schema: Schema, dice: Dice) -> Any:
    """A value that the schema allows, mostly; bounds are touched and now and then overstepped."""
    if options := schema.get("anyOf"):
        return fitting(dice.choice(options), dice)
    if choices := schema.get("enum"):
        return dice.choice(choices)
    makers = {"string": _text, "integer": _integer, "number": _integer, "boolean": _flag, "array": _list}
    return makers.get(str(schema.get("type")), _anything)(schema, dice)


def _text(schema: Schema, dice: Dice) -> Any:
    if dice.chance(0.15):
        return dice.text()
    return dice.choice(_DAYS if schema.get("maxLength") == _DAY_LENGTH else _NAMES)


def _integer(schema: Schema, dice: Dice) -> Any:
    if "minimum" not in schema or "maximum" not in schema or schema["maximum"] > 2**31:
        return dice.choice(_NUMBERS)
    low, high = int(schema["minimum"]), int(schema["maximum"])
    if dice.chance(0.15):
        return dice.choice((low - 1, high + 1))
    return dice.choice((low, high, dice.randint(low, high)))


def _flag(schema: Schema, dice: Dice) -> Any:
    return dice.chance(0.5)


def _list(schema: Schema, dice: Dice) -> Any:
    longest = schema.get("maxItems", 5)
    length = dice.choice((0, longest, longest + 1)) if dice.chance(0.15) else dice.randint(1, 3)
    return [fitting(schema.get("items", {}), dice) for _ in range(length)]


def _anything(schema: Schema, dice: Dice) -> Any:
    return dice.value()
