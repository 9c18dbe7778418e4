"""Takes secrets and personal data out of any text before it is written down or leaves in an error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from urllib.parse import quote

MASK = "[redacted]"
MAX_SHORT_CHARS = 64

_SECRETS = "|".join(
    (
        r"(?:access|refresh|id|bearer|auth)[ _-]?token|token|client[ _-]?secret|secret",
        r"(?:api|http|x-api|private|encryption|hostaway)[ _-]?key|guestAuthHash|verificationCode|jwt|bearer",
        r"authorization|cookie|cred(?:ential)?s",
        r"(?:cc|card)[ _-]?number|(?:cc|card)?[ _-]?(?:cvc|cvv)2?",
    )
)
_PASSWORDS = "|".join(
    (
        r"(?:wi-?fi|wlan|network)[ _-]?(?:username|password|passwor[dt]|pass|key|code)",
        r"password(?: del wi-?fi)?|passwd|pwd|passphrase|passcode|passwort|kennwort",
        r"contrase(?:ñ|n)a(?: del wi-?fi)?|mot de passe(?: (?:du )?wi-?fi)?|senha(?: do wi-?fi)?",
    )
)
_CODES = "|".join(
    (
        r"doorCodeInstruction|(?<![a-z])pin(?:[ _-]?code)?",
        r"(?:door|gate|access|entry|entrance|alarm|key|keypad|lock|garage|building|lobby|intercom|safe|box)"
        r"[ _-]?(?:security[ _-]?)?code",
        r"keypad|lock[ _-]?box|key[ _-]?safe",
        r"t(?:ü|ue)r-?code|zugangscode|zahlencode",
        r"c[óo]digo (?:de |da |del )?(?:la )?(?:puerta|porta|entrada|acceso|acesso)",
        r"code (?:de la |d['’]|de )?(?:porte|entr[ée]e|acc[èe]s)|digicode",
        r"codice (?:della |del |d['’]|di )?(?:porta|portone|ingresso|accesso)",
    )
)
_NAMES = f"{_SECRETS}|{_PASSWORDS}|{_CODES}"
_IS = r"(?:is|are|was|to|ist|lautet|es|est|è|é)"
# `name: value`, `"name":"value"`, `\"name\": [value`, `name=value`, `<name>value`, `('name', 'value')`, %3D.
_OPENING = r"\s{0,3}+(?:b(?=\\*[\"']))?(?:(?!\[redacted)[\[(*_`]){0,3}\\{0,3}"
_JOINT = (
    r"(?:[*_`]{0,2}\\{0,3}[\"']?[*_`]{0,2}\s{0,3}+(?:[:=]{1,2}>?|,(?=\s*b?[\"']))"
    rf"{_OPENING}[\"'`]?|>|(?:%22)?%3[ad](?:%22)?)"
)
_UNMASKED = r"(?!\[redacted\]|bearer\b|basic\b)"
_VALUE = rf"{_UNMASKED}[^\s\"'`&,;<>{{}}\\]+"
_ESCAPED_BLANK = r"\\u(?:00a0|2009|202f)|\\xa0"
_BLANK = rf"(?:[ \u00a0\u2009\u202f]|{_ESCAPED_BLANK})"
_BETWEEN = rf"(?:[ \u00a0\u2009\u202f.\-\u2010-\u2015/]|{_ESCAPED_BLANK})"
_DATE = r"(?!(?:19|20)\d\d-\d\d-\d\d(?!\d)|\d\d?[./-]\d\d?[./-](?:19|20)\d\d(?!\d))"
_NOT_INSIDE = r"(?<![\w.:/-])(?<!\d[,])"
_ENDS = r"(?![\w:]|[.,-]\d)"
_PHONE_WORDS = (
    r"(?:(?:tele|mobile)?phone|mobile|cell|telefon|tel[ée]fono|telefone|tel|handy|m[óo]vil|celular"
    r"|whats-?app|sms|fax)"
)
_CODE_WORDS = r"\b(?:code|c[óo]digo|codice)"

Replacement = str | Callable[[re.Match[str]], str]


class _Patterns:
    """Patterns with what takes the place of what they find; compiled at first use, to be ready sooner."""

    def __init__(self, *pairs: tuple[str, Replacement]) -> None:
        self._pairs = pairs

    def masked(self, text: str) -> str:
        for pattern, replacement in self._compiled:
            text = pattern.sub(replacement, text)
        return text

    @cached_property
    def _compiled(self) -> tuple[tuple[re.Pattern[str], Replacement], ...]:
        return tuple((re.compile(pattern), replacement) for pattern, replacement in self._pairs)


def _code_in_a_sentence(match: re.Match[str]) -> str:
    """`the code is 4821` is a door's; an error's, country's or booking's code stays."""
    before = (match[1] or "").strip().lower()
    return match[0] if before in _OTHER_CODES else f"{match[1] or ''}{match[2]}{MASK}"


_OTHER_CODES = frozenset(
    """airport area booking channel confirmation country coupon currency discount dress error exit http
    language postal promo qr reservation return status zip""".split()  # noqa: SIM905 - read as prose
)

# Correlation ids: a new one in every line, and by their form neither name, number nor address.
_TRACE_ID = re.compile(r"[0-9a-f]{32}")
# Looking for names and numbers at every letter takes a hundred times as long as seeing that there are none.
_MAY_NAME = re.compile(
    r"(?i)token|secret|key|hash|code|jwt|bearer|basic|authori|cookie|cred|card|cc|cvc|cvv|pass|pwd|kennwort"
    r"|contrase|senha|pin|lock|safe|c[óo]dig|codice|begin|://|/webhooks"
)
_MAY_NUMBER = re.compile(r"\d(?:\D{0,4}\d){4}")

_BARE = _Patterns(
    # JSON Web Tokens, whole or cut short; keys of well-known services; long hexadecimal secrets.
    (r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}", MASK),
    (r"\b(?:(?:sk|pk|rk|whsec)[-_][\w-]{16,}|gh[a-z]_\w{20,}|xox[a-z]-[\w-]{10,})", MASK),
    (r"\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}\b|AIza[\w-]{30,})", MASK),
    (r"(?<![0-9A-Za-z])(?:[0-9a-f]{48,}|[0-9A-F]{48,})(?![0-9A-Za-z])", MASK),
)
_MAIL = _Patterns(
    # Plain or encoded in a URL; then as people write it to slip through a channel's filter.
    (r"[\w.+%'-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}", MASK),
    (
        r"(?i)\b[\w.+-]{1,64}\s?[\[({]\s?at\s?[\])}]\s?[\w-]{1,63}"
        r"(?:\s?(?:\.|[\[({]\s?dot\s?[\])}])\s?[\w-]{2,63}){1,4}",
        MASK,
    ),
)
_MAY_MAIL = re.compile(r"(?i)@|%40|[\[({]\s?at\s?[\])}]")
_Pair = tuple[str, Replacement]


def _quoted(names: str) -> _Pair:
    """The name of a secret and a quoted value, whole."""
    return (
        rf"(?i)({names})(\\{{0,3}}[\"']?\s{{0,3}}+[:=,]{_OPENING}([\"']))"
        r"(?!\[redacted\]|(?:bearer|basic)\s)(?:\\.|(?!\3)[^\\\r\n]){1,400}",
        rf"\1\2{MASK}",
    )


def _joined(names: str) -> _Pair:
    """The name of a secret and, after a colon or the like, anything."""
    return (rf"(?i)({names})({_JOINT}){_VALUE}", rf"\1\2{MASK}")


def _said(names: str) -> _Pair:
    """The name of a secret and, after a word such as "is", only what holds a digit."""
    return (
        rf"(?i)(?<![a-z])({names})(\s{{1,3}}+(?:{_IS}\s{{1,3}}+|no\.?\s|n[º°]\s?)?[#*\"'`]?)"
        rf"(?=[^\s]{{0,60}}\d){_VALUE}",
        rf"\1\2{MASK}",
    )


_HEADED: tuple[_Pair, ...] = (
    (r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}-----)?", MASK),
    (r"://[^\s/@\"'<>]{1,200}@", f"://{MASK}@"),
    (r"(/webhooks/hostaway/)[^\s/?#\"'{}\[]+", rf"\1{MASK}"),
    # Headers whose whole value is a secret.
    (
        r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie2?|x-[a-z-]{0,20}(?:key|token|secret|signature))"
        r"(\s*:\s*+)(?!\[redacted\])[^\r\n\"'{}]+",
        rf"\1\2{MASK}",
    ),
    (r"(?i)\b(bearer|basic|token)(\s++)(?!\[redacted\])(?=[\w.~+/=-]*\d)[\w.~+/=-]{6,}", rf"\1\2{MASK}"),
    (r"(?i)\b(bearer|basic)(\s++)(?!\[redacted\])[\w.~+/-]{16,}=*", rf"\1\2{MASK}"),
)
_CODE: _Pair = (
    rf"(?i)(\b[a-z]+\s+)?({_CODE_WORDS}\s*(?:{_IS}|[:=])\s*[#*]?)\d[\d ]{{2,8}}\d[#*]?{_ENDS}",
    _code_in_a_sentence,
)
_NAMED = _Patterns(
    *_HEADED,
    _quoted(_NAMES),
    (
        rf"(?i)({_PASSWORDS})(\s{{0,3}}+[:=]\s{{0,3}}+){_UNMASKED}"
        r"(?:(?!\. |\.$)[^\r\n,;<>{}\"'&|])+",
        rf"\1\2{MASK}",
    ),
    _joined(_NAMES),
    _said(_NAMES),
    (
        rf"(?i)(?<![a-z])({_PASSWORDS})(\s{{1,3}}+{_IS}\s{{1,3}}+[\"'`])[^\"'`\r\n]{{1,60}}",
        rf"\1\2{MASK}",
    ),
    (
        rf"(?i)(?<![a-z])({_CODES}|{_PASSWORDS})(\s[\w ]{{0,40}}?\b{_IS}\s{{1,3}}+(?:now\s)?[#*\"'`]?)"
        rf"(?=[^\s]{{0,30}}\d)(?!(?:19|20)\d\d-\d\d){_VALUE}",
        rf"\1\2{MASK}",
    ),
    _CODE,
)
_NAMED_BUT_ACCESS = _Patterns(*_HEADED, _quoted(_SECRETS), _joined(_SECRETS), _said(_SECRETS))
_NUMBERS = _Patterns(
    # Cards: 13 to 19 digits with the separators that people use. Dates, instants and bare ids of at
    # most 12 digits stay.
    (rf"(?<![\w.-]){_DATE}\d(?:(?:{_BLANK}|[-\u2010-\u2015])?\d){{12,18}}(?![\w-])", MASK),
    (r"(?<![\w.-])\d{4}([./_\t])\d{4}\1\d{4}\1\d{1,7}(?!\w)", MASK),
    # Phone numbers: international, with an area code in brackets, with a trunk 0, then the national
    # groupings that are seldom anything else, then any digits that are called a phone.
    (rf"(?<!\w)(?:[+＋]|00){_BLANK}?\(?\d(?:(?:{_BETWEEN}|[()]){{0,2}}\d){{6,14}}(?!\w)", MASK),
    (rf"(?<![\w.-])(?:\d[ -]?)?\(\d{{2,5}}\){_BETWEEN}?\d(?:{_BETWEEN}?\d){{4,9}}(?![\w-])", MASK),
    (rf"{_NOT_INSIDE}{_DATE}0\d(?:{_BETWEEN}?\d){{7,10}}{_ENDS}", MASK),
    (rf"{_NOT_INSIDE}(?:1{_BETWEEN})?\d{{3}}{_BETWEEN}\d{{3}}{_BETWEEN}\d{{3,4}}{_ENDS}", MASK),
    (rf"{_NOT_INSIDE}{_DATE}\d{{2,3}}[ -]\d{{4,5}}[ -]\d{{4}}{_ENDS}", MASK),
    (rf"{_NOT_INSIDE}\d{{2,3}}(?:{_BLANK}\d{{2}}){{3,4}}{_ENDS}", MASK),
    (rf"{_NOT_INSIDE}\d{{2}}{_BLANK}\d{{3}}(?:{_BLANK}\d{{2}}){{2}}{_ENDS}", MASK),
    (rf"{_NOT_INSIDE}\d{{2,3}}{_BLANK}(?:\d{{3}}{_BLANK}\d{{4}}|\d{{2}}{_BLANK}\d{{3}}){_ENDS}", MASK),
    (
        rf"(?i)((?<![a-z])[a-z]{{0,12}}{_PHONE_WORDS}\w{{0,8}}\W{{1,5}}"
        r"(?:(?:is|at|on|me|number)\W{1,3}){0,3})"
        rf"(?!\[redacted\])\+?\(?\d(?:(?:{_BETWEEN}|[()]){{0,2}}\d){{5,14}}",
        rf"\1{MASK}",
    ),
)


class Redactor:
    """Replaces what looks like a secret or a person's address, and every secret that it was told of."""

    def __init__(self) -> None:
        self._known: tuple[str, ...] = ()
        # Log lines repeat the same few words at every call: tools, doors, outcomes, callers.
        self._short = lru_cache(maxsize=1_000)(self._masked)

    def learn(self, secret: str) -> None:
        """From now on this very text never comes out, plain, in a URL or in JSON."""
        if len(secret) >= 6:
            written = (json.dumps(secret, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False))
            # The longest first: one secret may begin with another.
            forms = {*self._known, secret, quote(secret, safe=""), *written}
            self._known = tuple(sorted(forms, key=len, reverse=True))
            self._short.cache_clear()

    def __call__(self, text: str) -> str:
        if _TRACE_ID.fullmatch(text):
            return self._without_known(text)
        return self._short(text) if len(text) <= MAX_SHORT_CHARS else self._masked(text)

    def but_access(self, text: str) -> str:
        """As a call, but what opens a home stays: door codes, Wi-Fi passwords; for who may see them."""
        text = _BARE.masked(self._without_known(text))
        text = _MAIL.masked(_NAMED_BUT_ACCESS.masked(text))
        return _NUMBERS.masked(text)

    def _without_known(self, text: str) -> str:
        for secret in self._known:
            text = text.replace(secret, MASK)
        return text

    def _masked(self, text: str) -> str:
        text = _BARE.masked(self._without_known(text))
        if _MAY_NAME.search(text):
            text = _NAMED.masked(text)
        if _MAY_MAIL.search(text):
            text = _MAIL.masked(text)
        return _NUMBERS.masked(text) if _MAY_NUMBER.search(text) else text


redact = Redactor()
"""The redactor of this process; sinks call it, whoever holds a secret teaches it."""


def quoted(words: str, limit: int = 60) -> str:
    """A caller's words for a sentence: masked first, then cut, since half a secret is not recognized."""
    return redact(words[:1_000])[:limit]
