"""Serves the HTTP door on a socket, until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import uvicorn

from hostaway_mcp.errors import SettingsError
from hostaway_mcp.web.connection import BoundedConnection
from hostaway_mcp.web.web import build_web

if TYPE_CHECKING:
    from hostaway_mcp.app import App

HOST = "127.0.0.1"
PORT = 8765
MAX_PORT = 65_535

GRACE_SECONDS = 8
"""What requests under way get to finish after a signal; with the rest of the way down, less than 10 s."""
HURRY_SECONDS = 6.0
"""After which calls under way are refused in words, so that their answers still go out."""
KEEP_ALIVE_SECONDS = 30

_log = logging.getLogger("hostaway_mcp.web")


async def serve_http(
    app: App, *, host: str = HOST, port: int = PORT, on_ready: Callable[[str, int], None] | None = None
) -> None:
    """
    Serves HTTP and returns after SIGTERM or SIGINT, or when cancelled, once requests under way are answered.

    `on_ready` is told host and port when connections are accepted; port 0 takes a free one. Nothing is
    printed. The app is the caller's to close.

    Raises:
        SettingsError: no key for a host that is not loopback; or the address cannot be used, such as a
            port that is in use. Nothing has been served then.
    """
    web = build_web(app, host=host)
    listener = bind(host, port)
    config = uvicorn.Config(
        web,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        http=BoundedConnection,
        ws="none",
        lifespan="on",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    actual: int = listener.getsockname()[1]
    server = _Server(
        config,
        on_started=lambda: _started(host, actual, on_ready),
        on_stop=lambda: app.stop(HURRY_SECONDS),
    )
    try:
        await _run(server, listener)
    finally:
        listener.close()
        _log.info("http_stopped", extra={"host": host, "port": actual})


def run_http(
    app: App, *, host: str = HOST, port: int = PORT, on_ready: Callable[[str, int], None] | None = None
) -> None:
    """`serve_http` on an event loop of its own (uvloop where it is installed); closes the app at the end."""

    async def main() -> None:
        try:
            await serve_http(app, host=host, port=port, on_ready=on_ready)
        finally:
            await app.aclose()

    with asyncio.Runner(loop_factory=uvicorn.Config("", log_config=None).get_loop_factory()) as runner:
        runner.run(main())


def bind(host: str, port: int) -> socket.socket:
    """
    A socket bound to the address.

    Raises:
        SettingsError: one sentence says why it cannot be, and what can be done.
    """
    if not 0 <= port <= MAX_PORT:
        raise SettingsError(f"There is no port {port}.", hint=f"--port takes 1 to {MAX_PORT}, or 0 for any.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError):
        raise SettingsError(
            f"There is no address {host} to listen on.", hint="--host 127.0.0.1 always works."
        ) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Two sockets with SO_REUSEADDR may share an address until one of them listens.
        listener.listen(2048)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise _unusable(host, port, error) from None
    return listener


def _unusable(host: str, port: int, error: OSError) -> SettingsError:
    if error.errno == errno.EADDRINUSE:
        return SettingsError(
            f"Port {port} on {host} is in use.",
            hint="Stop what is listening there, or choose another with --port.",
        )
    if error.errno == errno.EACCES:
        return SettingsError(
            f"Port {port} is reserved for the system.", hint="Choose one above 1023 with --port."
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return SettingsError(
            f"{host} is not an address of this machine.", hint="--host 127.0.0.1 always works."
        )
    return SettingsError(f"Port {port} on {host} cannot be used.", hint="Choose another with --port.")


class _Server(uvicorn.Server):
    """uvicorn, except that a signal ends it without being raised again: the way down is not over yet."""

    def __init__(
        self, config: uvicorn.Config, *, on_started: Callable[[], None], on_stop: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._on_started = on_started
        self._on_stop = on_stop

    def stop(self) -> None:
        """
        Lets requests under way end; told twice, it does not wait for them.

        Not through uvicorn's `handle_exit`: sse-starlette listens there, and cuts every event stream off.
        """
        self.force_exit = self.should_exit
        self.should_exit = True
        self._on_stop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_started()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop, caught = asyncio.get_running_loop(), []
        for signum in (signal.SIGTERM, signal.SIGINT):
            # Not on Windows, and not outside the main thread.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(signum, self.stop)
                caught.append(signum)
        try:
            yield
        finally:
            for signum in caught:
                loop.remove_signal_handler(signum)


async def _run(server: _Server, listener: socket.socket) -> None:
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.stop()
        await serving
        raise


def _started(host: str, port: int, on_ready: Callable[[str, int], None] | None) -> None:
    _log.info("http_started", extra={"host": host, "port": port})
    if on_ready is not None:
        on_ready(host, port)
