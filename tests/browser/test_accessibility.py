"""axe finds nothing on any type of page, wide and light, narrow and dark."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAGES = {
    "home": "/",
    "second page": "/?page=2",
    "all columns": "/columns/",
    "group": "/columns/da-shu-ju-ji-shu/",
    "column": "/columns/flink/",
    "all tags": "/tags/",
    "tag": "/tags/redis/",
    "author": "/authors/yan-xia-qing-shi/",
    "all months": "/archive/",
    "articles": "/articles/",
    "article": "/articles/flink-checkpoint-alignment/",
    "reprint": "/articles/commit-messages-for-later/",
    "sources": "/sources/",
    "glossary": "/glossary/",
    "downloads": "/downloads/",
    "package": "/downloads/table-sieve/",
    "search": "/search/",
    "results": "/search/?q=检查点",
    "no results": "/search/?q=魑魅魍魉",
    "about": "/about/",
    "not found": "/articles/nothing-here/",
    "login": "/admin/login/",
}
# Reached by a link on another page, as a visitor would.
LINKS = {
    "month": ("/archive/", "main a[href^='/archive/2']"),
    "source": ("/sources/", "main a[href^='/sources/']"),
    "report": ("/downloads/table-sieve/", "main a[href^='/report/']"),
}


def complaints(page: Page) -> list[str]:
    """What axe says of the page, a line for each rule and place."""
    found = Axe().run(page).response["violations"]
    return [f"{it['id']}: {node['html'][:120]}" for it in found for node in it["nodes"]]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_on_any_type_of_page(
    open_page: Callable[..., Page], width: int, scheme: str
) -> None:
    page = open_page(width=width, color_scheme=scheme)
    found: dict[str, list[str]] = {}
    for name, address in PAGES.items():
        response = page.goto(address)
        assert response is not None
        assert response.status == (404 if name == "not found" else 200), name
        found[name] = complaints(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    for name, (start, link) in LINKS.items():
        page.goto(start)
        page.goto(page.locator(link).first.get_attribute("href") or "")
        found[name] = complaints(page)
    assert {name: said for name, said in found.items() if said} == {}
