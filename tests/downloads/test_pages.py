"""The list of packages, the page of one, and its card inside an article."""

import re
from datetime import timedelta

from django.db import connection
from django.template.loader import render_to_string
from django.test import SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from content import kinds
from content.models import Moderation, Picture
from downloads.models import Package, PackagePicture
from downloads.templatetags.package_tags import file_type, unpacked
from tests.factories import make_article, make_package

LIST = "/downloads/"


def make_picture(number: int) -> Picture:
    return Picture.objects.create(
        name=f"{number:032x}.png", sha256=f"{number:064x}", format="PNG",
        width=1200, height=630, size=9, widths=[480, 960], description="截图",
    )  # fmt: skip


class ListTests(TestCase):
    def setUp(self):
        now = timezone.now()
        for title, kind, downloads, days in (
            ("旧插件", "plugin", 9, 3),
            ("模板", "template", 5, 2),
            ("新插件", "plugin", 1, 1),
        ):
            package = make_package(title=title, kind=kind, published_at=now - timedelta(days=days))
            Package.objects.filter(pk=package.pk).add_to_count("downloads", downloads)

    def titles(self, **parameters: str) -> list[str]:
        return [str(row) for row in self.client.get(LIST, parameters).context["contents"]]

    def test_the_newest_come_first_unless_one_asks_for_the_most_downloaded(self):
        self.assertEqual(self.titles(), ["新插件", "模板", "旧插件"])
        self.assertEqual(self.titles(sort="downloads"), ["旧插件", "模板", "新插件"])
        self.assertEqual(self.titles(sort="downloads", kind="plugin"), ["旧插件", "新插件"])
        self.assertEqual(self.titles(sort="nonsense", kind="nonsense"), self.titles())

    def test_what_was_taken_down_is_in_neither_order(self):
        Package.objects.get(title="旧插件").set_moderation(Moderation.REMOVED)
        Package.objects.create(
            title="定时", kind="plugin", column=Package.objects.first().column,
            status="published", published_at=timezone.now() + timedelta(days=1),
        )  # fmt: skip
        self.assertEqual(self.titles(sort="downloads"), ["模板", "新插件"])

    def test_filter_and_order_keep_each_other(self):
        html = self.client.get(LIST, {"kind": "plugin", "sort": "downloads", "page": "1"}).content
        choices = re.findall(r'<a href="(\?[^"]*)"', html.decode().split('class="choices-bar"')[1])
        self.assertIn("?kind=template&amp;sort=downloads", choices)
        self.assertIn("?kind=plugin", choices)

    def test_the_other_order_is_not_another_page_for_search_engines(self):
        for query, canonical in (
            ("", "/downloads/"),
            ("?sort=downloads&utm_source=x", "/downloads/"),
            ("?utm_source=x&kind=plugin&page=1", "/downloads/?kind=plugin"),
        ):
            with self.subTest(query):
                html = self.client.get(LIST + query).content.decode()
                self.assertRegex(html, rf'rel="canonical"\s+href="[^"]*{re.escape(canonical)}"')

    def test_an_empty_kind_leads_to_the_others(self):
        Package.objects.get(kind="template").set_moderation(Moderation.REMOVED)
        response = self.client.get(LIST, {"kind": "template"})
        self.assertContains(response, 'class="empty-state"')
        self.assertContains(response, f'<a href="{LIST}">')

    def test_number_of_queries_does_not_grow_with_packages(self):
        for address in (LIST, f"{LIST}?sort=downloads"):
            self.client.get(address)
            with CaptureQueriesContext(connection) as captured:
                self.client.get(address)
            few = len(captured)
            for number in range(5):
                make_package(title=f"又一个 {number}", tags=[f"标签{number}"])
            self.client.get(address)
            with self.subTest(address), self.assertNumQueries(few):
                self.client.get(address)


class PageTests(TestCase):
    def test_facts_stand_beside_the_button(self):
        package = make_package(
            environment="jQuery 3.x；Chrome、Edge、Firefox", licence="MIT",
            demo_url="https://example.com/demo",
            files={"a/b.js": bytes(2048), "c.css": bytes(1024)},
        )  # fmt: skip
        html = self.client.get(package.get_absolute_url()).content.decode()
        facts = html.split('class="release-facts"')[1].split("</section>")[0]
        for fact in (
            "jQuery 3.x；Chrome、Edge、Firefox",
            "MIT",
            "https://example.com/demo",
            "3.00 KB",
        ):
            self.assertIn(fact, facts)

    def test_a_fact_that_nobody_gave_has_no_line(self):
        plain, full = make_package(), make_package(environment="jQuery", licence="MIT")
        lines = [
            self.client.get(package.get_absolute_url()).content.decode().count("<dt>")
            for package in (plain, full)
        ]
        self.assertEqual(lines[1] - lines[0], 2)

    def test_related_downloads_are_packages_and_never_itself(self):
        package, near = (make_package(title=title, tags=["表格"]) for title in ("甲", "乙"))
        article = make_article(title="丙", tags=["表格"])
        gone = make_package(title="丁", tags=["表格"])
        gone.set_moderation(Moderation.REMOVED)
        response = self.client.get(package.get_absolute_url())
        self.assertEqual(response.context["alike"], [near])
        tiles = response.content.decode().split('class="package-tiles"')[1].split("</section>")[0]
        self.assertIn(near.get_absolute_url(), tiles)
        for other in (package, article, gone):
            self.assertNotIn(other.get_absolute_url(), tiles)

    def test_number_of_queries_does_not_grow_with_related_downloads_and_screenshots(self):
        package = make_package(tags=["表格"])
        make_package(tags=["表格"])

        def queries() -> int:
            self.client.get(package.get_absolute_url())
            with CaptureQueriesContext(connection) as captured:
                self.client.get(package.get_absolute_url())
                return len(captured)

        few = queries()
        for number in range(3):
            other = make_package(tags=["表格"])
            for row in (package, other):
                PackagePicture.objects.create(
                    package=row, picture=make_picture(10 * row.pk + number), position=number
                )
        self.assertLessEqual(queries(), few)

    def test_the_folder_that_everything_lies_in_begins_open(self):
        many = {f"top/deep/{number}.js": b"1" for number in range(60)}
        for files, is_open in ((many, True), ({**many, "README.md": b"1"}, False)):
            package = make_package(files=files)
            with self.subTest(is_open):
                html = self.client.get(package.get_absolute_url()).content.decode()
                tree = html.split('class="directory-tree"')[1]
                self.assertEqual("<details open>" in tree, is_open)
                self.assertIn("<details>", tree)


class EmbedTests(TestCase):
    def card(self, package: Package) -> str:
        row = kinds.get(package.kind).listing().get(pk=package.pk)
        with self.assertNumQueries(0):
            return render_to_string(kinds.get(package.kind).embed, {"content": row})

    def test_the_card_leads_to_the_page_and_to_the_file(self):
        html = self.card(make_package(title="表格 <筛选>", licence="MIT", version="1.2.0"))
        package = Package.objects.get()
        self.assertIn(f'href="{package.get_absolute_url()}"', html)
        self.assertIn(f'href="{package.get_file_url()}"', html)
        self.assertIn("表格 &lt;筛选&gt;", html)
        self.assertNotIn("<img", html)
        for fact in ("1.2.0", "1.00 KB", "MIT"):
            self.assertIn(fact, html)

    def test_it_shows_the_cover_else_the_first_screenshot(self):
        package = make_package()
        for position, number in ((2, 1), (1, 2)):
            PackagePicture.objects.create(
                package=package, picture=make_picture(number), position=position
            )
        self.assertIn(f"{2:032x}.png", self.card(package))
        row = Package.objects.for_listing().get()
        self.assertEqual(row.shown_picture.widths, [480, 960])
        self.assertEqual(row.shown_picture, Picture.objects.get(name=f"{2:032x}.png"))
        package.cover = make_picture(3)
        package.save()
        self.assertIn(f"{3:032x}.png", self.card(package))


class FileTypeTests(SimpleTestCase):
    def test_the_sort_of_a_file_is_told_by_its_name(self):
        for name, sort in {
            "index.HTML": "page", "site.min.css": "style", "jquery.min.js": "script",
            "图.png": "picture", "a.woff2": "font", "README": "text", "LICENSE": "text",
            "Makefile": "other", ".gitignore": "other", "js": "other", "x.y\"><b>": "other",
        }.items():  # fmt: skip
            self.assertEqual(file_type(name), sort, name)

    def test_folders_are_not_counted_as_files(self):
        found = unpacked([["a/", 0], ["a/b", 3], ["c", 4]])
        self.assertEqual((found.size, found.count), (7, 2))
