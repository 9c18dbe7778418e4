"""The bare SDK: a low-level server with two tools that only answer, over stdio or HTTP; run as a process."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
)

SCHEMA: dict[str, Any] = {"type": "object", "properties": {}}
Context = ServerRequestContext[dict[str, Any], Any]


def bare_server(given: dict[str, Any]) -> Server[dict[str, Any]]:
    """`noop` says that it is there; `same` says `given`, an answer of ours, without finding it."""
    answers = {"noop": {"text": "ok", "json": {"ok": True}}, "same": given}
    cards = [Tool(name=name, description=name, input_schema=SCHEMA) for name in answers]

    async def list_tools(_: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=cards)

    async def call_tool(_: Context, params: CallToolRequestParams) -> CallToolResult:
        said = answers[params.name]
        return CallToolResult(
            content=[TextContent(type="text", text=said["text"])], structured_content=said["json"]
        )

    return Server(
        "bare",
        version="0",
        get_tool_input_schema=lambda _: SCHEMA,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


async def serve_stdio(server: Server[dict[str, Any]]) -> None:
    """One client over standard input and output."""
    from mcp.server.stdio import stdio_server

    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def serve_http(server: Server[dict[str, Any]], port: int) -> None:
    """MCP at /mcp, without sessions and with event streams, as ours."""
    import uvicorn

    web = server.streamable_http_app(stateless_http=True, json_response=False)
    uvicorn.run(web, host="127.0.0.1", port=port, log_config=None, access_log=False, ws="none")


if __name__ == "__main__":
    door, said, *port = sys.argv[1:]
    server = bare_server(json.loads(Path(said).read_text()) if said else {"text": "", "json": {}})
    if door == "http":
        serve_http(server, int(port[0]))
    else:
        asyncio.run(serve_stdio(server))
