"""Parts of pages that are kept: what each visitor sees of them, and what they cost."""

from datetime import datetime, timedelta
from unittest.mock import patch

import time_machine
from django.db import connection
from django.template import Context, Template, TemplateSyntaxError
from django.test import SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from articles.models import Article, FurtherReading
from content import stamps, views
from content.models import Content, Picture
from downloads.models import Package
from tests.factories import make_article, make_column, make_package

NOON = timezone.make_aware(datetime(2026, 5, 20, 12))


def show(text: str, **context):
    return Template("{% load keeping_tags %}" + text).render(Context(context))


class KeptTagTests(TestCase):
    def test_it_is_made_again_when_its_subject_changes_and_not_before(self):
        part = '{% kept "part" under glossary %}{{ value }}{% endkept %}'
        self.assertEqual([show(part, value=1), show(part, value=2)], ["1", "1"])
        stamps.change(stamps.CONTENT)
        self.assertEqual(show(part, value=3), "1")
        stamps.change(stamps.GLOSSARY)
        self.assertEqual(show(part, value=4), "4")

    def test_each_name_and_each_language_has_its_own(self):
        part = '{% kept "part" of under content %}{{ value }}{% endkept %}'
        self.assertEqual([show(part, of=number, value=number) for number in (1, 2, 1)], [*"121"])
        with translation.override("en"):
            self.assertEqual(show(part, of=1, value=3), "3")

    def test_a_page_without_a_name_is_made_for_each_visitor(self):
        part = '{% kept "part" kept_as under content %}{{ value }}{% endkept %}'
        self.assertEqual([show(part, value=1), show(part, value=2)], ["1", "2"])

    def test_it_is_kept_no_longer_than_it_says(self):
        part = '{% kept "part" under content for 30 %}{{ value }}{% endkept %}'
        with time_machine.travel(NOON, tick=False) as clock:
            show(part, value=1)
            for seconds, expected in ((29, "1"), (2, "2")):
                clock.shift(seconds)
                self.assertEqual(show(part, value=2), expected)

    def test_what_was_escaped_is_neither_bare_nor_escaped_twice(self):
        part = '{% kept "part" under content %}{{ value }}{% endkept %}'
        for _visit in range(2):
            self.assertEqual(show(part, value="<b>"), "&lt;b&gt;")


class KeptTagSyntaxTests(SimpleTestCase):
    def test_what_cannot_be_kept_is_a_mistake_of_the_template(self):
        for words in ("", '"part"', "under content", '"part" under', '"part" under contents'):
            with self.subTest(words), self.assertRaises(TemplateSyntaxError):
                show(f"{{% kept {words} %}}{{% endkept %}}")


class KeptPageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.column = make_column("Flink")
        cls.article = make_article(
            title="正在读的", column=cls.column, published_at=NOON - timedelta(days=2)
        )
        cls.package = make_package(
            title="一个插件", column=cls.column, published_at=NOON - timedelta(days=3)
        )

    def html(self, address: str) -> str:
        return self.client.get(address).content.decode()

    def test_a_second_visitor_costs_few_queries(self):
        # The stamps, and the row whose views are shown or whose name is in the address.
        costs = {"/": 1, self.column.get_absolute_url(): 2, "/articles/": 1}
        costs |= {self.article.get_absolute_url(): 2, self.package.get_absolute_url(): 2}
        for address, cost in costs.items():
            self.client.get(address)
            with self.subTest(address), CaptureQueriesContext(connection) as captured:
                self.client.get(address)
            # Sidebars are drawn, each draw once.
            asked = [query["sql"] for query in captured if '"content_command"' not in query["sql"]]
            self.assertEqual(len(asked), cost, asked)

    def test_what_a_visitor_typed_into_the_address_is_in_nobody_elses_links(self):
        for number in range(5):
            make_article(column=self.column, kind="reprint", title=f"转载{number}")
        pages = ("/", self.column.get_absolute_url(), "/articles/?kind=reprint", "/?page=2")
        with patch.object(views, "PER_PAGE", 2):
            for address in pages:
                mark = "&" if "?" in address else "?"
                for typed in ("spam=1", "kind=spam&kind=reprint", "sort=spam", "page=1"):
                    with self.subTest(address, typed=typed):
                        self.client.get(f"{address}{mark}{typed}")
                        html = self.html(address)
                        self.assertNotIn("spam", html)
                        self.assertIn('aria-current="page"', html)

    def test_a_list_and_a_text_show_what_was_saved_at_the_next_request(self):
        addresses = ("/", self.column.get_absolute_url(), self.article.get_absolute_url())
        for address in addresses:
            self.assertIn("正在读的", self.html(address))
        self.article.title = "改过的"
        self.article.save()
        for address in addresses:
            with self.subTest(address):
                self.assertIn("改过的", self.html(address))
                self.assertNotIn("正在读的", self.html(address))

    def test_what_was_taken_down_is_on_no_kept_page(self):
        with time_machine.travel(NOON, tick=False):
            gone = make_article(
                title="要下架的", column=self.column, published_at=NOON - timedelta(days=1)
            )
            addresses = ["/", self.column.get_absolute_url(), self.article.get_absolute_url()]
            for address in addresses:
                self.assertIn("要下架的", self.html(address))
            gone.set_moderation(Content.Moderation.REMOVED)
            for address in addresses:
                with self.subTest(address):
                    self.assertNotIn("要下架的", self.html(address))

    def test_a_page_that_was_read_answers_as_its_content_is_now(self):
        for content in (self.article, self.package):
            address = content.get_absolute_url()
            steps = [
                (410, lambda row: row.set_moderation(Content.Moderation.QUARANTINED)),
                (200, lambda row: row.set_moderation(Content.Moderation.CLEAR)),
                (404, lambda row: type(row).objects.filter(pk=row.pk).update(status="draft")),
                (200, lambda row: type(row).objects.filter(pk=row.pk).update(status="published")),
                (301, lambda row: self.rename(row, "elsewhere")),
                (410, lambda row: row.purge()),
            ]
            self.assertEqual(self.client.get(address).status_code, 200)
            for status, step in steps:
                step(type(content).objects.get(pk=content.pk))
                with self.subTest(address, status=status):
                    self.assertEqual(self.client.get(address).status_code, status)

    def rename(self, row: Content, slug: str) -> None:
        row.slug = slug
        row.save()

    def test_what_was_scheduled_appears_at_its_time(self):
        with time_machine.travel(NOON, tick=False) as clock:
            make_article(
                title="到点的", column=self.column, published_at=NOON + timedelta(minutes=5)
            )
            addresses = ["/", self.column.get_absolute_url(), self.article.get_absolute_url()]
            for minutes, is_there in ((0, False), (4, False), (2, True)):
                clock.shift(minutes * 60)
                for address in addresses:
                    with self.subTest(address, minutes=minutes):
                        self.assertEqual("到点的" in self.html(address), is_there)

    def test_further_reading_is_shown_at_once(self):
        self.html(self.article.get_absolute_url())
        FurtherReading.objects.create(article=self.article, title="接着读", url="/glossary/")
        self.assertIn("接着读", self.html(self.article.get_absolute_url()))

    def test_a_picture_that_was_described_is_shown_so_at_once(self):
        cover = Picture.objects.create(
            name=f"{1:032x}.png", sha256="1" * 64, format="PNG", width=9, height=9, size=9
        )
        self.article.cover = cover
        self.article.save()
        self.html(self.article.get_absolute_url())
        cover.description = "一张图"
        cover.save()
        self.assertIn('alt="一张图"', self.html(self.article.get_absolute_url()))

    def test_views_are_of_now_on_the_page_and_of_this_minute_in_lists(self):
        address = self.article.get_absolute_url()
        with time_machine.travel(NOON, tick=False) as clock:
            self.html("/")
            self.html(address)
            self.html(self.package.get_absolute_url())
            Article.objects.filter(pk=self.article.pk).add_to_count("views", 4711)
            self.assertIn("4711", self.html(address))
            Package.objects.filter(pk=self.package.pk).add_to_count("downloads", 4712)
            self.assertIn("4712", self.html(self.package.get_absolute_url()))
            clock.shift(31)
            self.assertIn("4711", self.html("/"))
