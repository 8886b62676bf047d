"""An admin hears what visitors look for and do not find, and mends it at once."""

from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site

pytestmark = pytest.mark.browser

READER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 test"
# A word of nobody's, so that no other test searches it.
WORD = "缀星法"


def log_in(page: Page, site: Site) -> None:
    page.goto("/admin/search/querycount/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", site.passwords["admin"])
    page.click("[type=submit]")
    # The page of the login may still be there, or none at all: what follows needs the desk.
    expect(page.locator(".desk-tabs").first).to_be_visible()


def fold(site: Site) -> None:
    command = "from search import querylog; querylog.fold(settled_seconds=0)"
    site.manage("shell", "--no-imports", "-c", command)


def test_query_without_results_gets_a_synonym_and_a_pin_that_are_live_at_once(
    open_page: Callable[..., Page], site: Site
) -> None:
    reader, admin = open_page(user_agent=READER), open_page()
    reader.goto(f"/search/?q={WORD}")
    expect(reader.locator(".search-results > li")).to_have_count(0)
    fold(site)

    log_in(admin, site)
    admin.click(".desk-tabs a[href*='only=empty']")
    row = admin.locator(".desk-table tr", has_text=WORD)
    row.locator("a[href$='#synonyms']").click()
    # Opened at its form, which has the query already.
    admin.locator("#id_words").press("End")
    admin.locator("#id_words").press_sequentially("检查点")
    admin.click("button[value=synonym]")
    expect(admin.locator(".messagelist .success a")).to_have_attribute(
        "href", f"/search/?q={quote(WORD)}"
    )
    reader.reload()
    first = reader.locator(".search-results .result__title").first.inner_text()

    # What stands last is pinned, and stands first.
    last = admin.locator("#pins form:has(button[name=pin])").last
    title = last.locator("xpath=../a").inner_text()
    assert title != first
    last.locator("button").click()
    reader.reload()
    expect(reader.locator(".search-results .result__title").first).to_have_text(title)

    # A reader follows it, and the desk says so.
    with reader.expect_response("**/search/click") as told:
        reader.locator(".search-results .result__title a").first.click()
    assert told.value.status == 204
    fold(site)
    admin.goto("/admin/search/querycount/")
    cells = admin.locator(".desk-table tr", has_text=WORD).locator("td.desk-number")
    expect(cells.nth(2)).to_have_text("1")

    admin.goto(f"/admin/search/querycount/query/?q={WORD}")
    admin.locator("#pins form:has(input[value=unpin]) button").click()
    reader.goto(f"/search/?q={WORD}")
    expect(reader.locator(".search-results .result__title").first).to_have_text(first)


def test_index_is_checked_and_repaired_from_a_telephone(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = open_page(width=390)
    log_in(page, site)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("a[href$='/health/']")
    page.click("button[value=check]")
    expect(page.locator(".desk-checked")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
