"""The custom fields of the account."""

from __future__ import annotations

from collections.abc import Mapping

from hostaway_mcp.client import inputs
from hostaway_mcp.client.operations import (
    CREATE_CUSTOM_FIELD,
    DELETE_CUSTOM_FIELD,
    LIST_CUSTOM_FIELDS,
    LIST_RESERVATION_CUSTOM_FIELDS,
    UPDATE_CUSTOM_FIELD,
)
from hostaway_mcp.client.protocol import Json
from hostaway_mcp.client.rows import PAGE_LIMIT, Done, Noun, Page, Written
from hostaway_mcp.models.custom_fields import CustomField, CustomFieldObject


class CustomFields(Noun):
    """Source: Hostaway API reference, "Custom fields"."""

    async def find(
        self,
        *,
        limit: int = PAGE_LIMIT,
        offset: int | None = None,
        object_type: CustomFieldObject | None = None,
    ) -> Page[CustomField]:
        """Custom fields of all objects, or of one kind. At most 500 a page."""
        query = {"limit": limit, "offset": offset, "objectType": object_type}
        return await self._page(LIST_CUSTOM_FIELDS, CustomField, query=query)

    async def find_of_reservations(self) -> Page[CustomField]:
        """The same for reservations, by the deprecated path."""
        return await self._page(LIST_RESERVATION_CUSTOM_FIELDS, CustomField)

    async def create(self, body: Mapping[str, Json]) -> Written[CustomField]:
        """A new custom field."""
        return await self._write(CREATE_CUSTOM_FIELD, CustomField, body=inputs.CUSTOM_FIELD.wire(body))

    async def update(self, custom_field_id: int, body: Mapping[str, Json]) -> Written[CustomField]:
        """Changes a custom field; leave dropdowns alone."""
        return await self._write(
            UPDATE_CUSTOM_FIELD,
            CustomField,
            path={"customFieldId": custom_field_id},
            body=inputs.CUSTOM_FIELD.wire(body),
        )

    async def delete(self, custom_field_id: int) -> Done:
        """
        Deletes a custom field.

        Raises:
            RefusedError: it is in use.
        """
        return await self._do(DELETE_CUSTOM_FIELD, path={"customFieldId": custom_field_id})
