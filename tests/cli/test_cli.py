"""The command line: answers on standard output, one sentence and an exit code for what is wrong."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from hostaway_mcp.cli.call import read_arguments
from hostaway_mcp.cli.cli import commands, exit_code
from hostaway_mcp.cli.serve import read_limits
from hostaway_mcp.errors import (
    BusyError,
    CredentialsError,
    CursorError,
    DefectError,
    HostawayMcpError,
    InputError,
    RateLimitedError,
    SettingsError,
    TimedOutError,
    UnavailableError,
    UnreachableError,
)
from hostaway_mcp.tools.tools import CATALOGUE
from tests.cli.conftest import Shell


def test_a_tool_is_called_over_the_embedded_sandbox(shell: Shell) -> None:
    """The answer is one JSON object and nothing else stands on standard output."""
    code, out, err = shell("call", "find_listings", "city=Lisbon", "limit=2", "--sandbox")

    answer = json.loads(out)
    assert code == 0
    assert {row["city"] for row in answer["listings"]} == {"Lisbon"}
    assert len(answer["listings"]) == 2
    assert answer["complete"] is True
    assert err == ""


def test_the_text_form_is_for_reading(shell: Shell) -> None:
    """`--text` prints what a model reads."""
    code, out, _ = shell("call", "find_listings", "city=Porto", "--sandbox", "--text")

    assert code == 0
    assert "Ribeira Nest" in out
    assert "{" not in out


def test_credentials_that_are_not_set_end_with_3(shell: Shell) -> None:
    """The sentence says which settings, where they are found, and what works without."""
    code, out, err = shell("call", "find_listings")

    assert (code, out) == (3, "")
    assert "HOSTAWAY_ACCOUNT_ID" in err
    assert "--sandbox" in err


def test_nobody_there_ends_with_4(shell: Shell) -> None:
    """A base URL where nothing listens is named as unreachable, without a traceback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code, out, err = shell(
        "call",
        "find_listings",
        HOSTAWAY_ACCOUNT_ID="1",
        HOSTAWAY_CLIENT_SECRET="nobody-there",
        HOSTAWAY_BASE_URL=f"http://127.0.0.1:{port}/v1",
    )

    assert (code, out) == (4, "")
    assert "reach" in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("call", "find_listings", "city", "--sandbox"), "name=value"),
        (("call", "find_listings", "--json", "[1]", "--sandbox"), "JSON object"),
        (("call", "find_listings", "--json", "{", "--sandbox"), "JSON object"),
        (("call", "find_listing", "--sandbox"), "find_listings"),
        (("call", "find_listings", "limit=many", "--sandbox"), "`limit` must be a number"),
        (("call", "find_listings", "town=Porto", "--sandbox"), "no parameter `town`"),
        (("sandbox", "--limits", "15:20"), "15:20:10"),
        (("sandbox", "--port", "99999"), "port"),
        (("serve", "--nonsense"), "--nonsense"),
        (("rent",), "rent"),
    ],
)
def test_wrong_usage_ends_with_2(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    """What is wrong is said with what would be right."""
    code, _, err = shell(*arguments)

    assert code == 2
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("HOSTAWAY_ACCOUNT_ID", "anna", "not a name"),
        ("HOSTAWAY_ACCOUNT_ID", "${env:HOSTAWAY_ACCOUNT_ID}", "run hostaway-mcp login"),
        ("HOSTAWAY_CLIENT_SECRET", "two\nlines", "one line"),
        ("HOSTAWAY_BASE_URL", "hostaway", "web address"),
        ("HOSTAWAY_BASE_URL", "http://example.com/v1", "https://"),
        ("HOSTAWAY_RATE_IP", "lots", "HOSTAWAY_RATE_IP"),
        ("HOSTAWAY_MCP_TOOLSETS", "listing", 'Did you mean "listings"?'),
        ("HOSTAWAY_MCP_TODAY", "2026-02-30", "HOSTAWAY_MCP_TODAY"),
    ],
)
def test_a_wrong_setting_stops_the_start(shell: Shell, setting: str, value: str, said: str) -> None:
    """One sentence names the setting; the value of a secret is not repeated."""
    code, out, err = shell("tools", **{setting: value})

    assert (code, out) == (1, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1
    assert setting != "HOSTAWAY_CLIENT_SECRET" or "two" not in err


def test_a_data_directory_that_cannot_be_written_is_named(shell: Shell, tmp_path: Path) -> None:
    """A file where the directory should be: the sentence says what to choose instead."""
    (tmp_path / "taken").write_text("")
    code, _, err = shell(
        "call",
        "find_listings",
        HOSTAWAY_ACCOUNT_ID="1",
        HOSTAWAY_CLIENT_SECRET="secret-secret",
        HOSTAWAY_MCP_DATA_DIR=str(tmp_path / "taken" / "data"),
    )

    assert code == 1
    assert "data directory" in err
    assert "Traceback" not in err


def test_a_port_in_use_is_named(shell: Shell) -> None:
    """With what to do about it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, out, err = shell("serve", "--http", "--sandbox", "--port", str(port))

    assert (code, out) == (1, "")
    assert f"Port {port}" in err
    assert "--port" in err


def test_a_host_that_others_reach_needs_a_key(shell: Shell) -> None:
    """Nothing listens before the key is there."""
    code, _, err = shell("serve", "--http", "--sandbox", "--host", "0.0.0.0", "--port", "0")

    assert code == 1
    assert "HOSTAWAY_MCP_HTTP_KEY" in err


def test_the_catalogue_is_listed_with_its_cost(shell: Shell) -> None:
    """Every tool on a line with toolset, effect and tokens; colours only on terminals."""
    code, out, _ = shell("tools", "--all")

    lines = out.splitlines()
    assert code == 0
    assert [line.split()[0] for line in lines[1:-1]] == [tool.name for tool in CATALOGUE]
    assert lines[-1].startswith(f"{len(CATALOGUE)} tools, ")
    assert "\x1b" not in out


def test_settings_choose_what_is_offered(shell: Shell) -> None:
    """A toolset, a tool besides, without another."""
    _, out, _ = shell(
        "tools",
        HOSTAWAY_MCP_TOOLSETS="listings",
        HOSTAWAY_MCP_TOOLS="get_calendar",
        HOSTAWAY_MCP_EXCLUDE_TOOLS="check_availability",
    )

    assert [line.split()[0] for line in out.splitlines()[1:-1]] == [
        "find_listings",
        "get_listing",
        "audit_listings",
        "get_calendar",
    ]


def test_every_command_has_a_help_text(shell: Shell) -> None:
    """And each is on the first page."""
    code, page, _ = shell("--help")

    assert code == 0
    for command in commands.registered_commands:
        assert command.callback is not None
        name = command.name or command.callback.__name__
        assert name in page
        code, out, _ = shell(name, "--help")
        assert code == 0
        assert (command.callback.__doc__ or "").split(":")[0] in " ".join(out.split())


def test_the_version_is_shown(shell: Shell) -> None:
    """As scripts expect it."""
    code, out, _ = shell("--version")

    assert code == 0
    assert out.startswith("hostaway-mcp ")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CredentialsError("x"), 3),
        (UnreachableError("x"), 4),
        (BusyError("x"), 4),
        (RateLimitedError("x"), 4),
        (TimedOutError("x"), 4),
        (UnavailableError("x"), 4),
        (InputError("x"), 2),
        (CursorError("x"), 2),
        (SettingsError("x"), 1),
        (DefectError("x"), 1),
    ],
)
def test_exit_codes(error: HostawayMcpError, code: int) -> None:
    """0 done, 1 named failure, 2 usage, 3 credentials, 4 unreachable or busy."""
    assert exit_code(error) == code


def test_words_become_parameters() -> None:
    """A repeated name is a list; words come over JSON; a value may hold `=`."""
    read = read_arguments(["listing=A", "listing=B=C", "limit=5"], '{"limit": 9, "sort": "name"}')

    assert read == {"listing": ["A", "B=C"], "limit": "5", "sort": "name"}


@pytest.mark.parametrize("text", ["", "15", "15:20:0", "a:b:c", "15:20:10:1", "-1:20:10"])
def test_limits_that_cannot_be_read(text: str) -> None:
    """The sentence shows the form."""
    with pytest.raises(InputError) as refused:
        read_limits(text)

    assert "15:20:10" in refused.value.sentence


def test_a_proxy_that_nothing_here_speaks_is_named(shell: Shell) -> None:
    """The HTTP library knows no socks; its complaint is not for a person."""
    code, _, err = shell(
        "call",
        "find_listings",
        HOSTAWAY_ACCOUNT_ID="1",
        HOSTAWAY_CLIENT_SECRET="secret-secret",
        HTTPS_PROXY="socks5://127.0.0.1:1",
    )

    assert code == 1
    assert "HTTPS_PROXY" in err
