"""Key values of the documented examples, noun by noun."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from hostaway_mcp.models.access_tokens import AccessToken
from hostaway_mcp.models.calendar import CalendarDay, CalendarDayStatus, PriceDetails
from hostaway_mcp.models.cancellation_policies import CancellationPolicy, RefundType
from hostaway_mcp.models.conversations import Conversation, ConversationMessage, MessageStatus
from hostaway_mcp.models.coupons import Coupon
from hostaway_mcp.models.custom_fields import CustomField
from hostaway_mcp.models.dictionaries import read_words
from hostaway_mcp.models.expenses import Expense, ExpenseType
from hostaway_mcp.models.finance import FinanceFieldType, FinanceStandardFields, TaxSetting
from hostaway_mcp.models.guest_payments import ChargeStatus, ChargeTrigger, GuestCharge
from hostaway_mcp.models.lenient import M, read_one, read_row, read_rows
from hostaway_mcp.models.listings import Listing, ListingUnit
from hostaway_mcp.models.reviews import Review, ReviewStatus
from hostaway_mcp.models.templates import MessageTemplate
from hostaway_mcp.models.users import User, UserGroup
from hostaway_mcp.models.webhooks import UnifiedWebhookLog, WebhookEvent, WebhookEventName, WebhookObject
from tests.models import examples


def _one(model: type[M], name: str) -> M:
    row, _ = read_one(model, examples.result(name))
    assert row is not None
    return row


def test_listing() -> None:
    sent = examples.result("getListing.response.04.json")
    listing = _one(Listing, "getListing.response.04.json")
    assert listing.id == 40160
    assert listing.name == sent["name"]
    assert listing.price == Decimal(str(sent["price"]))
    assert listing.check_in_time_start == sent["checkInTimeStart"]
    assert len(listing.listing_images) == len(sent["listingImages"])
    assert len(listing.listing_amenities) == len(sent["listingAmenities"])
    assert not listing.is_archived
    archived = read_row(Listing, {"id": 1, "specialStatus": "archived"})
    assert archived is not None
    assert archived.is_archived


def test_listing_unit_number_is_a_string_on_the_wire() -> None:
    """Source: the example of ListingUnit, against its own field table."""
    assert _one(ListingUnit, "listListingUnits.response.01.json").listing_unit_id == 2


def test_calendar_days() -> None:
    rows, _, _ = read_rows(CalendarDay, examples.result("getCalendar.response.03.json"))
    assert [row.date for row in rows] == [date(2022, 3, 19), date(2022, 3, 20)]
    assert rows[0].status is CalendarDayStatus.AVAILABLE
    assert rows[0].price == Decimal(100)
    assert (rows[0].minimum_stay, rows[0].maximum_stay) == (1, 365)
    assert rows[0].is_available is True
    assert rows[0].closed_on_arrival is None
    assert rows[0].count_available_units == 1


def test_price_details() -> None:
    price = _one(PriceDetails, "calculatePriceDetails.response.01.json")
    assert price.total_price == Decimal(313160)
    by_name = {component.name: component for component in price.components}
    assert by_name["monthlyDiscount"].total == Decimal(-31500)
    assert by_name["childrenExtraFee"].is_mandatory is False
    assert by_name["cleaningFee"].type is FinanceFieldType.FEE


def test_cancellation_policy_numbers_are_strings_on_the_wire() -> None:
    """Source: the example of CancellationPolicyItem, against its own field table."""
    policy = _one(CancellationPolicy, "getCancellationPolicy.response.03.json")
    sent = examples.result("getCancellationPolicy.response.03.json")["cancellationPolicyItem"][0]
    item = policy.cancellation_policy_item[0]
    assert item.time_delta == int(sent["timeDelta"])
    assert item.refund_amount == Decimal(sent["refundAmount"])
    assert item.refund_type is RefundType.PERCENTAGE


def test_conversation_with_its_reservation() -> None:
    thread = _one(Conversation, "getConversation.response.01.json")
    assert thread.reservation_id == 2
    assert thread.has_unread_messages is False
    assert thread.message_sent_on == datetime(2018, 6, 28, 11, 24, 40, tzinfo=UTC)
    assert thread.conversation_messages[0].body == "hello guest"
    assert thread.reservation is not None
    assert thread.reservation.guest_name == "John Smith"


def test_message_with_its_attachment() -> None:
    message = _one(ConversationMessage, "getConversationMessage.response.01.json")
    assert message.status is MessageStatus.SENT
    assert message.is_incoming is False
    assert message.sent_channel_date == datetime(2018, 7, 16, 10, 13, 52, tzinfo=UTC)
    assert [(file.name, file.is_public) for file in message.attachments] == [("download.jpeg", True)]


def test_template_numbers_are_strings_on_the_wire() -> None:
    """Source: the example of MessageTemplate, against its own field table."""
    template = _one(MessageTemplate, "getMessageTemplate.response.01.json")
    assert (template.listing_id, template.channel_id) == (40160, 1)
    assert template.channel is None


def test_review_dates_drop_their_time() -> None:
    """Source: the example of Review, against its own field table."""
    review = _one(Review, "listReviews.response.01.json")
    assert (review.arrival_date, review.departure_date) == (date(2021, 5, 6), date(2021, 5, 11))
    assert review.status is ReviewStatus.AWAITING


def test_rights_of_users_and_groups() -> None:
    user = _one(User, "listUsers.response.01.json")
    assert "createListing" in user.rights
    assert "readListing" not in user.rights
    assert not any(name.startswith("is") for name in user.rights)
    sent = examples.result("listUserGroups.response.01.json")
    group = _one(UserGroup, "listUserGroups.response.01.json")
    first = sent[0] if isinstance(sent, list) else sent
    assert ("readReservation" in group.rights) == bool(first["readReservation"])


def test_standard_fields_are_open() -> None:
    fields = _one(FinanceStandardFields, "getFinanceStandardFields.response.01.json")
    sent = examples.result("getFinanceStandardFields.response.01.json")
    assert fields.reservation_id == sent["reservationId"]
    assert fields.amounts["baseRate"] == Decimal(str(sent["baseRate"]))
    assert "hotelTax" not in fields.amounts
    assert "reservationId" not in fields.amounts
    assert fields.manually_set_fields == ["baseRate"]
    assert isinstance(fields.custom_fee_values, list)


def test_tax_hidden_in_a_string() -> None:
    """`applyTo` is JSON in a string. Source: _taxSettings_account.md."""
    tax = _one(TaxSetting, "listAccountTaxSettings.response.01.json")
    assert tax.apply_to == ("baseRate", "cleaningFee")
    assert tax.amount == Decimal(1234)


def test_expense_and_coupon() -> None:
    expense = _one(Expense, "createExpense.response.01.json")
    assert expense.expense_date == date(2021, 10, 21)
    assert expense.type is ExpenseType.EXTRA
    assert expense.categories_names == ("test", "New category name", "Existing category name")
    coupon = _one(Coupon, "listCoupons.response.01.json")
    assert coupon.id == examples.result("listCoupons.response.01.json")["id"]


def test_charge() -> None:
    charge = _one(GuestCharge, "getGuestCharge.response.01.json")
    assert charge.status is ChargeStatus.PAID
    assert charge.trigger_event is ChargeTrigger.ARRIVAL
    assert charge.trigger_time_delta == -72
    assert charge.scheduled_date == datetime(2023, 4, 11, 11, 9, 44, tzinfo=UTC)
    refund = _one(GuestCharge, "refundOfflineCharge.response.01.json")
    assert refund.refund_info is not None


def test_choices_of_a_custom_field_may_be_json_in_a_string() -> None:
    """Source: the example of CustomField, against its own field table."""
    assert _one(CustomField, "listCustomFields.response.01.json").var_name == "reservation_123123"
    for sent in ('["a", "b"]', ["a", "b"]):
        field = read_row(CustomField, {"id": 1, "possibleValues": sent})
        assert field is not None
        assert field.possible_values == ["a", "b"]


def test_dictionary_of_names() -> None:
    """A keyed object, not a list. Source: _commonInfo_countries.md."""
    assert read_words(examples.result("listCountries.response.01.json"))["ZW"] == "Zimbabwe"
    assert read_words({"a": "A", "b": {}}) == {"a": "A"}
    assert read_words([]) == {}


def test_webhook_bodies_and_logs() -> None:
    event = _one(WebhookEvent, "receiveUnifiedWebhook.webhook.01.json")
    assert event.object is WebhookObject.RESERVATION
    assert event.event is WebhookEventName.RESERVATION_UPDATED
    assert event.account_id == 10000
    probe = read_row(WebhookEvent, {"data": "test"})
    assert probe is not None
    assert probe.data == "test"
    log = _one(UnifiedWebhookLog, "listUnifiedWebhookLogs.response.01.json")
    assert (log.response_status, log.unified_webhook_id, log.object_id) == (200, 5, 123456789)


def test_access_token_does_not_show() -> None:
    token = _one(AccessToken, "createAccessToken.response.01.json")
    sent = examples.load("createAccessToken.response.01.json")
    assert token.expires_in == 15897600
    assert token.access_token.get_secret_value() == sent["access_token"]
    assert sent["access_token"] not in repr(token)
