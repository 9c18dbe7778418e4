"""The entry in the MCP registry agrees with what is built and with the settings."""

from __future__ import annotations

import json
import tomllib

import pytest

from hostaway_mcp.settings import Settings
from tests.packaging.conftest import ROOT

ENTRY = json.loads((ROOT / "packaging/server.json").read_text())
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_its_versions_are_that_of_the_project() -> None:
    """One release, one number."""
    assert ENTRY["version"] == PROJECT["version"]
    for package in ENTRY["packages"]:
        if package["registryType"] == "oci":
            assert package["identifier"].endswith(f":{PROJECT['version']}")
        else:
            assert (package["identifier"], package["version"]) == (PROJECT["name"], PROJECT["version"])


def test_the_readme_proves_who_owns_the_package() -> None:
    """The registry looks for this line in the package's description."""
    assert f"mcp-name: {ENTRY['name']}" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("package", ENTRY["packages"], ids=lambda package: package["registryType"])
def test_it_asks_for_settings_that_there_are_and_hides_the_secret(package: dict[str, object]) -> None:
    """A client fills in these variables; whatever is a secret in the settings is one here."""
    asked = {entry["name"]: entry for entry in package["environmentVariables"]}  # type: ignore[attr-defined]
    assert {name.lower() for name in asked} <= set(Settings.model_fields)
    assert {name for name in asked if asked[name].get("isRequired")} == {
        "HOSTAWAY_ACCOUNT_ID", "HOSTAWAY_CLIENT_SECRET",
    }  # fmt: skip
    for name, entry in asked.items():
        kind = Settings.model_fields[name.lower()].annotation
        assert entry.get("isSecret", False) is ("Secret" in str(kind))
