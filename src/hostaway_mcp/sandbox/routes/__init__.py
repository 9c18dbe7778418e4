"""The routes: one file a noun, one function an operation."""

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Imports every route file, which registers what it serves."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
