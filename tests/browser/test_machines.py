"""What readers' software finds on the running site, and what admins say of the site itself."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site
from .test_journey import log_in

pytestmark = pytest.mark.browser

# The data blocks of a page, parsed by the browser itself.
GRAPH = """() => [...document.querySelectorAll('script[type="application/ld+json"]')]
  .flatMap((script) => JSON.parse(script.textContent)["@graph"])"""
HREFS = "links => links.map((link) => link.href)"


def test_every_kind_of_page_says_what_it_is_without_breaking_the_policy(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    page.goto("/")
    article = page.locator("main .article-card__title a[href^='/articles/']").first
    paths = {
        "/": "WebSite",
        "/columns/redis/": "CollectionPage",
        article.get_attribute("href"): "BlogPosting",
        "/about/": "AboutPage",
    }
    page.goto("/downloads/")
    package = page.locator("main .article-card__title a").first
    paths[package.get_attribute("href")] = "SoftwareApplication"
    for path, type_ in paths.items():
        page.goto(path)
        assert type_ in [node["@type"] for node in page.evaluate(GRAPH)], path
        image = page.get_attribute("meta[property='og:image']", "content")
        assert page.request.get(image).headers["content-type"].startswith("image/"), path
        address = page.get_attribute("meta[property='og:url']", "content")
        assert address == page.get_attribute("link[rel=canonical]", "href") == page.url


def test_a_feed_reader_finds_the_feeds_of_a_column_and_asks_again_cheaply(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    page.goto("/columns/redis/")
    found = page.eval_on_selector_all("link[rel=alternate]", HREFS)
    paths = [urlsplit(address).path for address in found]
    names = ["feed.xml", "atom.xml", "feed.json"]
    assert paths == [f"/columns/redis/{name}" for name in names] + [f"/{name}" for name in names]
    for path in paths:
        response = page.request.get(path)
        assert response.ok, path
        assert "<p>" in response.text() or "&lt;p&gt;" in response.text(), path
        again = page.request.get(path, headers={"If-None-Match": response.headers["etag"]})
        assert again.status == 304, path
    # Beside the list too, for whoever has no button for it in the browser.
    assert page.locator(".feed-links a[href='/columns/redis/feed.json']").is_visible()


def test_a_browser_finds_icons_manifest_and_how_to_search(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto("/")
    for selector in ("link[rel=icon]", "link[rel=apple-touch-icon]"):
        for address in page.eval_on_selector_all(selector, HREFS):
            assert page.request.get(address).ok, address
    assert page.request.get("/favicon.ico").headers["content-type"] == "image/x-icon"
    manifest = page.request.get(page.get_attribute("link[rel=manifest]", "href")).json()
    for icon in manifest["icons"]:
        assert page.request.get(icon["src"]).ok, icon
    described = page.request.get(page.get_attribute("link[rel=search]", "href")).text()
    (address,) = [
        element.get("template")
        for element in ET.fromstring(described).iter()  # noqa: S314  our own answer
        if element.get("type") == "text/html"
    ]
    page.goto(address.replace("{searchTerms}", "redis"))
    expect(page.locator("h1")).to_contain_text("redis")


def test_an_admin_names_the_site_and_warns_its_visitors(
    site: Site, open_page: Callable[..., Page]
) -> None:
    admin, visitor = open_page(), open_page(width=390)
    log_in(admin, site, "admin")
    admin.goto("/admin/content/sitesettings/")
    admin.wait_for_selector(".EasyMDEContainer")
    before = {name: admin.input_value(f"#id_{name}") for name in ("name", "notice", "icp_number")}
    said = {"name": "夜航船", "notice": "今晚十点维护。", "icp_number": "京ICP备12345678号-1"}

    def save(values: dict[str, str]) -> None:
        for name, text in values.items():
            admin.fill(f"#id_{name}", text)
        admin.click("input[name=_save]")
        expect(admin.locator(".messagelist .success")).to_be_visible()

    save(said)
    try:
        visitor.goto("/columns/")
        expect(visitor).to_have_title("全部栏目 · 夜航船")
        expect(visitor.locator(".notice")).to_contain_text("今晚十点维护。")
        expect(visitor.locator(".masthead__name")).to_have_text("夜航船")
        record = visitor.locator(".footer__records a")
        expect(record).to_have_text("京ICP备12345678号-1")
        expect(record).to_have_attribute("href", "https://beian.miit.gov.cn/")
        assert visitor.evaluate("() => document.documentElement.scrollWidth") <= 390
        visitor.click(".footer__links a[href='/about/']")
        expect(visitor.locator("main h1")).to_contain_text("夜航船")
    finally:
        save(before)
    visitor.goto("/columns/")
    expect(visitor.locator(".notice")).to_have_count(int(bool(before["notice"])))
