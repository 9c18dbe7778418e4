"""The image: its steps are taken, its command is started, its health check is asked."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml

from tests.packaging.conftest import BOUND_SECONDS, ROOT, run
from tests.packaging.image import Image, sent_to_the_engine, steps_of

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


@pytest.fixture(scope="module")
def image(wheelhouse: Path, tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image that the Dockerfile makes, its packages from the wheelhouse."""
    packages = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheelhouse)}
    folder = tmp_path_factory.mktemp("image")
    return Image(folder, ROOT, paths=("app", "build", "data"), extra=packages).build(DOCKERFILE)


def ask_health(image: Image, *, process: int) -> subprocess.CompletedProcess[str]:
    """HEALTHCHECK's own command, with the server as the first process."""
    return run(*image.command(image.health, process=process), env=image.surroundings)


@pytest.mark.long
def test_by_default_it_speaks_mcp_over_stdio(image: Image) -> None:
    """`docker run -i`: ENTRYPOINT and CMD as they stand; stdout carries the protocol alone."""
    settings = {"HOSTAWAY_ACCOUNT_ID": "12345", "HOSTAWAY_CLIENT_SECRET": "not-a-secret"}
    server = subprocess.Popen(
        image.command(image.entrypoint + image.cmd), env=image.surroundings | settings, cwd=image.place("."),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        healthy = ask_health(image, process=server.pid)
        assert server.stdin
        assert server.stdout
        server.stdin.write(json.dumps(HELLO) + "\n")
        server.stdin.flush()
        answer = json.loads(server.stdout.readline())
        _, log = server.communicate(timeout=BOUND_SECONDS)
    finally:
        server.kill()
        server.wait()
    assert healthy.returncode == 0, healthy.stderr
    assert answer["result"]["serverInfo"]["name"] == "hostaway-mcp"
    assert server.returncode == 0, log


@pytest.mark.long
def test_over_http_it_serves_and_is_healthy(image: Image) -> None:
    """Compose's command, on loopback and a free port; a signal ends it in good order."""
    port = free_port()
    command = [word.replace("0.0.0.0", "127.0.0.1") for word in COMPOSE["services"]["http"]["command"]]
    with serving(image, [*command, "--port", str(port)]) as server:
        healthy = ask_health(image, process=server.pid)
        assert healthy.returncode == 0, healthy.stderr
        server.terminate()
        assert server.wait(timeout=BOUND_SECONDS) == 0


@contextmanager
def serving(image: Image, command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A server over HTTP that accepts connections."""
    settings = {
        "HOSTAWAY_ACCOUNT_ID": "12345",
        "HOSTAWAY_CLIENT_SECRET": "not-a-secret",
        "HOSTAWAY_MCP_HTTP_KEY": "a-key-for-a-test",
    }
    server = subprocess.Popen(
        image.command(image.entrypoint + command), env=image.surroundings | settings, cwd=image.place("."),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    bound = threading.Timer(BOUND_SECONDS, server.kill)
    bound.start()
    try:
        assert server.stderr
        for line in server.stderr:
            if "http_started" in line:
                break
        yield server
    finally:
        bound.cancel()
        server.kill()
        server.communicate()


@pytest.mark.long
def test_the_image_is_lean_and_its_data_private(image: Image) -> None:
    """No build tools, nothing that another user could read, nobody's root."""
    now = image.folder / "now"
    assert {path.name for path in now.iterdir()} == {"app", "data"}
    assert not list(now.glob("app/bin/pip*"))
    data = image.place("/data").stat()
    assert stat.S_IMODE(data.st_mode) == 0o700
    uid, _, gid = image.user.partition(":")
    assert int(uid) > 0
    assert int(gid) > 0
    if os.geteuid() == 0:
        assert (data.st_uid, data.st_gid) == (int(uid), int(gid))
    assert image.volumes == ["/data"]
    assert image.env["HOSTAWAY_MCP_DATA_DIR"] == str(image.place("/data"))


def test_it_is_named_as_in_the_registry() -> None:
    """The registry takes an image only if its label says the server's name."""
    (label,) = [step for step in steps_of(DOCKERFILE) if step.name == "LABEL"]
    named = dict(word.split("=", 1) for word in label.words)
    registered = json.loads((ROOT / "packaging/server.json").read_text())["name"]
    assert named["io.modelcontextprotocol.server.name"] == registered


def test_what_the_engine_is_sent_is_what_is_copied() -> None:
    """No secret, history or environment leaves the folder for a build."""
    for path in (".env", ".git/config", ".venv/pyvenv.cfg", "docker-compose.yml", "tests/test_settings.py"):
        assert not sent_to_the_engine(ROOT, path), path
    assert not sent_to_the_engine(ROOT, "src/hostaway_mcp/__pycache__/app.cpython-312.pyc")
    for path in ("pyproject.toml", "src/hostaway_mcp/app.py", "requirements/base.lock"):
        assert sent_to_the_engine(ROOT, path), path


def test_no_step_holds_a_secret() -> None:
    """Credentials come at the start of a container, never into a layer."""
    for step in steps_of(DOCKERFILE):
        if step.name in {"ENV", "ARG", "LABEL", "RUN"}:
            assert not re.search("SECRET|ACCOUNT_ID|KEY|TOKEN", step.rest.upper()), step


def test_compose_writes_no_secret_and_asks_for_each() -> None:
    """A missing credential or key stops `docker compose up` with a sentence."""
    settings = COMPOSE["services"]["http"]["environment"]
    assert all(value.startswith(f"${{{name}:") for name, value in settings.items())
    for name in ("HOSTAWAY_ACCOUNT_ID", "HOSTAWAY_CLIENT_SECRET", "HOSTAWAY_MCP_HTTP_KEY"):
        assert ":?" in settings[name]


def test_compose_locks_the_container_down() -> None:
    """Nothing to write to but the data and /tmp, no privilege, no port beyond this machine."""
    service = COMPOSE["services"]["http"]
    (health,) = [step for step in steps_of(DOCKERFILE) if step.name == "HEALTHCHECK"]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"] == ["/tmp"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["healthcheck"]["test"] == ["CMD", *json.loads(health.rest.removeprefix("CMD"))]


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (404, 1)])
def test_the_health_check_takes_only_200_for_healthy(status: int, code: int, tmp_path: Path) -> None:
    """The port is that of the command line, in either way of writing it."""
    with answering(status) as port:
        for words in (["--port", str(port)], [f"--port={port}"]):
            assert health_of(tmp_path, ["hostaway-mcp", "serve", "--http", *words]) == code


def test_the_health_check_fails_where_nothing_listens(tmp_path: Path) -> None:
    """A process that is there, but does not serve."""
    assert health_of(tmp_path, ["hostaway-mcp", "serve", "--http", "--port", str(free_port())]) == 1


def test_the_health_check_has_nothing_to_ask_over_stdio(tmp_path: Path) -> None:
    """`docker run -i` is not shown as unhealthy."""
    assert health_of(tmp_path, ["hostaway-mcp", "serve"]) == 0


def health_of(folder: Path, command: list[str]) -> int:
    """The exit code of the check for a first process with this command line."""
    line = folder / "cmdline"
    line.write_bytes("\0".join([*command, ""]).encode())
    return run("python3", ROOT / "packaging/health.py", line).returncode


@contextmanager
def answering(status: int) -> Iterator[int]:
    """A server on loopback that answers everything with this status; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
