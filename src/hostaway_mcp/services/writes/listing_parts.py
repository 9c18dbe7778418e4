"""
The lists inside a listing, which Hostaway replaces whole: what is there, with what is added and taken out.

Source: changelog 2020-12-18, "Update a listing". A state is what can be compared: ids that Hostaway gives
to rows are not in it.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from hostaway_mcp.errors import InputError, UnknownNameError
from hostaway_mcp.models.custom_fields import CustomField
from hostaway_mcp.redaction import quoted
from hostaway_mcp.services.names import plain
from hostaway_mcp.services.untrusted import clean, clean_name, fence, word
from hostaway_mcp.services.writes.custom_values import chosen_field, fitting
from hostaway_mcp.services.writes.words import check_text

Rows = Sequence[Mapping[str, Any]]

KEYS = {
    "amenities": "listingAmenities",
    "bed_types": "listingBedTypes",
    "images": "listingImages",
    "custom_fields": "customFieldValues",
}
"""Our names of the lists and Hostaway's."""

_IMAGE = ("url", "caption", "vrboCaption", "airbnbCaption", "bookingEngineCaption", "sortOrder")
MOST_NAMED = 12


def state_of(part: str, rows: Any) -> Any:
    """What a list holds, without the numbers of its rows."""
    rows = rows or []
    match part:
        case "amenities":
            return sorted({row["amenityId"] for row in rows})
        case "bed_types":
            counted: dict[str, int] = {}
            for row in rows:
                key = str(row["bedTypeId"])
                counted[key] = counted.get(key, 0) + int(row.get("quantity") or 1)
            return sorted([number, many] for number, many in counted.items() if many)
        case "images":
            return [{key: row[key] for key in _IMAGE if row.get(key) is not None} for row in rows]
        case _:
            pairs = [[row["customFieldId"], row.get("value")] for row in rows]
            return sorted([number, str(value)] for number, value in pairs if value not in (None, ""))


def ids_of(part: str, rows: Any) -> dict[str, list[list[int]]]:
    """The numbers of a list's rows, each with how many it stands for, by what the rows are about."""
    found: dict[str, list[list[int]]] = {}
    about = {"amenities": "amenityId", "bed_types": "bedTypeId", "images": "url"}.get(part)
    for row in rows or []:
        if about and row.get("id"):
            found.setdefault(str(row[about]), []).append([row["id"], int(row.get("quantity") or 1)])
    return found


def rows_of(part: str, state: Any, ids: Mapping[str, Sequence[Sequence[int]]]) -> list[dict[str, Any]]:
    """The rows that are sent to bring a state about; those that are there keep their numbers."""
    match part:
        case "amenities":
            return [_numbered({"amenityId": number}, ids, number) for number in state]
        case "images":
            return [_numbered(dict(row), ids, row["url"]) for row in state]
        case "bed_types":
            return [row for number, many in state for row in _beds(number, many, ids.get(number, ()))]
        case _:
            return [{"customFieldId": number, "value": value} for number, value in state]


def _numbered(row: dict[str, Any], ids: Mapping[str, Sequence[Sequence[int]]], about: Any) -> dict[str, Any]:
    return row | ({"id": ids[str(about)][0][0]} if str(about) in ids else {})


def _beds(number: str, many: int, there: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
    """Beds of a type may stand in several rows, such as one a room; those stay if their number does."""
    row = {"bedTypeId": int(number)}
    if sum(quantity for _, quantity in there) == many:
        return [{"id": one, **row, "quantity": quantity} for one, quantity in there]
    return [row | {"quantity": many} | ({"id": there[0][0]} if there else {})]


def merged(part: str, state: Any, change: Any, names: Any) -> Any:
    """
    The state with the change in it; `names` are the dictionary's names by id, or the custom fields.

    Raises:
        InputError: the change has another form, or names what there is not.
    """
    match part:
        case "amenities":
            return _amenities(state, change, names)
        case "bed_types":
            return _bed_types(state, change, names)
        case "images":
            return _images(state, change)
        case _:
            return _custom(state, change, names)


def shown(part: str, state: Any, other: Any, names: Any) -> str:
    """What a state has that the other has not, for a reader, and how much it has in all."""
    said = [_said(part, row, names) for row in state if row not in other]
    more = f" and {len(said) - MOST_NAMED} more" if len(said) > MOST_NAMED else ""
    count = f"{len(state)} in all"
    return f"{', '.join(said[:MOST_NAMED])}{more}; {count}" if said else count


def _said(part: str, row: Any, names: Any) -> str:
    match part:
        case "amenities":
            return _named(names, row)
        case "bed_types":
            return f"{row[1]} × {_named(names, int(row[0]))}"
        case _:
            caption = fence(clean(row.get("caption"), max_chars=60))
            return f"{fence(clean(row['url'], max_chars=120, mask=False))} {caption}".strip()


def _named(names: Mapping[int, str], number: int) -> str:
    return word(clean_name(names.get(number))) or f"number {number}"


def _amenities(state: Sequence[int], change: Any, names: Mapping[int, str]) -> list[int]:
    if isinstance(change, list):
        return sorted({_number(names, one, "amenity") for one in change})
    added, removed = _added_removed("amenities", change)
    gone = {_number(names, one, "amenity") for one in removed}
    return sorted(({*state} | {_number(names, one, "amenity") for one in added}) - gone)


def _bed_types(state: Sequence[Any], change: Any, names: Mapping[int, str]) -> list[list[Any]]:
    if not isinstance(change, dict) or not change:
        raise InputError('`bed_types` takes how many of each: {"Queen bed": 2}; 0 takes it out.')
    counted = {str(number): many for number, many in state}
    for name, many in change.items():
        if isinstance(many, bool) or not isinstance(many, int) or not 0 <= many <= 50:
            raise InputError("`bed_types` takes whole numbers from 0 to 50.")
        counted[str(_number(names, name, "bed type"))] = many
    return sorted([number, many] for number, many in counted.items() if many)


def _images(state: Sequence[Mapping[str, Any]], change: Any) -> list[dict[str, Any]]:
    added, removed = _added_removed("images", change)
    there = [dict(row) for row in state]
    for url in removed:
        if not any(row["url"] == url for row in there):
            raise InputError(f'It has no picture "{quoted(str(url), 80)}".', hint="get_listing shows them.")
        there = [row for row in there if row["url"] != url]
    last = max((row.get("sortOrder") or 0 for row in there), default=0)
    for one in added:
        image = {"url": one} if isinstance(one, str) else one
        if not isinstance(image, dict) or not _is_link(image.get("url")) or image.keys() - {"url", "caption"}:
            raise InputError("A picture is a link that begins with https://, or {url, caption}.")
        if any(row["url"] == image["url"] for row in there):
            raise InputError(f'The picture "{quoted(image["url"], 80)}" is there already.')
        last += 1
        caption = check_text(str(image.get("caption") or "")[:300], "The caption")
        there.append({"url": image["url"], "caption": caption, "sortOrder": last})
    return [{key: value for key, value in row.items() if value != ""} for row in there]


def _custom(state: Sequence[Any], change: Any, known: Sequence[CustomField]) -> list[list[Any]]:
    if not isinstance(change, dict) or not change:
        raise InputError("`custom_fields` takes values by name or id: {name: value}; an empty text removes.")
    values = dict(state)
    for name, value in change.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise InputError(f"The custom field {quoted(str(name), 40)} takes a text or a number.")
        field = chosen_field(known, str(name))
        values[field.id] = str(fitting(field, value))
    return sorted([number, value] for number, value in values.items() if value != "")


def _added_removed(part: str, change: Any) -> tuple[list[Any], list[Any]]:
    if not isinstance(change, dict) or not change or change.keys() - {"add", "remove"}:
        raise InputError(f"`{part}` takes {{add: […], remove: […]}}.")
    lists = [change.get("add") or [], change.get("remove") or []]
    if not all(isinstance(one, list) and len(one) <= 100 for one in lists):
        raise InputError(f"`{part}` takes lists of at most 100 to add and to remove.")
    return lists[0], lists[1]


def _number(names: Mapping[int, str], wanted: Any, noun: str) -> int:
    """The id that a name or an id means."""
    text = str(wanted)
    found = [number for number, name in names.items() if plain(name) == plain(text) or text == str(number)]
    if len(found) == 1:
        return found[0]
    called = {plain(name): name for name in names.values()}
    nearest = [called[one] for one in difflib.get_close_matches(plain(text)[:60], called, n=3, cutoff=0.5)]
    raise UnknownNameError(
        f'Hostaway has no {noun} "{quoted(text, 40)}".',
        nearest=nearest,
        hint=f"Near to it: {', '.join(nearest)}." if nearest else "Its dictionary is a resource here.",
    )


def _is_link(url: Any) -> bool:
    if (
        not isinstance(url, str)
        or len(url) > 2_000
        or any(ch.isspace() or not ch.isprintable() for ch in url)
    ):
        return False
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.netloc)
