"""A plugin of pytest: a mutant is dead at the first example that fails, and always at the same one."""

from __future__ import annotations

import pytest
from hypothesis import Phase, is_hypothesis_test, settings

settings.register_profile(
    "mutation", phases=(Phase.explicit, Phase.generate), database=None, derandomize=True, deadline=None
)
settings.load_profile("mutation")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Worked examples first, since they take less time than generated ones."""
    items.sort(key=lambda item: is_hypothesis_test(getattr(item, "obj", None)))
