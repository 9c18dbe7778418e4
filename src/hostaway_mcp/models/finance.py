"""The money of a stay as Hostaway breaks it down: finance fields, standard and calculated fields, taxes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, model_validator

from hostaway_mcp.models.channels import Channel
from hostaway_mcp.models.lenient import MANY, OPENED, Moment, OpenEnum, Wire
from hostaway_mcp.models.listings import AmountType, AppliedPer


class FinanceFieldType(OpenEnum):
    """
    The class of a finance field; older rows say price where newer ones say accommodation.

    Source: Hostaway API reference, "Finance field" and its changelog of 2024-04-17 and 2024-05-15.
    """

    UNKNOWN = "unknown"
    PRICE = "price"
    ACCOMMODATION = "accommodation"
    ACCOMODATION = "accomodation"
    TAX = "tax"
    FEE = "fee"
    DISCOUNT = "discount"
    COMMISSIONS = "commissions"
    TOTALS = "totals"
    OTHER = "other"


class FinanceField(Wire):
    """
    One line of a stay's price. `total` is the amount, `value` what was put in; deleted rows stay, at 0.

    In the reservation's currency. Source: Hostaway API reference, "Finance field".
    """

    id: int
    type: FinanceFieldType | None = None
    name: str = ""
    title: str | None = None
    alias: str | None = None
    value: Decimal | None = None
    total: Decimal | None = None
    quantity: int | None = None
    units: int | None = None
    listing_fee_setting_id: int | None = None
    is_included_in_total_price: bool | None = None
    is_overridden_by_user: bool | None = None
    is_mandatory: bool | None = None
    is_quantity_selectable: bool | None = None
    is_deleted: bool | None = None


_NO_AMOUNTS = frozenset(
    {"id", "accountId", "listingMapId", "channelId", "reservationId", "insertedOn", "updatedOn"}
    | {"manuallySetFields", "customFeeValuesJson"}
)


class FinanceStandardFields(Wire):
    """
    The standard fields of one stay by their names on the wire, such as `baseRate` or `hostChannelFee`.

    Nulls are left out of `amounts`. Source: Hostaway API reference, "Finance standard fields".
    """

    id: int | None = None
    reservation_id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    channel: Channel = Field(default=Channel.UNKNOWN, alias="channelId")
    amounts: Mapping[str, Decimal] = Field(default_factory=dict)
    manually_set_fields: Annotated[object, OPENED] = None
    custom_fee_values: Annotated[object, OPENED] = Field(default=None, alias="customFeeValuesJson")
    inserted_on: Moment | None = None
    updated_on: Moment | None = None

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        amounts = {
            name: value
            for name, value in row.items()
            if name not in _NO_AMOUNTS and isinstance(value, int | float) and value == value
        }
        return {**{name: row[name] for name in _NO_AMOUNTS & row.keys()}, "amounts": amounts}


class FinanceCalculatedField(Wire):
    """The result of one of the account's formulas for one stay."""

    id: int
    reservation_id: int | None = None
    listing_id: int | None = Field(default=None, alias="listingMapId")
    channel: Channel = Field(default=Channel.UNKNOWN, alias="channelId")
    finance_custom_formula_id: int | None = None
    formula_name: str = ""
    formula_value: str | None = None
    """The expression, with names."""
    formula_filled: str | None = None
    """The expression, with numbers."""
    formula_result: Decimal | None = None
    updated_on: Moment | None = None


class FinanceCustomFormula(Wire):
    """A formula of the account for one listing; no channels means all."""

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    channel_ids: Annotated[tuple[int, ...], MANY] = ()
    formula_name: str = ""
    formula_value: str | None = None
    is_override: bool | None = None
    inserted_on: Moment | None = None
    updated_on: Moment | None = None


class TaxType(OpenEnum):
    """The kinds of tax."""

    UNKNOWN = "unknown"
    SALES = "salesTax"
    HOTEL = "hotelTax"
    VAT = "vat"
    LODGING = "lodgingTax"
    OCCUPANCY = "occupancyTax"
    CITY = "cityTax"
    ROOM = "roomTax"
    OTHER = "otherTaxes"


class TaxSetting(Wire):
    """A tax of the account or of one listing; `apply_to` names the finance fields it is taken on."""

    id: int
    listing_id: int | None = Field(default=None, alias="listingMapId")
    tax_type: TaxType | None = None
    tax_applied_per: AppliedPer | None = None
    amount: Decimal | None = None
    amount_type: AmountType | None = None
    apply_to: Annotated[tuple[str, ...], MANY, OPENED] = ()
    inserted_on: Moment | None = None
    updated_on: Moment | None = None
