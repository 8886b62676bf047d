"""A visitor reads and downloads; the numbers say so once, and say how they count."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site

pytestmark = pytest.mark.browser

# Not the name that a driven chromium gives, which says that it is a program.
READER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 test"
HIDDEN = (
    "Object.defineProperty(document, 'visibilityState', { get: () => window.state || 'hidden' })"
)
VIEWS = ".byline .number:has(.count-rule)"
SHOW = "window.state = 'visible'; document.dispatchEvent(new Event('visibilitychange'))"


def number(page: Page, place: str) -> int:
    text = page.locator(place).inner_text()
    found = re.search(r"\d+", text)
    assert found is not None, text
    return int(found[0])


def fold(site: Site) -> None:
    site.manage("fold_counts")


def test_a_page_is_counted_once_however_often_it_is_opened(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = open_page(width=390, user_agent=f"{READER} counts")
    page.goto("/")
    address = page.locator(".article-card__title a").first.get_attribute("href")
    assert address is not None
    before = None
    for _time in range(2):
        with page.expect_response("**/count/**") as told:
            page.goto(address)
        assert told.value.status == 204
        before = number(page, VIEWS) if before is None else before
    # The rule is readable, not a tooltip.
    expect(page.locator(".byline .count-rule")).to_be_visible()
    fold(site)
    page.reload()
    assert number(page, VIEWS) == before + 1


def test_a_page_is_counted_when_it_is_seen_and_again_nobody(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = open_page(user_agent=f"{READER} hidden")
    page.goto("/")
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.url) if "/count/" in request.url else None
    )
    page.add_init_script(HIDDEN)

    def beacons() -> int:
        return sum("/count/" in url for url in sent)

    page.locator(".article-card__title a").first.click()
    page.wait_for_load_state("networkidle")
    assert beacons() == 0
    with page.expect_response("**/count/**"):
        page.evaluate(SHOW)
    assert beacons() == 1
    # Back from the browser's own cache: the page was never made anew.
    with page.expect_response("**/count/**"):
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")


def test_a_file_that_is_downloaded_twice_is_one_download(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = open_page(user_agent=f"{READER} downloads")
    page.goto("/downloads/")
    page.locator(".package-row .article-card__title a").first.click()
    place = ".release-facts dd:has(.count-rule)"
    before = number(page, place)
    for _time in range(2):
        with page.expect_download() as started:
            page.locator(".release-facts a.button").click()
        assert started.value.failure() is None
    fold(site)
    page.reload()
    assert number(page, place) == before + 1
    expect(page.locator(f"{place} .count-rule")).to_be_visible()
