"""Links within the repository lead somewhere, and every page can be found."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.docs.pages import PAGES, ROOT, Page, page


def targets(one: Page) -> list[tuple[str, str]]:
    """The relative links of a page: the path from the root of the repository, and the fragment."""
    found = []
    for link in one.links():
        parts = urlsplit(link)
        if not parts.scheme:
            path = (ROOT / one.name).parent / parts.path if parts.path else ROOT / one.name
            found.append((str(path.resolve().relative_to(ROOT.resolve())), parts.fragment))
    return found


@pytest.mark.parametrize("one", PAGES, ids=lambda one: one.name)
def test_relative_links_resolve(one: Page) -> None:
    """Both the file and the heading in it are there."""
    for path, fragment in targets(one):
        assert (ROOT / path).exists(), path
        if fragment:
            assert fragment in page(path).anchors(), f"{path}#{fragment}"


def test_every_page_of_the_documentation_is_in_an_index() -> None:
    """docs/README.md leads to the pages, docs/decisions/README.md to the decisions."""
    for index in (page("docs/README.md"), page("docs/decisions/README.md")):
        folder = (ROOT / index.name).parent
        here = {str(path.relative_to(ROOT)) for path in folder.glob("*.md")} - {index.name}
        assert here <= {path for path, _ in targets(index)}


def test_the_readme_leads_to_the_documentation() -> None:
    """A stranger begins there."""
    assert "docs/README.md" in {path for path, _ in targets(page("README.md"))}
