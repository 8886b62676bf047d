"""The sidebar as a reader meets it: beside a list, below a text, on a phone, without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site

pytestmark = pytest.mark.browser

SAYINGS = """
from content.models import Command, Verse
for number in range(12):
    Command.objects.get_or_create(command=f"uptime --{number}", defaults={"meaning": "看负载。"})
    Verse.objects.get_or_create(text=f"逝者如斯夫，不舍昼夜。{number}", defaults={"author": "孔子"})
"""
BOXES = [".tag-cloud", "[role=search]", ".command", ".sidebar-months", ".verse"]


@pytest.fixture(autouse=True, scope="module")
def sayings(site: Site) -> None:
    """Enough to draw from, whatever else the demo has."""
    site.manage("shell", "-c", SAYINGS)


def test_reader_finds_every_box_and_a_click_on_a_tag_searches_for_it(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    page.goto("/")
    aside = page.locator(".page__aside")
    for box in BOXES:
        expect(aside.locator(box)).to_be_visible()
    expect(aside.locator(".sidebar-entries")).to_have_count(2)
    tag = aside.locator(".tag-cloud a").first
    name = tag.inner_text()
    tag.click()
    page.wait_for_url(re.compile(r"/search/\?tag="))
    expect(page).to_have_title(re.compile(re.escape(name)))
    expect(page.locator(".search-results > li").first).to_be_visible()


def test_what_is_random_is_drawn_anew_at_every_visit(open_page: Callable[..., Page]) -> None:
    page = open_page()
    seen = set()
    for _visit in range(12):
        page.goto("/columns/")
        page.goto("/")
        expect(page.locator(".page__aside .command")).to_have_count(1)
        expect(page.locator(".page__aside .verse")).to_have_count(1)
        expect(page.locator("[data-draw='5'] > li")).to_have_count(5)
        hues = page.locator(".tag-cloud__tag").evaluate_all("tags => tags.map(t => t.className)")
        seen.add((page.locator(".command__line").inner_text(), tuple(hues)))
    # Without a script there are eight draws.
    assert len(seen) > 8


def test_below_an_article_stands_what_to_read_next(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/")
    page.locator(".article-card:not(.package-row) h2 a").first.click()
    page.wait_for_url(re.compile("/articles/"))
    here = page.url
    text, aside = page.locator("main"), page.locator(".page__aside")
    assert aside.bounding_box()["y"] >= sum(text.bounding_box()[side] for side in ("y", "height"))
    page.locator(".sidebar-box--recommended a").first.click()
    page.wait_for_url(re.compile("/(articles|downloads)/[^/]+/"))
    assert page.url != here
    page.locator(".sidebar-months a").first.click()
    page.wait_for_url(re.compile(r"/archive/\d+/\d+/"))
    page.click(".page__aside a[href='/archive/']")
    expect(page.locator(".archive-year a").first).to_be_visible()


def test_without_scripts_everything_is_there_and_the_search_works(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/")
    for box in (*BOXES, ".sidebar-box--recommended"):
        assert page.locator(f".page__aside {box}").count() == 1
    box = page.locator(".page__aside [role=search]")
    box.locator("[name=q]").fill("检查点")
    box.locator("button").click()
    page.wait_for_url(re.compile(r"/search/\?column=&q="))
    assert page.locator(".search-results > li").count() > 0


def test_on_a_phone_the_sidebar_follows_the_list_and_fits(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844)
    for address in ("/", "/tags/", "/archive/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    page.goto("/")
    text, aside = page.locator("main"), page.locator(".page__aside")
    assert aside.bounding_box()["y"] >= sum(text.bounding_box()[side] for side in ("y", "height"))
