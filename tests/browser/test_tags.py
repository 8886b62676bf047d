"""An admin merges two tags; a visitor's old link still leads there, and writers get the one."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site
from .test_journey import log_in

pytestmark = pytest.mark.browser

MAKE = """
from articles.models import Article
from content.models import Tag
article = Article.objects.visible().first()
article.tags.add("合并甲", "合并乙")
Tag.objects.filter(name="合并乙").update(slug="merged-away")
"""


def test_merged_tags_are_one_for_admins_visitors_and_writers(
    open_page: Callable[..., Page], site: Site
) -> None:
    site.manage("shell", "--verbosity=0", "-c", MAKE)
    page = open_page()
    log_in(page, site, "admin")
    page.goto("/admin/content/tag/?q=合并")
    page.check("#action-toggle")
    page.select_option("select[name=action]", "merge_selected")
    page.click("button[name=index]")
    page.check("tr:has-text('合并甲') input[name=keep]")
    page.screenshot(path="screenshots/tag-merge.png")
    page.click("input.default")
    expect(page.locator(".messagelist .success")).to_contain_text("合并甲")
    assert page.locator("#id_aliases-0-name").input_value() == "合并乙"

    visitor = open_page()
    visitor.goto("/tags/merged-away/")
    expect(visitor.locator("h1")).to_contain_text("合并甲")

    page.goto("/admin/articles/article/add/")
    page.locator("#id_tags").press_sequentially("合并乙")
    option = page.locator(".tag-suggestions li")
    expect(option).to_have_count(1)
    expect(option).to_contain_text("合并甲")

    # From one tag alone, the other is looked for by any of its names.
    page.goto("/admin/content/tag/?q=合并乙")
    page.click("#result_list tbody th a")
    page.click(".object-tools a[href*='/merge/']")
    page.click(".select2-selection")
    page.fill(".select2-search__field", "Redis")
    page.click(".select2-results__option:not(.loading-results):has-text('Redis')")
    page.click("form[method=get] input[type=submit]")
    expect(page.locator("input[name=keep]")).to_have_count(2)
