"""Who may import whom: data goes down one floor at a time, and nothing goes in circles."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "hostaway_mcp"
PACKAGE = "hostaway_mcp"

FLOORS = (
    ("redaction", "clock", "collector"),
    ("errors",),
    ("calls",),
    ("credentials",),
    ("settings",),
    ("telemetry",),
    ("models",),
    ("analytics",),
    ("client", "store"),
    ("sync",),
    ("services",),
    ("tools",),
    ("app",),
    ("server",),
    ("web",),
    ("cli",),
    ("__main__",),
)
"""From the ground up; rooms on one floor do not know each other."""

LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}


def modules() -> dict[str, Path]:
    """Every module of the package, by its dotted name."""
    names = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = [PACKAGE, *path.relative_to(SOURCE).with_suffix("").parts]
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return names


MODULES = modules()


def imported(path: Path, *, at_start_only: bool) -> set[str]:
    """The modules of ours that a file imports; optionally only those that are imported when it is."""
    found: set[str] = set()
    for node in _nodes(ast.parse(path.read_text()), at_start_only=at_start_only):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name in MODULES}


def _nodes(tree: ast.AST, *, at_start_only: bool) -> list[ast.AST]:
    nodes: list[ast.AST] = []
    for node in ast.iter_child_nodes(tree):
        if at_start_only and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        nodes += [node, *_nodes(node, at_start_only=at_start_only)]
    return nodes


def room(module: str) -> str:
    """The folder or file below the package that a module lives in."""
    return module.split(".")[1] if "." in module else ""


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_only_from_below(module: str) -> None:
    """A floor imports what lies below it; a room may know itself."""
    here = room(module)
    if here in {"", "sandbox"}:
        return
    assert here in LEVEL, f"{module} lives on no floor: name it in FLOORS"
    for other in imported(MODULES[module], at_start_only=False) - {PACKAGE}:
        there = room(other)
        if here == "cli" and there == "sandbox":
            continue  # The command line starts the sandbox; nothing else of ours knows it.
        assert there == here or (there in LEVEL and LEVEL[there] < LEVEL[here]), f"{module} imports {other}"


@pytest.mark.parametrize("module", sorted(name for name in MODULES if room(name) == "sandbox"))
def test_the_sandbox_imports_nothing_else_of_ours(module: str) -> None:
    """It is built from the documentation alone, so that a wrong field name in the client fails."""
    assert {room(name) for name in imported(MODULES[module], at_start_only=False)} <= {"sandbox"}


def test_imports_hold_no_circle() -> None:
    """No module is needed for its own import."""
    graph = {name: imported(path, at_start_only=True) - {name} for name, path in MODULES.items()}
    # A package's face is imported with every module in it; that alone is no circle.
    graph = {
        name: {
            other for other in others if not name.startswith(f"{other}.") and not other.startswith(f"{name}.")
        }
        for name, others in graph.items()
    }
    state: dict[str, int] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert state.get(name) != 1, " imports ".join((*path, name))
        if name in state:
            return
        state[name] = 1
        for other in sorted(graph[name]):
            visit(other, (*path, name))
        state[name] = 2

    for name in sorted(graph):
        visit(name, ())
