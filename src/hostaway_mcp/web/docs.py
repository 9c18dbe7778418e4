"""A page for people, made from the OpenAPI document; it loads nothing from anywhere and runs no script."""

from __future__ import annotations

import json
from html import escape
from typing import Any

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

_STYLE = """
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{margin-bottom:0}code,pre{font:13px/1.45 ui-monospace,monospace}
section{border-top:1px solid #8886;padding:.5rem 0}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}
pre{overflow:auto;padding:.75rem;background:#8881;border-radius:.4rem}
.method{font-weight:600;margin-right:.5rem}.note{opacity:.75}
"""


def docs_page(document: dict[str, Any]) -> str:
    """The whole page."""
    info = document["info"]
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    contents = "".join(
        f'<li><a href="#{(name := escape(op["operationId"]))}">{name}</a> {escape(op["summary"])}</li>'
        for _, _, op in operations
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} {escape(info['version'])}</h1><p>{escape(info['description'])}</p>"
        f'<p>For programs: <a href="/openapi.json">/openapi.json</a></p><ul>{contents}</ul>'
        + "".join(_section(*operation) for operation in operations)
        + "</body></html>"
    )


def _section(path: str, method: str, operation: dict[str, Any]) -> str:
    name = escape(operation["operationId"])
    tags = ", ".join(operation.get("tags", []))
    return (
        f'<section id="{name}"><h2>{escape(operation["summary"])}</h2>'
        f'<p><code><span class="method">{method.upper()}</span>{escape(path)}</code>'
        f' <span class="note">{escape(tags)}</span></p>'
        f"<p>{escape(operation.get('description', ''))}</p>"
        f"{_parameters(operation.get('parameters') or _of_body(operation))}{_answer(operation)}</section>"
    )


def _of_body(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The keys of a JSON body in the form of parameters."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    needed = schema.get("required", [])
    return [
        {
            "name": name,
            "description": inner.get("description", ""),
            "required": name in needed,
            "schema": {key: value for key, value in inner.items() if key != "description"},
        }
        for name, inner in schema.get("properties", {}).items()
    ]


def _parameters(parameters: list[dict[str, Any]]) -> str:
    if not parameters:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code>{' (needed)' if p.get('required') else ''}</td>"
        f"<td>{escape(p.get('description', ''))}</td>"
        f"<td><code>{escape(json.dumps(p['schema'], ensure_ascii=False))}</code></td></tr>"
        for p in parameters
    )
    return f"<table><tr><th>Parameter</th><th>Meaning</th><th>Schema</th></tr>{rows}</table>"


def _answer(operation: dict[str, Any]) -> str:
    content = operation["responses"].get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if not schema:
        return ""
    shown = escape(json.dumps(schema, indent=1, ensure_ascii=False))
    return f"<details><summary>Answer</summary><pre>{shown}</pre></details>"
