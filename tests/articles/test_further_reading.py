"""What an article recommends after itself: in its form, below it, and in its versions."""

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase, override_settings
from django.urls import reverse
from reversion.models import Version

from articles.models import Article, FurtherReading
from content import accounts
from tests.content.admin_forms import form_data
from tests.factories import make_article, make_column, make_user

PREFIX = "further_reading"


class DeskTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make_user("bianji", is_staff=True, first_name="小编")
        cls.editor.groups.add(Group.objects.get(name=accounts.EDITORS))
        cls.column = make_column("Redis", holds=["article"])
        cls.article = make_article(column=cls.column)
        cls.url = reverse("admin:articles_article_change", args=[cls.article.pk])

    def setUp(self):
        self.client.force_login(self.editor)

    def save(self, **changes):
        data = form_data(self.client.get(self.url), _save="1", **changes)
        return self.client.post(self.url, data)

    def row(self, number, **values):
        return {f"{PREFIX}-{number}-{name}": value for name, value in values.items()}

    def titles(self):
        return list(self.article.further_reading.values_list("title", flat=True))

    def versions(self):
        return list(Version.objects.get_for_object(self.article).order_by("pk"))

    def revert(self, version):
        url = reverse("admin:articles_article_revision", args=[self.article.pk, version.pk])
        page = self.client.get(url)
        self.assertEqual(page.status_code, 200)
        return page, lambda: self.client.post(url, form_data(page, _save="1"))

    def test_an_editor_adds_changes_and_takes_out_what_is_recommended(self):
        added = self.row(0, title="文档", url="https://example.com/docs", note="最全")
        self.assertEqual(self.save(**added).status_code, 302)
        self.assertEqual(self.titles(), ["文档"])
        self.save(**self.row(0, title="新文档"))
        self.assertEqual(self.titles(), ["新文档"])
        self.save(**self.row(0, DELETE="on"))
        self.assertEqual(self.titles(), [])

    def test_who_may_only_look_finds_it_and_cannot_change_it(self):
        FurtherReading.objects.create(article=self.article, title="文档", url="/articles/x/")
        reader = make_user("kanke", is_staff=True)
        reader.user_permissions.add(Permission.objects.get(codename="view_article"))
        self.client.force_login(reader)
        page = self.client.get(self.url)
        self.assertContains(page, "文档")
        self.assertNotContains(page, f'name="{PREFIX}-0-title"')

    def test_a_refused_address_keeps_what_was_typed(self):
        page = self.save(**self.row(0, title="文档", url="javascript:alert(1)"))
        self.assertEqual(page.status_code, 200)
        self.assertContains(page, "javascript:alert(1)")
        self.assertEqual(self.titles(), [])

    def test_going_back_brings_back_what_was_recommended_then(self):
        self.save(**self.row(0, title="甲", url="https://example.com/1"))
        self.save(
            **self.row(0, DELETE="on"), **self.row(1, title="乙", url="https://example.com/2")
        )
        self.assertEqual(self.titles(), ["乙"])
        page, press = self.revert(self.versions()[0])
        self.assertEqual(form_data(page)[f"{PREFIX}-0-title"], "甲")
        self.assertEqual(self.titles(), ["乙"], "Looking at a version changed something.")
        self.assertEqual(press().status_code, 302)
        self.assertEqual(self.titles(), ["甲"])
        _page, press = self.revert(self.versions()[1])
        press()
        self.assertEqual(self.titles(), ["乙"])

    def test_a_revision_made_in_the_list_has_the_further_reading_too(self):
        self.save(**self.row(0, title="甲", url="https://example.com/1"))
        self.client.post(
            reverse("admin:articles_article_changelist"),
            {"action": "unpublish", "_selected_action": [self.article.pk]},
        )
        made_there = self.versions()[-1]
        self.assertEqual(len(self.versions()), 2)
        self.save(**self.row(0, DELETE="on"))
        _page, press = self.revert(made_there)
        press()
        self.assertEqual(self.titles(), ["甲"])

    def test_a_preview_shows_it(self):
        FurtherReading.objects.create(article=self.article, title="文档", url="/articles/x/")
        page = self.client.get(reverse("admin:articles_article_preview", args=[self.article.pk]))
        self.assertContains(page, '<a href="/articles/x/">文档</a>', html=True)


class PageTests(TestCase):
    def test_own_addresses_are_followed_and_foreign_ones_are_not(self):
        article = make_article()
        for position, (title, url) in enumerate(
            [("站内", "/articles/x/"), ("站外", "https://www.example.com/a?b=1&c=2")]
        ):
            FurtherReading.objects.create(
                article=article, title=title, url=url, note=f"{title}的话", position=position
            )
        html = self.client.get(article.get_absolute_url()).content.decode()
        section = html.split('class="further-reading"')[1].split("</section>")[0]
        self.assertInHTML('<a href="/articles/x/">站内</a>', section)
        self.assertInHTML(
            '<a href="https://www.example.com/a?b=1&amp;c=2" rel="nofollow noopener noreferrer">'
            "站外</a>",
            section,
        )
        self.assertIn("example.com</span>", section)
        self.assertLess(section.index("站内的话"), section.index("站外的话"))

    def test_an_article_that_recommends_nothing_has_no_section_for_it(self):
        self.assertNotContains(
            self.client.get(make_article().get_absolute_url()), "further-reading"
        )


class AddressTests(SimpleTestCase):
    def test_only_addresses_of_the_web_and_of_this_site_are_taken(self):
        for url in ("https://example.com/", "http://例子.中国/路", "/articles/x/", "/"):
            with self.subTest(url):
                FurtherReading(article_id=1, title="题", url=url).clean_fields(exclude=["article"])
        for url in (
            "javascript:alert(1)",
            "//example.com",
            "/\\example.com",
            "/\t/example.com",  # browsers leave out what separates the slashes
            "/\r\n/example.com",
            "/\x01",
            "ftp://a.b",
            "data:,",
        ):
            with self.subTest(url), self.assertRaises(ValidationError):
                FurtherReading(article_id=1, title="题", url=url).clean_fields(exclude=["article"])

    def test_title_and_note_are_lines_that_a_reader_can_see(self):
        reading = FurtherReading(title="题\u202e\n目", note="\u2066因为", url="/")
        reading.clean()
        self.assertEqual((reading.title, reading.note), ("题 目", "因为"))
        with self.assertRaises(ValidationError):
            FurtherReading(title="\u200b", url="/").clean()

    @override_settings(SITE_URL="https://blog.example")
    def test_the_host_is_named_only_of_other_sites(self):
        hosts = {
            "/articles/x/": "",
            "https://blog.example": "",
            "https://blog.example/articles/x/": "",
            "https://blog.example.com/": "blog.example.com",
            "https://www.other.example/": "other.example",
        }
        for url, host in hosts.items():
            with self.subTest(url):
                self.assertEqual(FurtherReading(article=Article(), url=url).host, host)
