"""The doctor: set-ups that are broken in one place, each named with its one repair."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import ssl
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from hostaway_mcp.cli.connect.clients import this_machine
from hostaway_mcp.cli.doctor import ground
from hostaway_mcp.cli.doctor.contact import clock_ahead, make_contact
from hostaway_mcp.cli.doctor.doctor import CHECKS
from hostaway_mcp.cli.doctor.finding import Contact, Situation
from hostaway_mcp.cli.doctor.hostaway import reachability
from hostaway_mcp.credentials import FILE_NAME, keep
from hostaway_mcp.errors import UnreachableError
from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.settings import Settings, survey_settings
from hostaway_mcp.sync.webhooks import Registration, WebhookFile
from tests.cli.conftest import Shell, standing

Report = dict[str, Any]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data directory of the shell."""
    return tmp_path / "data"


@pytest.fixture
def port() -> Iterator[str]:
    """A port that is free to listen on, and held so that no other server of a test gets it."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield str(held.getsockname()[1])


@pytest.fixture
def doctor(shell: Shell, port: str) -> Any:
    """Runs the doctor; gives exit code and report."""

    def run(*arguments: str, **environment: str) -> tuple[int, Report]:
        given = () if "--port" in arguments else ("--port", port)
        code, out, err = shell("doctor", "--json", *given, *arguments, **environment)
        assert err == ""
        report = json.loads(out)
        assert report["exit_code"] == code
        for one in report["checks"]:
            assert ("repair" in one) == (one["verdict"] == "failed"), one
        return code, report

    return run


@pytest.fixture
def account(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox with its credentials in the environment: all is well."""
    monkeypatch.setenv("HOSTAWAY_ACCOUNT_ID", sandbox.account_id)
    monkeypatch.setenv("HOSTAWAY_CLIENT_SECRET", sandbox.client_secret)
    return sandbox


def failures(report: Report) -> dict[str, tuple[str, str]]:
    """What failed: sentence and repair by check."""
    return {
        one["check"]: (one["said"], one["repair"]) for one in report["checks"] if one["verdict"] == "failed"
    }


def said(report: Report, check: str) -> str:
    """Everything that one check said."""
    return "\n".join(one["said"] for one in report["checks"] if one["check"] == check)


def test_all_is_well(doctor: Any, account: Sandbox) -> None:
    """Every check speaks, nothing fails, and it cost a token and one read."""
    code, report = doctor()

    assert (code, report["ok"], failures(report)) == (0, True, {})
    assert list(dict.fromkeys(one["check"] for one in report["checks"])) == [title for title, _ in CHECKS]
    assert "3 listings" in said(report, "access")
    assert "renewed before" in said(report, "token")
    assert [request.path for request in account.requests] == ["/v1/accessTokens", "/v1/listings"]
    assert account.client_secret not in json.dumps(report)
    sources = {one["name"]: one["source"] for one in report["settings"]}
    assert sources["HOSTAWAY_ACCOUNT_ID"] == "environment"
    assert sources["HOSTAWAY_RATE_IP"] == "default"


def test_people_read_lines(shell: Shell, account: Sandbox, port: str) -> None:
    """Signs, no colours where there is no terminal, every setting."""
    code, out, _ = shell("doctor", "--port", port, HOSTAWAY_MCP_HTTP_KEY="short-key")

    assert code == 1
    assert "✓ Python" in out
    assert "✗ HTTP door" in out
    assert "→ Set HOSTAWAY_MCP_HTTP_KEY" in out
    assert "1 thing needs repair" in out
    assert all(name.upper() in out for name in Settings.model_fields)
    assert "\x1b" not in out
    assert "short-key" not in out


# Broken set-ups.


def test_no_credentials(doctor: Any, sandbox: Sandbox) -> None:
    """Hostaway is reached all the same, with one request and no attempt at a token."""
    code, report = doctor()

    assert code == 3
    assert failures(report) == {
        "credentials": (
            "HOSTAWAY_ACCOUNT_ID and HOSTAWAY_CLIENT_SECRET not set.",
            "Run: hostaway-mcp login",
        )
    }
    assert [request.path for request in sandbox.requests] == ["/v1/listings"]


def test_a_wrong_secret(doctor: Any, account: Sandbox) -> None:
    """Hostaway does not accept it; the way there is fine."""
    code, report = doctor(HOSTAWAY_CLIENT_SECRET="not-the-secret")

    assert code == 3
    assert list(failures(report)) == ["access"]
    assert "login" in failures(report)["access"][1]
    assert "not-the-secret" not in json.dumps(report)


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("HOSTAWAY_ACCOUNT_ID", "anna", "not a name"),
        ("HOSTAWAY_CLIENT_SECRET", "two\nlines", "one line"),
    ],
)
def test_credentials_that_cannot_be_right(
    doctor: Any, account: Sandbox, name: str, value: str, wanted: str
) -> None:
    """They are not sent; the place to correct them is named."""
    code, report = doctor(**{name: value})

    assert code == 3
    assert wanted in failures(report)["settings"][0]
    assert failures(report)["settings"][1] == f"Correct {name} in the environment."
    assert "lines" not in said(report, "settings")
    assert [request.path for request in account.requests] == ["/v1/listings"]


def test_a_wrong_setting_and_a_misspelt_one(doctor: Any, account: Sandbox) -> None:
    """The rest is checked with the default in its place."""
    Path(".env").write_text("HOSTAWAY_RATE_IP=lots\nHOSTAWAY_MCP_TOOLSET=all\n")
    code, report = doctor(HOSTAWAY_MCP_TOOLSETS="listing")

    assert code == 1
    assert list(failures(report)) == ["settings"]
    assert "HOSTAWAY_RATE_IP" in said(report, "settings")
    assert "HOSTAWAY_MCP_TOOLSETS is one." in said(report, "settings")
    assert failures(report)["settings"][1] == 'Did you mean "listings"?'


def test_a_dotenv_that_is_no_text(doctor: Any, account: Sandbox) -> None:
    """Which stops every other command."""
    Path(".env").write_bytes(b"\xff\xfe")
    code, report = doctor()

    assert code == 1
    assert ".env" in failures(report)["settings"][0]


def test_a_credentials_file_that_others_may_read(doctor: Any, sandbox: Sandbox, data: Path) -> None:
    """It is not used, and one command repairs it."""
    keep(data, account_id=sandbox.account_id, client_secret=sandbox.client_secret)
    (data / FILE_NAME).chmod(0o644)
    code, report = doctor()

    assert code == 3
    assert failures(report)["credentials"][1] == f"Run: chmod 600 '{data / FILE_NAME}'"


def test_an_unreadable_keyring(
    doctor: Any, sandbox: Sandbox, data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A package `keyring` whose every call fails, as where no session is open."""
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    (stubs / "keyring.py").write_text("def get_keyring():\n    raise OSError('no session bus')\n")
    monkeypatch.syspath_prepend(stubs)
    monkeypatch.delitem(sys.modules, "keyring", raising=False)
    data.mkdir(mode=0o700)
    (data / FILE_NAME).write_text('{"account_id": "10001", "kept_in": "keyring"}')
    (data / FILE_NAME).chmod(0o600)
    code, report = doctor()

    assert code == 3
    assert "keyring" in failures(report)["credentials"][0]
    assert failures(report)["credentials"][1].startswith("Unlock it")


def test_a_data_directory_that_cannot_be_made(doctor: Any, account: Sandbox, tmp_path: Path) -> None:
    """A file in the way; Hostaway is asked all the same."""
    (tmp_path / "taken").write_text("")
    code, report = doctor(HOSTAWAY_MCP_DATA_DIR=str(tmp_path / "taken" / "data"))

    assert code == 1
    assert list(failures(report)) == ["data directory"]
    assert "HOSTAWAY_MCP_DATA_DIR" in failures(report)["data directory"][1]


def test_a_data_directory_that_others_look_into(doctor: Any, account: Sandbox, data: Path) -> None:
    """It holds a token."""
    data.mkdir()
    data.chmod(0o755)
    code, report = doctor()

    assert code == 1
    assert failures(report)["data directory"][1] == f"Run: chmod 700 '{data}'"


def test_a_full_disk(doctor: Any, account: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is quite full."""
    monkeypatch.setattr(ground, "LEAST_FREE_BYTES", 2**80)
    code, report = doctor()

    assert code == 1
    assert failures(report)["data directory"][1] == "Make room on that disk."


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_an_hour_off(doctor: Any, data: Path, hours: int) -> None:
    """By the Date of Hostaway's answer."""
    theirs = datetime.now(UTC) - timedelta(hours=hours)
    with standing(date=format_datetime(theirs, usegmt=True)) as stand:
        code, report = doctor(
            HOSTAWAY_BASE_URL=f"http://127.0.0.1:{stand}/v1",
            HOSTAWAY_ACCOUNT_ID="7",
            HOSTAWAY_CLIENT_SECRET="some-secret",
        )

    way = "ahead of" if hours > 0 else "behind"
    assert code == 1
    assert failures(report) == {
        "clock": (
            f"This machine's clock is 1 hour {way} Hostaway's.",
            "Let the system set its time from the network (NTP).",
        )
    }


@pytest.mark.parametrize(
    ("status", "content_type"),
    [(200, "text/html"), (404, "text/html"), (301, "text/html"), (502, "text/html")],
)
def test_a_base_url_that_is_not_hostaways(doctor: Any, status: int, content_type: str) -> None:
    """A page for people, or nothing of that name."""
    with standing(status=status, content_type=content_type, body="<html>Welcome</html>") as stand:
        code, report = doctor(
            HOSTAWAY_BASE_URL=f"http://127.0.0.1:{stand}/v1",
            HOSTAWAY_ACCOUNT_ID="7",
            HOSTAWAY_CLIENT_SECRET="some-secret",
        )

    assert code == 4
    assert list(failures(report)) == ["reachability"]
    assert f"HTTP {status}" in failures(report)["reachability"][0]
    assert "Welcome" not in json.dumps(report)


def test_nobody_at_the_base_url(doctor: Any) -> None:
    """A server that is gone."""
    with standing() as stand:
        pass
    code, report = doctor(
        HOSTAWAY_BASE_URL=f"http://127.0.0.1:{stand}/v1",
        HOSTAWAY_ACCOUNT_ID="7",
        HOSTAWAY_CLIENT_SECRET="some-secret",
    )

    assert code == 4
    assert failures(report)["reachability"] == ("Nothing listens at 127.0.0.1.", "Check HOSTAWAY_BASE_URL.")


def test_a_proxy_in_between(doctor: Any) -> None:
    """It is named without its password, whether it lets the question through or not."""
    with standing() as stand:
        code, report = doctor(
            HTTPS_PROXY=f"http://anna:proxy-password@127.0.0.1:{stand}",
            HOSTAWAY_ACCOUNT_ID="7",
            HOSTAWAY_CLIENT_SECRET="some-secret",
        )

    assert code == 4
    assert f"proxy http://127.0.0.1:{stand} stands between" in said(report, "reachability")
    assert "HTTPS_PROXY" in failures(report)["reachability"][1]
    assert "proxy-password" not in json.dumps(report)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "gopher://127.0.0.1:70"])
def test_a_proxy_of_another_kind(doctor: Any, proxy: str) -> None:
    """It is said, and nothing is tried."""
    code, report = doctor(HTTPS_PROXY=proxy, HOSTAWAY_ACCOUNT_ID="7", HOSTAWAY_CLIENT_SECRET="some-secret")

    assert code == 4
    assert "cannot be used" in failures(report)["reachability"][0]


def test_a_name_that_nobody_knows(doctor: Any) -> None:
    """`.invalid` is reserved for that (RFC 2606)."""
    code, report = doctor(
        HOSTAWAY_BASE_URL="https://hostaway.invalid/v1",
        HOSTAWAY_ACCOUNT_ID="7",
        HOSTAWAY_CLIENT_SECRET="some-secret",
    )

    assert code == 4
    assert "hostaway.invalid is not known here" in failures(report)["reachability"][0]


def test_a_server_without_tls(doctor: Any) -> None:
    """https at a port that speaks plain http."""
    with standing() as stand:
        code, report = doctor(HOSTAWAY_BASE_URL=f"https://127.0.0.1:{stand}/v1")

    assert code == 3  # there are no credentials either
    assert "does not speak TLS" in failures(report)["reachability"][0]


def test_a_certificate_that_is_not_trusted(home: Path) -> None:
    """As where an office inspects connections."""
    contact = Contact(
        "api.hostaway.com",
        None,
        signed=True,
        error=UnreachableError("It could not be reached."),
        causes=(ConnectionError(), ssl.SSLCertVerificationError()),
    )
    situation = Situation(survey_settings(), this_machine(), contact, datetime.now(UTC), "127.0.0.1", 1)
    (finding,) = reachability(situation)

    assert "certificate" in finding.said
    assert "SSL_CERT_FILE" in (finding.repair or "")


def test_a_name_server_that_does_not_answer(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The look-up has a limit of its own."""

    def late(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("hostaway_mcp.cli.doctor.contact.within", late)
    contact = make_contact(Settings(), may_sign=False)

    assert contact.error is not None
    assert contact.status is None


def test_a_port_in_use(doctor: Any, account: Sandbox) -> None:
    """By something that is not this server."""
    with standing() as taken:
        code, report = doctor("--port", str(taken))

    assert code == 1
    assert failures(report) == {
        "HTTP port": (
            f"Port {taken} on 127.0.0.1 is in use.",
            "Stop what is listening there, or choose another with --port.",
        )
    }


def test_a_port_in_use_by_this_server(doctor: Any, account: Sandbox) -> None:
    """Which is how it should be."""
    with standing(body='{"status":"alive"}') as taken:
        code, report = doctor("--port", str(taken))

    assert code == 0
    assert "hostaway-mcp server answers" in said(report, "HTTP port")


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("--host", "0.0.0.0"), {}),
        ((), {"HOSTAWAY_MCP_PUBLIC_URL": "https://mcp.example.com"}),
        ((), {"HOSTAWAY_MCP_HTTP_KEY": "short"}),
    ],
)
def test_a_door_without_a_key(
    doctor: Any, account: Sandbox, arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    """Others reach it, and would need no key or a guess."""
    code, report = doctor(*arguments, **environment)

    assert code == 1
    assert list(failures(report)) == ["HTTP door"]
    assert "HOSTAWAY_MCP_HTTP_KEY" in failures(report)["HTTP door"][1]


def test_a_client_file_that_is_not_json(doctor: Any, account: Sandbox, home: Path) -> None:
    """The line is named, the file stays as it is."""
    path = home / ".config" / "Claude" / "claude_desktop_config.json"
    path.parent.mkdir(parents=True)
    path.write_text('{\n  "mcpServers": {\n    "other": {"command": "x",},\n  }\n}\n')
    code, report = doctor()

    assert code == 1
    assert "line 3 is not JSON" in failures(report)["clients"][0]
    assert failures(report)["clients"][1] == f"Mend {path}."


def test_what_clients_know(doctor: Any, shell: Shell, account: Sandbox, home: Path) -> None:
    """A right entry, a command that is gone, a secret that others may read, a file without us, comments."""
    assert shell("connect", "claude-desktop", "--write", "--with-credentials")[0] == 0
    gone = home / ".cursor" / "mcp.json"
    gone.parent.mkdir()
    gone.write_text(json.dumps({"mcpServers": {"hostaway": {"command": "/gone/hostaway-mcp"}}}))
    Path(".mcp.json").write_text(
        json.dumps({"mcpServers": {"hostaway": {"command": "sh", "env": {"HOSTAWAY_CLIENT_SECRET": "x"}}}})
    )
    Path(".mcp.json").chmod(0o644)
    Path(".vscode").mkdir()
    Path(".vscode/mcp.json").write_text('{\n  // mine\n  "servers": {}\n}')
    (home / ".claude.json").write_text("{}")
    code, report = doctor()

    lines = said(report, "clients").splitlines()
    verdicts = [one["verdict"] for one in report["checks"] if one["check"] == "clients"]
    assert code == 1
    assert verdicts == ["ok", "failed", "note", "failed", "note"]
    assert "knows it" in lines[0]
    assert "others may read it" in lines[1]
    assert "does not know this server" in lines[2]
    assert "/gone/hostaway-mcp, which is not there" in lines[3]
    assert "may have comments" in lines[4]


def test_what_claude_mcp_add_wrote_is_found(doctor: Any, account: Sandbox, home: Path) -> None:
    """Under the folder it was said in, in the file of the user."""
    told = {"projects": {str(Path.cwd()): {"mcpServers": {"hostaway": {"command": "sh"}}}}}
    (home / ".claude.json").write_text(json.dumps(told))
    code, report = doctor()

    assert code == 0
    assert 'knows it as "hostaway"' in said(report, "clients")


def test_the_difference_of_clocks() -> None:
    """A Date header is whole seconds, and some instant of our question or of the answer."""
    asked = datetime(2026, 6, 1, 12, 0, 0, 900_000, tzinfo=UTC)
    answered = asked + timedelta(seconds=2)

    def ahead(theirs: datetime) -> timedelta | None:
        return clock_ahead(format_datetime(theirs, usegmt=True), asked, answered)

    assert ahead(asked.replace(microsecond=0)) == timedelta()
    assert ahead(answered.replace(microsecond=0)) == timedelta()
    assert ahead(asked.replace(hour=11, microsecond=0)) == timedelta(hours=1, microseconds=-100_000)
    assert ahead(asked.replace(hour=13, microsecond=0)) == timedelta(
        hours=-1, seconds=2, microseconds=900_000
    )
    assert clock_ahead("yesterday", asked, answered) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_data_directory_of_somebody_else(doctor: Any, account: Sandbox, data: Path) -> None:
    """As after a run with sudo, the other way round."""
    data.mkdir(mode=0o700)
    os.chown(data, 12345, 12345)
    code, report = doctor()

    assert code == 1
    assert "belongs to another user" in failures(report)["data directory"][0]


def test_a_damaged_replica_is_named_with_its_repair(doctor: Any, account: Sandbox, data: Path) -> None:
    """Without a word of SQLite's own."""
    data.mkdir(mode=0o700, exist_ok=True)
    (data / "replica.db").write_bytes(b"not a database at all" * 500)
    code, report = doctor()
    assert code == 1
    assert "Remove the file" in failures(report)["replica"][1]


def test_a_replica_of_a_newer_version_is_named(doctor: Any, account: Sandbox, data: Path) -> None:
    data.mkdir(mode=0o700, exist_ok=True)
    with sqlite3.connect(data / "replica.db") as made:
        made.execute("CREATE TABLE hostaway_mcp_version (version_num VARCHAR(32))")
        made.execute("INSERT INTO hostaway_mcp_version VALUES ('9999')")
    _, report = doctor()
    assert "newer hostaway-mcp" in failures(report)["replica"][0]


def test_no_replica_is_no_failure(doctor: Any, account: Sandbox) -> None:
    code, report = doctor()
    assert code == 0
    assert "none yet" in said(report, "replica")


@pytest.mark.parametrize(
    ("check", "setting", "url"),
    [
        ("Redis", "HOSTAWAY_MCP_REDIS_URL", "redis://127.0.0.1:{port}/0"),
        ("replica", "HOSTAWAY_MCP_DATABASE_URL", "postgresql://nobody@127.0.0.1:{port}/none"),
    ],
)
def test_a_server_that_is_away_is_not_well(
    doctor: Any, account: Sandbox, port: str, check: str, setting: str, url: str
) -> None:
    """Both are needed by several machines, and were looked for by nobody before."""
    code, report = doctor(**{setting: url.format(port=port)})
    assert code == 1
    assert failures(report)[check]


def test_a_webhook_that_was_deleted_at_hostaway_is_named(doctor: Any, account: Sandbox, data: Path) -> None:
    WebhookFile(data, account.account_id).keep(Registration("s" * 40, "l" * 40, "p" * 40, webhook_id=7))
    _, report = doctor()
    assert failures(report)["webhooks"][1] == "Run: hostaway-mcp webhooks register"


# Changes.


@pytest.fixture
def changed(account: Sandbox, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Writes are on, and a change was proposed."""
    monkeypatch.setenv("HOSTAWAY_MCP_WRITES", "propose")
    change = {"listing": next(iter(account.world.listings)), "ranges": [{"from": "+9d"}]}
    code, _, err = shell(
        "call", "update_calendar", "--json", json.dumps(change | {"changes": {"min_stay": 6}})
    )
    assert code == 0, err
    return account


def test_writes_that_are_off_are_told(doctor: Any, account: Sandbox, data: Path) -> None:
    """And no journal is made to look into it."""
    _, report = doctor()
    assert said(report, "policy").startswith("Writes are off")
    assert said(report, "changes") == "Nothing was proposed yet."
    assert not (data / "journal.db").exists()


def test_a_sound_journal_is_told(doctor: Any, changed: Sandbox, data: Path) -> None:
    """How many records there are, and who has to agree."""
    code, report = doctor()
    assert (code, failures(report)) == (0, {})
    assert said(report, "changes") == "1 records of changes, all as they were written."
    assert "There is no policy.toml. A person has to agree" in said(report, "policy")


@pytest.mark.parametrize(
    ("spoil", "check", "sentence", "repair"),
    [
        (lambda d: (d / "policy.toml").write_text("allow = ["), "policy", "is not TOML", "Mend that line."),
        (
            lambda d: (d / "policy.toml").write_text("[apply]\nwithout_person = ['calender']"),
            "policy", "names the kind", "There are: calendar",
        ),
        (lambda d: (d / "policy.toml").write_text("[limits]\ndays = 'x'"), "policy", "days", "Correct"),
        (lambda d: (d / "audit.key").unlink(), "changes", "audit.key cannot be used", "from a backup"),
        (lambda d: (d / "audit.key").write_text("x"), "changes", "audit.key cannot be used", "from a backup"),
        (lambda d: (d / "audit.key").chmod(0o644), "changes", "Others may read", "chmod 600"),
        (lambda d: (d / "audit.anchor").unlink(), "changes", "noted outside is gone", "of one backup"),
        (lambda d: (d / "journal.db").unlink(), "changes", "journal.db is gone", "of one backup"),
        (lambda d: (d / "journal.db").write_bytes(b"no database" * 99), "changes", "", ""),
        (
            lambda d: _sql(d / "journal.db", "UPDATE journal_audit SET record = '{}'"),
            "changes", "The audit does not hold: record 1 was changed", "of one backup",
        ),
    ],
)  # fmt: skip
def test_a_broken_set_up_for_changes(
    doctor: Any, changed: Sandbox, data: Path, spoil: Any, check: str, sentence: str, repair: str
) -> None:
    """Each with its one repair, and nothing else fails for it."""
    for beside in ("journal.db-wal", "journal.db-shm"):
        (data / beside).unlink(missing_ok=True)
    spoil(data)
    code, report = doctor()
    assert code == 1
    ((found, (what, how)),) = failures(report).items()
    assert found == check
    assert sentence in what
    assert repair in how


def _sql(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as database:
        database.execute(statement)
    database.close()
