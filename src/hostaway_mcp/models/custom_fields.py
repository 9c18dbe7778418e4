"""Custom fields and the values that listings, reservations and tasks carry."""

from __future__ import annotations

from typing import Annotated

from hostaway_mcp.models.lenient import MANY, OPENED, OpenEnum, Wire


class CustomFieldType(OpenEnum):
    """How a custom field is filled in."""

    UNKNOWN = "unknown"
    TEXT = "text"
    TEXTAREA = "textarea"
    NUMBER = "number"
    DROPDOWN = "dropdown"


class CustomFieldObject(OpenEnum):
    """What a custom field belongs to."""

    UNKNOWN = "unknown"
    RESERVATION = "reservation"
    LISTING = "listing"
    TASK = "task"


class CustomField(Wire):
    """A custom field of the account. Source: Hostaway API reference, "Custom field object"."""

    id: int
    name: str = ""
    var_name: str | None = None
    type: CustomFieldType | None = None
    object_type: CustomFieldObject | None = None
    is_public: bool | None = None
    possible_values: Annotated[object, OPENED] = None
    """The choices of a dropdown; JSON in a string on newer pages, an array on older ones."""
    sort_order: int | None = None


class CustomFieldValue(Wire):
    """One value: `{customFieldId, value}`."""

    custom_field_id: int
    value: object = None


CustomFieldValues = Annotated[tuple[CustomFieldValue, ...], MANY]
