"""`hostaway-mcp call`: any tool from the shell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import typer

from hostaway_mcp.cli.approve import ask, can_ask, user
from hostaway_mcp.cli.serve import account_app, need_credentials, run, sandbox_app
from hostaway_mcp.errors import InputError
from hostaway_mcp.settings import LogLevel, read_settings
from hostaway_mcp.telemetry.logs import configure_logs


def run_call(
    tool: str, parameters: Sequence[str], *, json_text: str | None, as_text: bool, sandbox: bool
) -> None:
    """Calls one tool and prints its answer on standard output."""
    settings = read_settings()
    # A person at a shell wants the answer; what goes wrong is said in the error.
    quiet = "hostaway_mcp_log_level" not in settings.model_fields_set
    configure_logs(
        level=LogLevel.ERROR if quiet else settings.hostaway_mcp_log_level,
        form=settings.hostaway_mcp_log_format,
    )
    arguments = read_arguments(parameters, json_text)
    if not sandbox:
        need_credentials(settings)
    app = sandbox_app(listings=40, seed=1) if sandbox else account_app(settings)

    async def work() -> None:
        from hostaway_mcp.tools.runner import Asked

        asked = Asked(door="shell", caller=user(), ask_person=ask if can_ask() else None)
        try:
            outcome = await app.runner.run(tool, arguments, asked)
        finally:
            await app.aclose()
        answer = outcome.text if as_text else json.dumps(outcome.json, indent=2, ensure_ascii=False)
        typer.echo(answer)

    run(work())


def read_arguments(parameters: Sequence[str], json_text: str | None) -> dict[str, Any]:
    """
    The parameters of a call, from `name=value` words over those of a JSON object; a repeated name is a list.

    Raises:
        InputError: a word without `=`, or JSON that is not an object.
    """
    arguments: dict[str, Any] = _read_json(json_text) if json_text is not None else {}
    given: dict[str, list[str]] = {}
    for word in parameters:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise InputError(
                f'"{word[:60]}" is not a parameter.', hint="Write name=value, such as city=Lisbon."
            )
        given.setdefault(name, []).append(value)
    return arguments | {name: values if len(values) > 1 else values[0] for name, values in given.items()}


def _read_json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(
            "--json cannot be read.", hint='Write one JSON object, such as \'{"city": "Lisbon"}\'.'
        ) from None
    if not isinstance(value, dict):
        raise InputError("--json must be one JSON object.", hint="Write '{\"name\": value}'.")
    return value
