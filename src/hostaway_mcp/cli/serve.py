"""Starts the doors: MCP over stdio or HTTP, and the sandbox as a server of its own."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import gc
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from datetime import date
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import typer

from hostaway_mcp.collector import collect_seldom
from hostaway_mcp.errors import CredentialsError, InputError
from hostaway_mcp.settings import Settings, WriteMode, read_settings
from hostaway_mcp.telemetry.export import traces_exported
from hostaway_mcp.telemetry.logs import configure_logs

if TYPE_CHECKING:
    from hostaway_mcp.app import App
    from hostaway_mcp.sandbox import Sandbox

    Door = Callable[[App], Coroutine[Any, Any, None]]

SETTLE_SECONDS = 5.0
LOOPBACK = "127.0.0.1"
NO_REPLICA = "sqlite:////nowhere/replica.db"
"""Where none is: for a single question none is made."""


def run_server(*, http: bool, host: str, port: int, sandbox: bool, listings: int, seed: int) -> None:
    """Serves until the client goes or the process is told to end."""
    settings = read_settings()
    configure_logs(level=settings.hostaway_mcp_log_level, form=settings.hostaway_mcp_log_format)
    door = _http_door(host, port) if http else _stdio_door()
    with ExitStack() as kept, traces_exported(settings):
        if sandbox:
            folder = kept.enter_context(throwaway_folder())
            app = sandbox_app(listings=listings, seed=seed, folder=folder)
        else:
            app = account_app(settings)
        run(_served(app, door))


async def _served(app: App, door: Door) -> None:
    keeping = [asyncio.create_task(keep(app)) for keep in (_keep_replica, _keep_changes)]
    try:
        await door(app)
    finally:
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)
        await app.aclose()


async def _keep_replica(app: App) -> None:
    """Behind the doors; a replica that cannot be kept is told in the log and costs no answer."""
    if app.settings.has_credentials:
        # First the client's first questions: loading a database takes as long as they do.
        await app.clock.sleep(SETTLE_SECONDS)
        await app.replica.keep()


async def _keep_changes(app: App) -> None:
    """
    Finds out what became of changes that an earlier process could not settle, and of those of this one.

    Also where writes are switched off by now: what was sent was sent.
    """
    from hostaway_mcp.store.journal.chain import KEY_FILE

    settings = app.settings
    writes = settings.hostaway_mcp_writes is WriteMode.PROPOSE
    wrote = (settings.hostaway_mcp_data_dir / KEY_FILE).exists()
    if settings.has_credentials and (writes or wrote):
        await app.clock.sleep(SETTLE_SECONDS)
        await app.services.writes.keep()


def throwaway_folder() -> AbstractContextManager[str]:
    """For a false Hostaway's rows, which do not belong into an account's replica; gone with the block."""
    return TemporaryDirectory(prefix="hostaway-mcp-", ignore_cleanup_errors=True)


def _http_door(host: str, port: int) -> Door:
    from hostaway_mcp.web.serve import serve_http

    return lambda app: serve_http(app, host=host, port=port)


def _stdio_door() -> Door:
    from hostaway_mcp.server.stdio import serve_stdio

    return serve_stdio


def run(work: Coroutine[Any, Any, None]) -> None:
    """
    Runs it on the fastest event loop there is; Ctrl-C ends it without a word.

    From here on the garbage collector runs. At the end it leaves alone everything: the interpreter would look
    through it once more, for seconds on a machine that is busy.
    """
    collect_seldom()
    atexit.register(gc.freeze)
    try:
        import uvloop
    except ImportError:
        runner = asyncio.Runner()
    else:
        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    try:
        with runner:
            runner.run(work)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def account_app(settings: Settings) -> App:
    """The app for the account in the settings."""
    from hostaway_mcp.app import build_app

    return build_app(settings)


def sandbox_app(*, listings: int, seed: int, folder: str | None = None) -> App:
    """The app over an embedded sandbox: nothing leaves the process; a replica lies in `folder`, if given."""
    import httpx2

    from hostaway_mcp.app import build_app
    from hostaway_mcp.client.shared import MemoryState
    from hostaway_mcp.telemetry.audit import MemoryAudit

    world = new_sandbox(listings=listings, seed=seed, today=read_settings().hostaway_mcp_today)
    return build_app(
        settings_for(world, "http://localhost/v1", folder=folder),
        state=MemoryState(),
        audit=MemoryAudit(),
        http=httpx2.ASGITransport(app=world.app),
    )


def settings_for(sandbox: Sandbox, base_url: str, *, folder: str | None = None, **more: Any) -> Settings:
    """
    The settings of the user, with the sandbox in the place of the account, and `more` over them.

    Its replica and all other files are in `folder`; without one there is no replica.
    """
    if folder:
        more = {"hostaway_mcp_data_dir": folder} | more
    return read_settings(
        hostaway_mcp_database_url=f"sqlite:///{folder}/replica.db" if folder else NO_REPLICA,
        hostaway_account_id=sandbox.account_id,
        hostaway_client_secret=sandbox.client_secret,
        hostaway_base_url=base_url,
        **more,
    )


def new_sandbox(
    *,
    listings: int,
    seed: int,
    today: date | None = None,
    limits: tuple[int, int, float] | None = (15, 20, 10.0),
) -> Sandbox:
    """A sandbox in strict mode."""
    from hostaway_mcp.sandbox import Sandbox

    return Sandbox(seed=seed, listings=listings, today=today, strict=True, limits=limits)


def run_sandbox(*, port: int, listings: int, seed: int, today: date | None, limits: str) -> None:
    """Serves the sandbox at /v1 until the process is told to end, and says how to reach it."""
    sandbox = new_sandbox(listings=listings, seed=seed, today=today, limits=read_limits(limits))

    async def work() -> None:
        from hostaway_mcp.web.serve import bind

        with bind(LOOPBACK, port) as listener:
            address = f"http://{LOOPBACK}:{listener.getsockname()[1]}/v1"
            async with serving(sandbox.app, listener):
                typer.echo(f"A sandbox Hostaway with {listings} listings is at {address} (Ctrl-C ends it).")
                typer.echo(f"export HOSTAWAY_BASE_URL={address}")
                typer.echo(f"export HOSTAWAY_ACCOUNT_ID={sandbox.account_id}")
                typer.echo(f"export HOSTAWAY_CLIENT_SECRET={sandbox.client_secret}")
                await asyncio.Event().wait()

    run(work())


@asynccontextmanager
async def serving(asgi: Any, listener: socket.socket) -> AsyncIterator[None]:
    """Serves an ASGI application on a bound socket while the block lasts; signals stay the caller's."""
    import uvicorn

    started = asyncio.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started.set()

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    server = Server(uvicorn.Config(asgi, log_config=None, access_log=False, ws="none"))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await started.wait()
        yield
    finally:
        server.should_exit = True
        await task


def read_limits(text: str) -> tuple[int, int, float]:
    """
    `15:20:10` as numbers: requests per IP, per account, seconds of the window.

    Raises:
        InputError: anything else.
    """
    try:
        ip, account, window = text.split(":")
        limits = int(ip), int(account), float(window)
        if min(limits) <= 0:
            raise ValueError(text)
    except ValueError:
        raise InputError(
            f'--limits "{text[:40]}" cannot be read.',
            hint="Write requests per IP, requests per account and seconds, such as 15:20:10.",
        ) from None
    return limits


def need_credentials(settings: Settings) -> None:
    """
    Refuses to begin what cannot work.

    Raises:
        CredentialsError: the account id or the secret is not set.
    """
    if not settings.has_credentials:
        raise CredentialsError(
            "HOSTAWAY_ACCOUNT_ID and HOSTAWAY_CLIENT_SECRET are not both set.",
            hint="Run hostaway-mcp login, or set them; Hostaway shows them under Settings, Hostaway API. "
            "--sandbox works without.",
        )
