"""A shell with a home of its own, and servers that stand in for Hostaway on real sockets."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hostaway_mcp.cli.cli import main
from hostaway_mcp.cli.serve import LOOPBACK, serving
from hostaway_mcp.sandbox import Sandbox
from hostaway_mcp.settings import Settings
from hostaway_mcp.web.serve import bind

Shell = Callable[..., tuple[int, str, str]]

_PROXIES = [f"{scheme}_proxy" for scheme in ("http", "https", "all", "no")]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty home, a project folder to stand in, and none of our settings or proxies in the environment."""
    for name in [name.upper() for name in Settings.model_fields] + _PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    home = tmp_path / "home"
    project = tmp_path / "project"
    project.mkdir()
    for name, folder in (
        ("HOME", home),
        ("USERPROFILE", home),
        ("XDG_CONFIG_HOME", home / ".config"),
        ("XDG_DATA_HOME", home / ".local" / "share"),
        ("APPDATA", home / "AppData" / "Roaming"),
        ("HOSTAWAY_MCP_DATA_DIR", tmp_path / "data"),
    ):
        monkeypatch.setenv(name, str(folder))
    home.mkdir()
    monkeypatch.chdir(project)
    return home


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path) -> Shell:
    """Runs `hostaway-mcp` in a clean environment; gives exit code, standard output and standard error."""

    def run(*arguments: str, **environment: str) -> tuple[int, str, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[Sandbox]:
    """A sandbox Hostaway on a real socket; HOSTAWAY_BASE_URL points to it."""
    sandbox = Sandbox(listings=3, limits=None)
    ready, loop = threading.Event(), asyncio.new_event_loop()
    over = asyncio.Event()
    with bind(LOOPBACK, 0) as listener:
        monkeypatch.setenv("HOSTAWAY_BASE_URL", f"http://{LOOPBACK}:{listener.getsockname()[1]}/v1")

        async def serve() -> None:
            async with serving(sandbox.app, listener):
                ready.set()
                await over.wait()

        thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
        thread.start()
        assert ready.wait(10)
        yield sandbox
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        assert not thread.is_alive()
    loop.close()


class Stand(BaseHTTPRequestHandler):
    """Answers every request as its class says; what it was asked is in `server.asked`."""

    status = 200
    body = json.dumps({"status": "success", "result": [], "count": 0})
    content_type = "application/json"
    date: str | None = None

    def do_GET(self) -> None:
        self._answer(self.body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        token = {"token_type": "Bearer", "expires_in": 63_158_400, "access_token": "stand-token"}
        self._answer(json.dumps(token) if self.status == 200 and "json" in self.content_type else self.body)

    def do_CONNECT(self) -> None:
        self.send_error(403)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return self.date or super().date_time_string(timestamp)

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, body: str) -> None:
        self.send_response(self.status)
        self.send_header("content-type", self.content_type)
        self.send_header("content-length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())


@contextmanager
def standing(**answers: object) -> Iterator[int]:
    """A tiny server that answers as told; gives its port."""
    handler = type("Handler", (Stand,), answers)
    with ThreadingHTTPServer((LOOPBACK, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(10)
