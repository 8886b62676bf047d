"""Pictures as a phone loads them, and as a writer is asked to describe them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site
from .test_journey import PASTE, choose_column, log_in

pytestmark = pytest.mark.browser


def loaded_file(page: Page, selector: str) -> str:
    """The file that the browser chose for a picture, once it is there."""
    picture = page.locator(selector).first
    picture.scroll_into_view_if_needed()
    page.wait_for_function(
        "(selector) => { const it = document.querySelector(selector);"
        " return it.complete && it.naturalWidth > 0; }",
        arg=selector,
    )
    return picture.evaluate("(it) => it.currentSrc")


def test_a_phone_loads_a_smaller_file_than_a_desk_and_nothing_jumps(
    site: Site, open_page: Callable[..., Page]
) -> None:
    phone, desk = open_page(width=390), open_page(width=1280, device_scale_factor=2)
    for page in (phone, desk):
        page.goto("/")
        page.locator("main .card-cover").first.wait_for()
    assert loaded_file(phone, "main .card-cover").endswith("-480.webp")

    address = desk.locator("main article:has(.card-cover) h2 a").first.get_attribute("href")
    for page in (phone, desk):
        page.goto(address)
        box = page.locator(".reading__cover").bounding_box()
        width, height = (
            int(page.locator(".reading__cover").get_attribute(name)) for name in ("width", "height")
        )
        # The place that it takes follows from what it says, loaded or not.
        assert abs(box["height"] - box["width"] * height / width) < 1
        assert (
            page.evaluate("() => document.documentElement.scrollWidth")
            <= page.viewport_size["width"]
        )
    assert loaded_file(phone, ".reading__cover").endswith("-480.webp")
    assert not loaded_file(desk, ".reading__cover").endswith("-480.webp")


def test_a_writer_is_asked_what_a_pasted_picture_shows(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    log_in(page, site, "editor")
    page.goto("/admin/articles/article/add/")
    page.wait_for_selector(".EasyMDEContainer")
    page.fill("#id_title", "浏览器里描述的图片")
    choose_column(page, "Flink")
    page.click(".CodeMirror")
    page.keyboard.insert_text("前文。")
    page.evaluate(PASTE, 77)
    ask = page.locator(".picture-ask")
    expect(ask.locator("input").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(ask).to_have_count(0)

    # It is in the text without a description, and the form says so.
    text = page.locator("textarea[data-markdown]")
    assert "前文。![](/pictures/" in text.input_value()
    reminder = page.locator(".undescribed button")
    expect(reminder).to_be_visible()
    reminder.click()
    page.keyboard.insert_text("一块色板")
    assert "![一块色板](/pictures/" in text.input_value()
    expect(reminder).to_be_hidden()

    # Another one is described at once; a caption gives it a paragraph of its own.
    page.keyboard.press("Control+End")
    page.evaluate(PASTE, 142)
    ask.locator("input").first.fill("青色底上的白条")
    ask.locator("input").nth(1).fill('图 2："白条"')
    page.keyboard.press("Enter")
    expect(ask).to_have_count(0)
    assert "\n\n![青色底上的白条](/pictures/" in text.input_value()
    page.click(".tool-preview")
    frame = page.frame_locator(".preview-frame")
    expect(frame.locator("figcaption")).to_have_text('图 2："白条"')
    expect(frame.locator("figure img")).to_have_attribute("alt", "青色底上的白条")
    page.click("input[name=_continue]")
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_a_cover_is_described_where_it_is_uploaded(
    site: Site, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    log_in(page, site, "editor")
    page.goto("/admin/articles/article/add/")
    picture = page.screenshot(clip={"x": 0, "y": 0, "width": 700, "height": 300})
    page.locator(".field-cover .picture-file").set_input_files(
        [{"name": "cover.png", "mimeType": "image/png", "buffer": picture}]
    )
    page.locator(".field-cover .picture-ask input").fill("后台的样子")
    page.keyboard.press("Enter")
    expect(page.locator(".field-cover .select2-selection__rendered")).to_contain_text("后台的样子")
    assert page.url.endswith("/add/")
