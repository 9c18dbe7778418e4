"""`login` and `logout`: what is checked, what is kept, and what is said."""

from __future__ import annotations

import io
import json
import os
import pty
import select
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hostaway_mcp.credentials import FILE_NAME, keep, read_kept
from hostaway_mcp.sandbox import Sandbox
from tests.cli.conftest import Shell, standing


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data directory of the shell."""
    return tmp_path / "data"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What is sent to standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_good_credentials_are_checked_and_kept(
    shell: Shell, sandbox: Sandbox, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One token and one signed read; then every command finds them without being told."""
    typed(monkeypatch, f"{sandbox.client_secret}\n")
    code, out, err = shell("login", "--account-id", sandbox.account_id)

    assert (code, err) == (0, "")
    assert "account 10001, 3 listings" in out
    assert sandbox.client_secret not in out
    assert [request.path for request in sandbox.requests] == ["/v1/accessTokens", "/v1/listings"]
    assert stat.S_IMODE((data / FILE_NAME).stat().st_mode) == 0o600

    code, out, _ = shell("call", "find_listings")
    assert (code, json.loads(out)["total"]) == (0, 3)


def test_wrong_ones_are_not_kept(
    shell: Shell, sandbox: Sandbox, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence, exit code 3."""
    typed(monkeypatch, "another-secret")
    code, out, err = shell("login", "--account-id", sandbox.account_id)

    assert (code, out) == (3, "")
    assert "does not accept account id 10001" in err
    assert "another-secret" not in err
    assert len(err.strip().splitlines()) == 1
    assert not (data / FILE_NAME).exists()


def test_wrong_ones_leave_the_good_ones(
    shell: Shell, sandbox: Sandbox, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept before stays."""
    keep(data, account_id="10001", client_secret=sandbox.client_secret)
    typed(monkeypatch, "another-secret")

    assert shell("login", "--account-id", "10001")[0] == 3
    kept = read_kept(data)
    assert kept is not None
    assert kept.client_secret == sandbox.client_secret


def test_an_unreachable_hostaway_ends_with_4(
    shell: Shell, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is kept."""
    with standing() as port:
        pass
    typed(monkeypatch, "some-secret")
    code, out, err = shell("login", "--account-id", "7", HOSTAWAY_BASE_URL=f"http://127.0.0.1:{port}/v1")

    assert (code, out) == (4, "")
    assert "Nothing was kept." in err
    assert not (data / FILE_NAME).exists()


@pytest.mark.parametrize(
    ("account_id", "secret", "said"),
    [
        ("anna", "some-secret", "account id must be the number"),
        ("", "some-secret", "account id is missing"),
        ("10001", "two\nlines", "secret must be one line"),
        ("10001", "", "secret is missing"),
        ("10001", "x" * 5000, "secret is too long"),
    ],
)
def test_what_cannot_be_right_is_not_sent(
    shell: Shell,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    account_id: str,
    secret: str,
    said: str,
) -> None:
    """A name for an id, a secret with a line break: refused before Hostaway hears of it."""
    typed(monkeypatch, secret)
    code, _, err = shell("login", "--account-id", account_id, HOSTAWAY_ACCOUNT_ID="wrong too")

    assert code == 2
    assert said in err
    assert "two" not in err
    assert sandbox.requests == []


def test_the_account_id_is_wanted_without_a_terminal(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nobody to ask."""
    typed(monkeypatch, "some-secret")
    code, _, err = shell("login")

    assert code == 2
    assert "--account-id" in err


def test_a_terminal_is_asked_and_does_not_show_the_secret(sandbox: Sandbox, data: Path) -> None:
    """A real terminal: both are asked for, the secret is not echoed."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "hostaway_mcp", "login"],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        close_fds=True,
    )
    os.close(follower)
    screen = b""
    screen += _until(leader, b"Account id: ")
    os.write(leader, b"10001\n")
    screen += _until(leader, b"(not shown): ")
    os.write(leader, f"{sandbox.client_secret}\n".encode())
    screen += _until(leader, b"Next:")
    assert process.wait(20) == 0
    os.close(leader)

    assert b"3 listings" in screen
    assert sandbox.client_secret.encode() not in screen
    assert read_kept(data) is not None


def _until(terminal: int, wanted: bytes) -> bytes:
    """What the terminal shows up to these words; the end of the process ends the wait as well."""
    seen = b""
    while wanted not in seen:
        assert select.select([terminal], [], [], 20)[0], seen
        try:
            piece = os.read(terminal, 1000)
        except OSError:
            piece = b""
        assert piece, seen
        seen += piece
    return seen


def test_what_the_environment_says_comes_first(
    shell: Shell, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`login` says so, since what it keeps would not be used."""
    typed(monkeypatch, sandbox.client_secret)
    _, out, _ = shell(
        "login", "--account-id", "10001", HOSTAWAY_ACCOUNT_ID="5", HOSTAWAY_CLIENT_SECRET="another-one"
    )

    assert "HOSTAWAY_CLIENT_SECRET (environment)" in out
    assert "another-one" not in out


def test_logout_ends_the_token_and_removes_what_was_kept(
    shell: Shell, sandbox: Sandbox, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At Hostaway the token is dead, here nothing is left."""
    typed(monkeypatch, sandbox.client_secret)
    shell("login", "--account-id", "10001")
    token = f"Bearer {next(iter(sandbox.tokens._alive))}"
    code, out, err = shell("logout")

    assert (code, err) == (0, "")
    assert "ended at Hostaway" in out
    assert sandbox.tokens.owner(token) is None
    assert not (data / FILE_NAME).exists()
    assert shell("call", "find_listings")[0] == 3


def test_logout_where_nothing_is_kept(shell: Shell) -> None:
    """It is no mistake, and what the environment still says is named."""
    code, out, err = shell("logout", HOSTAWAY_ACCOUNT_ID="5", HOSTAWAY_CLIENT_SECRET="another-one")

    assert (code, err) == (0, "")
    assert "Nothing was kept" in out
    assert "HOSTAWAY_CLIENT_SECRET (environment)" in out


def test_logout_without_hostaway_still_removes(
    shell: Shell, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token cannot be ended, which is said; what was kept is gone all the same."""
    typed(monkeypatch, "some-secret")
    with standing() as port:
        base_url = f"http://127.0.0.1:{port}/v1"
        assert shell("login", "--account-id", "10001", HOSTAWAY_BASE_URL=base_url)[0] == 0
    code, out, err = shell("logout")

    assert code == 4
    assert "are removed" in out
    assert "could not be ended" in err
    assert not (data / FILE_NAME).exists()


def test_logout_removes_what_cannot_be_read(shell: Shell, data: Path) -> None:
    """A file that others may read is not used any more, and goes too."""
    keep(data, account_id="10001", client_secret="some-secret")
    (data / FILE_NAME).chmod(0o644)
    code, out, err = shell("logout")

    assert code == 3
    assert "are removed" in out
    assert "mode 0644" in err
    assert not (data / FILE_NAME).exists()
