"""Reference data: amenities, bed and property types, countries, currencies, languages, time zones."""

# ruff: noqa: E501 - tables read better wide
# fmt: off
AMENITIES: dict[int, str] = {
    1: "Cable TV", 2: "Internet", 3: "Wireless", 4: "Air conditioning", 5: "Swimming pool", 6: "Kitchen",
    7: "Free parking", 8: "Pets allowed", 9: "Elevator", 10: "Hot tub", 11: "Indoor fireplace", 12: "Heating",
    13: "Washing Machine", 14: "Dryer", 15: "Smoke detector", 16: "Carbon monoxide detector", 17: "First aid kit",
    18: "Fire extinguisher", 19: "Essentials", 20: "Shampoo", 21: "Hangers", 22: "Hair dryer", 23: "Iron",
    24: "Laptop friendly workspace", 25: "Dishwasher", 26: "Balcony", 27: "Coffee maker", 28: "Crib",
}
BED_TYPES: dict[int, str] = {
    1: "King bed", 2: "Queen bed", 3: "Double bed", 4: "Single bed", 5: "Sofa bed", 6: "Bunk bed", 33: "Futon",
}
PROPERTY_TYPES: dict[int, str] = {
    1: "Apartment", 2: "House", 3: "Loft", 4: "Studio", 5: "Villa", 6: "Cabin", 7: "Townhouse", 8: "Aparthotel",
}
COUNTRIES: dict[str, str] = {
    "AT": "Austria", "AU": "Australia", "BE": "Belgium", "BR": "Brazil", "CA": "Canada", "CH": "Switzerland",
    "DE": "Germany", "ES": "Spain", "FR": "France", "GB": "United Kingdom", "IE": "Ireland", "IT": "Italy",
    "MX": "Mexico", "PT": "Portugal", "US": "United States",
}
CURRENCIES: dict[str, str] = {
    "AUD": "Australian dollar", "CAD": "Canadian dollar", "CHF": "Swiss franc", "EUR": "Euro",
    "GBP": "Pound sterling", "USD": "US dollar",
}
LANGUAGES: dict[str, str] = {
    "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "pt": "Portuguese",
}
TIMEZONES: dict[str, dict[str, str]] = {
    name: {"value": name, "diff": diff} for name, diff in {
        "America/Denver": "-07:00", "America/New_York": "-05:00", "Europe/Berlin": "+01:00",
        "Europe/Lisbon": "+00:00", "Europe/London": "+00:00", "Europe/Madrid": "+01:00", "UTC": "+00:00",
    }.items()
}
PAYMENT_METHODS: dict[str, str] = {
    "credit_card": "Credit card", "vcc": "Virtual credit card", "cash_stay": "Cash", "paypal": "PayPal",
    "venmo": "Venmo", "bank_transfer": "Bank transfer", "stripe": "Stripe", "braintree": "Braintree",
    "other": "Other",
}
CHANNEL_POLICIES: dict[str, tuple[tuple[int, str], ...]] = {
    "airbnb": ((1, "Flexible"), (2, "Moderate"), (3, "Firm"), (4, "Strict")),
    "booking": ((21, "1 day"), (22, "7 days"), (23, "Non-refundable")),
    "marriott": ((31, "Flexible 7 days"), (32, "Strict 60 days")),
    "vrbo": ((41, "RELAXED"), (42, "MODERATE"), (43, "STRICT")),
}
# fmt: on
