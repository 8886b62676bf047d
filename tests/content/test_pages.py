"""What visitors see on each kind of page, and what no page may contain."""

import re
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

from django.conf import settings
from django.core.paginator import Paginator
from django.db import connection
from django.template.loader import render_to_string
from django.test import RequestFactory, SimpleTestCase, TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import ResolverMatch, reverse
from django.utils import timezone
from django.utils.safestring import mark_safe

from articles.models import Article
from content import views
from content.models import Author, Column, Content, Picture
from downloads.models import Package, Release
from reports.models import Case, Decision, Report
from tests.factories import (
    make_article,
    make_author,
    make_column,
    make_package,
    make_tag,
    make_user,
)

MONTH = timezone.make_aware(datetime(2026, 5, 20, 12))
EVIL = "<script>alert(1)</script>"


def make_cover(number: int) -> Picture:
    name = f"{number:032x}.png"
    return Picture.objects.create(
        name=name, sha256=f"{number:064x}", format="PNG", width=1200, height=630, size=9
    )


def make_search_page(**context: Any) -> str:
    """The search page as its view renders it, for results made up by a test."""
    request = RequestFactory().get("/search/", {"q": context.get("query", ""), "page": "2"})
    request.resolver_match = ResolverMatch(lambda: None, (), {}, "page", ["search"], ["search"])
    return render_to_string("search/search_page.html", context, request)


class EveryPageTests(TestCase):
    """One article, one reprint, one package: each kind of page with something on it."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.column = make_column("Flink")
        cls.author = make_author("檐下青石")
        shared = {"column": cls.column, "author": cls.author, "tags": ["检查点"]}
        cls.article = make_article(
            title="栅栏怎样对齐",
            published_at=MONTH,
            body="## 甲\n\n正文。\n\n## 乙\n\n再来。",
            **shared,
        )
        cls.reprint = make_article(kind="reprint", title="一篇转载", published_at=MONTH, **shared)
        cls.package = make_package(
            title="一个插件",
            published_at=MONTH,
            files={"dist/a.js": b"1" * 2048, "README.md": b"2"},
            licence="MIT",
            demo_url="https://example.com/demo",
            **shared,
        )
        cls.case = Case.objects.create(
            kind="article",
            object_id=cls.article.pk,
            title=cls.article.title,
            address=cls.article.get_absolute_url(),
        )
        cls.addresses = {
            "home": "/",
            "group": cls.column.parent.get_absolute_url(),
            "column": cls.column.get_absolute_url(),
            "columns": reverse("content:columns"),
            "tag": cls.article.tags.get().get_absolute_url(),
            "author": cls.author.get_absolute_url(),
            "archive": reverse("content:archive", args=[2026, 5]),
            "article": cls.article.get_absolute_url(),
            "reprint": cls.reprint.get_absolute_url(),
            "downloads": reverse("downloads:list"),
            "package": cls.package.get_absolute_url(),
            "report": reverse("reports:report", args=["article", cls.article.pk]),
            "case": cls.case.get_absolute_url(),
            "search": reverse("search:page"),
            "error": "/nothing-lives-here/",
        }

    def page(self, name: str) -> str:
        response = self.client.get(self.addresses[name])
        self.assertEqual(response.status_code, 404 if name == "error" else 200, name)
        return response.content.decode()

    def test_every_page_has_one_heading_its_title_and_a_way_past_the_menu(self) -> None:
        for name in self.addresses:
            with self.subTest(name):
                html = self.page(name)
                self.assertEqual(html.count("<h1"), 1)
                self.assertIn(settings.SITE_NAME, re.search("<title>(.*?)</title>", html, re.S)[1])
                self.assertIn('<html lang="zh-Hans">', html)
                self.assertIn('href="#main"', html)
                self.assertIn('id="main"', html)

    def test_no_page_needs_what_the_content_security_policy_forbids(self) -> None:
        for name in self.addresses:
            with self.subTest(name):
                html = self.page(name)
                self.assertNotRegex(html, r"\sstyle=|<style|\son\w+=|javascript:")
                # Data is no script: the policy lets it be.
                data = r'(?! type="application/ld\+json">)'
                self.assertNotRegex(html, rf"<script(?![^>]*\ssrc=){data}")
                for loaded in re.findall(r"<(?:script|img)[^>]*\ssrc=\"([^\"]*)", html):
                    self.assertTrue(loaded.startswith("/"), loaded)
                for sheet in re.findall(r"<link rel=\"stylesheet\"\s+href=\"([^\"]*)", html):
                    self.assertTrue(sheet.startswith("/"), sheet)

    def test_no_english_is_left_on_the_pages_of_reading(self) -> None:
        for name in ("home", "column", "columns", "tag", "article", "package", "error"):
            with self.subTest(name):
                text = re.sub(r"<[^>]+>", " ", self.page(name))
                self.assertNotRegex(text, r"\b(?:Page|View|Column|Download|Report|Tag|Search)s?\b")

    def test_every_column_is_reached_from_every_page(self) -> None:
        for name in self.addresses:
            with self.subTest(name):
                menu = re.search(r'<nav class="menu".*?</nav>', self.page(name), re.S)[0]
                self.assertIn(f'href="{self.column.get_absolute_url()}"', menu)
                self.assertIn("<details", menu)

    def test_lists_show_each_kind_by_its_card(self) -> None:
        for name in ("home", "group", "column", "tag", "author", "archive"):
            with self.subTest(name):
                html = self.page(name)
                for content in (self.article, self.reprint, self.package):
                    self.assertIn(content.title, html)
                    self.assertIn(f'href="{content.get_absolute_url()}"', html)
                self.assertIn("1.00 KB", html)

    def test_article_shows_its_text_contents_and_neighbours(self) -> None:
        older = make_article(title="更早的一篇", published_at=MONTH - timedelta(days=9))
        html = self.page("article")
        self.assertIn("<h2", html)
        self.assertIn("本文目录", html)
        self.assertIn(older.title, html)
        canonical = settings.SITE_URL + self.article.get_absolute_url()
        self.assertRegex(html, rf'rel="canonical"\s+href="{canonical}"')
        self.assertIn(reverse("reports:report", args=["article", self.article.pk]), html)

    def test_reprint_names_its_source_on_top_and_as_canonical(self) -> None:
        html = self.page("reprint")
        box = html.index("reprint-source")
        self.assertLess(box, html.index('class="prose"'))
        for fact in ("原作者", self.reprint.source_url, self.reprint.reprint_ground):
            self.assertIn(fact, html[box:])
        self.assertRegex(html, rf'rel="canonical"\s+href="{self.reprint.source_url}"')

    def test_package_shows_its_file_and_what_is_inside(self) -> None:
        html = self.page("package")
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
        for fact in ("点我下载", "文件大小：1.00 KB", "0" * 64, "MIT", "1.0.0", "免责声明"):
            self.assertIn(fact, text)
        self.assertIn(f'href="{self.package.get_file_url()}"', html)
        self.assertIn('href="https://example.com/demo"', html)
        self.assertRegex(text, r"dist/ 1 个文件，2\.00 KB a\.js 2\.00 KB .*README\.md 1 B")

    def test_older_releases_are_listed_with_their_hash(self) -> None:
        self.assertNotIn("历史版本", self.page("package"))
        Release.objects.create(
            package=self.package, version="0.9", file_name="a", size=9, sha256="f" * 64, listing=[]
        )
        html = self.page("package")
        self.assertIn("历史版本", html)
        self.assertIn("f" * 64, html)

    def test_downloads_can_be_narrowed_to_a_kind(self) -> None:
        make_package(title="一个模板", kind="template")
        html = self.client.get(self.addresses["downloads"], {"kind": "template"}).content.decode()
        # The sidebar shows what it likes.
        main = re.search(r"<main.*?</main>", html, re.S)[0]
        self.assertIn("一个模板", main)
        self.assertNotIn("一个插件", main)

    def test_case_shows_what_was_decided_but_nobodys_words_or_names(self) -> None:
        Report.objects.create(
            case=self.case, reason="spam", words="我的话", contact="me@example.com"
        )
        Decision.objects.create(
            case=self.case,
            action="quarantine",
            reason="先核实",
            state_before="clear",
            state_after="quarantined",
            decided_by=make_user("审核员"),
        )
        html = self.page("case")
        self.assertIn("先核实", html)
        for hidden in ("我的话", "me@example.com", "审核员"):
            self.assertNotIn(hidden, html)

    def test_reports_that_are_incomplete_keep_what_was_typed(self) -> None:
        html = self.client.post(
            self.addresses["report"], {"words": "写了很久的话", "contact": "me@example.com"}
        ).content.decode()
        self.assertIn("写了很久的话", html)
        self.assertIn("me@example.com", html)
        self.assertIn("errorlist", html)


class EscapingTests(TestCase):
    def test_titles_tags_names_and_file_names_are_text_on_every_page(self) -> None:
        column = make_column(f"栏{EVIL}", group=f"组{EVIL}", description=EVIL)
        author = make_author(f"人{EVIL}", bio=EVIL)
        tag = make_tag(f"签{EVIL}")
        shared = {
            "title": EVIL,
            "column": column,
            "author": author,
            "summary": EVIL,
            "tags": [tag.name],
        }
        article = make_article(kind="reprint", original_author=EVIL, reprint_ground=EVIL, **shared)
        package = make_package(files={f"{EVIL}/{EVIL}": b""}, licence=EVIL, **shared)
        pages = (
            "/",
            column.get_absolute_url(),
            column.parent.get_absolute_url(),
            tag.get_absolute_url(),
            author.get_absolute_url(),
            article.get_absolute_url(),
            package.get_absolute_url(),
            reverse("reports:report", args=["plugin", package.pk]),
            f"/search/?q=&column={quote(EVIL)}",
            f"/?page=1&x={quote(EVIL)}",
        )
        for address in pages:
            with self.subTest(address):
                html = self.client.get(address).content.decode()
                self.assertNotIn(EVIL, html)

    def test_search_words_are_text(self) -> None:
        html = make_search_page(query=EVIL, kinds=[], total=0)
        self.assertNotIn(EVIL, html)
        self.assertIn("&lt;script&gt;", html)


class QueryCountTests(TestCase):
    """No page asks the database more often when there is more to show."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.column = make_column("Flink")
        cls.author = make_author()
        cls.tag = make_tag("检查点")
        cls.number = 0
        cls.add(3)

    @classmethod
    def add(cls, rows: int) -> None:
        for number in range(cls.number, cls.number + rows):
            column = make_column() if number % 2 else cls.column
            shared = {"author": cls.author, "published_at": MONTH + timedelta(minutes=number)}
            tags = [cls.tag.name, f"标签{number}"]
            for make, kind in ((make_article, "reprint"), (make_package, "plugin")):
                content: Content = make(kind=kind, column=column, tags=tags, **shared)
                content.cover = make_cover(2 * number + (kind == "plugin"))
                content.save()
        cls.number += rows

    def test_no_list_costs_more_queries_for_more_rows(self) -> None:
        addresses = [
            "/",
            self.column.get_absolute_url(),
            self.column.parent.get_absolute_url(),
            self.tag.get_absolute_url(),
            self.author.get_absolute_url(),
            reverse("content:archive", args=[2026, 5]),
            reverse("downloads:list"),
            reverse("downloads:list") + "?kind=plugin",
            reverse("content:columns"),
        ]
        few = {address: self.queries(address) for address in addresses}
        self.add(9)
        for address in addresses:
            with self.subTest(address), self.assertNumQueries(few[address]):
                self.client.get(address)

    def test_article_and_package_cost_the_same_however_much_is_around_them(self) -> None:
        article, package = Article.objects.first(), Package.objects.first()
        pages = [article.get_absolute_url(), package.get_absolute_url()]
        few = {address: self.queries(address) for address in pages}
        article.tags.add("更多", "标签", "还有")
        package.tags.add("更多", "标签", "还有")
        self.add(5)
        for address in pages:
            with self.subTest(address), self.assertNumQueries(few[address]):
                self.client.get(address)

    def queries(self, address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            self.assertEqual(self.client.get(address).status_code, 200)
        return len(captured)


class PaginationTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        column = make_column()
        for _number in range(5):
            make_package(column=column)

    def setUp(self) -> None:
        patched = patch.object(views, "PER_PAGE", 2)
        patched.start()
        self.addCleanup(patched.stop)

    def test_the_middle_page_says_where_it_is_and_leads_everywhere(self) -> None:
        html = self.client.get("/downloads/", {"kind": "plugin", "page": 2}).content.decode()
        self.assertIn("第 2 页，共 3 页、5 条。", html)
        self.assertRegex(html, r'<span aria-current="page">2</span>')
        for address, rest in (
            ("kind=plugin", ">第一页"),
            ("kind=plugin", 'rel="prev">上一页'),
            ("kind=plugin&amp;page=3", ">3"),
            ("kind=plugin&amp;page=3", 'rel="next">下一页'),
            ("kind=plugin&amp;page=3", ">最后一页"),
        ):
            self.assertRegex(html, rf'href="\?{address}"\s*{rest}</a>')

    def test_the_first_and_the_last_page_do_not_lead_beyond_themselves(self) -> None:
        first = self.client.get("/downloads/").content.decode()
        self.assertNotIn("上一页", first)
        last = self.client.get("/downloads/", {"page": 3}).content.decode()
        self.assertNotIn("下一页", last)

    def test_a_page_that_is_not_there_is_not_found(self) -> None:
        for page in ("0", "4", "-1", "x", "９"):
            with self.subTest(page):
                self.assertEqual(self.client.get("/downloads/", {"page": page}).status_code, 404)


class SearchPageTests(TestCase):
    def hits(self) -> list[SimpleNamespace]:
        at = timezone.make_aware(datetime(2026, 5, 20, 12, 34, 56))
        found = []
        for content in (
            make_article(title="甲", published_at=at, author=make_author("青石")),
            make_package(title="乙", published_at=at),
        ):
            marked = mark_safe(f"<mark>{content.title}</mark>")  # noqa: S308
            found.append(
                SimpleNamespace(
                    kind=content.kind,
                    content=content,
                    url=content.get_absolute_url(),
                    title=marked,
                    excerpt=marked,
                )
            )
        return found

    def test_results_show_column_title_excerpt_time_to_the_second_views_and_author(self) -> None:
        page = Paginator(range(30), 10).page(2)
        html = make_search_page(query="甲", hits=self.hits(), page=page, total=30, kinds=[])
        self.assertRegex(html, r"<h1>\s*\[甲\]的搜索结果\s*</h1>")
        for shown in (
            "<mark>甲</mark>",
            "<mark>乙</mark>",
            "2026-05-20 12:34:56",
            "青石",
            "阅读 0 次",
        ):
            self.assertIn(shown, html)
        self.assertIn("共 30 条结果", html)
        self.assertIn('name="robots" content="noindex"', html)

    def test_the_page_says_when_the_question_was_cut_and_when_search_is_out(self) -> None:
        self.assertIn("200 个字符", make_search_page(query="长", cut=True, kinds=[], total=0))
        self.assertIn("暂时不可用", make_search_page(query="长", unavailable=True, kinds=[]))
        self.assertIn("自带的索引", make_search_page(query="长", degraded=True, kinds=[], total=0))

    def test_nothing_found_is_said_and_the_filters_can_be_left(self) -> None:
        html = make_search_page(query="无", total=0, hits=[], kinds=[], column="flink")
        self.assertIn("没有找到与“无”有关的内容", html)
        self.assertIn("搜索全站", html)


class PreviewTests(TestCase):
    def test_a_draft_is_marked_as_one_and_cannot_be_downloaded_or_reported(self) -> None:
        draft = make_article(status=Content.Status.DRAFT, title="草稿")
        unsaved = Article(title="还没有存", body_html="<p>文</p>", column=make_column())
        package = Package(title="还没有存", kind="template", column=draft.column)
        for template, context in (
            ("articles/article_detail.html", {"article": draft}),
            ("articles/article_detail.html", {"article": unsaved}),
            ("downloads/package_detail.html", {"package": package}),
        ):
            html = render_to_string(template, {**context, "preview": True})
            self.assertIn("草稿预览，访客看不到。", html)
            self.assertIn("noindex", html)
            self.assertNotIn("/report/", html)
            self.assertNotIn("/file", html)
            self.assertNotIn('rel="canonical"', html)


class ErrorPageTests(TestCase):
    def test_what_was_taken_down_is_gone_and_what_never_was_is_not_found(self) -> None:
        article = make_article()
        article.set_moderation(Content.Moderation.REMOVED)
        gone = self.client.get(article.get_absolute_url())
        self.assertContains(gone, "页面已经下架", status_code=410)
        self.assertNotContains(gone, article.title, status_code=410)
        self.assertContains(self.client.get("/articles/x/"), "没有这个页面", status_code=404)

    def test_a_form_that_was_open_too_long_says_that_nothing_was_sent(self) -> None:
        client = self.client_class(enforce_csrf_checks=True)
        article = make_article()
        address = reverse("reports:report", args=["article", article.pk])
        response = client.post(address, {"reason": "spam"})
        self.assertContains(response, "内容没有提交", status_code=403)

    def test_the_other_refusals_have_pages_too(self) -> None:
        request = RequestFactory().get("/")
        for view, status in ((views.bad_request, 400), (views.permission_denied, 403)):
            response = view(request, Exception())
            self.assertContains(response, "回到首页", status_code=status)


class ServerErrorTests(SimpleTestCase):
    def test_the_page_for_our_own_faults_needs_neither_database_nor_manifest(self) -> None:
        with override_settings(STORAGES={}):
            response = views.server_error(RequestFactory().get("/"))
        self.assertContains(response, "本站出了点问题", status_code=500)


class TemplateStyleTests(SimpleTestCase):
    def test_every_template_says_what_it_shows_and_every_component_what_it_needs(self) -> None:
        folder = settings.BASE_DIR / "templates"
        for path in sorted(folder.rglob("*.html")):
            name = path.relative_to(folder).as_posix()
            if name.startswith("admin/"):
                continue
            with self.subTest(name):
                text = path.read_text()
                self.assertRegex(text, r"\A\{# [\w/]+: .+ Needs .+ #\}\n")
                for include in re.findall(r"\{% include .*?%\}", text):
                    self.assertRegex(include, r"\bonly %\}\Z")


class EmptySiteTests(TestCase):
    def test_a_new_site_without_anything_says_so(self) -> None:
        column = make_column()
        for address in ("/", "/downloads/", column.get_absolute_url()):
            self.assertContains(self.client.get(address), "这里还没有内容。")
        self.assertEqual(Author.objects.count() + Column.objects.filter(parent=None).count(), 1)
