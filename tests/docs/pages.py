"""The pages of the documentation, taken apart: fenced blocks, words in `code`, links, tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its page, its language, its text."""

    page: str
    language: str
    text: str
    number: int
    """Which one of its page, from 1."""

    def __str__(self) -> str:
        return f"{self.page}:{self.language}:{self.number}"


@dataclass(frozen=True, slots=True)
class Page:
    """One page, by its path in the repository."""

    name: str
    text: str

    @property
    def prose(self) -> str:
        """The text without fenced blocks and comments."""
        return re.sub(r"<!--.*?-->", "", _FENCE.sub("", self.text), flags=re.DOTALL)

    def blocks(self) -> Iterator[Block]:
        """The fenced blocks."""
        for number, found in enumerate(_FENCE.finditer(self.text), start=1):
            yield Block(self.name, found[1], found[2], number)

    def code(self) -> list[str]:
        """The words in `code`, fenced blocks left out."""
        return _CODE.findall(self.prose)

    def links(self) -> list[str]:
        """Where its links go."""
        return _LINK.findall(self.prose)

    def anchors(self) -> set[str]:
        """What a link may point to within it."""
        return {
            re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in _HEADING.findall(self.text)
        }

    def rows(self, head: str) -> list[tuple[str, ...]]:
        """The rows of every table whose first column has this head."""
        rows: list[tuple[str, ...]] = []
        inside = False
        for line in self.prose.splitlines():
            cells = tuple(cell.strip() for cell in line.strip().strip("|").split(" | "))
            if not line.startswith("|"):
                inside = False
            elif cells[0] == head:
                inside = True
            elif inside and not cells[0].startswith("---"):
                rows.append(cells)
        return rows


def page(name: str) -> Page:
    """The page at this path."""
    return Page(name, (ROOT / name).read_text())


PAGES = tuple(
    page(str(path.relative_to(ROOT)))
    for path in (
        *(ROOT / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        ROOT / "packaging" / "README.md",
        *sorted((ROOT / "docs").rglob("*.md")),
    )
)
BLOCKS = tuple(block for one in PAGES for block in one.blocks())


def blocks_in(*languages: str) -> list[Block]:
    """Every block in one of these languages."""
    return [block for block in BLOCKS if block.language in languages]
