"""Every component photographed in both themes, on a desk and on a phone."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.blogsite.sites import Site

from .conftest import SCREENSHOTS

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def development() -> Iterator[Site]:
    """A site in development, without demo content: the samples are its own."""
    site = Site(DEBUG="on")
    try:
        site.start()
        yield site
    finally:
        site.stop()


@pytest.fixture
def site(development: Site) -> Site:
    """For `open_page`, in place of the site of the other tests."""
    return development


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_components_hold_in_every_width_and_theme(
    open_page: Callable[..., Page], theme: str, width: int
) -> None:
    page = open_page(width=width)
    failed: list[str] = []
    page.on("response", lambda it: failed.append(it.url) if it.status >= 400 else None)
    page.goto(f"/styleguide/components/?theme={theme}")
    expect(page.locator("html")).to_have_attribute("data-theme", theme)
    page.evaluate("() => document.querySelectorAll('img').forEach((it) => (it.loading = 'eager'))")
    page.wait_for_function(
        "() => [...document.images].every((it) => it.complete && it.naturalWidth > 0)"
    )
    page.screenshot(path=SCREENSHOTS / f"styleguide-{theme}-{width}.png", full_page=True)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    assert failed == []


def test_both_themes_stand_side_by_side(open_page: Callable[..., Page]) -> None:
    page = open_page(width=1600)
    page.goto("/styleguide/")
    light, dark = (page.frame_locator(f"iframe[title={theme}]") for theme in ("light", "dark"))
    grounds = [
        frame.locator("body").evaluate("(body) => getComputedStyle(body).backgroundColor")
        for frame in (light, dark)
    ]
    assert grounds[0] != grounds[1]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(open_page: Callable[..., Page], theme: str) -> None:
    page = open_page()
    page.goto(f"/styleguide/components/?theme={theme}")
    found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
    assert [node["html"] for rule in found for node in rule["nodes"]] == []
