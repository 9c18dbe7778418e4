"""Secrets and personal data that must never come out: invented, in the shapes in which they occur."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from random import Random
from urllib.parse import quote

_RANDOM = Random(20261122)
_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class Canary:
    """A text of one shape, and the part of it that is secret."""

    shape: str
    text: str
    secret: str

    def sings_in(self, output: str) -> bool:
        """Whether the secret, or a telling part of it, is in the output."""
        shape = self.text.replace(self.secret, "")
        parts = (part for part in re.split(r"[^\w]+|_", self.secret) if part not in shape)
        return self.secret in output or any(part in output for part in parts if _tells(part))


def _tells(part: str) -> bool:
    """Three digits of a number tell something, three letters of a word nothing."""
    return len(part) >= (3 if part.isdecimal() else 5)


def _word(length: int) -> str:
    # One digit and one letter at least: a word of letters alone cannot be told from prose.
    return "".join(_RANDOM.choice(_LETTERS) for _ in range(length - 2)) + "7x"


def _hex(length: int) -> str:
    return "".join(_RANDOM.choice("0123456789abcdef") for _ in range(length - 2)) + "7f"


def _jwt() -> str:
    parts = (f'{{"alg":"RS256","x":"{_word(9)}"}}', f'{{"sub":"{_word(12)}"}}', _word(40))
    return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


def _code() -> str:
    return str(_RANDOM.randint(1_100, 998_999)) + "7"


def _card(length: int = 16, first: str = "4") -> str:
    digits = first + "".join(_RANDOM.choice("0123456789") for _ in range(length - len(first) - 1))
    total = sum(
        sum(divmod(int(digit) * (2 if i % 2 == 0 else 1), 10)) for i, digit in enumerate(reversed(digits))
    )
    return digits + str(-total % 10)


def _grouped(digits: str, separator: str, sizes: tuple[int, ...] = (4, 4, 4, 4)) -> str:
    parts, rest = [], digits
    for size in sizes:
        parts.append(rest[:size])
        rest = rest[size:]
    return separator.join(parts)


# shape: how it stands in a text; {} is the secret.
_TOKENS = {
    "bearer header": "Authorization: Bearer {}",
    "bearer header, small": "authorization: bearer {}",
    "header pair": "('authorization', 'Bearer {}')",
    "header bytes": "(b'Authorization', b'Bearer {}')",
    "token in JSON": '{{"access_token": "{}", "expires_in": 63158400}}',
    "token in escaped JSON": '"body": "{{\\"access_token\\":\\"{}\\"}}"',
    "token in a dict": "{{'refresh_token': '{}'}}",
    "token in a query": "DELETE /v1/accessTokens?token={}&x=1",
    "token in a quoted query": "next=%2Fv1%2FaccessTokens%3Ftoken%3D{}",
    "token assigned": "token={}",
    "token in a sentence": "the token is {} as you asked",
    "token in YAML": "  idToken: {}",
    "token in a list": '{{"token": ["{}"]}}',
    "jwt header": "jwt: {}",
    "x-api-key": "X-API-Key: {}",
    "api key in JSON": '{{"apiKey":"{}"}}',
    "api key pair": "('x-api-key', '{}')",
    "cookie": "Cookie: theme=dark; session={}",
    "set-cookie": "Set-Cookie: sid={}; HttpOnly",
    "guest auth hash": '{{"guestAuthHash":"{}"}}',
    "verification code": '{{"verificationCode": "{}"}}',
    "user in a URL": "https://hook:{}@example.com/in",
    "webhook path": "POST /webhooks/hostaway/{} 200",
    "stripe key": "sk_live_{}",
    "github token": "ghp_{}",
}
_SECRETS = {
    "client secret in a form": "grant_type=client_credentials&client_id=10450&client_secret={}&scope=general",
    "client secret in JSON": '{{"client_secret": "{}"}}',
    "client secret in camel case": '{{"clientSecret":"{}"}}',
    "client secret in the environment": "HOSTAWAY_CLIENT_SECRET={}",
    "client secret exported": "export HOSTAWAY_CLIENT_SECRET='{}'",
    "client secret in a sentence": "my client secret is {} and it does not work",
    "http key": "HOSTAWAY_MCP_HTTP_KEY={}",
    "password in JSON": '{{"login":"hostaway","password":"{}"}}',
    "password in XML": "<password>{}</password>",
    "password in markdown": "**Password:** `{}`",
    "passphrase": "passphrase = {}",
}
_DOORS = {
    "door code in JSON": '{{"doorCode":"{}"}}',
    "door code as a number": '{{"doorCode": {}, "nights": 3}}',
    "door security code": '{{"doorSecurityCode": "{}"}}',
    "door code in snake case": "door_code={}",
    "door code in a sentence": "Your door code is {}.",
    "door code with a colon": "Door code: {}",
    "door code with a hash": "door code: #{}#",
    "door code, further off": "The door code for the back entrance is now {}",
    "gate code": "the gate code {} works until 10",
    "lockbox": "Lockbox: {} (left of the door)",
    "lockbox code": "The lock box code is {}",
    "key safe": "key safe {}",
    "keypad": "keypad {} then #",
    "alarm code": "alarm code = {}",
    "building code": "Building code {}",
    "pin": "PIN: {}",
    "pin in a sentence": "your PIN is {}",
    "access code": '"accessCode":"{}"',
    "entry code": "entry code is {}",
    "plain code": "When you arrive, the code is {}",
    "door code in German": "Der Türcode ist {}",
    "door code in Spanish": "El código de la puerta es {}",
    "door code in French": "Le code de la porte est {}",
    "door code in French, d'": "code d'entrée : {}",
    "door code in Italian": "il codice del portone è {}",
    "door code in Portuguese": "o código da porta é {}",
    "door code in a repr": "doorCode='{}'",
    "door code instruction": '{{"doorCodeInstruction":"{}"}}',
}
_WIFI = {
    "wifi in JSON": '{{"wifiPassword":"{}"}}',
    "wifi with a colon": "Wi-Fi password: {}",
    "wifi, next line": "WiFi password: {}\nEnjoy your stay",
    "wifi in a sentence": 'The wifi password is "{}"',
    "wifi key": "wifi key = {}",
    "WLAN": "WLAN-Passwort: {}",
    "wifi in Spanish": "contraseña del wifi: {}",
    "wifi in French": "mot de passe wifi : {}",
    "wifi in Portuguese": "senha do wi-fi: {}",
}
_WIFI_SECRETS = ("Sunny-Beach 2024", "cala7marina", "hunter2", "Casa Azul 88!", "q9#Lm@2z")
_MAILS = {
    "mail in JSON": '{{"guestEmail":"{}"}}',
    "mail in a sentence": "Please write to {} today.",
    "mail in brackets": "Anna <{}>",
    "mailto": "[mail](mailto:{})",
    "mail in a query": "GET /v1/reservations?guestEmail={}",
}
_MAIL_SECRETS = (
    "anna.mueller@example.com",
    "o'neill+rentals@post.example.co.uk",
    "jörg@müller.example",
    "c-0000beef@relay.example",
    "4711_ab-c@sub.domain.example.org",
)
_PHONES = (
    "+1 212 555 0123", "+12125550123", "(212) 555-0123", "212-555-0123", "212.555.0123", "1-212-555-0123",
    "+44 20 7946 0958", "020 7946 0958", "07700 900123", "+44 (0)20 7946 0958", "0044 7700 900123",
    "+49 30 901820", "030 901820", "030/901820", "0171-2345678", "0151 23456789", "+49 (0)171 2345678",
    "06 12 34 56 78", "06.12.34.56.78", "0612345678", "+33 6 12 34 56 78", "+33 (0)6 12 34 56 78",
    "612 345 678", "612 34 56 78", "91 123 45 67", "+34 612 34 56 78", "+34-612-345-678",
    "340 123 4567", "+39 06 698 82000", "+39 340 1234567", "912 345 678", "+351 912 345 678",
    "(11) 91234-5678", "+55 11 91234-5678", "11 91234-5678", "0412 345 678", "(02) 9876 5432",
    "+61 412 345 678", "03-1234-5678", "090-1234-5678", "+81 90-1234-5678", "138 0013 8000",
    "+86 138 0013 8000", "010-1234-5678", "+82 10-1234-5678", "+7 (912) 345-67-89", "8 (912) 345-67-89",
    "55 1234 5678", "+52 55 1234 5678", "+54 9 11 1234-5678", "082 123 4567", "+27 82 123 4567",
    "0532 123 45 67", "+90 532 123 45 67", "600 700 800", "+48 600 700 800", "06-12345678",
    "+31 6 12345678", "079 123 45 67", "+41 79 123 45 67", "070-123 45 67", "+46 70 123 45 67",
    "412 34 567", "+47 412 34 567", "20 12 34 56", "+45 20 12 34 56", "052-123-4567", "+972 52-123-4567",
    "050 123 4567", "+971 50 123 4567", "+91 98765 43210", "＋49 171 2345678", "+65 9123 4567",
)  # fmt: skip
_CALLED_PHONES = {
    "phone in JSON": '{{"phone":"{}"}}',
    "phone after a word": "my phone number is {}",
    "whatsapp": "WhatsApp me on {}",
    "contact phone": "contactPhone1={}",
}
_CALLED_NUMBERS = ("2125550123", "98765 43210", "9123 4567", "612345678")


def _filled(shape: str, form: str, secret: str) -> Canary:
    return Canary(shape, form.format(secret), secret)


def _made() -> list[Canary]:
    found = [_filled(shape, form, _word(28)) for shape, form in _TOKENS.items()]
    found += [_filled(shape, form, _jwt()) for shape, form in list(_TOKENS.items())[:10]]
    found += [_filled("bare jwt", "got {} back", _jwt()), _filled("cut jwt", "got {}", _jwt()[:40])]
    for length in (20, 32, 64):
        found += [_filled(shape, form, _hex(length)) for shape, form in _SECRETS.items()]
    found += [_filled("bare client secret", "tried {} twice", _hex(64))]
    found += [_filled(shape, form, _code()) for shape, form in _DOORS.items()]
    found += [_filled(shape, form, secret) for shape, form in _WIFI.items() for secret in _WIFI_SECRETS]
    found += [_filled(shape, form, secret) for shape, form in _MAILS.items() for secret in _MAIL_SECRETS]
    mail = quote(_MAIL_SECRETS[0])
    found += [
        Canary("mail in an encoded query", f"GET /v1/reservations?guestEmail={mail}", "anna.mueller"),
        Canary("mail past a filter", "write to anna.mueller (at) mailhost (dot) com", "anna.mueller"),
        Canary("mail past a filter, brackets", "anna.mueller[at]mailhost.com", "anna.mueller"),
    ]
    found += [_filled("phone", "Call me: {}, please", phone) for phone in _PHONES]
    called = _CALLED_PHONES.items()
    found += [_filled(shape, form, number) for shape, form in called for number in _CALLED_NUMBERS]
    return found + _cards()


def _cards() -> list[Canary]:
    forms = {
        "bare card": ("card {} declined", ""),
        "card with blanks": ("my card: {} exp 09/27", " "),
        "card with dashes": ("{}", "-"),
        "card with dots": ("card {}", "."),
        "card with narrow blanks": ("card {}", "\u202f"),
        "card in JSON": ('{{"ccNumber":"{}"}}', ""),
        "card as a number": ('{{"cardNumber": {}}}', ""),
    }
    found = [
        _filled(shape, form, _grouped(digits, separator))
        for digits in [_card(first=first) for first in ("4", "51", "6011", "62")]
        for shape, (form, separator) in forms.items()
    ]
    key = "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----"
    return [
        *found,
        _filled("amex", "Amex {}", _grouped(_card(15, "37"), " ", (4, 6, 5))),
        _filled("diners", "Diners {}", _grouped(_card(14, "36"), "-", (4, 6, 4))),
        _filled("maestro", "card {}", _card(19, "6759")),
        _filled("cvc in JSON", '{{"cvc":"{}"}}', "9173"),
        _filled("cvv in a sentence", "the CVV is {}", "9173"),
        _filled("ccCvc", "ccCvc={}", "9173"),
        _filled("private key", key, "MIIEow7x"),
    ]


CANARIES: tuple[Canary, ...] = tuple(_made())
