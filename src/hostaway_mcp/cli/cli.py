"""
The commands and their options; what they do is in the modules beside this one.

Exit codes: 0 done, 1 a failure that is named, 2 wrong usage, 3 credentials, 4 Hostaway unreachable or busy.
Each command imports what it needs when it runs, so that `serve` starts without the weight of the others.
"""

from __future__ import annotations

import gc
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from hostaway_mcp.cli.connect.clients import Client
from hostaway_mcp.errors import (
    BusyError,
    CredentialsError,
    HostawayMcpError,
    InputError,
    RateLimitedError,
    TimedOutError,
    UnavailableError,
    UnreachableError,
)

HOST = "127.0.0.1"
PORT = 8765
SANDBOX_PORT = 8799

_USAGE, _CREDENTIALS, _UNREACHABLE = 2, 3, 4

commands = typer.Typer(
    name="hostaway-mcp",
    help="Ask an AI assistant about your Hostaway rentals: an MCP server, an HTTP API and a command line.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

webhooks = typer.Typer(
    help="Have Hostaway tell a server of yours what changes, and see whether it does.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
commands.add_typer(webhooks, name="webhooks")

audit = typer.Typer(
    help="The record of every change that was proposed, agreed to and made.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
commands.add_typer(audit, name="audit")

Seed = Annotated[
    int, typer.Option(help="Which world: the same seed gives the same rentals, guests and stays.")
]
Listings = Annotated[int, typer.Option(min=1, max=5000, help="How many listings the sandbox has.")]


def _tool_names(incomplete: str) -> list[tuple[str, str]]:
    """What a shell offers after `call`: each tool that fits, with its title."""
    from hostaway_mcp.tools.tools import CATALOGUE

    return [(tool.name, tool.title) for tool in CATALOGUE if tool.name.startswith(incomplete)]


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"hostaway-mcp {version('hostaway-mcp')}")
        raise typer.Exit


@commands.callback()
def _root(
    _: Annotated[
        bool,
        typer.Option("--version", help="Show the version and leave.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    pass


@commands.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Leave after the walk instead of serving on.")] = False,
    listings: Listings = 40,
    seed: Seed = 1,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where MCP is served; 0 = any free port.")
    ] = PORT,
) -> None:
    """Try it without an account: a sandbox Hostaway, the server, and a walk through real questions."""
    from hostaway_mcp.cli.demo import run_demo

    run_demo(once=once, listings=listings, seed=seed, port=port)


@commands.command()
def serve(
    http: Annotated[bool, typer.Option("--http", help="Serve over HTTP instead of stdio.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on, with --http.")] = HOST,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on, with --http.")] = PORT,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Ask an embedded sandbox instead of your account.")
    ] = False,
    listings: Listings = 40,
    seed: Seed = 1,
) -> None:
    """Serve MCP: over stdio for one client, or with --http MCP, the HTTP API and its pages."""
    from hostaway_mcp.cli.serve import run_server

    run_server(http=http, host=host, port=port, sandbox=sandbox, listings=listings, seed=seed)


@commands.command()
def sandbox(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 = any free one.")
    ] = SANDBOX_PORT,
    listings: Listings = 40,
    seed: Seed = 1,
    today: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day it is there; default: today.")
    ] = None,
    limits: Annotated[
        str, typer.Option(help="Requests per IP, per account, and the seconds of the window.")
    ] = "15:20:10",
) -> None:
    """Run the sandbox Hostaway alone, as an HTTP server at /v1, for anything that talks to Hostaway."""
    from hostaway_mcp.cli.serve import run_sandbox

    run_sandbox(port=port, listings=listings, seed=seed, today=today.date() if today else None, limits=limits)


@commands.command()
def call(
    tool: Annotated[
        str, typer.Argument(help="The tool; `hostaway-mcp tools` shows them.", autocompletion=_tool_names)
    ],
    parameters: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="Its parameters.")
    ] = None,
    json: Annotated[str | None, typer.Option("--json", help="The parameters as one JSON object.")] = None,
    text: Annotated[
        bool, typer.Option("--text", help="The text that a model reads instead of JSON.")
    ] = False,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Ask an embedded sandbox instead of your account.")
    ] = False,
) -> None:
    """Call one tool and print its answer as JSON."""
    from hostaway_mcp.cli.call import run_call

    run_call(tool, parameters or [], json_text=json, as_text=text, sandbox=sandbox)


@commands.command()
def approve(
    change_id: Annotated[str, typer.Argument(help="Which proposal, such as chg_0123456789abcdef.")],
) -> None:
    """Show a proposal and ask you whether it shall be done; needs a terminal."""
    from hostaway_mcp.cli.approve import run_approve

    run_approve(change_id)


@commands.command()
def tools(
    all_: Annotated[bool, typer.Option("--all", help="Also those that the settings leave out.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="As the table of the README.")] = False,
) -> None:
    """List the tools with toolset, effect and what their description costs a model in tokens."""
    from hostaway_mcp.cli.tools import print_tools

    print_tools(everything=all_, markdown=markdown)


@commands.command()
def sync(
    once: Annotated[bool, typer.Option("--once", help="Leave when everything due is there.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Bring everything anew, whatever is there.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object about the run.")] = False,
) -> None:
    """Bring the local replica up to date with Hostaway, and keep it so."""
    from hostaway_mcp.cli.sync import run_sync

    run_sync(once=once, full=full, as_json=json)


@webhooks.command("register")
def register_webhook() -> None:
    """Register the server at HOSTAWAY_MCP_PUBLIC_URL, or change and enable what is registered."""
    from hostaway_mcp.cli.webhooks import run_register

    run_register()


@webhooks.command("list")
def list_webhooks() -> None:
    """Show the account's webhooks, whether Hostaway disabled one, and the last deliveries."""
    from hostaway_mcp.cli.webhooks import run_list

    run_list()


@webhooks.command("remove")
def remove_webhook() -> None:
    """Delete this server's webhook at Hostaway, and what is kept of it."""
    from hostaway_mcp.cli.webhooks import run_remove

    run_remove()


@audit.command("show")
def show_audit(
    last: Annotated[int, typer.Option(min=1, max=100_000, help="How many of the newest.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="One JSON array instead of lines.")] = False,
) -> None:
    """Show the newest records."""
    from hostaway_mcp.cli.audit import run_show

    run_show(last=last, as_json=json)


@audit.command("verify")
def verify_audit(
    head: Annotated[
        str | None, typer.Option(metavar="HASH", help="A head that you kept elsewhere; it must be there.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An export instead of the journal.")
    ] = None,
) -> None:
    """Prove that no record was changed, dropped or added; exit code 1 if one was."""
    from hostaway_mcp.cli.audit import run_verify

    run_verify(head=head, file=file)


@audit.command("export")
def export_audit(
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; by default standard output.")
    ] = None,
) -> None:
    """Write all records with their hashes as JSON lines."""
    from hostaway_mcp.cli.audit import run_export

    run_export(file=file)


@commands.command()
def login(
    account_id: Annotated[
        str | None,
        typer.Option(help="The number beside the secret; without a terminal, the secret is read from stdin."),
    ] = None,
) -> None:
    """Ask for the account id and secret, check them against Hostaway, and keep them."""
    from hostaway_mcp.cli.login import run_login

    run_login(account_id)


@commands.command()
def logout(
    purge: Annotated[
        bool, typer.Option("--purge", help="Also remove what was read of the account, and its webhook.")
    ] = False,
) -> None:
    """End the access token, remove the credentials that login kept, and say what is left."""
    from hostaway_mcp.cli.login import run_logout

    run_logout(purge=purge)


@commands.command("forget-guest")
def forget_guest(
    email: Annotated[str | None, typer.Option(help="The guest's mail address.")] = None,
    phone: Annotated[str | None, typer.Option(help="The guest's telephone number.")] = None,
    name: Annotated[str | None, typer.Option(help="The guest's full name; namesakes are shown.")] = None,
    reservation: Annotated[
        list[int] | None, typer.Option(help="The number of a stay; may be given several times.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it is done.")] = False,
) -> None:
    """Erase a guest from everything that is kept here, for good, and search it for what may be left."""
    from hostaway_mcp.cli.forget import run_forget_guest

    run_forget_guest(email=email, phone=phone, name=name, reservations=reservation or [], yes=yes)


@commands.command()
def doctor(
    json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
    host: Annotated[str, typer.Option(help="The host that you give to serve --http.")] = HOST,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port that you give to serve.")] = PORT,
) -> None:
    """Check settings, credentials, connection and clients; each failure with its one repair."""
    from hostaway_mcp.cli.doctor.doctor import run_doctor

    run_doctor(as_json=json, host=host, port=port)


@commands.command()
def connect(
    client: Annotated[Client, typer.Argument(help="The client to connect.")],
    write: Annotated[
        bool, typer.Option("--write", help="Write the client's file instead of showing what goes there.")
    ] = False,
    http: Annotated[
        str | None, typer.Option(metavar="URL", help="A server at this address instead of one of its own.")
    ] = None,
    with_credentials: Annotated[
        bool,
        typer.Option("--with-credentials", help="With the secret in it, and only its owner may read it."),
    ] = False,
    name: Annotated[str, typer.Option(help="What the client calls the server.")] = "hostaway",
    file: Annotated[Path | None, typer.Option(help="Another configuration file of that client.")] = None,
) -> None:
    """Show or write the configuration of a client, keeping what is there."""
    from hostaway_mcp.cli.connect.connect import run_connect

    run_connect(client, name=name, url=http, write=write, with_credentials=with_credentials, file=file)


def main(arguments: list[str] | None = None) -> NoReturn:
    """
    Runs a command and leaves with its exit code; an error is one sentence on standard error.

    The garbage collector starts with the work (`serve.run`): what loads before stays until the end, and
    looking through it for garbage took a fifth of the start.
    """
    gc.disable()
    try:
        commands(args=arguments)
    except HostawayMcpError as error:
        typer.secho(error.sentence, fg="red" if sys.stderr.isatty() else None, err=True)
        sys.exit(exit_code(error))
    finally:
        gc.unfreeze()
        gc.enable()
    sys.exit(0)


def exit_code(error: HostawayMcpError) -> int:
    """The exit code that a refusal is known by."""
    if isinstance(error, CredentialsError):
        return _CREDENTIALS
    if isinstance(error, UnreachableError | BusyError | RateLimitedError | TimedOutError | UnavailableError):
        return _UNREACHABLE
    return _USAGE if isinstance(error, InputError) else 1
