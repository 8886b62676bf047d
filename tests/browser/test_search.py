"""Search as a visitor meets it: suggestions, filters in place, a phone, without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

BOX = ".page--search [name=q]"
OPTIONS = ".page--search [role=option]"


def search(page: Page, text: str) -> None:
    page.goto("/search/")
    page.fill(BOX, text)
    page.press(BOX, "Enter")
    page.wait_for_url(re.compile(r"/search/\?.*q="))


def total(page: Page) -> int:
    return int(re.search(r"\d+", page.locator("#search-total").inner_text())[0])


def test_filters_narrow_in_place_with_history_and_focus(open_page: Callable[..., Page]) -> None:
    page = open_page()
    search(page, "的")
    everything = total(page)
    page.evaluate("window.stays = true")
    kind = page.locator("#search-filters a[id^=search-kind-]").first
    identifier, count = kind.get_attribute("id"), int(kind.locator(".number").inner_text())
    kind.press("Enter")
    page.wait_for_url(re.compile("kind="))
    expect(page.locator(f"#{identifier}")).to_be_focused()
    expect(page.locator(f"#{identifier}")).to_have_attribute("aria-current", "true")
    assert total(page) == count
    page.locator("a[id^=search-year-]").first.click()
    page.wait_for_url(re.compile("from="))
    expect(page.locator(".search-chip")).to_have_count(2)
    page.go_back()
    expect(page.locator(".search-chip")).to_have_count(1)
    page.go_back()
    expect(page.locator(".search-chip")).to_have_count(0)
    assert total(page) == everything
    page.locator("#search-sort-2").click()
    page.wait_for_url(re.compile("sort=time"))
    times = page.locator(".search-results time").evaluate_all("all => all.map(t => t.dateTime)")
    assert times == sorted(times, reverse=True)
    if everything > 10:
        page.locator(".pagination [rel=next]").click()
        page.wait_for_url(re.compile("page=2"))
        expect(page.locator("#search-total")).to_be_focused()
    assert page.evaluate("window.stays") is True


def test_suggestions_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/search/")
    box = page.locator(BOX)
    expect(box).to_have_attribute("role", "combobox")
    box.press_sequentially("redi")
    expect(page.locator(OPTIONS).first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    first = page.locator(OPTIONS).first
    expect(first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == first.get_attribute("id")
    box.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("redi")
    box.press("ArrowDown")
    expect(page.locator(OPTIONS).first).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")
    page.wait_for_url(re.compile("/(articles|downloads)/|q="))


def test_recent_searches_stay_in_the_browser_and_can_be_deleted(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    for text in ("检查点", "缓存", "索引"):
        search(page, text)
    # On the page of results filters swap the box as well: it is enhanced again.
    page.goto("/search/")
    page.click(BOX)
    texts = page.locator(f"{OPTIONS} .suggestions__text")
    assert texts.all_inner_texts()[:3] == ["索引", "缓存", "检查点"]
    page.locator(".suggestions__remove").nth(1).click()
    assert texts.all_inner_texts()[:2] == ["索引", "检查点"]
    page.press(BOX, "ArrowDown")
    page.press(BOX, "Delete")
    assert texts.all_inner_texts()[:1] == ["检查点"]
    page.locator(OPTIONS).last.click()
    expect(page.locator(".page--search .suggestions")).not_to_be_visible()
    assert page.evaluate("localStorage.getItem('searched')") is None


def test_a_tag_of_the_sidebar_lists_what_carries_it(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/")
    page.locator(".tag-cloud a").first.click()
    page.wait_for_url(re.compile(r"/search/\?tag="))
    expect(page.locator("#search-chip-tag")).to_be_visible()
    assert total(page) > 0


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_on_a_phone_everything_fits_and_works_without_scripts(
    open_page: Callable[..., Page], scripts: bool
) -> None:
    page = open_page(390, 844, java_script_enabled=scripts, has_touch=True, is_mobile=True)
    page.goto("/search/?q=机制")
    everything = total(page)
    page.locator(".search-head__to-filters").tap()
    link = page.locator("#search-filters a[id^=search-column-]").first
    expect(link).to_be_in_viewport(ratio=0.1)
    assert link.bounding_box()["height"] >= 44
    link.tap()
    page.wait_for_url(re.compile("column="))
    expect(page.locator(".search-chip")).to_have_count(1)
    assert 0 < total(page) <= everything
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".search-chip").tap()
    expect(page.locator(".search-chip")).to_have_count(0)
    page.locator("[name=from]").fill("2001-01-01")
    page.locator(".search-days button").tap()
    page.wait_for_url(re.compile("from=2001-01-01"))
    expect(page.locator(".search-chip")).to_have_count(1)


def test_no_results_offer_other_ways(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/search/?q=机制&from=2999")
    expect(page.locator(".search-nothing")).to_be_visible()
    page.locator(".search-nothing a[href*='/search/']").first.click()
    expect(page.locator(".search-results > li").first).to_be_visible()
    page.goto("/search/?q=zzqqxxyy")
    page.locator(".search-nothing a[href^='/columns/']").first.click()
    page.wait_for_url(re.compile("/columns/"))
