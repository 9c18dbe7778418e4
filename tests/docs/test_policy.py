"""The policy file as docs/security.md has it, against what is read."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from hostaway_mcp.services.writes.policy import TOOLSETS, Policy, PolicyFile
from tests.docs.pages import page

SECURITY = page("docs/security.md")


def keys(model: type[BaseModel]) -> dict[str, Any]:
    """Every key with its default, as `part.key`."""
    return {
        f"{part}.{name}": inner.default
        for part, field in model.model_fields.items()
        for name, inner in field.annotation.model_fields.items()  # type: ignore[union-attr]
    }


def example() -> str:
    (block,) = (one for one in SECURITY.blocks() if one.language == "toml")
    return block.text


def test_every_key_is_explained_with_its_default() -> None:
    """And no key is explained that there is not."""
    rows = {row[0].strip("`"): row[1] for row in SECURITY.rows("key")}
    assert list(rows) == list(keys(Policy))
    for name, default in keys(Policy).items():
        if isinstance(default, int | float):
            assert rows[name] == str(default), name
        else:
            assert not default
            assert rows[name] in ("all", "none", "any hour")


def test_every_kind_is_named() -> None:
    """Somebody who writes the file picks from these."""
    (row,) = (row for row in SECURITY.rows("key") if row[0] == "`allow.kinds`")
    assert [word.strip(" `") for word in row[2].partition(":")[2].split(",")] == list(TOOLSETS)


def test_the_example_is_a_policy_with_every_key(tmp_path: Path) -> None:
    """It may be copied as it stands."""
    (tmp_path / "policy.toml").write_text(example())
    policy = PolicyFile(tmp_path).now()
    assert policy.apply.without_person == ("task",)
    given = {f"{part}.{name}" for part, some in tomllib.loads(example()).items() for name in some}
    assert given == set(keys(Policy))
