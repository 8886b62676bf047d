"""Reading: terms explained in place, the table of contents that follows, the glossary, paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site

pytestmark = pytest.mark.browser

ADDRESS = "/articles/reading-test/"
# What visitors read here; the demo content is somebody else's to change.
MAKE = """
from articles.models import Article, FurtherReading, Term
Term.objects.filter(slug__startswith="browser").delete()
Term.objects.create(name="browser-term", aliases=["测试术语甲"], explanation="这是解释甲。")
target = Article.objects.filter(kind="article", status="published").first()
sections = "".join(f"\\n\\n## 第{n}节\\n\\n" + "一段正文。\\n\\n" * 30 for n in range(1, 5))
article = Article(
    title="读一读", slug="reading-test", status="published",
    column=target.column,
    body="开头有测试术语甲，后面还有测试术语甲。"
    f"\\n\\n[链接]({target.get_absolute_url()}){sections}",
)
article.full_clean(exclude=["slug"])
article.save()
FurtherReading.objects.create(article=article, title="接着读", url="https://example.com/next")
"""


@pytest.fixture(scope="module")
def address(site: Site) -> str:
    """The address of an article with a term, a card, four sections and further reading."""
    site.manage("shell", "-c", MAKE)
    return ADDRESS


def test_a_term_is_explained_by_hover_and_focus_and_put_away_by_escape(
    address: str, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(address)
    expect(page.locator(".prose .term")).to_have_count(1)
    name, note = page.locator(".term__name"), page.locator(".term__note")
    expect(note).to_be_hidden()
    name.hover()
    expect(note).to_be_visible()
    expect(note).to_contain_text("这是解释甲。")
    note.hover()  # one may go there with the pointer
    expect(note).to_be_visible()
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    page.mouse.move(0, 0)
    name.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(name).to_be_focused()
    expect(note).to_be_visible()
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()
    # Within the column of the text, whatever the word's place in its line.
    name.hover()
    box, text = note.bounding_box(), page.locator(".prose").bounding_box()
    assert box["x"] + box["width"] <= text["x"] + text["width"] + 1
    # Copied text is the text.
    copied = page.evaluate(
        "() => { getSelection().selectAllChildren(document.querySelector('.prose p'));"
        " return getSelection().toString(); }"
    )
    assert copied.strip() == "开头有测试术语甲，后面还有测试术语甲。"


def test_a_tap_explains_a_term_and_another_tap_puts_it_away(
    address: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(width=390, height=844, has_touch=True, is_mobile=True)
    page.goto(address)
    note = page.locator(".term__note")
    page.locator(".term__name").tap()
    expect(note).to_be_visible()
    expect(note).to_be_in_viewport(ratio=1)
    assert page.url.endswith(address)
    page.locator(".term__name").tap()
    expect(note).to_be_hidden()
    page.locator(".term__name").tap()
    page.locator("h1").tap()
    expect(note).to_be_hidden()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_without_javascript_a_term_leads_to_the_glossary(
    address: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(address)
    page.hover(".term__name")
    expect(page.locator(".term__note")).to_be_visible()
    page.click(".term__name")
    entry = page.locator(".term-entry:target")
    expect(entry).to_contain_text("这是解释甲。")
    expect(entry).to_be_in_viewport()
    expect(page.locator(".glossary-filter")).to_be_hidden()


def test_the_glossary_is_filtered_while_one_types(
    address: str, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto("/glossary/")
    page.fill("#glossary-filter", "测试术语")
    expect(page.locator(".term-entry:visible")).to_have_count(1)
    page.fill("#glossary-filter", "没有这个词")
    expect(page.locator(".term-entry:visible")).to_have_count(0)
    expect(page.locator(".glossary-filter__none")).to_be_visible()


def test_a_link_alone_on_its_line_shows_the_card_of_what_it_leads_to(
    address: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(width=390)
    page.goto(address)
    link = page.locator(".article-embed a")
    title = link.inner_text()
    link.click()
    expect(page.locator("h1")).to_have_text(title)


def test_further_reading_stands_below_the_text(
    address: str, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(address)
    link = page.locator(".reading__foot .further-reading a", has_text="接着读")
    expect(link).to_have_attribute("rel", "nofollow noopener noreferrer")


def test_the_table_of_contents_follows_beside_the_text(
    address: str, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto(address)
    current = page.locator(".toc [aria-current]")
    expect(current).to_have_count(0)
    page.locator(".prose h2").nth(1).evaluate("(heading) => heading.scrollIntoView()")
    expect(current).to_have_text("第2节")
    expect(current).to_be_in_viewport()
    page.locator(".toc a", has_text="第4节").click()
    expect(current).to_have_text("第4节")
    page.evaluate("() => window.scrollTo(0, 0)")
    expect(current).to_have_count(0)


def test_the_table_of_contents_is_folded_on_a_phone(
    address: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(width=390, height=844)
    page.goto(address)
    entry = page.locator(".toc a", has_text="第3节")
    expect(entry).to_be_hidden()
    page.click(".toc summary")
    entry.click()
    expect(page.locator(".prose h2", has_text="第3节")).to_be_in_viewport()
    expect(entry).to_be_hidden()


def test_paper_holds_the_text_and_the_addresses_and_nothing_to_press(
    address: str, open_page: Callable[..., Page]
) -> None:
    page = open_page(color_scheme="dark")
    page.goto(address)
    page.emulate_media(media="print")
    for hidden in (".masthead", ".toc", ".page__aside", ".neighbours", ".report-link", ".footer"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".reading__address")).to_contain_text(address)
    colours = page.evaluate(
        "() => [getComputedStyle(document.body).backgroundColor,"
        " getComputedStyle(document.querySelector('.prose')).color,"
        " getComputedStyle(document.querySelector('.further-reading a'), '::after').content]"
    )
    assert colours[0] in {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
    assert colours[1] == "rgb(0, 0, 0)"
    assert "https://example.com/next" in colours[2]


def test_reprints_lead_to_all_reprints_of_their_source(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    page.goto("/articles/?kind=reprint")
    page.locator("main .article-card__title a").first.click()
    host = page.locator(".reprint-source__more a")
    host.click()
    expect(page.locator("h1")).to_contain_text(".")
    expect(page.locator("main .article-card").first).to_be_visible()
    page.click(".page-foot a")
    expect(page.locator(".sources li").first).to_be_visible()
