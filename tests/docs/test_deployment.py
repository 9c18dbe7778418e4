"""The deployment page holds configuration that its programs accept, and that fits this server."""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values

from hostaway_mcp.calls import DEFAULT_DEADLINE_SECONDS
from hostaway_mcp.cli.cli import HOST, PORT
from hostaway_mcp.settings import read_settings
from hostaway_mcp.web.guards import MAX_BODY_BYTES
from hostaway_mcp.web.serve import GRACE_SECONDS
from tests.docs.command_lines import SHELL_LINES, ours_in, read
from tests.docs.pages import ROOT, page

PAGE = page("docs/deployment.md")
BOUNDED_SECONDS = 60

ENVIRONMENT, UNIT = (block.text for block in PAGE.blocks() if block.language == "ini")
NGINX, CADDY, LOGROTATE = (
    next(block.text for block in PAGE.blocks() if block.language == language)
    for language in ("nginx", "caddy", "logrotate")
)


def values_of(unit: str, key: str) -> list[str]:
    """What a unit says under one key, in its order."""
    return re.findall(rf"^{key}=(.*)$", unit, re.MULTILINE)


def program(name: str) -> str:
    """The path of a program that checks its own configuration; without it, a skip that says so."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed here, so it was not asked")
    return found


def accepted(*command: str, cwd: Path) -> str:
    """What a program says that finds nothing wrong."""
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=BOUNDED_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


# The settings and the unit.


def test_the_settings_file_is_one_that_the_server_starts_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Besides the settings it has only the port, which the unit uses."""
    values = dotenv_values(stream=io.StringIO(ENVIRONMENT))
    assert values.pop("PORT") == str(PORT)
    for name, value in values.items():
        monkeypatch.setenv(name, value or "")
    settings = read_settings(kept=False)
    assert settings.has_credentials
    assert settings.hostaway_mcp_http_key.get_secret_value()


def test_the_unit_starts_this_program() -> None:
    """Over HTTP, on loopback, with the port of its settings file."""
    (start,) = values_of(UNIT, "ExecStart")
    arguments = ours_in(tuple(shlex.split(start.replace("${PORT}", str(PORT)))))
    assert arguments == ("serve", "--http", "--host", HOST, "--port", str(PORT))
    read(arguments)


def test_the_unit_may_write_where_the_settings_say_and_nowhere_else() -> None:
    """The state directory is the data directory."""
    (state,) = values_of(UNIT, "StateDirectory")
    assert f"HOSTAWAY_MCP_DATA_DIR=/var/lib/{state}\n" in ENVIRONMENT
    assert values_of(UNIT, "ProtectSystem") == ["strict"]
    assert values_of(UNIT, "StateDirectoryMode") == ["0700"]
    assert not values_of(UNIT, "ReadWritePaths")


def test_the_unit_waits_longer_than_the_server_needs_to_stop() -> None:
    """Otherwise it would be killed with answers under way."""
    assert int(values_of(UNIT, "TimeoutStopSec")[0]) > GRACE_SECONDS + 2


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    """Every line of it is known; only the program's path is one that is here."""
    checker = program("systemd-analyze")
    here = UNIT.replace("/opt/hostaway-mcp/bin/hostaway-mcp", sys.executable)
    (tmp_path / "hostaway-mcp@.service").write_text(here)
    (tmp_path / "hostaway-mcp@main.service").write_text(here)
    said = accepted(checker, "verify", "--man=no", "./hostaway-mcp@main.service", cwd=tmp_path)
    assert "hostaway-mcp" not in said


# The proxies.


def test_the_proxies_reach_the_server_and_let_it_speak() -> None:
    """The address is that of the unit; nothing is collected, no answer given up before its time."""
    assert NGINX.count(f"proxy_pass http://{HOST}:{PORT};") == NGINX.count("location ") == 3
    assert f"reverse_proxy {HOST}:{PORT}" in CADDY
    assert "proxy_buffering off;" in NGINX
    assert "flush_interval -1" in CADDY
    for pattern, text in ((r"proxy_read_timeout (\d+)s", NGINX), (r"response_header_timeout (\d+)s", CADDY)):
        found = re.search(pattern, text)
        assert found
        assert int(found[1]) > DEFAULT_DEADLINE_SECONDS
    assert "client_max_body_size 1m;" in NGINX
    assert MAX_BODY_BYTES == 2**20


def test_the_proxies_answer_to_the_public_name() -> None:
    """The one in the settings; nginx must pass it on, Caddy does."""
    assert "HOSTAWAY_MCP_PUBLIC_URL=https://mcp.example.com\n" in ENVIRONMENT
    assert "server_name mcp.example.com;" in NGINX
    assert "proxy_set_header Host $host;" in NGINX
    assert CADDY.startswith("mcp.example.com {")


@pytest.mark.parametrize("text", [NGINX, CADDY, LOGROTATE])
def test_braces_close(text: str) -> None:
    """The least that can be said without the program."""
    assert text.count("{") == text.count("}") > 0


def test_nginx_accepts_its_block(tmp_path: Path) -> None:
    """As a site of a whole configuration, with a certificate made for it."""
    nginx, openssl = program("nginx"), program("openssl")
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    accepted(
        openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
        "-subj", "/CN=mcp.example.com", "-keyout", str(key), "-out", str(certificate), cwd=tmp_path,
    )  # fmt: skip
    site = NGINX.replace("/etc/ssl/mcp.example.com", str(tmp_path))
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
    )
    http = f"http {{\naccess_log off;\n{temporary}{site}\n}}\n"
    (tmp_path / "nginx.conf").write_text(f"pid {tmp_path}/pid;\nevents {{}}\n{http}")
    accepted(nginx, "-t", "-q", "-e", str(tmp_path / "log"), "-p", str(tmp_path), "-c",
             str(tmp_path / "nginx.conf"), cwd=tmp_path)  # fmt: skip


def test_caddy_accepts_its_block(tmp_path: Path) -> None:
    """Its own adapter reads it without a warning."""
    caddy = program("caddy")
    (tmp_path / "Caddyfile").write_text(CADDY)
    said = accepted(caddy, "adapt", "--config", "Caddyfile", "--adapter", "caddyfile", cwd=tmp_path)
    assert '"level":"warn"' not in said
    assert "not formatted" not in said


def test_logrotate_accepts_its_block(tmp_path: Path) -> None:
    """Tried without rotating anything; user and path are those of whoever runs the test."""
    logrotate = program("logrotate")
    block = re.sub(r"^\s*su .*\n", "", LOGROTATE, flags=re.MULTILINE)
    block = block.replace("/var/lib/hostaway-mcp", str(tmp_path)).replace(" hostaway-mcp hostaway-mcp", "")
    (tmp_path / "conf").write_text(block)
    (tmp_path / "conf").chmod(0o644)
    (tmp_path / "audit.jsonl").touch()
    said = accepted(
        logrotate, "--debug", "--state", str(tmp_path / "state"), str(tmp_path / "conf"), cwd=tmp_path
    )
    assert "error" not in said.lower()


# Docker.


def test_docker_lines_name_what_the_files_have() -> None:
    """The service, the volume's place, the variables that are passed on."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    lines = [words for _, words in SHELL_LINES if words[0] == "docker"]
    assert lines
    for words in lines:
        assert words[1] in {"build", "run", "compose"}
        if words[1] == "compose":
            named = [word for word in words[3:] if not word.startswith("-")]
            assert set(named) <= set(compose["services"])
        mounts = [words[at + 1] for at, word in enumerate(words) if word == "-v"]
        assert all(mount.endswith(":/data") for mount in mounts)
    assert "VOLUME /data" in (ROOT / "Dockerfile").read_text()
    assert "USER 10001:10001" in (ROOT / "Dockerfile").read_text()


def test_what_compose_needs_is_what_the_page_says() -> None:
    """The variables without a default stop it."""
    environment = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["http"]["environment"]
    needed = {name for name, value in environment.items() if ":?" in value}
    assert needed == {"HOSTAWAY_ACCOUNT_ID", "HOSTAWAY_CLIENT_SECRET", "HOSTAWAY_MCP_HTTP_KEY"}
    assert "`HOSTAWAY_ACCOUNT_ID`, `HOSTAWAY_CLIENT_SECRET`, `HOSTAWAY_MCP_HTTP_KEY` and" in PAGE.text
