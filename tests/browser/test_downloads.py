"""Downloads: choosing a package, looking inside, its card in an article, the texts of its kind."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site

pytestmark = pytest.mark.browser


def test_a_visitor_chooses_by_kind_and_order_looks_inside_and_downloads(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    page.goto("/downloads/")
    page.locator('.choices a[href*="kind=plugin"]').click()
    page.locator('.choices a[href*="sort=downloads"]').click()
    expect(page.locator('.choices a[aria-current="true"]')).to_have_count(2)
    assert "kind=plugin" in page.url
    assert "sort=downloads" in page.url
    page.locator('.package-row a[href="/downloads/table-sieve/"]').click()
    for text in ("MIT", "jQuery 3.x"):
        expect(page.locator(".release-facts")).to_contain_text(text)
    expect(page.locator(".package-screenshots img")).to_have_count(2)
    expect(page.locator(".package-tiles li")).to_have_count(4)
    expect(page.locator(".disclaimer p")).to_have_count(3)
    with page.expect_download() as download:
        page.locator(".release-facts .button").click()
    assert download.value.suggested_filename.endswith("-1.0.3.zip")


def test_the_tree_of_a_package_opens_and_closes_without_javascript_and_fits_a_phone(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(390, 844, java_script_enabled=False, color_scheme="dark")
    page.goto("/downloads/xianchuang-admin/")
    script = page.locator(".directory-tree__file", has_text="charts.js")
    expect(script).to_be_visible()
    page.locator(".directory-tree summary", has_text="js/").click()
    expect(script).to_be_hidden()
    page.locator(".directory-tree summary", has_text="js/").click()
    expect(script).to_be_visible()
    for locator in (page.locator(".directory-tree"), page.locator(".package-screenshots h2")):
        box = locator.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


def test_paper_holds_the_facts_of_a_package_and_no_button(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/downloads/xianchuang-admin/")
    page.emulate_media(media="print")
    expect(page.locator(".release-facts .facts")).to_be_visible()
    expect(page.locator(".release-facts .button")).to_be_hidden()


def test_an_article_shows_a_package_where_it_speaks_of_it(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844)
    page.goto("/articles/html-enter-submits/")
    card = page.locator(".package-embed")
    expect(card).to_have_count(1)
    card.scroll_into_view_if_needed()  # the picture waits for it
    expect(card.locator("img")).to_have_js_property("complete", True)
    with page.expect_download() as download:
        card.locator(".button").click()
    assert download.value.suggested_filename.endswith(".zip")
    card.locator(".package-embed__title a").click()
    expect(page).to_have_url("/downloads/tag-basket/")


def test_an_admin_sees_how_a_text_reads_while_typing_it_and_visitors_read_it_at_once(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto("/admin/login/?next=/admin/downloads/kindtext/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", site.passwords["admin"])
    page.press("#id_password", "Enter")
    page.locator("#result_list a").last.click()
    preview = page.locator('.kind-text-preview[data-field="purpose"]')
    expect(preview).not_to_be_empty()
    before = page.input_value("#id_purpose")
    try:
        page.fill("#id_purpose", "{kind}、{licence}、<i>，压缩包里有：")
        expect(preview).to_have_text("建站模板、MIT、<i>，压缩包里有：")
        page.locator('input[name="_continue"]').click()
        page.goto("/downloads/zhexian-event/")
        expect(page.locator("main")).to_contain_text("建站模板、MIT、<i>，压缩包里有：")
    finally:
        page.goto("/admin/downloads/kindtext/")
        page.locator("#result_list a").last.click()
        page.fill("#id_purpose", before)
        page.locator('input[name="_save"]').click()
        expect(page.locator(".messagelist .success")).to_be_visible()
