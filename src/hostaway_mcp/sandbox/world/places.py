"""The towns the portfolio is in, with their money, taxes, seasons and channels."""

# ruff: noqa: E501 - tables read better wide
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tax:
    """A tax a listing charges: percent of the parts in `applies_to`, or a flat amount per something."""

    kind: str
    amount: float
    amount_type: str
    applied_per: str
    applies_to: tuple[str, ...] = ("baseRate",)


@dataclass(frozen=True, slots=True)
class Place:
    """One town. `season` is the price and demand factor of each month; `prefix` starts its door numbers."""

    city: str
    state: str
    country: str
    country_code: str
    time_zone: str
    currency: str
    language: str
    price: int
    zipcode: str
    lat: float
    lng: float
    streets: tuple[str, ...]
    names: tuple[str, ...]
    taxes: tuple[Tax, ...]
    season: tuple[float, ...]


SUMMER = (0.75, 0.78, 0.88, 0.98, 1.06, 1.18, 1.3, 1.32, 1.12, 0.98, 0.8, 0.92)
SNOW = (1.25, 1.3, 1.2, 0.85, 0.8, 0.95, 1.05, 1.05, 0.95, 0.85, 0.85, 1.3)
SUN = (1.2, 1.3, 1.35, 1.2, 1.0, 0.9, 0.92, 0.9, 0.78, 0.85, 1.0, 1.25)
TOWN = (0.8, 0.82, 0.92, 1.0, 1.08, 1.12, 1.12, 1.1, 1.12, 1.05, 0.9, 1.02)

# fmt: off
PLACES: tuple[Place, ...] = (
    Place(
        "Lisbon", "Lisboa", "Portugal", "PT", "Europe/Lisbon", "EUR", "pt", 118, "1100-213", 38.7117, -9.1300,
        ("Rua dos Remédios", "Beco do Carneiro", "Rua da Graça"),
        ("Alfama Loft", "Blue Cottage", "Graça Terrace", "Tejo View", "Fado House"),
        (Tax("cityTax", 4.0, "flat", "person_per_night"),), SUMMER,
    ),
    Place(
        "Porto", "Porto", "Portugal", "PT", "Europe/Lisbon", "EUR", "pt", 96, "4050-253", 41.1430, -8.6140,
        ("Rua das Flores", "Rua de Cedofeita", "Cais da Ribeira"),
        ("Ribeira Nest", "Douro Balcony", "Tile House", "Cellar Door", "Ribeira Nest Garden"),
        (Tax("cityTax", 3.0, "flat", "person_per_night"),), SUMMER,
    ),
    Place(
        "Barcelona", "Catalonia", "Spain", "ES", "Europe/Madrid", "EUR", "es", 141, "08003", 41.3839, 2.1820,
        ("Carrer de la Princesa", "Carrer del Rec", "Carrer de Verdi"),
        ("Born Atelier", "Gràcia Patio", "Olive Studio", "Sagrada Corner", "Born Atelier Duplex"),
        (Tax("cityTax", 5.25, "flat", "person_per_night"), Tax("vat", 10.0, "percent", "reservation")), SUMMER,
    ),
    Place(
        "Berlin", "Berlin", "Germany", "DE", "Europe/Berlin", "EUR", "de", 104, "10435", 52.5350, 13.4120,
        ("Kastanienallee", "Oderberger Straße", "Weserstraße"),
        ("Prenzl Hideaway", "Canal Loft", "Kiez Studio", "Courtyard Flat", "Spree Penthouse"),
        (Tax("cityTax", 7.5, "percent", "reservation"),), TOWN,
    ),
    Place(
        "London", "England", "United Kingdom", "GB", "Europe/London", "GBP", "en", 156, "E1 6AN", 51.5180, -0.0720,
        ("Brick Lane", "Columbia Road", "Bermondsey Street"),
        ("Shoreditch Mews", "Blue Cottage", "Borough Attic", "Camden Lock Flat", "Garden Flat"),
        (Tax("vat", 20.0, "percent", "reservation", ("baseRate", "cleaningFee")),), TOWN,
    ),
    Place(
        "Edinburgh", "Scotland", "United Kingdom", "GB", "Europe/London", "GBP", "en", 128, "EH1 1RE", 55.9500, -3.1880,
        ("Victoria Street", "Cockburn Street", "Royal Mile"),
        ("Castle Wynd", "Old Town Close", "Leith Harbour Flat", "Garden Flat", "Thistle Rooms"),
        (Tax("vat", 20.0, "percent", "reservation", ("baseRate", "cleaningFee")),), SUMMER,
    ),
    Place(
        "Miami", "Florida", "United States", "US", "America/New_York", "USD", "en", 189, "33139", 25.7907, -80.1300,
        ("Ocean Drive", "Collins Avenue", "Española Way"),
        ("Ocean Breeze", "Flamingo Suite", "Palm Court", "Sunset Pier", "Ocean Breeze II"),
        (
            Tax("salesTax", 7.0, "percent", "reservation", ("baseRate", "cleaningFee")),
            Tax("lodgingTax", 6.0, "percent", "reservation"),
        ),
        SUN,
    ),
    Place(
        "Denver", "Colorado", "United States", "US", "America/Denver", "USD", "en", 162, "80205", 39.7590, -104.9850,
        ("Larimer Street", "Blake Street", "Curtis Street"),
        ("Larimer Loft", "Aspen Cabin", "Mile High Suite", "Brewery Flat", "Snowdrift Cabin"),
        (Tax("lodgingTax", 10.75, "percent", "reservation"),), SNOW,
    ),
)
# fmt: on
