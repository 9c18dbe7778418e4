"""A client's configuration file: read with care, changed in one place, written in one step."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from hostaway_mcp.cli.connect.entry import CREDENTIALS, Entry
from hostaway_mcp.errors import SettingsError, StorageError

Json = dict[str, Any]
_OURS = {"type", "command", "args", "env", "url", "headers"}
_NOTHING_CHANGED = "Nothing was changed."


@dataclass(frozen=True, slots=True)
class Document:
    """What a configuration file holds and how it is written; `mode` is None where there is no file yet."""

    path: Path
    content: Json
    indent: str = "  "
    line_end: str = "\n"
    mode: int | None = None


def read_document(path: Path) -> Document:
    """
    The file at `path`, through links; an empty or missing one holds nothing.

    Raises:
        SettingsError: it is not a JSON object; the line is named, the file untouched.
        StorageError: it cannot be read.
    """
    path = path.resolve()
    try:
        text = path.read_bytes().decode("utf-8-sig")
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return Document(path, {})
    except UnicodeDecodeError:
        raise _refused(path, "it is not text in UTF-8") from None
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}.", hint=_NOTHING_CHANGED) from None
    indent = re.search(r"\n([ \t]+)\"", text)
    return Document(
        path,
        _parsed(path, text) if text.strip() else {},
        indent=indent[1] if indent else "  ",
        line_end="\r\n" if "\r\n" in text else "\n",
        mode=mode,
    )


def with_entry(document: Document, entry: Entry) -> Json:
    """
    The content with the server in its place; everything else as it was.

    What somebody added to the same server stays too, except what contradicts: the other way of reaching it,
    and credentials that the new entry leaves out.

    Raises:
        SettingsError: where the servers belong, there is something else.
    """
    key = entry.client.servers_key
    servers = document.content.get(key, {})
    if not isinstance(servers, dict):
        raise _refused(document.path, f'"{key}" in it is not an object')
    before = servers.get(entry.name)
    content = document.content | {key: servers | {entry.name: _merged(before, entry.server)}}
    if entry.inputs:
        content["inputs"] = _inputs(document, entry)
    return content


def write_document(document: Document, content: Json, *, private: bool, now: datetime) -> Path | None:
    """
    Puts `content` in the place of the file in one step, with the mode it had (0600 if `private`).

    Gives the copy that was made of the file before, if there was one.

    Raises:
        StorageError: it cannot be written; the file is as it was.
    """
    path = document.path
    text = json.dumps(content, indent=document.indent, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        backup = _copied(path, now) if document.mode is not None else None
        _replace(path, text.replace("\n", document.line_end), 0o600 if private else document.mode)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.", hint=_NOTHING_CHANGED) from None
    return backup


def _replace(path: Path, text: str, mode: int | None) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
        Path(name).chmod(0o644 if mode is None else mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _copied(path: Path, now: datetime) -> Path:
    """A copy beside the file, named by the instant; never over another."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    names = (f"{path.name}.{stamp}{again}.backup" for again in ("", *(f"-{n}" for n in range(2, 1000))))
    backup = next(path.with_name(name) for name in names if not path.with_name(name).exists())
    shutil.copy2(path, backup)
    return backup


def _merged(before: object, server: Json) -> Json:
    if not isinstance(before, dict):
        return server
    merged = {key: value for key, value in before.items() if key not in _OURS} | server
    env = before.get("env")
    if "command" in server and isinstance(env, dict):
        kept = {name: value for name, value in env.items() if name not in CREDENTIALS}
        if both := kept | server.get("env", {}):
            merged["env"] = both
    return merged


def _inputs(document: Document, entry: Entry) -> list[Any]:
    before = document.content.get("inputs", [])
    if not isinstance(before, list):
        raise _refused(document.path, '"inputs" in it is not a list')
    ours = {one["id"] for one in entry.inputs}
    return [one for one in before if not (isinstance(one, dict) and one.get("id") in ours)] + list(
        entry.inputs
    )


def _parsed(path: Path, text: str) -> Json:
    try:
        content = json.loads(text, object_pairs_hook=_each_once)
    except json.JSONDecodeError as error:
        raise _refused(path, f"line {error.lineno} is not JSON ({error.msg.lower()})") from None
    except KeyError as error:
        raise _refused(path, f"it says {error} twice") from None
    except (ValueError, RecursionError):
        raise _refused(path, "it is not JSON that can be written again") from None
    if not isinstance(content, dict):
        raise _refused(path, "it is not a JSON object")
    return content


def _each_once(pairs: list[tuple[str, Any]]) -> Json:
    """Of a name that stands there twice, writing would lose one."""
    found: Json = {}
    for name, value in pairs:
        if name in found:
            raise KeyError(name)
        found[name] = value
    return found


def _refused(path: Path, why: str) -> SettingsError:
    return SettingsError(f"{path} was left as it is: {why}.", hint="Mend the file, then try again.")
