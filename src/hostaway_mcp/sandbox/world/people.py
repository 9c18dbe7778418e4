"""Invented guests: names by language, addresses that reach nobody."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Guest:
    """One invented person; `number` tells namesakes apart."""

    first: str
    last: str
    locale: str
    country: str
    number: int

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"

    @property
    def email(self) -> str:
        """The guest's own address, under example.com."""
        return f"{_plain(self.first)}.{_plain(self.last)}.{self.number}@example.com"

    @property
    def relay(self) -> str:
        """The address a channel hands out instead, under a reserved domain."""
        return f"c-{self.number:08x}@guest.example"

    @property
    def phone(self) -> str:
        """A number of the ranges kept free for fiction (555-0100 to 555-0199)."""
        return f"+1{201 + self.number % 700}55501{self.number % 100:02d}"


# language: (country, first names, last names). Some names differ by a letter, as they do in life.
_NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "en": (
        ("GB", "US", "IE", "AU", "CA"),
        ("Emma", "James", "Olivia", "Jack", "Sarah", "Sara", "Tom", "Grace", "Harry", "Jon", "John", "Chloe"),
        (
            "Smith",
            "Smyth",
            "Taylor",
            "Brown",
            "Walker",
            "Clark",
            "Clarke",
            "Reed",
            "Hughes",
            "Carter",
            "Young",
        ),
    ),
    "de": (
        ("DE", "AT", "CH"),
        ("Anna", "Lukas", "Lena", "Jonas", "Katrin", "Stefan", "Stephan", "Miriam"),
        ("Müller", "Mueller", "Schmidt", "Schmitt", "Weber", "Fischer", "Becker", "Vogel"),
    ),
    "es": (
        ("ES", "MX"),
        ("Lucía", "Pablo", "Carmen", "Diego", "Elena", "Javier", "Marta"),
        ("García", "Fernández", "Ruiz", "Navarro", "Torres", "Vega", "Molina"),
    ),
    "fr": (
        ("FR", "BE"),
        ("Camille", "Hugo", "Chloé", "Louis", "Inès", "Julien", "Manon"),
        ("Martin", "Dubois", "Laurent", "Moreau", "Girard", "Lefèvre", "Petit"),
    ),
    "it": (
        ("IT",),
        ("Giulia", "Marco", "Chiara", "Luca", "Sofia", "Matteo"),
        ("Rossi", "Russo", "Bianchi", "Ricci", "Conti", "Greco"),
    ),
    "pt": (
        ("PT", "BR"),
        ("Ana", "João", "Beatriz", "Tiago", "Inês", "Rui"),
        ("Silva", "Santos", "Ferreira", "Costa", "Almeida", "Lopes"),
    ),
}

_WEIGHTS = {"en": 46, "de": 15, "es": 11, "fr": 12, "it": 8, "pt": 8}
_LANGUAGES = tuple(_WEIGHTS)
_CUMULATIVE = tuple(sum(list(_WEIGHTS.values())[: index + 1]) for index in range(len(_WEIGHTS)))


def draw_guest(random: Random) -> Guest:
    """A guest nobody has seen before."""
    language = random.choices(_LANGUAGES, cum_weights=_CUMULATIVE)[0]
    countries, firsts, lasts = _NAMES[language]
    return Guest(
        first=random.choice(firsts),
        last=random.choice(lasts),
        locale=language,
        country=random.choice(countries),
        number=random.getrandbits(30),
    )


def _plain(name: str) -> str:
    table = str.maketrans("áãâàçéèêíìóòôõöúùüñëï", "aaaaceeeiiooooouuunei")
    return "".join(
        letter for letter in name.lower().translate(table) if letter.isascii() and letter.isalpha()
    )
