"""The lists inside a listing: what they hold, what a change makes of them, and the rows that are sent."""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from hostaway_mcp.models.custom_fields import CustomField
from hostaway_mcp.services.writes.listing_parts import ids_of, merged, rows_of, shown, state_of
from tests.services.writes.house import Json, told

AMENITIES = {1: "Crib", 2: "Iron", 3: "Hair dryer", 4: "Hair dryer (hall)"}
BEDS = {2: "Queen bed", 5: "Sofa bed", 11: "Futon"}
LINK = "https://images.example.com/{}.jpg"
PICTURES: list[Json] = [
    {"url": LINK.format(1), "caption": "Hall", "sortOrder": 1},
    {"url": LINK.format(2), "vrboCaption": "Bed", "airbnbCaption": "B", "bookingEngineCaption": "C",
     "sortOrder": 4},
]  # fmt: skip
FIELDS = [
    CustomField.model_validate({"id": number, "name": name, "type": "text"})
    for number, name in ((20, "Bin day"), (3, "Gate"))
]


def test_what_amenities_hold_and_send() -> None:
    """Each once and in order; a row that is there keeps its number, a new one has none."""
    rows = [
        {"id": 71, "amenityId": 3},
        {"id": 70, "amenityId": 1},
        {"id": 72, "amenityId": 3},
        {"amenityId": 9},
    ]
    assert state_of("amenities", rows) == [1, 3, 9]
    ids = ids_of("amenities", rows)
    assert ids == {"3": [[71, 1], [72, 1]], "1": [[70, 1]]}
    sent = [{"amenityId": 1, "id": 70}, {"amenityId": 2}, {"amenityId": 3, "id": 71}]
    assert rows_of("amenities", [1, 2, 3], ids) == sent


def test_what_beds_hold_and_send() -> None:
    """A type may stand in several rows; they stay if their number does, else one has all of them."""
    rows = [
        {"id": 7, "bedTypeId": 2, "quantity": 1}, {"id": 8, "bedTypeId": 2, "quantity": 2},
        {"id": 9, "bedTypeId": 11, "quantity": 0}, {"id": 10, "bedTypeId": 5},
    ]  # fmt: skip
    assert state_of("bed_types", rows) == [["11", 1], ["2", 3], ["5", 1]]
    ids = ids_of("bed_types", rows)
    assert ids == {"2": [[7, 1], [8, 2]], "11": [[9, 1]], "5": [[10, 1]]}
    assert rows_of("bed_types", [["2", 3], ["5", 2], ["6", 4]], ids) == [
        {"id": 7, "bedTypeId": 2, "quantity": 1},
        {"id": 8, "bedTypeId": 2, "quantity": 2},
        {"bedTypeId": 5, "quantity": 2, "id": 10},
        {"bedTypeId": 6, "quantity": 4},
    ]


def test_what_pictures_hold_and_send() -> None:
    """Their link, captions and order, as far as they have them."""
    rows = [row | {"id": 80 + number, "height": 5, "bookingEngineCaption": row.get("bookingEngineCaption")}
            for number, row in enumerate(PICTURES)]  # fmt: skip
    assert state_of("images", rows) == PICTURES
    ids = ids_of("images", [*rows, {"url": "no number"}])
    assert ids == {LINK.format(1): [[80, 1]], LINK.format(2): [[81, 1]]}
    new = {"url": LINK.format(3), "sortOrder": 5}
    assert rows_of("images", [PICTURES[1], new], ids) == [PICTURES[1] | {"id": 81}, new]


def test_what_custom_fields_hold_and_send() -> None:
    """Texts in the order of their numbers; an empty value is none."""
    rows = [{"id": 1, "customFieldId": number, "value": value}
            for number, value in ((20, 5), (3, "Left"), (4, ""), (6, None), (7, 0))]  # fmt: skip
    assert state_of("custom_fields", rows) == [[3, "Left"], [7, "0"], [20, "5"]]
    assert ids_of("custom_fields", rows) == {}
    assert rows_of("custom_fields", [[3, "Left"]], {}) == [{"customFieldId": 3, "value": "Left"}]


@pytest.mark.parametrize("part", ["amenities", "bed_types", "images", "custom_fields"])
def test_a_list_that_is_lacking_is_empty(part: str) -> None:
    assert (state_of(part, None), ids_of(part, None), rows_of(part, [], {})) == ([], {}, [])


STATES: Json = {
    "amenities": [1, 3, 9], "bed_types": [["11", 2], ["2", 3]], "images": PICTURES,
    "custom_fields": [[3, "Left"], [20, "Tuesday"]],
}  # fmt: skip
NAMES: Json = {"amenities": AMENITIES, "bed_types": BEDS, "images": {}, "custom_fields": FIELDS}


@pytest.mark.parametrize(
    ("part", "change", "then"),
    [
        ("amenities", ["Iron", "crib", 1], [1, 2]),
        ("amenities", [], []),
        ("amenities", {"add": ["Iron"], "remove": [3, 2]}, [1, 9]),
        ("amenities", {"remove": ["Crib"]}, [3, 9]),
        ("amenities", {"add": ["Iron"] * 100}, [1, 2, 3, 9]),
        ("bed_types", {"Futon": 0, "queen BED": 50, "5": 1}, [["2", 50], ["5", 1]]),
        ("images", {"remove": [LINK.format(2)]}, PICTURES[:1]),
        (
            "images",
            {
                "add": [LINK.format(3), {"url": "http://a.b/4", "caption": " Sea "}],
                "remove": [LINK.format(1)],
            },
            [
                PICTURES[1],
                {"url": LINK.format(3), "sortOrder": 5},
                {"url": "http://a.b/4", "caption": "Sea", "sortOrder": 6},
            ],
        ),
        (
            "images",
            {"add": [{"url": LINK.format(3), "caption": "é" * 301}]},
            [*PICTURES, {"url": LINK.format(3), "caption": "é" * 300, "sortOrder": 5}],
        ),
        ("custom_fields", {"bin day": "", "gate": 7}, [[3, "7"]]),
        ("custom_fields", {"20": "Friday"}, [[3, "Left"], [20, "Friday"]]),
    ],
)
def test_a_list_with_a_change_in_it(part: str, change: Any, then: Any) -> None:
    """What is added behind what stays; the state that it began with is left alone."""
    before = repr(STATES[part])
    assert merged(part, STATES[part], change, NAMES[part]) == then
    assert repr(STATES[part]) == before


def test_pictures_where_none_was() -> None:
    """The first has the order 1."""
    added = merged("images", [], {"add": ["https://a.b/1"]}, {})
    assert added == [{"url": "https://a.b/1", "sortOrder": 1}]


def test_what_no_list_takes(snapshot: SnapshotAssertion) -> None:
    """Other forms, too many, what there is not, and what is there already."""
    long = LINK.format("x" * 2_000)
    asked: list[tuple[str, Any]] = [
        ("amenities", "Crib"), ("amenities", {}), ("amenities", {"put": []}), ("amenities", {"add": "Crib"}),
        ("amenities", {"add": [1] * 101}), ("amenities", {"remove": [1] * 101}), ("amenities", ["hair dry"]),
        ("amenities", ["hair"]), ("amenities", {"add": ["zzz" * 30]}), ("amenities", {"remove": [77]}),
        ("bed_types", {}), ("bed_types", ["Futon"]), ("bed_types", {"Futon": 51}),
        ("bed_types", {"Futon": -1}),
        ("bed_types", {"Futon": True}), ("bed_types", {"Futon": "2"}), ("bed_types", {"Futons": 2}),
        ("images", []), ("images", {"remove": ["https://a.b/" + "pier/" * 20]}),
        ("images", {"add": [PICTURES[0]]}),
        ("images", {"add": [LINK.format(1)]}), ("images", {"add": ["https://a.b/1", "https://a.b/1"]}),
        ("images", {"add": [{"caption": "x"}]}), ("images", {"add": [5]}), ("images", {"add": [long]}),
        ("images", {"add": ["https://a.b/\u200b"]}), ("images", {"add": ["https://a.b/ c"]}),
        ("images", {"add": ["ftp://a.b/c"]}), ("images", {"add": ["https:///c"]}),
        ("images", {"add": [{"url": "https://a.b/1", "caption": "a\u200bb"}]}),
        ("custom_fields", {}), ("custom_fields", ["x"]), ("custom_fields", {"gate": True}),
        ("custom_fields", {"x" * 50: ["y"]}), ("custom_fields", {"gaet": "x"}),
    ]  # fmt: skip
    assert [
        [part, told(merged, part, STATES[part], change, NAMES[part])] for part, change in asked
    ] == snapshot


def test_the_longest_link_fits() -> None:
    link = "https://a.b/" + "c" * (2_000 - len("https://a.b/"))
    assert merged("images", [], {"add": [link]}, {})[0]["url"] == link


def test_how_lists_are_shown() -> None:
    """What one side has that the other has not, twelve of them, and how much there is in all."""
    assert shown("amenities", [1, 2, 9], [1], AMENITIES) == "Iron, number 9; 3 in all"
    assert shown("amenities", [1, 3], [1], AMENITIES) == "⟦Hair dryer⟧; 2 in all"
    assert shown("amenities", [1], [1, 2], AMENITIES) == "1 in all"
    assert shown("bed_types", [["2", 3], ["5", 1]], [["2", 2]], BEDS) == (
        "3 × ⟦Queen bed⟧, 1 × ⟦Sofa bed⟧; 2 in all"
    )
    assert shown("images", PICTURES, [], {}) == f"⟦{LINK.format(1)}⟧ ⟦Hall⟧, ⟦{LINK.format(2)}⟧; 2 in all"
    twelve = ", ".join(f"number {number}" for number in range(12))
    assert shown("amenities", list(range(12)), [], {}) == f"{twelve}; 12 in all"
    assert shown("amenities", list(range(14)), [], {}) == f"{twelve} and 2 more; 14 in all"


def test_long_links_and_captions_are_cut() -> None:
    """A link is not masked, for it is the picture's own."""
    row = {"url": "https://a.b/" + "c" * 130, "caption": "A view of the sea " * 6}
    assert shown("images", [row], [], {}) == (
        f"⟦https://a.b/{'c' * 108}… (+22 characters)⟧ "
        "⟦A view of the sea A view of the sea A view of the sea A view… (+47 characters)⟧; 1 in all"
    )
