"""The papers of an account as documents: fees, policies, templates, coupons, expenses, statements, rules."""

from __future__ import annotations

from datetime import date, timedelta

from hostaway_mcp.sandbox.documented import Json, blank
from hostaway_mcp.sandbox.world.dice import dice
from hostaway_mcp.sandbox.world.dictionaries import CHANNEL_POLICIES
from hostaway_mcp.sandbox.world.homes import Home

TRAVEL_FIELD, REQUEST_FIELD, LICENSE_FIELD, TASK_FIELD = 167, 243, 301, 302
EXPENSE_CATEGORIES = {1: "Upsells", 2: "Maintenance"}
LINE_ITEMS = ("Plumber", "Window cleaning", "New linen", "Key copy", "Garden care", "Paint")


def write_fees(home: Home, *, account_id: int, stamp: str) -> list[Json]:
    """The optional extras of a home: parking, late check-out, pets."""
    extras = (
        ("parkingFee", "night", 12, 1),
        ("lateCheckoutFee", "reservation", 35, 0),
        ("petFee", "reservation", 40, 0),
    )
    return [
        blank("ListingFeeSetting")
        | {
            "id": home.id * 10 + index,
            "accountId": account_id,
            "listingMapId": home.id,
            "feeType": kind,
            "feeTitle": None,
            "feeAppliedPer": per,
            "amount": amount,
            "amountType": "flat",
            "isMandatory": 0,
            "isQuantitySelectable": quantity,
            "insertedOn": stamp,
            "updatedOn": stamp,
        }
        for index, (kind, per, amount, quantity) in enumerate(extras)
    ]


def write_policies(account_id: int) -> dict[int, Json]:
    """The account's own cancellation policies."""
    steps = ((4_010, "Flexible", -86_400), (4_011, "Two weeks", -1_209_600), (4_012, "Strict", -2_592_000))
    return {policy: write_policy(policy, name, delta, account_id) for policy, name, delta in steps}


def write_policy(policy: int, name: str, delta: int, account_id: int) -> Json:
    """One policy with one step; numbers are strings on reading, as the examples show."""
    item = {
        "id": str(policy * 10),
        "cancellationPolicyId": str(policy),
        "refundAmount": "100",
        "refundType": "percentage",
        "refundField": "totalPrice",
        "timeDelta": str(delta),
        "event": "arrival",
    }
    return {"id": policy, "accountId": account_id, "name": name, "cancellationPolicyItem": [item]}


def write_channel_policies(account_id: int) -> dict[str, list[Json]]:
    """The policies that the channels prescribe."""
    return {
        channel: [write_policy(policy, name, -86_400 * policy, account_id) for policy, name in rows]
        for channel, rows in CHANNEL_POLICIES.items()
    }


def write_templates(account_id: int) -> dict[int, Json]:
    """Message templates with placeholders."""
    texts = (
        ("Greeting", "Hello {{guest_first_name}}, welcome to {{listing_name}}!"),
        ("Parking", "Dear {{guest_name}}, the nearest car park to {{listing_address}} is 200 m away."),
        ("Check-in", "Check-in on {{arrival_date}} is from {{check_in_time}}:00. Door code: {{door_code}}."),
        ("Wi-Fi", "Network {{wifi_username}}, password {{wifi_password}}."),
        (
            "Thanks",
            "Thank you for your stay from {{arrival_date}} to {{departure_date}}, {{guest_first_name}}.",
        ),
    )
    return {
        number: blank("MessageTemplate")
        | {
            "id": number,
            "accountId": account_id,
            "name": name,
            "description": f"{name} message",
            "message": text,
            "messageTemplateGroupId": 1,
            "color": "1",
        }
        for number, (name, text) in enumerate(texts, start=1)
    }


def write_custom_fields(account_id: int) -> dict[int, Json]:
    """Custom fields of reservations, listings and tasks."""
    rows = (
        (
            TRAVEL_FIELD,
            "Travels by",
            "reservation_travel",
            "dropdown",
            "reservation",
            '["Train","Car","Plane"]',
            1,
        ),
        (REQUEST_FIELD, "Special request", "reservation_request", "text", "reservation", None, 1),
        (LICENSE_FIELD, "Licence", "listing_license", "text", "listing", None, 0),
        (TASK_FIELD, "Keys", "task_keys", "text", "task", None, 1),
    )
    return {
        number: {
            "id": number,
            "accountId": account_id,
            "name": name,
            "varName": variable,
            "possibleValues": values,
            "type": kind,
            "objectType": what,
            "isPublic": public,
            "sortOrder": order,
        }
        for order, (number, name, variable, kind, what, values, public) in enumerate(rows, start=1)
    }


def write_coupons(account_id: int, today: date) -> dict[int, Json]:
    """One coupon in force, one flat, one that has run out."""
    rows = (
        (1, "AUTUMN10", "percentage", 10, 2, 0),
        (2, "LOYAL25", "flatFee", 25, 3, 0),
        (3, "OLD5", "percentage", 5, 1, 1),
    )
    return {
        number: blank("Coupon")
        | {
            "id": number,
            "accountId": account_id,
            "isActive": 1 - expired,
            "isExpired": expired,
            "name": name,
            "type": kind,
            "amount": amount,
            "minimumNights": nights,
            "checkInDateStart": (today - timedelta(days=400)).isoformat(),
            "checkInDateEnd": (today + timedelta(days=-30 if expired else 400)).isoformat(),
            "numberOfUsesInitial": 100,
            "numberOfUsesUsed": 20,
            "validityDateStart": (today - timedelta(days=400)).isoformat(),
            "validityDateEnd": (today - timedelta(days=30)).isoformat() if expired else None,
        }
        for number, name, kind, amount, nights, expired in rows
    }


def write_expenses(homes: list[Home], today: date, *, seed: int, account_id: int) -> dict[int, Json]:
    """Expenses (negative) and extras (positive) of the last months, two or three a home."""
    expenses: dict[int, Json] = {}
    for home in homes:
        random = dice(seed, "expenses", home.id)
        for _ in range(random.randint(1, 3)):
            number = 700_001 + len(expenses)
            day = today - timedelta(days=random.randint(1, 120))
            extra = random.random() < 0.2
            amount = random.randint(15, 240) if extra else -random.randint(20, 380)
            expenses[number] = write_expense(
                number,
                {
                    "listingMapId": home.id,
                    "expenseDate": day.isoformat(),
                    "concept": "Late check-out" if extra else random.choice(LINE_ITEMS),
                    "amount": amount,
                    "categories": [1 if extra else 2],
                    "categoriesNames": [EXPENSE_CATEGORIES[1 if extra else 2]],
                },
                account_id=account_id,
                stamp=f"{day.isoformat()} 09:00:00",
                listing_name=home.name,
            )
    return expenses


def write_expense(number: int, given: Json, *, account_id: int, stamp: str, listing_name: str | None) -> Json:
    """One expense or extra: the sign of the amount decides which ("Expenses and extras")."""
    document = blank("Expense") | {
        "categories": [],
        "categoriesNames": [],
        "attachments": [],
        "ownerStatementIds": [],
        "ownerStatementNames": [],
        "insertedOn": stamp,
        "updatedOn": stamp,
    }
    document |= given
    return document | {
        "id": number,
        "accountId": account_id,
        "ownerStatementExpenseId": number,
        "type": "expense" if document["amount"] < 0 else "extra",
        "listingName": listing_name,
    }


def write_seasonal_rules() -> dict[int, Json]:
    """Two seasonal rules: summer asks for longer stays, winter closes Sundays to arrivals."""
    rows = ((1, "Summer", "['Monday']", None, 5), (2, "Winter", None, "['Sunday']", 2))
    return {
        number: blank("SeasonalRule")
        | {
            "id": number,
            "title": title,
            "channelId": 2000,
            "closedForCheckin": arrivals,
            "closedForCheckout": departures,
            "color": "1",
            "minNightsFriday": nights,
            "minNightsUnspecified": nights,
        }
        for number, title, arrivals, departures, nights in rows
    }


def write_auto_payments(account_id: int, stamp: str) -> list[Json]:
    """The two automatic charges: a deposit at booking, the balance before arrival."""
    rows = ((1, "Deposit", "reservation", 0, 30, 0), (2, "Balance", "arrival", -336, None, 1))
    return [
        blank("AutoCharge")
        | {
            "id": number,
            "accountId": account_id,
            "guestAutoInvoiceId": 34_590 + number,
            "type": "charge",
            "title": title,
            "triggerEvent": event,
            "triggerTimeDelta": delta,
            "paymentMethod": "credit_card_online",
            "paymentProvider": "stripe",
            "percentageFee": percent,
            "isRestOfPay": rest,
            "insertedOn": stamp,
            "updatedOn": stamp,
        }
        for number, title, event, delta, percent, rest in rows
    ]
