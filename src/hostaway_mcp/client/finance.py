"""The money of stays: finance fields, Hostaway's own reports, taxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, TypedDict, Unpack

from hostaway_mcp.client import inputs
from hostaway_mcp.client.inputs import as_json
from hostaway_mcp.client.operations import (
    CREATE_FINANCE_CALCULATED_REPORT,
    CREATE_FINANCE_CONSOLIDATED_REPORT,
    CREATE_FINANCE_STANDARD_REPORT,
    CREATE_LISTING_FINANCIALS_REPORT,
    GET_FINANCE_STANDARD_FIELDS,
    LIST_ACCOUNT_TAX_SETTINGS,
    LIST_FINANCE_CALCULATED_FIELDS,
    LIST_FINANCE_CUSTOM_FORMULAS,
    LIST_FINANCE_FIELDS,
    LIST_LISTING_TAX_SETTINGS,
    UPDATE_FINANCE_FIELD,
)
from hostaway_mcp.client.protocol import Json, JsonObject, Operation
from hostaway_mcp.client.rows import Noun, One, Page, Written
from hostaway_mcp.errors import BrokenAnswerError
from hostaway_mcp.models.finance import (
    FinanceCalculatedField,
    FinanceCustomFormula,
    FinanceField,
    FinanceStandardFields,
    TaxSetting,
)
from hostaway_mcp.models.lenient import read_one
from hostaway_mcp.models.reports import FinanceReport, read_csv_report

ReportDate = Literal["arrivalDate", "departureDate", "reservationDate"]
ReportFormat = Literal["json", "csv"]


class ReportFilters(TypedDict, total=False):
    """What a report is about; Hostaway's defaults are not stated, so name what matters."""

    listing_ids: Sequence[int] | None
    from_date: date | None
    to_date: date | None
    date_type: ReportDate | None
    channel_ids: Sequence[int] | None
    statuses: Sequence[str] | None
    sort_by: str | None
    sort_order: Literal["asc", "desc"] | None
    delimiter: Literal["comma", "tab"] | None


_WIRE_NAMES = {
    "listing_ids": "listingMapIds",
    "from_date": "fromDate",
    "to_date": "toDate",
    "date_type": "dateType",
    "channel_ids": "channelIds",
    "statuses": "statuses",
    "sort_by": "sortBy",
    "sort_order": "sortOrder",
    "delimiter": "delimiter",
}


class Finance(Noun):
    """
    Source: Hostaway API reference, "Finance fields", "Financial reporting" and "Tax settings".

    Reports need the account's financial reporting feature. They do not leave out any status by
    themselves: name the `statuses`.
    """

    async def find_fields(self, reservation_id: int) -> Page[FinanceField]:
        """The lines of a stay's price, in its currency; skip those that are deleted."""
        return await self._page(LIST_FINANCE_FIELDS, FinanceField, path={"reservationId": reservation_id})

    async def update_field(
        self, reservation_id: int, finance_field_id: int, body: Mapping[str, Json]
    ) -> Written[FinanceField]:
        """Changes one line of a stay's price."""
        return await self._write(
            UPDATE_FINANCE_FIELD,
            FinanceField,
            path={"reservationId": reservation_id, "financeFieldId": finance_field_id},
            body=inputs.FINANCE_FIELD_UPDATE.wire(body),
        )

    async def get_standard_fields(self, reservation_id: int) -> One[FinanceStandardFields]:
        """The standard fields of a stay."""
        return await self._one(
            GET_FINANCE_STANDARD_FIELDS, FinanceStandardFields, path={"reservationId": reservation_id}
        )

    async def find_calculated_fields(self, reservation_id: int) -> Page[FinanceCalculatedField]:
        """The results of the account's formulas for a stay."""
        path = {"reservationId": reservation_id}
        return await self._page(LIST_FINANCE_CALCULATED_FIELDS, FinanceCalculatedField, path=path)

    async def find_custom_formulas(self) -> Page[FinanceCustomFormula]:
        """The account's formulas."""
        return await self._page(LIST_FINANCE_CUSTOM_FORMULAS, FinanceCustomFormula)

    async def report_standard(self, **filters: Unpack[ReportFilters]) -> One[FinanceReport]:
        """One row for each stay and standard field; from CSV, so titles are all the columns have."""
        return await self._report(CREATE_FINANCE_STANDARD_REPORT, filters, "csv")

    async def report_calculated(self, **filters: Unpack[ReportFilters]) -> One[FinanceReport]:
        """One row for each stay and formula, with the filled expression; from CSV."""
        return await self._report(CREATE_FINANCE_CALCULATED_REPORT, filters, "csv")

    async def report_consolidated(
        self, *, format: ReportFormat = "json", **filters: Unpack[ReportFilters]
    ) -> One[FinanceReport]:
        """One row for each stay, one column for each field; the currency only as JSON."""
        return await self._report(CREATE_FINANCE_CONSOLIDATED_REPORT, filters, format)

    async def report_listing_financials(
        self, *, format: ReportFormat = "json", **filters: Unpack[ReportFilters]
    ) -> One[FinanceReport]:
        """One row for each listing; the currency only as JSON."""
        return await self._report(CREATE_LISTING_FINANCIALS_REPORT, filters, format)

    async def find_account_taxes(self) -> Page[TaxSetting]:
        """The account's taxes."""
        return await self._page(LIST_ACCOUNT_TAX_SETTINGS, TaxSetting)

    async def find_listing_taxes(self, listing_id: int) -> Page[TaxSetting]:
        """The taxes of one listing."""
        return await self._page(LIST_LISTING_TAX_SETTINGS, TaxSetting, path={"listingId": listing_id})

    async def _report(
        self, operation: Operation, filters: ReportFilters, format: ReportFormat
    ) -> One[FinanceReport]:
        reply = await self._call(operation, body={**_form(filters), "format": format})
        if reply.text is not None:
            return One(read_csv_report(reply.text), reply.text, reply.received_at)
        report, raw = read_one(FinanceReport, reply.result)
        if report is None:
            raise BrokenAnswerError("Hostaway's report cannot be read.", operation=operation.name)
        return One(report, raw, reply.received_at)


def _form(filters: ReportFilters) -> JsonObject:
    return {_WIRE_NAMES[name]: as_json(value) for name, value in filters.items() if value is not None}
