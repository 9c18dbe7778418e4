"""`connect`: what each client must know, shown or written into what is there."""

from __future__ import annotations

import base64
import json
import shlex
import shutil
import stat
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from hostaway_mcp.cli.connect.clients import Client, Machine, file_of, files_of, this_machine
from hostaway_mcp.cli.connect.entry import own_command
from hostaway_mcp.credentials import keep
from tests.cli.conftest import Shell

PAIR = {"HOSTAWAY_ACCOUNT_ID": "7", "HOSTAWAY_CLIENT_SECRET": "some-secret"}


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """The data directory at its default, so that a client has nothing to be told of it."""
    monkeypatch.delenv("HOSTAWAY_MCP_DATA_DIR")
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.fixture
def logged_in(home: Path) -> Path:
    """What login keeps is there; gives the data directory."""
    data = home / ".local" / "share" / "hostaway-mcp"
    keep(data, account_id="7", client_secret="some-secret")
    return data


def path_of(client: Client) -> Path:
    return file_of(client, this_machine())


def servers(client: Client) -> dict[str, Any]:
    """What stands in a client's file."""
    content = json.loads(path_of(client).read_text())
    found: dict[str, Any] = content[client.servers_key]
    return found


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("client", Client)
def test_after_login_no_secret_stands_in_a_file(shell: Shell, logged_in: Path, client: Client) -> None:
    """Neither a secret nor a question: the server finds what login kept."""
    code, shown, _ = shell("connect", client.value)
    assert code == 0
    assert not path_of(client).exists()
    code, out, err = shell("connect", client.value, "--write")

    (server,) = servers(client).values()
    assert (code, err) == (0, "")
    assert str(path_of(client)) in out
    assert "env" not in server
    assert shutil.which(server["command"])
    assert server["args"][-1] == "serve"
    assert json.dumps(server["command"]) in shown
    assert "inputs" not in json.loads(path_of(client).read_text())
    assert "some-secret" not in shown + path_of(client).read_text()


@pytest.mark.parametrize(
    ("client", "account_id", "secret"),
    [
        (Client.CLAUDE_CODE, "${HOSTAWAY_ACCOUNT_ID}", "${HOSTAWAY_CLIENT_SECRET}"),
        (Client.CURSOR, "${env:HOSTAWAY_ACCOUNT_ID}", "${env:HOSTAWAY_CLIENT_SECRET}"),
        (Client.VSCODE, "${input:hostaway-account-id}", "${input:hostaway-client-secret}"),
    ],
)
def test_without_login_clients_that_can_look_it_up_do(
    shell: Shell, client: Client, account_id: str, secret: str
) -> None:
    """Each in its own way of referring to the environment, or of asking its user."""
    assert shell("connect", client.value, "--write")[0] == 0
    env = servers(client)["hostaway"]["env"]

    assert env == {"HOSTAWAY_ACCOUNT_ID": account_id, "HOSTAWAY_CLIENT_SECRET": secret}
    if client is Client.VSCODE:
        asked = {one["id"]: one for one in json.loads(path_of(client).read_text())["inputs"]}
        assert set(asked) == {"hostaway-account-id", "hostaway-client-secret"}
        assert asked["hostaway-client-secret"]["password"] is True


def test_without_login_claude_desktop_is_shown_and_not_written(shell: Shell) -> None:
    """A placeholder in the file would only break at its next start."""
    code, out, _ = shell("connect", "claude-desktop")
    assert (code, "your-secret" in out) == (0, True)
    code, out, err = shell("connect", "claude-desktop", "--write")

    assert (code, out) == (3, "")
    assert "hostaway-mcp login" in err
    assert not path_of(Client.CLAUDE_DESKTOP).exists()


@pytest.mark.parametrize("client", Client)
def test_credentials_are_written_when_asked_for(shell: Shell, client: Client) -> None:
    """Then only their owner may read the file, whatever its mode was."""
    path = path_of(client)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    path.chmod(0o644)
    code, out, _ = shell("connect", client.value, "--write", "--with-credentials", **PAIR)

    assert code == 0
    assert servers(client)["hostaway"]["env"] == PAIR
    assert mode(path) == 0o600
    assert "some-secret" not in out


def test_there_must_be_credentials_to_write(shell: Shell) -> None:
    """Nothing is written."""
    code, _, err = shell("connect", "cursor", "--write", "--with-credentials")

    assert code == 3
    assert "login" in err
    assert not path_of(Client.CURSOR).exists()


def test_settings_made_here_go_along(shell: Shell, logged_in: Path, tmp_path: Path) -> None:
    """A client's environment does not know them; what is secret or the HTTP door's own stays."""
    shutil.copytree(logged_in, tmp_path / "elsewhere", copy_function=shutil.copy2)
    Path(".env").write_text("HOSTAWAY_MCP_TOOLSETS=core, listings\n")
    shell(
        "connect",
        "cursor",
        "--write",
        HOSTAWAY_BASE_URL="http://127.0.0.1:8799/v1",
        HOSTAWAY_MCP_DATA_DIR="../elsewhere",
        HOSTAWAY_MCP_HTTP_KEY="some-key-of-the-door",
    )

    env = servers(Client.CURSOR)["hostaway"]["env"]
    assert env.pop("HOSTAWAY_MCP_DATA_DIR").endswith("elsewhere")
    assert env == {"HOSTAWAY_BASE_URL": "http://127.0.0.1:8799/v1", "HOSTAWAY_MCP_TOOLSETS": "core,listings"}


def test_everything_that_was_there_stays(shell: Shell, logged_in: Path) -> None:
    """Other servers, other keys, their order, the indent, the line ends, the mode, what was added to ours."""
    path = path_of(Client.CLAUDE_DESKTOP)
    path.parent.mkdir(parents=True)
    before = {
        "theme": "dunkelgrün",
        "mcpServers": {
            "files": {"command": "npx", "args": ["files"]},
            "hostaway": {
                "command": "old",
                "args": ["x"],
                "disabled": False,
                "env": {"HOSTAWAY_CLIENT_SECRET": "old-secret", "HTTPS_PROXY": "http://proxy:3128"},
            },
        },
        "last": [1, 2],
    }
    text = json.dumps(before, indent="\t", ensure_ascii=False).replace("\n", "\r\n")
    path.write_bytes(text.encode())
    path.chmod(0o640)
    code, out, _ = shell("connect", "claude-desktop", "--write")

    after = json.loads(path.read_bytes())
    ours = after["mcpServers"].pop("hostaway")
    assert code == 0
    assert list(after) == ["theme", "mcpServers", "last"]
    assert after["mcpServers"] == {"files": {"command": "npx", "args": ["files"]}}
    assert (ours["disabled"], ours["args"]) == (False, ["serve"])
    assert ours["env"] == {"HTTPS_PROXY": "http://proxy:3128"}
    assert b'\r\n\t"theme": "dunkelgr\xc3\xbcn"' in path.read_bytes()
    assert mode(path) == 0o640
    (backup,) = path.parent.glob("*.backup")
    assert backup.read_bytes() == text.encode()
    assert mode(backup) == 0o640
    assert str(backup) in out


def test_a_second_time_changes_nothing(shell: Shell, logged_in: Path) -> None:
    """No new copy, no new bytes."""
    shell("connect", "vscode", "--write")
    path = path_of(Client.VSCODE)
    before = (path.read_bytes(), path.stat().st_ino)
    code, out, _ = shell("connect", "vscode", "--write")

    assert code == 0
    assert "nothing was changed" in out
    assert (path.read_bytes(), path.stat().st_ino) == before
    assert list(path.parent.glob("*.backup")) == []


def test_every_change_has_its_own_copy(shell: Shell, logged_in: Path) -> None:
    """Also within one second."""
    for name in ("one", "two", "three"):
        assert shell("connect", "cursor", "--write", "--name", name)[0] == 0

    assert set(servers(Client.CURSOR)) == {"one", "two", "three"}
    copies = [json.loads(one.read_text()) for one in path_of(Client.CURSOR).parent.glob("*.backup")]
    assert sorted(len(one["mcpServers"]) for one in copies) == [1, 2]


def test_a_link_stays_a_link(shell: Shell, logged_in: Path, tmp_path: Path) -> None:
    """As people have who keep their settings in a repository."""
    real = tmp_path / "dotfiles" / "mcp.json"
    real.parent.mkdir()
    real.write_text("")
    path_of(Client.CURSOR).parent.mkdir()
    path_of(Client.CURSOR).symlink_to(real)
    assert shell("connect", "cursor", "--write")[0] == 0

    assert path_of(Client.CURSOR).is_symlink()
    assert "hostaway" in real.read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{\n  "mcpServers": {\n    // mine\n  }\n}', "line 3 is not JSON"),
        (b'{"mcpServers": {}', "line 1 is not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"mcpServers": []}', '"mcpServers" in it is not an object'),
        (b'{"a": 1, "a": 2}', "says 'a' twice"),
        (b'{"a": "\xff"}', "not text in UTF-8"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_file_that_cannot_be_kept_is_left_alone(
    shell: Shell, logged_in: Path, text: bytes, said: str
) -> None:
    """Not a byte of it changes, and the line is named."""
    path = path_of(Client.CURSOR)
    path.parent.mkdir()
    path.write_bytes(text)
    code, out, err = shell("connect", "cursor", "--write")

    assert (code, out) == (1, "")
    assert said in err
    assert str(path) in err
    assert path.read_bytes() == text
    assert [one.name for one in path.parent.iterdir()] == ["mcp.json"]


def test_a_folder_in_the_way(shell: Shell, logged_in: Path) -> None:
    """One sentence."""
    path_of(Client.CURSOR).mkdir(parents=True)
    code, _, err = shell("connect", "cursor", "--write")

    assert code == 1
    assert "cannot be read" in err


def test_the_line_for_claude_code(shell: Shell, logged_in: Path) -> None:
    """As it must be typed."""
    _, out, _ = shell("connect", "claude-code")
    line = next(one for one in out.splitlines() if one.startswith("claude "))

    assert shlex.split(line) == ["claude", "mcp", "add", "hostaway", "--", *own_command(), "serve"]
    _, out, _ = shell("connect", "claude-code", "--with-credentials")
    assert "-e HOSTAWAY_CLIENT_SECRET=some-secret" in out


def test_links_that_clients_open(shell: Shell) -> None:
    """Cursor's and VS Code's; a secret never goes into one."""
    _, out, _ = shell("connect", "cursor")
    link = urlsplit(next(one for one in out.splitlines() if one.startswith("cursor:")))
    query = parse_qs(link.query)
    assert (link.netloc, link.path) == ("anysphere.cursor-deeplink", "/mcp/install")
    assert query["name"] == ["hostaway"]
    assert json.loads(base64.b64decode(query["config"][0]))["args"][-1] == "serve"

    _, out, _ = shell("connect", "vscode")
    link_text = next(one for one in out.splitlines() if one.startswith("vscode:mcp/install?"))
    told = json.loads(unquote(link_text.partition("?")[2]))
    assert (told["name"], told["type"], len(told["inputs"])) == ("hostaway", "stdio", 2)

    _, out, _ = shell("connect", "cursor", "--with-credentials", **PAIR)
    assert "some-secret" in out
    assert "cursor:" not in out


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (Client.CLAUDE_CODE, {"type": "http", "url": "http://127.0.0.1:8765/mcp"}),
        (Client.CURSOR, {"url": "http://127.0.0.1:8765/mcp"}),
        (Client.VSCODE, {"type": "http", "url": "http://127.0.0.1:8765/mcp"}),
        (
            Client.CLAUDE_DESKTOP,
            {"command": "npx", "args": ["-y", "mcp-remote", "http://127.0.0.1:8765/mcp"]},
        ),
    ],
)
def test_a_server_on_this_machine_over_http(shell: Shell, client: Client, server: dict[str, Any]) -> None:
    """It needs neither credentials nor a key."""
    assert shell("connect", client.value, "--write", "--http", "http://127.0.0.1:8765/mcp")[0] == 0
    assert servers(client) == {"hostaway": server}


@pytest.mark.parametrize(
    ("client", "bearer"),
    [
        (Client.CLAUDE_CODE, "Bearer ${HOSTAWAY_MCP_HTTP_KEY}"),
        (Client.CURSOR, "Bearer ${env:HOSTAWAY_MCP_HTTP_KEY}"),
        (Client.VSCODE, "Bearer ${input:hostaway-mcp-http-key}"),
    ],
)
def test_a_server_elsewhere_needs_its_key(shell: Shell, client: Client, bearer: str) -> None:
    """By reference, or written when asked for; the entry of before does not shine through."""
    url = "https://mcp.example.com/mcp"
    shell("connect", client.value, "--write", "--with-credentials", **PAIR)
    assert shell("connect", client.value, "--write", "--http", url)[0] == 0
    server = servers(client)["hostaway"]
    assert (server["url"], server["headers"]) == (url, {"Authorization": bearer})
    assert not {"command", "args", "env"}.intersection(server)

    told = {"HOSTAWAY_MCP_HTTP_KEY": "some-key-of-the-door"}
    assert shell("connect", client.value, "--write", "--with-credentials", "--http", url, **told)[0] == 0
    assert servers(client)["hostaway"]["headers"] == {"Authorization": "Bearer some-key-of-the-door"}


def test_claude_desktop_needs_the_key_itself(shell: Shell) -> None:
    """It resolves no references, and the bridge has to be told."""
    line = ("connect", "claude-desktop", "--write", "--http", "https://mcp.example.com/mcp")
    code, _, err = shell(*line)
    assert code == 3
    assert "HOSTAWAY_MCP_HTTP_KEY" in err
    assert shell(*line, "--with-credentials")[0] == 3
    code, _, _ = shell(*line, "--with-credentials", HOSTAWAY_MCP_HTTP_KEY="some-key-of-the-door")

    assert code == 0
    assert servers(Client.CLAUDE_DESKTOP)["hostaway"]["env"] == {
        "AUTHORIZATION": "Bearer some-key-of-the-door"
    }
    assert mode(path_of(Client.CLAUDE_DESKTOP)) == 0o600


def test_the_line_for_claude_code_over_http(shell: Shell) -> None:
    """With its header."""
    _, out, _ = shell("connect", "claude-code", "--http", "https://mcp.example.com/mcp")

    assert "claude mcp add --transport http hostaway https://mcp.example.com/mcp --header" in out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("cursor", "--http", "mcp.example.com"), 2, "not the address"),
        (("cursor", "--http", "https://anna:pw@mcp.example.com"), 2, "not the address"),
        (("cursor", "--http", "http://127.0.0.1:99999/mcp"), 2, "not the address"),
        (("cursor", "--name", "a b"), 2, "no name"),
        (("notepad",), 2, "claude-desktop"),
    ],
)
def test_wrong_usage(shell: Shell, arguments: tuple[str, ...], code: int, said: str) -> None:
    """What would be right is said."""
    left, _, err = shell("connect", *arguments, "--write")

    assert left == code
    assert said in err


def test_a_wrong_setting_is_not_handed_on(shell: Shell) -> None:
    """It is named instead."""
    code, _, err = shell("connect", "cursor", "--write", HOSTAWAY_RATE_IP="lots")

    assert code == 1
    assert "HOSTAWAY_RATE_IP" in err


@pytest.mark.parametrize(
    ("system", "wanted"),
    [
        ("linux", "h/.config/Claude/claude_desktop_config.json"),
        ("darwin", "h/Library/Application Support/Claude/claude_desktop_config.json"),
        ("win32", "h/AppData/Roaming/Claude/claude_desktop_config.json"),
    ],
)
def test_where_the_file_of_claude_desktop_is(
    system: str, wanted: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Source: the Model Context Protocol's user quickstart; Linux as the other programs there do."""
    monkeypatch.setenv("HOME", str(tmp_path / "h"))
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.delenv("APPDATA")

    assert file_of(Client.CLAUDE_DESKTOP, this_machine(system)) == tmp_path / wanted


def test_where_clients_look(tmp_path: Path) -> None:
    """Of the user and of the project."""
    machine = Machine("linux", tmp_path / "h", tmp_path / "c", tmp_path / "p")
    found = {client: [str(p.relative_to(tmp_path)) for p in files_of(client, machine)] for client in Client}

    assert found == {
        Client.CLAUDE_DESKTOP: ["c/Claude/claude_desktop_config.json"],
        Client.CLAUDE_CODE: ["p/.mcp.json", "h/.claude.json"],
        Client.CURSOR: ["h/.cursor/mcp.json", "p/.cursor/mcp.json"],
        Client.VSCODE: ["p/.vscode/mcp.json", "c/Code/User/mcp.json"],
    }


@pytest.mark.parametrize(
    ("python", "wanted"),
    [
        ("h/.cache/uv/archive-v0/Ab12/bin/python", ["uvx", "hostaway-mcp"]),
        ("h/.cache/pipx/1f2e/bin/python", ["pipx", "run", "hostaway-mcp"]),
        ("h/none/bin/python", ["h/none/bin/python", "-m", "hostaway_mcp"]),
    ],
)
def test_how_this_program_is_started(python: str, wanted: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A path into a cache would be gone one day."""
    monkeypatch.setattr(sys, "executable", python)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)

    assert own_command() == wanted


def test_the_installed_program_has_an_absolute_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Beside the Python that runs it."""
    program = tmp_path / "bin" / "hostaway-mcp"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))

    assert own_command() == [str(program)]
