"""The menu of columns by mouse, finger and keyboard, and without JavaScript, wide and narrow."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PANEL = ".menu__panel"
SUMMARY = ".menu__all > summary"
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
# Every link of the panel with its place, as it can be met by scrolling the page.
PLACES = """() => [...document.querySelectorAll(".menu__panel a")].map((link) => {
  const box = link.getBoundingClientRect();
  return { name: link.textContent, href: link.getAttribute("href"), width: box.width,
    height: box.height, left: box.left, right: box.right };
})"""
# What lies under the middle of a link, once it was scrolled to.
HIT = """(link) => {
  link.scrollIntoView({ block: "center" });
  const box = link.getBoundingClientRect();
  const found = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return found === link || link.contains(found);
}"""


def open_menu(page: Page, path: str = "/") -> list[dict]:
    page.goto(path)
    expect(page.locator(PANEL)).not_to_be_visible()
    page.locator(SUMMARY).tap() if page.evaluate(
        "() => navigator.maxTouchPoints > 0"
    ) else page.click(SUMMARY)
    expect(page.locator(PANEL)).to_be_visible()
    return page.evaluate(PLACES)


def check_every_column_is_there(page: Page, places: list[dict], width: int) -> None:
    columns = [place for place in places if place["href"].startswith("/columns/")]
    names = {place["name"] for place in columns}
    assert {"c#", "c++", ".net", "Go Gin", "资源", "JQuery插件下载", "系统与容器"} <= names
    assert len({place["href"] for place in columns}) >= 11 + 85
    assert all(place["left"] >= 0 and place["right"] <= width for place in places)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_by_mouse_on_a_wide_screen(open_page: Callable[..., Page]) -> None:
    page = open_page()
    places = open_menu(page)
    check_every_column_is_there(page, places, 1280)
    # The groups stand beside it on one line, each a link to its page.
    tops = page.eval_on_selector_all(
        ".menu__groups a", "links => links.map((link) => link.getBoundingClientRect().top)"
    )
    assert len(tops) == 11
    assert len(set(tops)) == 1
    page.mouse.click(640, 890)
    expect(page.locator(PANEL)).not_to_be_visible()
    page.click(SUMMARY)
    page.click(f"{PANEL} a:text-is('c++')")
    expect(page.locator("h1")).to_have_text("c++")
    assert page.locator(f"{PANEL} a[aria-current='page']").text_content() == "c++"
    assert page.locator(".menu__groups a[aria-current]").text_content() == "服务端和客户端"
    page.go_back()
    expect(page.locator(PANEL)).not_to_be_visible()
    page.click(".menu__groups a:text-is('数据库')")
    expect(page.locator("main .group-columns a")).to_have_count(3)


def test_by_finger_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(**PHONE)
    places = open_menu(page)
    check_every_column_is_there(page, places, 390)
    assert [place for place in places if place["height"] < 44 or place["width"] < 44] == []
    for name in ("HTML", "c#", "JQuery插件下载"):
        assert page.locator(f"{PANEL} a:text-is('{name}')").evaluate(HIT), name
    # Nothing scrolls but the page.
    assert page.evaluate(
        "() => { const panel = document.querySelector('.menu__panel');"
        " return panel.scrollHeight <= panel.clientHeight; }"
    )
    page.locator(f"{PANEL} a:text-is('c#')").tap()
    expect(page.locator("h1")).to_have_text("c#")


def test_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/")
    page.focus(SUMMARY)
    page.keyboard.press("Enter")
    expect(page.locator(PANEL)).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "前端技术"
    page.keyboard.press("Escape")
    expect(page.locator(PANEL)).not_to_be_visible()
    assert page.evaluate("() => document.activeElement.matches('.menu__all > summary')")
    page.keyboard.press("Space")
    # What has the focus is in view, down to the last; behind it the menu is out of the way.
    last = page.locator(f"{PANEL} a").last
    last.focus()
    expect(last).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(page.locator(PANEL)).not_to_be_visible()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("() => document.activeElement.matches('.menu__all > summary')")
    page.keyboard.press("Enter")
    page.locator(f"{PANEL} a:text-is('Redis')").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Redis")


@pytest.mark.parametrize("size", [{"width": 1280}, PHONE], ids=["wide", "phone"])
def test_without_javascript(open_page: Callable[..., Page], size: dict) -> None:
    page = open_page(java_script_enabled=False, **size)
    page.goto("/columns/")
    page.click(SUMMARY)
    expect(page.locator(PANEL)).to_be_visible()
    page.click(f"{PANEL} a:text-is('Kubernetes')")
    expect(page.locator("h1")).to_have_text("Kubernetes")
    # The page of all columns has them too, for whoever does not open the menu.
    page.goto("/columns/")
    assert page.locator("main .column-index a").count() >= 11 + 85
