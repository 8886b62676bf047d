"""What stands beside lists and below texts, and the pages of all tags and all months."""

import re
from datetime import datetime, timedelta
from itertools import pairwise
from unittest.mock import patch

import time_machine
from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.test import SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from articles.models import Article
from content import sidebar, views
from content.models import Command, Content, Verse
from content.tag_counts import SIZES, TagCount, most_used, sizes
from content.templatetags import sidebar_tags
from tests.factories import (
    make_article,
    make_author,
    make_column,
    make_package,
    make_tag,
    make_user,
)

NOON = timezone.make_aware(datetime(2026, 5, 20, 12))
CSS = settings.BASE_DIR / "blogsite" / "static" / "css"


def make_sayings(number: int = 3) -> None:
    for index in range(number):
        Command.objects.create(command=f"uptime --{index}", meaning=f"意思{index}。")
        Verse.objects.create(text=f"诗句{index}。", author="诗人", source="诗题")


class SidebarCase(TestCase):
    """Pages asked for as a visitor; parts of them. All have the same draw, so that what one
    page kept is what the next one shows.
    """

    def setUp(self) -> None:
        patched = patch.object(sidebar, "_DRAWS", 1)
        patched.start()
        self.addCleanup(patched.stop)

    def html(self, address: str = "/") -> str:
        response = self.client.get(address)
        self.assertEqual(response.status_code, 200, address)
        return response.content.decode()

    def aside(self, address: str = "/") -> str:
        return re.search(r'<aside class="page__aside".*?</aside>', self.html(address), re.S)[0]

    def box(self, mark: str, address: str = "/") -> str:
        """The box that holds `mark`, or nothing."""
        boxes = re.split(r'class="sidebar-box(?!_)', self.aside(address))
        return next((box for box in boxes if mark in box), "")

    def recommended(self, address: str) -> list[str]:
        """The addresses in the box of recommendations."""
        return re.findall(r'href="([^"]+)"', self.box("--recommended", address))


class EveryPageTests(SidebarCase):
    @classmethod
    def setUpTestData(cls):
        make_sayings()
        cls.column = make_column("Flink")
        shared = {"column": cls.column, "author": make_author(), "published_at": NOON}
        cls.article = make_article(tags=["检查点"], **shared)
        cls.package = make_package(tags=["检查点"], **shared)
        cls.addresses = [
            "/",
            cls.column.get_absolute_url(),
            cls.column.parent.get_absolute_url(),
            cls.article.tags.get().get_absolute_url(),
            cls.article.author.get_absolute_url(),
            reverse("content:archive", args=[2026, 5]),
            cls.article.get_absolute_url(),
            cls.package.get_absolute_url(),
        ]

    def test_every_list_and_every_text_has_all_the_boxes(self):
        for address in self.addresses:
            with self.subTest(address):
                aside = self.aside(address)
                for mark in (
                    'class="tag-cloud"',
                    'role="search"',
                    'class="command"',
                    'class="sidebar-entries"',
                    "sidebar-months",
                    'class="verse"',
                ):
                    self.assertIn(mark, aside)

    def test_the_two_search_boxes_of_a_page_have_names_of_their_own(self):
        html = self.html()
        names = re.findall(r'role="search"\s+aria-label="([^"]+)"', html)
        self.assertEqual(len(names), 2)
        self.assertEqual(len(set(names)), 2)

    def test_the_search_box_of_a_column_searches_that_column(self):
        chosen = rf'value="{self.column.slug}"\s+selected'
        self.assertRegex(self.box('role="search"', self.column.get_absolute_url()), chosen)
        self.assertNotRegex(self.box('role="search"', "/"), chosen)
        self.assertIn(f'value="{self.column.slug}"', self.box('role="search"', "/"))

    def test_titles_names_and_sayings_are_text(self):
        evil = "<script>alert(1)</script>"
        make_article(title=evil, tags=["a&b=<i>"], column=make_column("<b>x</b>"))
        Command.objects.all().delete()
        Command.objects.create(command=f"echo {evil}", meaning=evil)
        Verse.objects.all().delete()
        Verse.objects.create(text=evil, author=evil, source=evil)
        for address in (*self.addresses, reverse("content:tag_index")):
            html = self.html(address)
            self.assertNotIn(evil, html)
            self.assertNotIn("<b>x</b>", html)
            self.assertNotIn("<i>", html)
        self.assertIn("?tag=a%26b%3D%3Ci%3E", self.aside())

    def test_a_preview_of_a_draft_that_was_never_saved_has_a_sidebar_too(self):
        html = sidebar_tags.sidebar_boxes({}, content=Article(column=self.column))
        self.assertIn(self.article.get_absolute_url(), html)


class HotTagsTests(SidebarCase):
    def test_the_more_a_tag_is_used_the_larger_it_is(self):
        for number in range(8):
            make_article(tags=["常用", *(["少用"] if number == 0 else [])])
        cloud = self.box("tag-cloud")
        self.assertRegex(cloud, rf"--size-{SIZES} [^>]*>常用<")
        self.assertRegex(cloud, r"--size-1 [^>]*>少用<")

    def test_a_click_searches_for_the_tag(self):
        make_article(tags=["c++"])
        self.assertIn('href="/search/?tag=c%2B%2B"', self.box("tag-cloud"))

    def test_tags_of_what_nobody_may_see_are_not_there(self):
        make_article(tags=["草稿的"], status=Content.Status.DRAFT)
        make_article(tags=["下架的"]).set_moderation(Content.Moderation.REMOVED)
        make_tag("没用过的")
        self.assertEqual(self.box("tag-cloud"), "")

    def test_a_removed_article_takes_its_tag_with_it_at_the_next_request(self):
        article = make_article(tags=["检查点"])
        self.assertIn(">检查点<", self.box("tag-cloud"))
        article.set_moderation(Content.Moderation.REMOVED)
        self.assertNotIn("检查点", self.aside())

    def test_a_scheduled_article_brings_its_tag_at_its_time(self):
        with time_machine.travel(NOON, tick=False) as clock:
            make_article(published_at=NOON - timedelta(days=1))
            make_article(title="定时", tags=["检查点"], published_at=NOON + timedelta(minutes=5))
            self.assertNotIn("检查点", self.aside())
            clock.shift(timedelta(minutes=6))
            aside = self.aside()
        self.assertIn(">检查点<", aside)
        self.assertIn("定时", aside)


class TagLookTests(SimpleTestCase):
    def test_neighbours_differ_in_colour_and_the_colours_change(self):
        tags = [(TagCount(pk, f"标签{pk}", f"t{pk}", 1), 1) for pk in range(40)]
        hues = [entry["hue"] for entry in sidebar.coloured(tags)]
        self.assertTrue(all(1 <= hue <= sidebar.HUES for hue in hues))
        self.assertFalse([pair for pair in pairwise(hues) if len(set(pair)) < 2])
        self.assertNotEqual(hues, [entry["hue"] for entry in sidebar.coloured(tags)])

    @examples(max_examples=50, deadline=None)
    @given(st.lists(st.integers(1, 10**6), min_size=1, max_size=40))
    def test_sizes_follow_the_use(self, counts):
        sized = sizes(TagCount(pk, "", "", count) for pk, count in enumerate(counts))
        sized.sort(key=lambda entry: entry[0].count)
        steps = [size for _tag, size in sized]
        self.assertEqual(steps, sorted(steps))
        self.assertEqual(steps[0], 1)
        self.assertLessEqual(steps[-1], SIZES)
        self.assertEqual(steps[-1] == SIZES, len(set(counts)) > 1)

    def test_equals_stand_in_the_cloud_together_or_not_at_all(self):
        tags = [TagCount(pk, "", f"t{pk}", count) for pk, count in enumerate([1, 3, 2, 1, 3, 1, 1])]
        self.assertEqual([tag.count for tag in most_used(tags, 4)], [3, 2, 3])
        self.assertEqual([tag.pk for tag in most_used(tags[3:], 3)], [3, 4, 5])


class RecommendedTests(SidebarCase):
    @classmethod
    def setUpTestData(cls):
        cls.column = make_column("Flink")
        cls.neighbour = make_column("Spark")
        cls.elsewhere = make_column("HTML", group="前端技术")

    def test_below_a_text_stands_what_goes_with_it_and_never_itself(self):
        article = make_article(column=self.column, tags=["检查点"])
        other = make_article(column=self.elsewhere)
        tagged = make_package(column=self.elsewhere, tags=["检查点"])
        beside = make_article(column=self.column)
        addresses = self.recommended(article.get_absolute_url())
        self.assertEqual(addresses, [row.get_absolute_url() for row in (tagged, beside, other)])

    def test_a_column_recommends_its_best_that_the_page_does_not_show_already(self):
        best = make_article(column=self.column, published_at=NOON - timedelta(days=9))
        Article.objects.filter(pk=best.pk).add_to_count("views", 500)
        for number in range(3):
            make_article(column=self.column, published_at=NOON - timedelta(days=number))
        address = self.column.get_absolute_url()
        with patch.object(views, "PER_PAGE", 2):
            self.assertEqual(self.recommended(address)[0], best.get_absolute_url())
        caches["template_fragments"].clear()  # the size of pages is no content
        self.assertEqual(self.recommended(address), [])

    def test_a_column_that_shows_all_it_has_recommends_its_group_first(self):
        make_article(column=self.column)
        near = make_article(column=self.neighbour)
        far = make_article(column=self.elsewhere)
        self.assertEqual(
            self.recommended(self.column.get_absolute_url()),
            [near.get_absolute_url(), far.get_absolute_url()],
        )

    def test_the_old_does_not_stay_on_top_for_ever(self):
        with time_machine.travel(NOON, tick=False):
            old = make_article(published_at=NOON - timedelta(days=5 * 365))
            new = make_article(published_at=NOON - timedelta(days=30))
            Article.objects.filter(pk=old.pk).add_to_count("views", 400)
            Article.objects.filter(pk=new.pk).add_to_count("views", 100)
            empty = make_column("空栏目", group="空组")
            self.assertEqual(
                self.recommended(empty.get_absolute_url()),
                [new.get_absolute_url(), old.get_absolute_url()],
            )

    def test_what_is_taken_down_is_gone_from_every_sidebar_at_once(self):
        gone = make_article(column=self.column, title="将要下架")
        article = make_article(column=self.column)
        make_article(column=self.elsewhere)
        pages = ["/", article.get_absolute_url(), self.elsewhere.get_absolute_url()]
        for address in pages:
            self.assertIn("将要下架", self.aside(address))
        gone.set_moderation(Content.Moderation.QUARANTINED)
        for address in pages:
            self.assertNotIn("将要下架", self.html(address))


class DrawnTests(SidebarCase):
    def test_one_command_and_one_line_are_shown_and_the_others_lie_in_a_pool(self):
        make_sayings(6)
        for mark in ("command", "verse"):
            shown, pool = self.box(f'class="{mark}"').split("<template>")
            self.assertEqual(shown.count(f'class="{mark}"'), 1)
            self.assertEqual(pool.count(f'class="{mark}"'), 5)

    def test_around_shows_a_few_and_the_pool_holds_more(self):
        for _number in range(9):
            make_article()
        box = self.box('data-draw="5"')
        shown, pool = box.split("<template>")
        self.assertEqual((shown.count("<li>"), pool.count("<li>")), (5, 4))

    def test_without_javascript_too_pages_differ(self):
        make_sayings(30)
        with patch.object(sidebar, "_DRAWS", 8):
            boxes = [self.box('class="command"') for _index in range(30)]
        first = {re.search(r"uptime --\d+", box)[0] for box in boxes}
        self.assertGreater(len(first), 1)

    def test_a_saying_that_an_admin_changes_is_shown_at_the_next_request(self):
        command = Command.objects.create(command="uptime", meaning="旧的意思。")
        self.assertIn("旧的意思。", self.aside())
        command.meaning = "新的意思。"
        command.save()
        self.assertIn("新的意思。", self.aside())
        command.delete()
        self.assertEqual(self.box('class="command"'), "")

    def test_a_single_saying_stands_alone(self):
        make_sayings(1)
        self.assertIn("《诗题》", self.box('class="verse"'))
        self.assertIn("意思0。", self.box('class="command"'))


class CostTests(SidebarCase):
    def test_a_page_that_was_asked_before_costs_no_query_more_than_without_a_sidebar(self):
        make_sayings()
        column = make_column()
        articles = [make_article(column=column, tags=["检查点"]) for _number in range(4)]
        make_package(column=column)
        nothing = sidebar.Draw("", "", "", "", "")
        for address in ("/", column.get_absolute_url(), articles[0].get_absolute_url()):
            self.html(address)
            with CaptureQueriesContext(connection) as warm:
                self.html(address)
            with (
                patch.object(sidebar, "drawn", return_value=nothing),
                patch.object(sidebar, "recommended", return_value=[]),
                patch.object(sidebar_tags, "_search_box", return_value=""),
                CaptureQueriesContext(connection) as without,
            ):
                self.html(address)
            with self.subTest(address):
                self.assertEqual(len(warm), len(without))


class MonthTests(SidebarCase):
    def test_months_are_those_of_the_sites_clock_and_lead_to_what_they_count(self):
        # The last evening of May in London is the first of June in Shanghai.
        make_article(title="六月", published_at="2026-05-31T17:00:00Z")
        make_package(published_at=NOON)
        make_article(published_at=NOON)
        html = self.html(reverse("content:archive_index"))
        found = re.findall(r'href="/archive/(\d+)/(\d+)/">[^<]*</a>\s*<span[^>]*>\s*(\d+)', html)
        self.assertEqual(found, [("2026", "6", "1"), ("2026", "5", "2")])
        self.assertIn("六月", self.html("/archive/2026/6/"))

    def test_the_sidebar_has_the_last_twelve_and_the_way_to_all(self):
        for month in range(1, 13):
            make_article(published_at=timezone.make_aware(datetime(2025, month, 1)))
        make_article(published_at=timezone.make_aware(datetime(2024, 7, 1)))
        box = self.box("sidebar-months")
        self.assertEqual(len(re.findall(r"/archive/2025/\d+/", box)), 12)
        self.assertNotIn("/archive/2024/", box)
        self.assertIn(f'href="{reverse("content:archive_index")}"', box)
        everything = self.html(reverse("content:archive_index"))
        self.assertIn("/archive/2024/7/", everything)

    def test_what_a_visitor_may_not_see_has_no_month(self):
        make_article(published_at=NOON, status=Content.Status.DRAFT)
        make_article(published_at=timezone.now() + timedelta(days=99))
        self.assertNotIn("/archive/2", self.html(reverse("content:archive_index")))
        self.assertEqual(self.box("sidebar-months"), "")


class TagIndexTests(SidebarCase):
    def test_all_tags_stand_under_their_initial_with_their_number(self):
        make_article(tags=["检查点", "Java", ".net", "3D"])
        make_package(tags=["Java"])
        make_article(tags=["草稿的"], status=Content.Status.DRAFT)
        html = self.html(reverse("content:tag_index"))
        letters = re.findall(r"<dt>(.)</dt>(.*?)</div>", html, re.S)
        found = {
            letter: re.findall(r'href="/tags/[^"]+">([^<]+)</a> <span[^>]*>(\d+)', names)
            for letter, names in letters
        }
        self.assertEqual(
            found,
            {"#": [("3D", "1")], "D": [(".net", "1")], "J": [("Java", "2"), ("检查点", "1")]},
        )
        self.assertRegex(html, rf"--size-{SIZES} [^>]*>Java<")

    def test_a_site_without_tags_says_so(self):
        self.assertIn("empty-state", self.html(reverse("content:tag_index")))
        self.assertIn("empty-state", self.html(reverse("content:archive_index")))

    def test_neither_page_costs_more_queries_for_more_rows(self):
        addresses = [reverse("content:tag_index"), reverse("content:archive_index")]
        few = []
        make_article(tags=["甲"])
        make_package(tags=["乙"])
        for address in addresses:
            caches["template_fragments"].clear()
            with CaptureQueriesContext(connection) as captured:
                self.html(address)
            few.append(len(captured))
        for number in range(9):
            make_article(tags=[f"标签{number}"], published_at=NOON - timedelta(days=31 * number))
        for address, number in zip(addresses, few, strict=True):
            caches["template_fragments"].clear()
            with self.subTest(address), self.assertNumQueries(number):
                self.html(address)


class AdminTests(TestCase):
    def setUp(self):
        self.client.force_login(make_user("admin", is_staff=True, is_superuser=True))

    def test_commands_and_verses_are_found_added_and_changed(self):
        make_sayings()
        for model, word in (("command", "uptime --1"), ("verse", "诗句1")):
            address = reverse(f"admin:content_{model}_changelist")
            listed = self.client.get(address, {"q": word})
            self.assertContains(listed, word)
            self.assertNotContains(listed, word.replace("1", "2"))
        self.client.post(
            reverse("admin:content_command_add"), {"command": "df -h", "meaning": "看磁盘。"}
        )
        self.client.post(
            reverse("admin:content_verse_add"),
            {"text": "白日依山尽", "author": "王之涣", "source": "登鹳雀楼"},
        )
        self.assertTrue(Command.objects.filter(command="df -h").exists())
        self.assertTrue(Verse.objects.filter(author="王之涣").exists())


class PaletteTests(SimpleTestCase):
    """The colours of tags can be read: 4.5:1 against the paper, by day and by night."""

    def test_every_colour_of_the_tags_can_be_read_in_light_and_dark(self):
        paper = re.findall(r"--paper: (#\w{6});", (CSS / "site.css").read_text())
        text = (CSS / "components.css").read_text()
        hues = re.findall(r"--hue-(\d): (#\w{6});", text)
        # Light, then dark twice: by the system and by hand.
        palettes = [hues[start : start + sidebar.HUES] for start in range(0, len(hues), 8)]
        self.assertEqual(len(palettes), 3)
        self.assertEqual(palettes[1], palettes[2])
        for palette, ground in zip(palettes[:2], paper[:2], strict=True):
            self.assertEqual(len({colour for _number, colour in palette}), sidebar.HUES)
            for number, colour in palette:
                with self.subTest(f"{number} on {ground}"):
                    self.assertGreaterEqual(contrast(colour, ground), 4.5)
        for number in range(1, sidebar.HUES + 1):
            self.assertIn(f".tag-cloud__tag--hue-{number} {{", text)
        for number in range(1, SIZES + 1):
            self.assertIn(f".tag-cloud__tag--size-{number} {{", text)


def contrast(colour: str, other: str) -> float:
    """The contrast of WCAG 2, section 1.4.3."""
    darker, lighter = sorted([luminance(colour), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
