"""From a first draft to a removal and back, as an editor, a visitor and an admin see it."""

import re
import zipfile
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site

pytestmark = pytest.mark.browser

TEXT = """流处理作业重启之后，检查点决定从哪里继续。

## 屏障对齐

**注意：**请看下面的例子，完整说明在 https://example.com/docs。后文照旧。
"""

# Puts a drawn picture on the clipboard of a paste event, as a screenshot tool would.
PASTE = """async (mark) => {
  const canvas = document.createElement("canvas");
  canvas.width = 320; canvas.height = 200;
  const context = canvas.getContext("2d");
  context.fillStyle = "#0f5c6e"; context.fillRect(0, 0, 320, 200);
  context.fillStyle = "#fff"; context.fillRect(40, 40, mark % 240, 20);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const data = new DataTransfer();
  data.items.add(new File([blob], "截图.png", { type: "image/png" }));
  const target = document.querySelector(".CodeMirror textarea");
  target.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
  );
}"""


def log_in(page: Page, site: Site, name: str) -> None:
    page.goto("/admin/login/?next=/admin/")
    page.fill("#id_username", name)
    page.fill("#id_password", site.passwords[name])
    page.click("input[type=submit]")
    expect(page.locator("#content-main")).to_be_visible()


def choose_column(page: Page, name: str) -> None:
    page.click(".field-column .select2-selection")
    page.fill(".select2-search__field", name)
    page.click(f".select2-results__option:not(.loading-results):has-text('{name}')")


def write(page: Page, title: str, mark: int) -> str:
    """Write and publish an article with a pasted picture, drawn by `mark`; its address."""
    page.goto("/admin/articles/article/add/")
    page.wait_for_selector(".EasyMDEContainer")
    page.fill("#id_title", title)
    choose_column(page, "Flink")
    page.fill("#id_tags", "检查点、Flink")
    page.select_option("#id_status", "published")
    page.click(".CodeMirror")
    page.keyboard.insert_text(TEXT)
    page.evaluate(PASTE, mark)
    page.wait_for_function(
        "() => document.querySelector('textarea[data-markdown]').value.includes('/pictures/')"
    )
    page.click("input[name=_continue]")
    expect(page.locator(".messagelist .success")).to_be_visible()
    return page.locator("a.viewsitelink, .object-tools a[href^='/articles/']").first.get_attribute(
        "href"
    )


def report(page: Page, words: str) -> str:
    """Report what the page shows; the code of the case."""
    page.click(".report-link a")
    page.check("input[name=reason][value=copyright]")
    page.fill("textarea[name=words]", words)
    page.click("main form [type=submit]")
    page.wait_for_url(re.compile("/case/"))
    return re.search(r"/case/(\w+)/", page.url)[1]


def decide(page: Page, title: str, action: str, reason: str) -> None:
    page.goto(f"/admin/reports/case/?q={title}")
    page.click(f"#result_list a:has-text('{title}')")
    page.check(f"input[name=action][value={action}]")
    page.fill("textarea[name=reason]", reason)
    page.click(".submit-row input[type=submit]")
    expect(page.locator(".messagelist .success")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_from_a_draft_to_a_removal_and_back(
    site: Site, open_page: Callable[..., Page], width: int
) -> None:
    title = f"浏览器里写的检查点文章 {width}"
    editor, visitor, admin = (open_page(width=width) for _index in range(3))

    log_in(editor, site, "editor")
    address = write(editor, title, mark=width % 200)

    # A visitor finds it by search, at once, and reads it with its picture.
    visitor.goto("/")
    visitor.fill(".masthead .search-box [name=q]", "屏障对齐 检查点")
    visitor.press(".masthead .search-box [name=q]", "Enter")
    expect(visitor.locator("h1")).to_contain_text("[屏障对齐 检查点]的搜索结果")
    expect(visitor.locator("mark").first).to_be_visible()
    visitor.click(f"main a:has-text('{title}')")
    expect(visitor.locator("h1")).to_have_text(title)
    assert visitor.url.endswith(address)
    expect(visitor.locator("main strong", has_text="注意：")).to_be_visible()
    link = visitor.locator("main a[href='https://example.com/docs']")
    expect(link).to_have_text("https://example.com/docs")
    picture = visitor.locator("main img[src^='/pictures/']")
    picture.scroll_into_view_if_needed()
    visitor.wait_for_function(
        "() => document.querySelector(\"main img[src^='/pictures/']\").naturalWidth === 320"
    )
    picture_address = picture.get_attribute("src")
    assert visitor.evaluate("() => document.documentElement.scrollWidth") <= width
    code = report(visitor, "这篇文章抄袭了我的博客。")
    expect(visitor.locator("main")).to_contain_text(code)

    # The admin removes it: at the next request it is gone everywhere.
    log_in(admin, site, "admin")
    decide(admin, title, "remove", "核实为抄袭。")
    assert visitor.goto(address).status == 410
    # Past the cache of the browser, which keeps what it has for some minutes.
    assert visitor.request.get(picture_address).status == 404
    for path in ("/", "/columns/flink/", "/feed.xml", "/search/?q=屏障对齐"):
        response = visitor.goto(path) if path != "/feed.xml" else None
        body = response.text() if response else visitor.request.get(path).text()
        assert title not in body.replace("<mark>", "").replace("</mark>", ""), path

    decide(admin, title, "restore", "作者出示了授权。")
    assert visitor.goto(address).status == 200
    visitor.goto(f"/case/{code}/")
    expect(visitor.locator("main")).not_to_contain_text("这篇文章抄袭了我的博客。")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_visitor_looks_into_a_package_and_downloads_it(
    site: Site, open_page: Callable[..., Page], width: int
) -> None:
    page = open_page(width=width)
    page.goto("/downloads/?kind=plugin")
    page.click("main a:has-text('table-sieve')")
    expect(page.locator(".release-facts")).to_contain_text("KB")
    expect(page.locator(".directory-tree")).to_contain_text("package.json")
    with page.expect_download() as started:
        page.click("text=点我下载")
    assert started.value.suggested_filename.endswith("-1.0.3.zip")
    with zipfile.ZipFile(started.value.path()) as archive:
        assert archive.testzip() is None
        assert any(name.endswith("package.json") for name in archive.namelist())


def test_the_site_can_be_read_without_javascript(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/")
    page.click(".menu__all > summary")
    page.click(".menu__panel a:has-text('Redis')")
    expect(page.locator("h1")).to_contain_text("Redis")
    page.locator("main article a, main .article-card__title a").first.click()
    expect(page.locator("main article, main .prose").first).to_be_visible()
    page.fill(".search-box [name=q]", "令牌")
    page.press(".search-box [name=q]", "Enter")
    expect(page.locator("mark").first).to_be_visible()


def test_what_an_editor_typed_survives_a_refusal(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    log_in(page, site, "editor")
    page.goto("/admin/articles/article/add/")
    page.wait_for_selector(".EasyMDEContainer")
    page.fill("#id_title", "没有栏目的文章")
    page.click(".CodeMirror")
    page.keyboard.insert_text("写了很久的正文。")
    page.click("input[name=_save]")
    expect(page.locator(".field-column .errorlist")).to_be_visible()
    assert page.input_value("#id_title") == "没有栏目的文章"
    value = page.evaluate("() => document.querySelector('textarea[data-markdown]').value")
    assert "写了很久的正文。" in value
