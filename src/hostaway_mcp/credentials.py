"""
The account id and secret that `login` keeps: in the system keyring, or in a file only its owner can read.

`credentials.json` in the data directory says which. It holds the secret itself only where no keyring can be
used; where none of it is there, nothing is kept, and the keyring is not even imported.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import stat
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeVar

from hostaway_mcp.errors import CredentialsError, StorageError

SERVICE = "hostaway-mcp"
"""Under this name, with the account id as the user, the secret is in the keyring."""
FILE_NAME = "credentials.json"
KEYRING_SECONDS = 20.0
"""A locked keyring asks its owner to unlock it; without an answer by then it counts as unreadable."""

T = TypeVar("T")


class Place(StrEnum):
    """Where the secret is."""

    KEYRING = "keyring"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Kept:
    """What `login` has kept."""

    account_id: str
    client_secret: str = field(repr=False)
    place: Place


class Keyring(Protocol):
    """What is used of the package `keyring`."""

    def get_password(self, service_name: str, username: str) -> str | None: ...
    def set_password(self, service_name: str, username: str, password: str) -> None: ...
    def delete_password(self, service_name: str, username: str) -> None: ...


def read_kept(data_dir: Path) -> Kept | None:
    """
    What is kept, or None.

    Raises:
        CredentialsError: something is kept, but others may read it, or it cannot be read; the hint is the
            repair.
    """
    path = data_dir / FILE_NAME
    found = _read_file(path)
    if found is None:
        return None
    account_id, secret = found.get("account_id"), found.get("client_secret")
    if not isinstance(account_id, str) or not account_id:
        raise _unreadable(path, "it names no account")
    if found.get("kept_in") == Place.KEYRING:
        return Kept(account_id, _from_keyring(account_id), Place.KEYRING)
    if not isinstance(secret, str) or not secret:
        raise _unreadable(path, "it holds no secret")
    return Kept(account_id, secret, Place.FILE)


def keep(data_dir: Path, *, account_id: str, client_secret: str) -> Place:
    """
    Keeps a pair in the place of what was kept before, and says where.

    Raises:
        StorageError: the data directory cannot be written.
    """
    before = _account_in(data_dir)
    place = Place.KEYRING if _into_keyring(account_id, client_secret) else Place.FILE
    document = {"account_id": account_id, "kept_in": place.value}
    if place is Place.FILE:
        document["client_secret"] = client_secret
    write_private(data_dir / FILE_NAME, json.dumps(document, indent=2) + "\n")
    if before and before != account_id:
        _out_of_keyring(before)
    return place


def forget(data_dir: Path) -> bool:
    """
    Removes what is kept; False if there was nothing.

    Raises:
        StorageError: the file is gone, but the keyring would not let go of the secret; or not even that.
    """
    path = data_dir / FILE_NAME
    account_id, in_keyring = _account_in(data_dir), _kept_in(data_dir) is Place.KEYRING
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise StorageError(f"{path} cannot be removed: {error.strerror}.", hint="Remove it.") from None
    if in_keyring and account_id and not _out_of_keyring(account_id):
        raise StorageError(
            "The system keyring did not let go of the secret.",
            hint=f'Remove the entry "{SERVICE}" of account {account_id} with your keyring\'s own program.',
        )
    return True


def within(seconds: float, work: Callable[[], T]) -> T:
    """
    What `work` gives, if it is done in time.

    It runs in a thread that nobody waits for, so that what hangs (a keyring's question on a screen that
    nobody sees, a name server) holds up neither the caller nor the end of the process.

    Raises:
        TimeoutError: it was not done in time.
        Exception: what `work` raised.
    """
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failure:
        raise failure[0]
    if not outcome:
        raise TimeoutError(f"not done within {seconds:.0f} s")
    return outcome[0]


# The file.


def _read_file(path: Path) -> dict[str, object] | None:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if os.name == "posix" and mode & 0o077:
                raise CredentialsError(
                    f"{path} can be read by others on this machine (mode {mode:04o}), so it is not used.",
                    hint=f"Run: chmod 600 '{path}'",
                )
            document = json.loads(file.read())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unreadable(path, error.strerror or type(error).__name__) from None
    except (ValueError, RecursionError):
        raise _unreadable(path, "it is not JSON") from None
    if not isinstance(document, dict):
        raise _unreadable(path, "it is not a JSON object")
    return document


def write_private(path: Path, text: str) -> None:
    """
    Writes a file in one step, so that nobody ever reads half of it; mode 0600 from the first byte on.

    Raises:
        StorageError: its directory cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StorageError(
            f"The data directory {path.parent} cannot be written: {error.strerror}.",
            hint="Choose another with HOSTAWAY_MCP_DATA_DIR.",
        ) from None


def _raw(data_dir: Path) -> dict[str, object]:
    """What the file says, whoever may read it."""
    with contextlib.suppress(OSError, ValueError, RecursionError):
        document = json.loads((data_dir / FILE_NAME).read_bytes())
        if isinstance(document, dict):
            return document
    return {}


def _account_in(data_dir: Path) -> str | None:
    account_id = _raw(data_dir).get("account_id")
    return account_id if isinstance(account_id, str) else None


def _kept_in(data_dir: Path) -> Place:
    return Place.KEYRING if _raw(data_dir).get("kept_in") == Place.KEYRING else Place.FILE


def _unreadable(path: Path, why: str) -> CredentialsError:
    return CredentialsError(
        f"What login kept in {path} cannot be used: {why}.", hint="Run: hostaway-mcp login"
    )


# The keyring. Its backends are other programs, which fail in ways of their own: anything counts as "no".


def _keyring() -> Keyring | None:
    """The keyring, if the package is there and has a place worth the name."""
    try:
        package = importlib.import_module("keyring")
        usable = package.get_keyring().priority >= 1
    except Exception:
        return None
    return package if usable else None


def _from_keyring(account_id: str) -> str:
    def read() -> str | None:
        keyring = _keyring()
        if keyring is None:
            raise NotImplementedError
        return keyring.get_password(SERVICE, account_id)

    try:
        secret = within(KEYRING_SECONDS, read)
    except Exception as error:
        no_keyring = isinstance(error, NotImplementedError)
        raise CredentialsError(
            f"The system keyring, which keeps the secret of account {account_id}, cannot be read "
            f"({'there is none that this program can use' if no_keyring else type(error).__name__}).",
            hint="Unlock it and try again, or set HOSTAWAY_ACCOUNT_ID and HOSTAWAY_CLIENT_SECRET.",
        ) from None
    if not secret:
        raise CredentialsError(
            f"The system keyring has no secret of account {account_id} any more.",
            hint="Run: hostaway-mcp login",
        )
    return secret


def _into_keyring(account_id: str, secret: str) -> bool:
    """Whether the keyring took the secret, and gives it back."""

    def write() -> bool:
        keyring = _keyring()
        if keyring is None:
            return False
        keyring.set_password(SERVICE, account_id, secret)
        return keyring.get_password(SERVICE, account_id) == secret

    try:
        return within(KEYRING_SECONDS, write)
    except Exception:
        return False


def _out_of_keyring(account_id: str) -> bool:
    def remove() -> bool:
        keyring = _keyring()
        if keyring is None:
            return False
        if keyring.get_password(SERVICE, account_id) is not None:
            keyring.delete_password(SERVICE, account_id)
        return True

    try:
        return within(KEYRING_SECONDS, remove)
    except Exception:
        return False
