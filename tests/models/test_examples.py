"""Every documented example is read by its model, with no row set aside and nothing warned of."""

from __future__ import annotations

import pytest

from hostaway_mcp import calls
from hostaway_mcp.models import (
    access_tokens,
    calendar,
    cancellation_policies,
    conversations,
    coupons,
    custom_fields,
    dictionaries,
    expenses,
    finance,
    guest_payments,
    listings,
    reports,
    reservations,
    reviews,
    tasks,
    templates,
    users,
    webhooks,
)
from hostaway_mcp.models.lenient import Wire, read_rows
from tests.client import documentation
from tests.models import examples

MODELS: dict[str, type[Wire]] = {
    "AccessToken": access_tokens.AccessToken,
    "AccountTaxSetting": finance.TaxSetting,
    "Amenity": dictionaries.Amenity,
    "AutoCharge": guest_payments.AutoPaymentRule,
    "BedType": dictionaries.BedType,
    "CalendarDay": calendar.CalendarDay,
    "CancellationPolicy": cancellation_policies.CancellationPolicy,
    "CancellationPolicyDetails": cancellation_policies.CancellationPolicyDetails,
    "CancellationPolicyItem": cancellation_policies.CancellationPolicyItem,
    "Conversation": conversations.Conversation,
    "ConversationMessage": conversations.ConversationMessage,
    "ConversationMessageWebhook": webhooks.LegacyWebhook,
    "ConversationMessageWebhookLog": webhooks.ConversationMessageWebhookLog,
    "Coupon": coupons.Coupon,
    "CustomField": custom_fields.CustomField,
    "CustomFieldValue": custom_fields.CustomFieldValue,
    "Expense": expenses.Expense,
    "FinanceCalculatedField": finance.FinanceCalculatedField,
    "FinanceCustomFormula": finance.FinanceCustomFormula,
    "FinanceField": finance.FinanceField,
    "FinanceReport": reports.FinanceReport,
    "FinanceReportColumn": reports.ReportColumn,
    "FinanceStandardFields": finance.FinanceStandardFields,
    "GuestCharge": guest_payments.GuestCharge,
    "GuestChargeTransaction": guest_payments.ChargeTransaction,
    "Listing": listings.Listing,
    "ListingAgreement": listings.ListingAgreement,
    "ListingAmenity": listings.ListingAmenity,
    "ListingBedType": listings.ListingBedType,
    "ListingFeeSetting": listings.ListingFeeSetting,
    "ListingImage": listings.ListingImage,
    "ListingImagesJob": listings.ListingImagesJob,
    "ListingPricingSettings": listings.ListingPricingSettings,
    "ListingTaxSetting": finance.TaxSetting,
    "ListingUnit": listings.ListingUnit,
    "Los": calendar.LengthOfStayPrices,
    "MessageAttachment": conversations.MessageAttachment,
    "MessageTemplate": templates.MessageTemplate,
    "OwnerStatement": reports.OwnerStatement,
    "OwnerStatementFilter": reports.StatementFilter,
    "OwnerStatementSummary": reports.OwnerStatementSummary,
    "PriceComponent": calendar.PriceComponent,
    "PriceDetails": calendar.PriceDetails,
    "PropertyType": dictionaries.PropertyType,
    "Reservation": reservations.Reservation,
    "ReservationCoupon": coupons.ReservationCoupon,
    "ReservationCouponCreated": coupons.ReservationCouponCreated,
    "ReservationFee": reservations.ReservationFee,
    "ReservationLog": reservations.ReservationLog,
    "ReservationPaymentCard": guest_payments.PaymentCard,
    "ReservationUnit": reservations.ReservationUnit,
    "ReservationWebhook": webhooks.LegacyWebhook,
    "ReservationWebhookLog": webhooks.ReservationWebhookLog,
    "Review": reviews.Review,
    "ReviewCategory": reviews.ReviewCategory,
    "SeasonalRule": calendar.SeasonalRule,
    "SeasonalRuleInterval": calendar.SeasonalRuleInterval,
    "StripePublishableKey": guest_payments.StripePublishableKey,
    "StripeSetupIntent": guest_payments.StripeSetupIntent,
    "Task": tasks.Task,
    "Timezone": dictionaries.Timezone,
    "UnifiedWebhook": webhooks.UnifiedWebhook,
    "UnifiedWebhookEvent": webhooks.WebhookEvent,
    "UnifiedWebhookLog": webhooks.UnifiedWebhookLog,
    "User": users.User,
    "UserGroup": users.UserGroup,
}
"""The model of each documented schema."""

OURS = {"rights", "amounts"}
"""Fields that are gathered from many keys, and so stand in no documentation."""

ELSEWHERE = {"EmptySuccess", "Fail", "OAuthError", "StandardEnvelope", "StringMap", "PaymentMethodMap"}
"""Schemas without a row."""


_NAMES = {"Calendar": "CalendarDay", "PaymentCard": "ReservationPaymentCard"}
"""Envelopes that are not named as their rows."""


def _row_schema(schema: str) -> str:
    name = schema.removesuffix("Response").removesuffix("List")
    return _NAMES.get(name, name)


def _answers() -> list[tuple[str, str]]:
    return [
        (name, _row_schema(schema))
        for name, schema in examples.answers()
        if schema.removesuffix("Response") not in ELSEWHERE
    ]


@pytest.mark.parametrize(("name", "schema"), _answers())
def test_documented_example_is_read_whole(name: str, schema: str) -> None:
    """Source: the documentation's own examples."""
    with calls.answering(calls.Call("test")) as call:
        rows, raw, set_aside = read_rows(MODELS[schema], examples.result(name))
    assert rows
    assert len(rows) == len(raw)
    assert set_aside == 0
    assert call.warnings == []


@pytest.mark.parametrize(("name", "schema"), _answers())
def test_values_of_an_example_are_kept(name: str, schema: str) -> None:
    """A value that the example has and the model reads is never lost on the way."""
    rows, raw, _ = read_rows(MODELS[schema], examples.result(name))
    for row, sent in zip(rows, raw, strict=True):
        for field, info in type(row).model_fields.items():
            value = sent.get(info.alias or field)
            if value not in (None, "", [], {}):
                assert getattr(row, field) not in (None, (), ""), f"{field} of {name}"


@pytest.mark.parametrize("schema", sorted(MODELS))
def test_aliases_are_documented_keys(schema: str) -> None:
    """A wrong alias would silently read nothing. Source: openapi.yaml."""
    documented = documentation.properties(schema)
    aliases = {info.alias or name for name, info in MODELS[schema].model_fields.items()} - OURS
    if schema == "AccountTaxSetting":
        aliases.discard("listingMapId")  # One model reads both levels of tax settings.
    assert aliases <= set(documented), schema


@pytest.mark.parametrize("model", sorted(set(MODELS.values()), key=str))
def test_no_model_reads_a_card(model: type[Wire]) -> None:
    """Reservations and card objects carry them on the wire. Source: _reservationPaymentCard_*.md."""
    for name, info in model.model_fields.items():
        key = (info.alias or name).lower()
        assert not key.startswith("cc"), name
        assert "cvc" not in key, name
        assert "verificationcode" not in key, name
