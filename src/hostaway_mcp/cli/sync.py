"""`hostaway-mcp sync`: brings the replica up to date and shows how far it is."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

import typer

from hostaway_mcp.cli.serve import account_app, need_credentials, run
from hostaway_mcp.settings import LogLevel, read_settings
from hostaway_mcp.telemetry.logs import configure_logs

if TYPE_CHECKING:
    from rich.progress import TaskID

    from hostaway_mcp.app import App
    from hostaway_mcp.sync.pieces import Piece, Progress
    from hostaway_mcp.sync.run import Summary
    from hostaway_mcp.sync.sync import Sync


def run_sync(*, once: bool, full: bool, as_json: bool) -> None:
    """Syncs once, or until it is ended; exit code 1 when something could not be brought."""
    settings = read_settings()
    quiet = "hostaway_mcp_log_level" not in settings.model_fields_set
    configure_logs(
        level=LogLevel.ERROR if quiet else settings.hostaway_mcp_log_level,
        form=settings.hostaway_mcp_log_format,
    )
    need_credentials(settings)
    run(_work(account_app(settings), once=once, full=full, as_json=as_json))


async def _work(app: App, *, once: bool, full: bool, as_json: bool) -> None:
    try:
        sync = await app.replica.sync()
        summary = await shown(sync, full=full)
        typer.echo(json.dumps(summary.document(), indent=2) if as_json else _sentence(summary))
        if once:
            if not summary.complete:
                raise typer.Exit(1)
            return
        await _keep(app, sync)
    finally:
        await app.aclose()


async def _keep(app: App, sync: Sync) -> None:
    """Goes on until it is ended; what a webhook tells of is read between two looks of sync."""
    deliveries = await app.replica.deliveries()
    async with asyncio.TaskGroup() as group:
        group.create_task(sync.keep())
        group.create_task(deliveries.keep())


async def shown(sync: Sync, *, full: bool = False) -> Summary:
    """One run, with a line for each noun where somebody looks at a terminal."""
    if not sys.stderr.isatty():
        return await sync.run(full=full)
    with _Bars() as bars:
        return await sync.run(full=full, report=bars.tell)


def _sentence(summary: Summary) -> str:
    rows = ", ".join(f"{count:,} {noun.replace('_', ' ')}" for noun, count in sorted(summary.rows.items()))
    lines = [f"Brought {summary.brought} of {summary.pieces} pieces with {summary.upstream_calls} calls: "
             f"{rows or 'everything was fresh'}."]  # fmt: skip
    lines += [f"Not brought: {name}: {why}" for name, why in summary.failed.items()]
    if summary.elsewhere:
        lines.append(f"{summary.elsewhere} pieces are in the hands of another process.")
    return "\n".join(lines)


class _Bars:
    """One line a noun: pieces under way and rows read."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress as Bars
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description:<14}"),
            TextColumn("{task.completed:>9,} rows"),
            TextColumn("{task.fields[part]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        )
        self._rows: dict[str, dict[str, int]] = {}
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> _Bars:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def tell(self, piece: Piece, progress: Progress, _: Summary) -> None:
        """Shows a page that was stored."""
        if piece.noun not in self._tasks:
            self._tasks[piece.noun] = self._bars.add_task(piece.noun.replace("_", " "), total=None, part="")
        rows = self._rows.setdefault(piece.noun, {})
        rows[piece.part] = progress.rows
        self._bars.update(self._tasks[piece.noun], completed=sum(rows.values()), part=piece.part)
