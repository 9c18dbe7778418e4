"""Custom fields of the account."""

from __future__ import annotations

from hostaway_mcp.models.custom_fields import CustomField
from hostaway_mcp.store.desk import Desk
from hostaway_mcp.store.rows import Columns, Rows
from hostaway_mcp.store.schema import custom_fields


class CustomFields(Rows[CustomField]):
    """The custom fields of one account."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, custom_fields, CustomField, columns)


def columns(field: CustomField) -> Columns:
    """What questions about custom fields are answered from."""
    return {
        "name": field.name,
        "object_type": field.object_type.value if field.object_type else None,
    }
