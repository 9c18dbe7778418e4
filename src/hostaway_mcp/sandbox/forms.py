"""Form bodies, url-encoded and multipart, as plain JSON values."""

from __future__ import annotations

import re
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl

from hostaway_mcp.sandbox.documented import Json

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

_INDEXED = re.compile(r"^(?P<name>[^\[]+)\[(?P<index>\d*)\]$")


def read_form(body: bytes, content_type: str) -> Json:
    """The fields of a form; `listingMapIds[0]=1` becomes a list ("Financial reporting" samples)."""
    if content_type.startswith("multipart/"):
        pairs = _read_multipart(body, content_type)
    else:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    fields: Json = {}
    for name, value in pairs:
        indexed = _INDEXED.match(name)
        if indexed:
            fields.setdefault(indexed["name"], []).append(_typed(value))
        else:
            fields[name] = value
    return fields


def _read_multipart(body: bytes, content_type: str) -> list[tuple[str, str]]:
    message = BytesParser(policy=HTTP).parsebytes(
        b"content-type: " + content_type.encode() + b"\r\n\r\n" + body
    )
    pairs = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            pairs.append((name, content.decode("utf-8", "replace").removesuffix("\r\n")))
    return pairs


def _typed(value: str) -> Any:
    """List entries that are digits are numbers: ids travel as text in forms."""
    return int(value) if value.isdigit() else value
