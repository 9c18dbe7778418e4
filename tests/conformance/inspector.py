"""Lists and calls every tool through the Inspector's command line, over both transports and in both eras."""

from __future__ import annotations

import json
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conformance.servers import STDIO, ProofError, environment
from tests.conformance.suite import MODULES

PROGRAM = MODULES / "@modelcontextprotocol/inspector/clients/launcher/build/index.js"
ERAS = ("legacy", "modern")
TRANSPORTS = ("stdio", "http")
CALL_SECONDS = 120
AT_ONCE = 2
CHANGE = ("apply_change", "undo_change")
"""Called last of all, in this order, with the id of a change that was proposed."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One start of the Inspector: what it was asked to do, and how it ended."""

    what: str
    exit_code: int
    said: str
    result: dict[str, Any]

    @property
    def passed(self) -> bool:
        """Exit code 0 and a result that is no error."""
        return self.exit_code == 0 and bool(self.result) and not self.result.get("isError")


class Inspector:
    """The Inspector, with the product as its servers: one name for each transport and era."""

    def __init__(self, node: Path, address: str, settings: Mapping[str, str], scratch: Path) -> None:
        self._node, self._address, self._settings, self._scratch = node, address, settings, scratch
        self._config = scratch / "inspector.json"
        self._config.write_text(json.dumps({"mcpServers": self._servers()}), encoding="utf-8")

    def visits(self) -> Iterator[Visit]:
        """
        Every visit as it ends, the lists first.

        Raises:
            ProofError: a tool is listed that `arguments` does not know how to call.
        """
        servers = [f"{transport}-{era}" for transport in TRANSPORTS for era in ERAS]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            lists = list(pool.map(lambda server: self._visit(server, "tools/list", "--strict"), servers))
            yield from lists
            known = arguments(self._address)
            calls = [
                (server, name, _known(known, name))
                for server, listed in zip(servers, lists, strict=True)
                for name in _names(listed)
                if name not in CHANGE
            ]
            yield from pool.map(lambda call: self._call(*call), calls)
        for server in servers:
            yield from self._change(server)

    def _change(self, server: str) -> Iterator[Visit]:
        """One change from its proposal to the proposal that takes it back, each step a start of its own."""
        proposed = self._call(server, "save_task", arguments(self._address)["save_task"])
        yield proposed
        change = proposed.result.get("structuredContent", {}).get("change_id", "none was proposed")
        for tool in CHANGE:
            yield self._call(server, tool, {"change_id": change})

    def _call(self, server: str, tool: str, given: Mapping[str, Any]) -> Visit:
        asked = json.dumps(given)
        return self._visit(server, "tools/call", "--tool-name", tool, "--tool-args-json", asked)

    def _visit(self, server: str, method: str, *options: str) -> Visit:
        what = f"{server} {method} {' '.join(options)}"
        command: list[str | Path] = [
            self._node,
            PROGRAM,
            "--cli",
            "--config",
            self._config,
            "--server",
            server,
        ]
        command += ["--method", method, *options, "--format", "json"]
        try:
            done = subprocess.run(
                command,
                cwd=self._scratch,
                env=environment(self._scratch),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=CALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Visit(what, -1, f"It did not end within {CALL_SECONDS} s.", {})
        return Visit(what, done.returncode, done.stdout + done.stderr, _result(done.stdout))

    def _servers(self) -> dict[str, Any]:
        servers: dict[str, Any] = {}
        for era in ERAS:
            servers[f"stdio-{era}"] = {
                "type": "stdio",
                "command": STDIO[0],
                "args": STDIO[1:],
                "env": environment(self._scratch) | dict(self._settings),
                "protocolEra": era,
            }
            servers[f"http-{era}"] = {
                "type": "streamable-http", "url": f"{self._address}/mcp", "protocolEra": era,
            }  # fmt: skip
        return servers


def arguments(address: str) -> dict[str, dict[str, Any]]:
    """
    One call of every tool that must be answered, by name; ids are asked of the product's own HTTP API.

    A new tool gets its line here.
    """
    listing = _ask(address, "find_listings")["listings"][0]
    stays = _ask(address, "find_reservations", by="arrival", **{"from": "today", "to": "+7d"})
    stay = stays["reservations"][0]["reservation_id"]
    week = {"from": "today", "to": "+7d"}
    month = {"from": "2026-06-01", "to": "2026-06-30"}
    return {
        "audit_listings": {},
        "cancel_reservation": {"reservation": stay, "by": "host"},
        "changes_since": {"since": "-24h"},
        "check_availability": {"guests": 2, **week},
        "check_conflicts": week,
        "check_connection": {},
        "check_prices": week,
        "create_listing": {"fields": {"name": "Nest"}, "copy_from": listing["listing_id"]},
        "create_reservation": {
            "listing": listing["listing_id"], "from": "+300d", "to": "+303d",
            "guest": {"name": "Ada Lovelace"},
        },
        "daily_brief": {},
        "explain_money": {"reservation": stay},
        "find": {"query": listing["name"]},
        "find_balances": {},
        "find_changes": {},
        "find_expenses": month,
        "find_gaps": week,
        "find_listings": {},
        "find_reservations": {"by": "arrival", **week},
        "find_tasks": {},
        "find_upsells": {"days": 3},
        "get_calendar": {"listing": listing["listing_id"], **week},
        "get_conversation": {"reservation": stay},
        "get_financial_report": {"from": "2026-05-01", "to": "2026-05-31"},
        "get_financial_summary": month,
        "get_guest": {"reservation": stay},
        "get_listing": {"listing": listing["listing_id"]},
        "get_reply_context": {"reservation": stay},
        "get_reservation": {"reservation": stay},
        "plan_turnovers": {},
        "quote_stay": {"listing": listing["listing_id"], "from": "+90d", "to": "+93d"},
        "report_pacing": week,
        "review_insights": {},
        "review_queue": {},
        "search_messages": {"text": "parking"},
        "stay_board": {"days": 2},
        "triage_inbox": {},
        "save_expense": {
            "action": "add",
            "items": [{"concept": "Paint", "amount": -45, "listing": listing["listing_id"]}],
        },
        "save_task": {"action": "create", "tasks": [{"title": "Call the plumber"}]},
        "send_message": {"reservation": stay, "text": "The parking is behind the house."},
        "update_calendar": {
            "listing": listing["listing_id"], "ranges": [{"from": "+200d"}], "changes": {"min_stay": 29},
        },
        "update_reservation": {"reservation": stay, "changes": {"host_note": "Late arrival."}},
        "update_listings": {"listing": listing["listing_id"], "changes": {"house_rules": "Be kind."}},
    }  # fmt: skip


def _ask(address: str, tool: str, **query: str) -> dict[str, Any]:
    url = f"{address}/api/v1/{tool}?{urllib.parse.urlencode(query)}"
    with urllib.request.urlopen(url, timeout=CALL_SECONDS) as answer:
        said: dict[str, Any] = json.load(answer)
    return said


def _known(known: Mapping[str, dict[str, Any]], tool: str) -> dict[str, Any]:
    if tool not in known:
        raise ProofError(f"No arguments for the tool {tool}: add a line to tests/conformance/inspector.py.")
    return known[tool]


def _names(listed: Visit) -> list[str]:
    return [tool["name"] for tool in listed.result.get("tools", [])]


def _result(said: str) -> dict[str, Any]:
    try:
        result = json.loads(said)["result"]
    except (ValueError, KeyError, TypeError):
        return {}
    return result if isinstance(result, dict) else {}
