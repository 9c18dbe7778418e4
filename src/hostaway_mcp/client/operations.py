"""Every documented operation of Hostaway's API, by noun; tests hold this list to the documentation."""

from __future__ import annotations

from hostaway_mcp.client.protocol import Body, Effect, Operation

# Access tokens
CREATE_ACCESS_TOKEN = Operation(
    "createAccessToken", "POST", "/accessTokens", Effect.AUTH, body=Body.FORM, signed=False
)
REVOKE_ACCESS_TOKEN = Operation("revokeAccessToken", "DELETE", "/accessTokens", Effect.AUTH, signed=False)

# Listings
LIST_LISTINGS = Operation("listListings", "GET", "/listings")
CREATE_LISTING = Operation("createListing", "POST", "/listings", Effect.WRITE, body=Body.JSON)
GET_LISTING = Operation("getListing", "GET", "/listings/{listingId}")
UPDATE_LISTING = Operation("updateListing", "PUT", "/listings/{listingId}", Effect.WRITE, body=Body.JSON)
DELETE_LISTING = Operation("deleteListing", "DELETE", "/listings/{listingId}", Effect.DELETE)
ADD_LISTING_IMAGES = Operation(
    "addListingImages", "POST", "/listings/{listingId}/images", Effect.WRITE, body=Body.JSON
)
EXPORT_LISTING_TO_AIRBNB = Operation(
    "exportListingToAirbnb", "POST", "/listings/{listingId}/export/airbnb", Effect.WRITE
)
LIST_LISTING_UNITS = Operation("listListingUnits", "GET", "/listingUnits/{listingMapId}")

# Listing settings
LIST_LISTING_FEE_SETTINGS = Operation("listListingFeeSettings", "GET", "/listingFeeSettings/{id}")
CREATE_LISTING_FEE_SETTING = Operation(
    "createListingFeeSetting", "POST", "/listingFeeSettings/{id}", Effect.WRITE, body=Body.JSON
)
DELETE_LISTING_FEE_SETTING = Operation(
    "deleteListingFeeSetting", "DELETE", "/listingFeeSettings/{id}", Effect.DELETE
)
UPDATE_LISTING_FEE_SETTING = Operation(
    "updateListingFeeSetting",
    "PUT",
    "/listingFeeSettings/{listingId}/{feeSettingId}",
    Effect.WRITE,
    body=Body.JSON,
)
GET_LISTING_AGREEMENT = Operation("getListingAgreement", "GET", "/listingAgreement/{listingId}")
CREATE_LISTING_AGREEMENT = Operation(
    "createListingAgreement", "POST", "/listingAgreement/{listingId}", Effect.WRITE, body=Body.JSON
)
UPDATE_LISTING_AGREEMENT = Operation(
    "updateListingAgreement", "PUT", "/listingAgreement/{listingId}", Effect.WRITE, body=Body.JSON
)
DELETE_LISTING_AGREEMENT = Operation(
    "deleteListingAgreement", "DELETE", "/listingAgreement/{listingId}", Effect.DELETE
)
DUPLICATE_LISTING_AGREEMENT = Operation(
    "duplicateListingAgreement", "POST", "/listingAgreement/duplicate", Effect.WRITE, body=Body.JSON
)
GET_LISTING_PRICING_SETTINGS = Operation(
    "getListingPricingSettings", "GET", "/listing/pricingSettings/{listingId}"
)
UPDATE_LISTING_PRICING_SETTINGS = Operation(
    "updateListingPricingSettings",
    "PUT",
    "/listing/pricingSettings/{listingId}",
    Effect.WRITE,
    body=Body.JSON,
)

# Cancellation policies
LIST_CANCELLATION_POLICIES = Operation("listCancellationPolicies", "GET", "/cancellationPolicies")
CREATE_CANCELLATION_POLICY = Operation(
    "createCancellationPolicy", "POST", "/cancellationPolicies", Effect.WRITE, body=Body.JSON
)
LIST_AIRBNB_CANCELLATION_POLICIES = Operation(
    "listAirbnbCancellationPolicies", "GET", "/cancellationPolicies/airbnb"
)
LIST_BOOKING_CANCELLATION_POLICIES = Operation(
    "listBookingCancellationPolicies", "GET", "/cancellationPolicies/booking"
)
LIST_MARRIOTT_CANCELLATION_POLICIES = Operation(
    "listMarriottCancellationPolicies", "GET", "/cancellationPolicies/marriott"
)
LIST_VRBO_CANCELLATION_POLICIES = Operation(
    "listVrboCancellationPolicies", "GET", "/cancellationPolicies/vrbo"
)
GET_CANCELLATION_POLICY = Operation(
    "getCancellationPolicy", "GET", "/cancellationPolicies/{cancellationPolicyId}"
)
UPDATE_CANCELLATION_POLICY = Operation(
    "updateCancellationPolicy",
    "PUT",
    "/cancellationPolicies/{cancellationPolicyId}",
    Effect.WRITE,
    body=Body.JSON,
)
DELETE_CANCELLATION_POLICY = Operation(
    "deleteCancellationPolicy", "DELETE", "/cancellationPolicies/{cancellationPolicyId}", Effect.DELETE
)

# Reservations
LIST_RESERVATIONS = Operation("listReservations", "GET", "/reservations")
CREATE_RESERVATION = Operation("createReservation", "POST", "/reservations", Effect.WRITE, body=Body.JSON)
GET_RESERVATION = Operation("getReservation", "GET", "/reservations/{reservationId}")
UPDATE_RESERVATION = Operation(
    "updateReservation", "PUT", "/reservations/{reservationId}", Effect.WRITE, body=Body.JSON
)
DELETE_RESERVATION = Operation("deleteReservation", "DELETE", "/reservations/{reservationId}", Effect.DELETE)
CANCEL_RESERVATION = Operation(
    "cancelReservation",
    "PUT",
    "/reservations/{reservationId}/statuses/cancelled",
    Effect.WRITE,
    body=Body.JSON,
)
CANCEL_RESERVATION_DUE_TO_INVALID_CREDIT_CARD = Operation(
    "cancelReservationDueToInvalidCreditCard",
    "DELETE",
    "/reservations/{reservationId}/statuses/cancelledDueToInvalidCreditCard",
    Effect.WRITE,
)
REPORT_NO_SHOW = Operation(
    "reportNoShow", "PUT", "/reservations/{reservationId}/statuses/noShow", Effect.WRITE, body=Body.JSON
)
LIST_RESERVATION_LOGS = Operation("listReservationLogs", "GET", "/reservations/{reservationId}/logs")
GET_RESERVATION_RENTAL_AGREEMENT = Operation(
    "getReservationRentalAgreement", "GET", "/reservations/{reservationId}/rentalAgreement"
)

# Calendar
GET_CALENDAR = Operation("getCalendar", "GET", "/listings/{listingId}/calendar")
UPDATE_CALENDAR = Operation(
    "updateCalendar", "PUT", "/listings/{listingId}/calendar", Effect.WRITE, body=Body.JSON
)
UPDATE_CALENDAR_INTERVALS = Operation(
    "updateCalendarIntervals", "PUT", "/listings/{listingId}/calendarIntervals", Effect.WRITE, body=Body.JSON
)
CALCULATE_PRICE_DETAILS = Operation(
    "calculatePriceDetails", "POST", "/listings/{listingId}/calendar/priceDetails", body=Body.JSON
)
LIST_LOS = Operation("listLos", "GET", "/los")
UPSERT_LOS = Operation("upsertLos", "POST", "/los/{listingMapId}", Effect.WRITE, body=Body.JSON)
IMPORT_LOS_CSV = Operation("importLosCsv", "POST", "/los/csv/{listingMapId}", Effect.WRITE, body=Body.FORM)
LIST_SEASONAL_RULES = Operation("listSeasonalRules", "GET", "/seasonalRules")
LIST_SEASONAL_RULE_INTERVALS = Operation("listSeasonalRuleIntervals", "GET", "/seasonalRules/intervals")

# Conversations
LIST_RESERVATION_CONVERSATIONS = Operation(
    "listReservationConversations", "GET", "/reservations/{reservationId}/conversations"
)
LIST_CONVERSATIONS = Operation("listConversations", "GET", "/conversations")
GET_CONVERSATION = Operation("getConversation", "GET", "/conversations/{conversationId}")
LIST_CONVERSATION_MESSAGES = Operation(
    "listConversationMessages", "GET", "/conversations/{conversationId}/messages"
)
SEND_CONVERSATION_MESSAGE = Operation(
    "sendConversationMessage",
    "POST",
    "/conversations/{conversationId}/messages",
    Effect.MESSAGE,
    body=Body.JSON,
)
GET_CONVERSATION_MESSAGE = Operation(
    "getConversationMessage", "GET", "/conversations/{conversationId}/messages/{conversationMessageId}"
)

# Message templates
LIST_RESERVATION_MESSAGE_TEMPLATES = Operation(
    "listReservationMessageTemplates", "GET", "/reservations/{reservationId}/messageTemplates"
)
GET_RESERVATION_MESSAGE_TEMPLATE = Operation(
    "getReservationMessageTemplate",
    "GET",
    "/reservations/{reservationId}/messageTemplates/{messageTemplateId}",
)
LIST_MESSAGE_TEMPLATES = Operation("listMessageTemplates", "GET", "/messageTemplates")
GET_MESSAGE_TEMPLATE = Operation("getMessageTemplate", "GET", "/messageTemplates/{messageTemplateId}")

# Custom fields
LIST_RESERVATION_CUSTOM_FIELDS = Operation("listReservationCustomFields", "GET", "/reservations/customFields")
LIST_CUSTOM_FIELDS = Operation("listCustomFields", "GET", "/customFields")
CREATE_CUSTOM_FIELD = Operation("createCustomField", "POST", "/customFields", Effect.WRITE, body=Body.JSON)
UPDATE_CUSTOM_FIELD = Operation(
    "updateCustomField", "PUT", "/customFields/{customFieldId}", Effect.WRITE, body=Body.JSON
)
DELETE_CUSTOM_FIELD = Operation("deleteCustomField", "DELETE", "/customFields/{customFieldId}", Effect.DELETE)

# Dictionaries
LIST_AMENITIES = Operation("listAmenities", "GET", "/amenities")
LIST_BED_TYPES = Operation("listBedTypes", "GET", "/bedTypes")
LIST_PROPERTY_TYPES = Operation("listPropertyTypes", "GET", "/propertyTypes")
LIST_COUNTRIES = Operation("listCountries", "GET", "/countries")
LIST_CURRENCIES = Operation("listCurrencies", "GET", "/currencies")
LIST_LANGUAGES = Operation("listLanguages", "GET", "/languages")
LIST_TIMEZONES = Operation("listTimezones", "GET", "/timezones")

# Finance
LIST_FINANCE_FIELDS = Operation("listFinanceFields", "GET", "/financeField/{reservationId}")
UPDATE_FINANCE_FIELD = Operation(
    "updateFinanceField",
    "PUT",
    "/financeField/{reservationId}/{financeFieldId}",
    Effect.WRITE,
    body=Body.JSON,
)
GET_FINANCE_STANDARD_FIELDS = Operation(
    "getFinanceStandardFields", "GET", "/financeStandardField/reservation/{reservationId}"
)
LIST_FINANCE_CALCULATED_FIELDS = Operation(
    "listFinanceCalculatedFields", "GET", "/financeCalculatedField/reservation/{reservationId}"
)
LIST_FINANCE_CUSTOM_FORMULAS = Operation("listFinanceCustomFormulas", "GET", "/financeCustomFormula")
CREATE_FINANCE_STANDARD_REPORT = Operation(
    "createFinanceStandardReport", "POST", "/finance/report/standard", body=Body.MULTIPART
)
CREATE_FINANCE_CALCULATED_REPORT = Operation(
    "createFinanceCalculatedReport", "POST", "/finance/report/calculated", body=Body.MULTIPART
)
CREATE_FINANCE_CONSOLIDATED_REPORT = Operation(
    "createFinanceConsolidatedReport", "POST", "/finance/report/consolidated", body=Body.MULTIPART
)
CREATE_LISTING_FINANCIALS_REPORT = Operation(
    "createListingFinancialsReport", "POST", "/finance/report/listingFinancials", body=Body.MULTIPART
)
LIST_ACCOUNT_TAX_SETTINGS = Operation("listAccountTaxSettings", "GET", "/accountTaxSettings")
LIST_LISTING_TAX_SETTINGS = Operation("listListingTaxSettings", "GET", "/listingTaxSettings/{listingId}")

# Owner statements
LIST_OWNER_STATEMENTS = Operation("listOwnerStatements", "GET", "/ownerStatements")
GET_OWNER_STATEMENT = Operation("getOwnerStatement", "GET", "/ownerStatement/{ownerStatementId}")

# Expenses and extras
LIST_EXPENSES = Operation("listExpenses", "GET", "/expenses")
CREATE_EXPENSE = Operation("createExpense", "POST", "/expenses", Effect.WRITE, body=Body.JSON)
GET_EXPENSE = Operation("getExpense", "GET", "/expenses/{expenseId}")
UPDATE_EXPENSE = Operation("updateExpense", "PUT", "/expenses/{expenseId}", Effect.WRITE, body=Body.JSON)
DELETE_EXPENSE = Operation("deleteExpense", "DELETE", "/expenses/{expenseId}", Effect.DELETE)

# Guest payments
LIST_GUEST_CHARGES = Operation("listGuestCharges", "GET", "/guestPayments/charges")
GET_GUEST_CHARGE = Operation("getGuestCharge", "GET", "/guestPayments/charges/{id}")
CREATE_OFFLINE_CHARGE = Operation(
    "createOfflineCharge", "POST", "/guestPayments/charges/{id}", Effect.PAYMENT, body=Body.JSON
)
UPDATE_OFFLINE_CHARGE = Operation(
    "updateOfflineCharge",
    "PUT",
    "/guestPayments/charges/{reservationId}/{chargeId}",
    Effect.PAYMENT,
    body=Body.JSON,
)
REFUND_OFFLINE_CHARGE = Operation(
    "refundOfflineCharge",
    "POST",
    "/guestPayments/charges/{reservationId}/{chargeId}/refund",
    Effect.PAYMENT,
    body=Body.JSON,
)
LIST_AUTO_PAYMENT_RULES = Operation("listAutoPaymentRules", "GET", "/guestPayments/autoPayment")

# Payment cards
LIST_RESERVATION_PAYMENT_METHODS = Operation(
    "listReservationPaymentMethods", "GET", "/reservations/paymentMethods"
)
SET_RESERVATION_PAYMENT_METHOD = Operation(
    "setReservationPaymentMethod",
    "PUT",
    "/reservations/{reservationId}/paymentMethod",
    Effect.PAYMENT,
    body=Body.JSON,
)
UPDATE_RESERVATION_CARD = Operation(
    "updateReservationCard", "PUT", "/reservations/{reservationId}/card", Effect.PAYMENT, body=Body.JSON
)
ADD_PAYMENT_CARD = Operation(
    "addPaymentCard", "POST", "/paymentCards/{reservationId}", Effect.PAYMENT, body=Body.JSON
)
ADD_PAYMENT_METHOD_ID = Operation(
    "addPaymentMethodId",
    "POST",
    "/paymentCards/{reservationId}/addPaymentMethodId",
    Effect.PAYMENT,
    body=Body.JSON,
)
SET_DEFAULT_PAYMENT_CARD = Operation(
    "setDefaultPaymentCard",
    "PUT",
    "/paymentCards/{reservationId}/defaultPaymentMethod/{paymentCardId}",
    Effect.PAYMENT,
)
REPORT_INVALID_CARD = Operation(
    "reportInvalidCard", "PUT", "/paymentCards/{reservationId}/reportInvalidCard", Effect.PAYMENT
)
GET_STRIPE_PUBLISHABLE_KEY = Operation("getStripePublishableKey", "GET", "/stripe/publishableKey")
GET_STRIPE_PUBLISHABLE_KEY_FOR_LISTING = Operation(
    "getStripePublishableKeyForListing", "GET", "/stripe/publishableKey/{listingMapId}"
)
CREATE_STRIPE_SETUP_INTENT = Operation(
    "createStripeSetupIntent", "POST", "/stripe/createSetupIntent", Effect.PAYMENT
)
CREATE_STRIPE_SETUP_INTENT_FOR_LISTING = Operation(
    "createStripeSetupIntentForListing", "POST", "/stripe/createSetupIntent/{listingMapId}", Effect.PAYMENT
)

# Coupons
LIST_COUPONS = Operation("listCoupons", "GET", "/coupons")
LIST_RESERVATION_COUPONS = Operation("listReservationCoupons", "GET", "/reservationCoupons")
CREATE_RESERVATION_COUPON = Operation(
    "createReservationCoupon", "POST", "/reservationCoupons", Effect.WRITE, body=Body.JSON
)

# Reviews
LIST_REVIEWS = Operation("listReviews", "GET", "/reviews")
GET_REVIEW = Operation("getReview", "GET", "/reviews/{reviewId}")

# Tasks
LIST_TASKS = Operation("listTasks", "GET", "/tasks")
CREATE_TASK = Operation("createTask", "POST", "/tasks", Effect.WRITE, body=Body.JSON)
GET_TASK = Operation("getTask", "GET", "/tasks/{taskId}")
UPDATE_TASK = Operation("updateTask", "PUT", "/tasks/{taskId}", Effect.WRITE, body=Body.JSON)
DELETE_TASK = Operation("deleteTask", "DELETE", "/tasks/{taskId}", Effect.DELETE)

# Users
LIST_USERS = Operation("listUsers", "GET", "/users")
GET_USER = Operation("getUser", "GET", "/user/{userId}")
LIST_USER_GROUPS = Operation("listUserGroups", "GET", "/userGroups")

# Webhooks
LIST_UNIFIED_WEBHOOKS = Operation("listUnifiedWebhooks", "GET", "/webhooks/unifiedWebhooks")
CREATE_UNIFIED_WEBHOOK = Operation(
    "createUnifiedWebhook", "POST", "/webhooks/unifiedWebhooks", Effect.WRITE, body=Body.JSON
)
GET_UNIFIED_WEBHOOK = Operation("getUnifiedWebhook", "GET", "/webhooks/unifiedWebhooks/{webhookId}")
UPDATE_UNIFIED_WEBHOOK = Operation(
    "updateUnifiedWebhook", "PUT", "/webhooks/unifiedWebhooks/{webhookId}", Effect.WRITE, body=Body.JSON
)
DELETE_UNIFIED_WEBHOOK = Operation(
    "deleteUnifiedWebhook", "DELETE", "/webhooks/unifiedWebhooks/{webhookId}", Effect.DELETE
)
LIST_RESERVATION_WEBHOOK_LOGS = Operation("listReservationWebhookLogs", "GET", "/reservationWebhooklogs")
LIST_CONVERSATION_MESSAGE_WEBHOOK_LOGS = Operation(
    "listConversationMessageWebhookLogs", "GET", "/conversationMessageWebhooklogs"
)
LIST_UNIFIED_WEBHOOK_LOGS = Operation("listUnifiedWebhookLogs", "GET", "/unifiedWebhookLogs")

# Webhooks of the older kind
LIST_RESERVATION_WEBHOOKS = Operation("listReservationWebhooks", "GET", "/webhooks/reservations")
CREATE_RESERVATION_WEBHOOK = Operation(
    "createReservationWebhook", "POST", "/webhooks/reservations", Effect.WRITE, body=Body.JSON
)
GET_RESERVATION_WEBHOOK = Operation("getReservationWebhook", "GET", "/webhooks/reservations/{webhookId}")
UPDATE_RESERVATION_WEBHOOK = Operation(
    "updateReservationWebhook", "PUT", "/webhooks/reservations/{webhookId}", Effect.WRITE, body=Body.JSON
)
DELETE_RESERVATION_WEBHOOK = Operation(
    "deleteReservationWebhook", "DELETE", "/webhooks/reservations/{webhookId}", Effect.DELETE
)
LIST_CONVERSATION_MESSAGE_WEBHOOKS = Operation(
    "listConversationMessageWebhooks", "GET", "/webhooks/conversationMessages"
)
CREATE_CONVERSATION_MESSAGE_WEBHOOK = Operation(
    "createConversationMessageWebhook", "POST", "/webhooks/conversationMessages", Effect.WRITE, body=Body.JSON
)
GET_CONVERSATION_MESSAGE_WEBHOOK = Operation(
    "getConversationMessageWebhook", "GET", "/webhooks/conversationMessages/{webhookId}"
)
UPDATE_CONVERSATION_MESSAGE_WEBHOOK = Operation(
    "updateConversationMessageWebhook",
    "PUT",
    "/webhooks/conversationMessages/{webhookId}",
    Effect.WRITE,
    body=Body.JSON,
)
DELETE_CONVERSATION_MESSAGE_WEBHOOK = Operation(
    "deleteConversationMessageWebhook", "DELETE", "/webhooks/conversationMessages/{webhookId}", Effect.DELETE
)

ALL: tuple[Operation, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Operation)
)
"""All of them, in the order of this file."""

BY_NAME = {operation.name: operation for operation in ALL}
