"""Where credentials are kept: in a keyring worth the name, else in a file of mode 0600."""

from __future__ import annotations

import json
import stat
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from hostaway_mcp import credentials
from hostaway_mcp.credentials import FILE_NAME, Place, forget, keep, read_kept, within
from hostaway_mcp.errors import CredentialsError, StorageError
from hostaway_mcp.settings import Settings, Source, read_settings, survey_settings
from tests.support.servers import POSTGRES, REDIS


@dataclass
class FakeKeyring:
    """Stands in for the package `keyring`."""

    priority: float = 5
    items: dict[tuple[str, str], str] = field(default_factory=dict)
    fails: bool = False

    def get_keyring(self) -> SimpleNamespace:
        return SimpleNamespace(priority=self.priority)

    def get_password(self, service: str, user: str) -> str | None:
        self._open()
        return self.items.get((service, user))

    def set_password(self, service: str, user: str, password: str) -> None:
        self._open()
        self.items[service, user] = password

    def delete_password(self, service: str, user: str) -> None:
        self._open()
        del self.items[service, user]

    def _open(self) -> None:
        if self.fails:
            raise RuntimeError("the collection is locked")


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    """A keyring that works."""
    fake = FakeKeyring()
    monkeypatch.setitem(sys.modules, "keyring", fake)
    return fake


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is not installed."""
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.mark.usefixtures("no_keyring")
def test_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    """Without a keyring; the data directory is made, and only its owner may look into it."""
    data = tmp_path / "new" / "data"
    assert keep(data, account_id="7", client_secret="first-secret") is Place.FILE
    assert keep(data, account_id="8", client_secret="second-secret") is Place.FILE

    kept = read_kept(data)
    assert kept is not None
    assert (kept.account_id, kept.client_secret, kept.place) == ("8", "second-secret", Place.FILE)
    assert "second-secret" not in repr(kept)
    assert stat.S_IMODE((data / FILE_NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert [one.name for one in data.iterdir()] == [FILE_NAME]


def test_the_keyring_holds_the_secret(tmp_path: Path, keyring: FakeKeyring) -> None:
    """The file beside it names the account only; another account's secret goes when it is replaced."""
    assert keep(tmp_path, account_id="7", client_secret="first-secret") is Place.KEYRING
    assert keep(tmp_path, account_id="8", client_secret="second-secret") is Place.KEYRING

    kept = read_kept(tmp_path)
    assert kept is not None
    assert (kept.account_id, kept.client_secret, kept.place) == ("8", "second-secret", Place.KEYRING)
    assert keyring.items == {("hostaway-mcp", "8"): "second-secret"}
    assert "second-secret" not in (tmp_path / FILE_NAME).read_text()
    assert forget(tmp_path)
    assert keyring.items == {}
    assert read_kept(tmp_path) is None


def _locked(keyring: FakeKeyring) -> None:
    keyring.fails = True


def _worthless(keyring: FakeKeyring) -> None:
    keyring.priority = 0.5  # Such as one that writes plain text.


@pytest.mark.parametrize("spoil", [_locked, _worthless])
def test_a_keyring_that_cannot_be_used_is_passed_by(
    tmp_path: Path, keyring: FakeKeyring, spoil: Callable[[FakeKeyring], None]
) -> None:
    """The file takes its place."""
    spoil(keyring)
    assert keep(tmp_path, account_id="7", client_secret="some-secret") is Place.FILE


def test_a_keyring_that_cannot_be_read_is_named(tmp_path: Path, keyring: FakeKeyring) -> None:
    """Locked, emptied by somebody, or gone with its package: a sentence each, never another's words."""
    keep(tmp_path, account_id="7", client_secret="some-secret")
    keyring.fails = True
    with pytest.raises(CredentialsError, match="cannot be read") as locked:
        read_kept(tmp_path)
    assert "collection" not in locked.value.sentence
    keyring.fails = False
    keyring.items.clear()
    with pytest.raises(CredentialsError, match="has no secret of account 7"):
        read_kept(tmp_path)
    keyring.priority = -1
    with pytest.raises(CredentialsError, match="none that this program can use"):
        read_kept(tmp_path)


def test_a_keyring_that_never_answers_holds_up_nobody(
    tmp_path: Path, keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be asking on a screen that nobody sees."""
    keep(tmp_path, account_id="7", client_secret="some-secret")
    let_go = threading.Event()
    monkeypatch.setattr(keyring, "_open", let_go.wait)
    monkeypatch.setattr(credentials, "KEYRING_SECONDS", 0.05)
    with pytest.raises(CredentialsError, match="TimeoutError"):
        read_kept(tmp_path)
    let_go.set()


def test_a_keyring_that_does_not_let_go_is_named(tmp_path: Path, keyring: FakeKeyring) -> None:
    """The file is gone; what is left is said with its name."""
    keep(tmp_path, account_id="7", client_secret="some-secret")
    keyring.fails = True
    with pytest.raises(StorageError, match="did not let go"):
        forget(tmp_path)
    assert not (tmp_path / FILE_NAME).exists()


@pytest.mark.usefixtures("no_keyring")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """The repair is one command."""
    keep(tmp_path, account_id="7", client_secret="some-secret")
    (tmp_path / FILE_NAME).chmod(mode)
    with pytest.raises(CredentialsError, match=f"mode {mode:04o}") as refused:
        read_kept(tmp_path)
    assert refused.value.hint == f"Run: chmod 600 '{tmp_path / FILE_NAME}'"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"account_id": "7"}', '{"account_id": 7, "client_secret": "x"}', "\xff"]
)
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    """And can be removed."""
    path = tmp_path / FILE_NAME
    path.write_bytes(text.encode("latin-1"))
    path.chmod(0o600)
    with pytest.raises(CredentialsError, match="cannot be used"):
        read_kept(tmp_path)
    assert forget(tmp_path)
    assert not path.exists()


@pytest.mark.usefixtures("no_keyring")
def test_a_data_directory_that_cannot_be_made(tmp_path: Path) -> None:
    """A file in the way."""
    (tmp_path / "taken").write_text("")
    data = tmp_path / "taken" / "data"
    with pytest.raises(StorageError, match="cannot be written"):
        keep(data, account_id="7", client_secret="some-secret")
    assert read_kept(data) is None
    assert not forget(data)


def test_within_hands_over_what_became_of_it() -> None:
    """The answer, the error, or that it took too long."""
    assert within(5, lambda: 7) == 7
    with pytest.raises(ValueError, match="invalid literal"):
        within(5, lambda: int("seven"))
    with pytest.raises(TimeoutError):
        within(0.01, threading.Event().wait)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No settings but the data directory, where account 7 is kept."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    monkeypatch.setenv("HOSTAWAY_MCP_DATA_DIR", str(data))
    keep(data, account_id="7", client_secret="kept-secret")
    return data


@pytest.mark.parametrize(
    ("given", "account_id", "secret"),
    [
        ({}, "7", "kept-secret"),
        ({"HOSTAWAY_ACCOUNT_ID": "7"}, "7", "kept-secret"),
        ({"HOSTAWAY_ACCOUNT_ID": "8"}, "8", ""),
        ({"HOSTAWAY_CLIENT_SECRET": "told-secret"}, "", "told-secret"),
        ({"HOSTAWAY_ACCOUNT_ID": "8", "HOSTAWAY_CLIENT_SECRET": "told-secret"}, "8", "told-secret"),
    ],
)
def test_the_environment_comes_first(
    environment: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], account_id: str, secret: str
) -> None:
    """A kept secret is never put together with another account's id, nor a kept id with another's secret."""
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = read_settings()

    assert settings.hostaway_account_id == account_id
    assert settings.hostaway_client_secret.get_secret_value() == secret


def test_a_dotenv_comes_before_what_is_kept(environment: Path) -> None:
    """And after the environment."""
    Path(".env").write_text("HOSTAWAY_ACCOUNT_ID=9\nHOSTAWAY_CLIENT_SECRET=dotenv-secret\n")
    assert read_settings().hostaway_account_id == "9"
    assert read_settings(kept=False).hostaway_account_id == "9"
    Path(".env").unlink()
    assert read_settings(kept=False).hostaway_account_id == ""


def test_a_survey_says_where_each_value_is_from(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Right or wrong; secrets are not in it, and a misspelt name is."""
    Path(".env").write_text("HOSTAWAY_RATE_IP=lots\nHOSTAWAY_API_KEY=some-api-key\n")
    monkeypatch.setenv("HOSTAWAY_MCP_LOG_LEVEL", "debug")
    for name in (POSTGRES, REDIS):
        monkeypatch.delenv(name, raising=False)
    survey = survey_settings()

    found = {one.name: one for one in survey.found}
    assert found.keys() == {name.upper() for name in Settings.model_fields}
    assert found["HOSTAWAY_ACCOUNT_ID"].source is Source.LOGIN
    assert found["HOSTAWAY_MCP_LOG_LEVEL"].source is Source.ENVIRONMENT
    assert found["HOSTAWAY_RATE_IP"].source is Source.DOTENV
    assert "HOSTAWAY_RATE_IP is wrong" in (found["HOSTAWAY_RATE_IP"].problem or "")
    assert found["HOSTAWAY_RATE_ACCOUNT"].source is Source.DEFAULT
    assert survey.settings.hostaway_rate_ip == 15
    assert survey.strangers == ("HOSTAWAY_API_KEY",)
    assert "kept-secret" not in repr(survey.found)
    assert "kept-secret" not in json.dumps([str(one) for one in survey.found])


def test_a_survey_survives_a_dotenv_that_is_no_text(environment: Path) -> None:
    """It is said, and the rest is looked at."""
    Path(".env").write_bytes(b"HOSTAWAY_RATE_IP=\xff\xfe")
    survey = survey_settings()

    assert [type(error).__name__ for error in survey.trouble] == ["SettingsError"]
    assert survey.settings.hostaway_account_id == "7"
