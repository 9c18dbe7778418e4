"""The README tells the truth: its tables are generated, its commands and settings exist."""

from __future__ import annotations

import re

from hostaway_mcp.cli.cli import commands
from hostaway_mcp.settings import Settings
from tests.house.readme import README, with_tables

TEXT = README.read_text()


def test_its_tables_are_those_of_the_catalogue_and_the_settings() -> None:
    """`scripts/readme` writes them."""
    assert with_tables(TEXT) == TEXT


def test_every_command_it_names_exists() -> None:
    """A reader may copy any line."""
    known = {
        command.callback.__name__.rstrip("_") for command in commands.registered_commands if command.callback
    }
    named = set(re.findall(r"hostaway-mcp ([a-z]+)\b(?!\.)", TEXT))
    assert named
    assert named <= known


def test_every_setting_it_names_exists() -> None:
    """And none is misspelled."""
    known = {name.upper() for name in Settings.model_fields}
    named = set(re.findall(r"\bHOSTAWAY_[A-Z_]+\b", TEXT))
    assert named <= known
    assert known <= named
