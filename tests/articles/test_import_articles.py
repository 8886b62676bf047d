"""Importing a folder of Markdown: what is made, and what a repetition leaves alone."""

import io
import json
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import CommandError, call_command
from django.test import TestCase
from django.utils import timezone
from PIL import Image

from articles.importing import ArticleImport, Report, Result, Warned, open_source
from articles.models import Article
from content.models import Column, ImportRecord, Moderation, Picture, Tag
from content.pictures import picture_path
from tests.factories import make_column, make_zip


def png(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (3, 2), colour).save(buffer, "PNG")
    return buffer.getvalue()


class ImportTestCase(TestCase):
    def setUp(self):
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "root"
        self.root.mkdir()

    def write(self, path: str, content: str | bytes) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def run_import(self, **options) -> Report:
        return ArticleImport(open_source(self.root), **options).run()

    def results(self, **options) -> dict[str, str]:
        outcomes = self.run_import(**options).outcomes
        return {outcome.path: outcome.result.value for outcome in outcomes}

    def import_one(self, text: str, **options) -> Article:
        self.write("a.md", text)
        report = self.run_import(**options)
        self.assertEqual(report.ended(Result.REFUSED), [])
        return Article.objects.get()


class MadeTests(ImportTestCase):
    def test_a_file_becomes_a_published_article_that_opens(self):
        column = make_column("c#")
        article = self.import_one(
            "---\ntitle: 深入锁\ndate: 2024-05-06 12:00:00\ncategory: C#\ntags: [锁, Redis]\n"
            "description: 一句话。\nauthor: 甲\n---\n\n# 深入锁\n\n正文。\n"
        )
        self.assertTrue(article.is_visible)
        self.assertEqual(article.column, column)
        self.assertEqual(article.author.name, "甲")
        self.assertEqual(article.summary, "一句话。")
        self.assertEqual(article.published_at.isoformat(), "2024-05-06T04:00:00+00:00")
        self.assertEqual({tag.name for tag in article.tags.all()}, {"锁", "Redis"})
        self.assertEqual(article.body, "正文。")
        self.assertIn("<p>正文。</p>", article.body_html)

    def test_a_column_that_does_not_exist_is_made_in_the_group_for_imports(self):
        make_column("模板", holds=["template"])
        for number, category in enumerate(["新的", "模板"]):
            self.write(f"{number}.md", f"---\ntitle: t{number}\ncategory: {category}\n---\nx")
        self.write("z.md", "正文")
        self.run_import()
        found = {a.column.name: a.column.parent.name for a in Article.objects.all()}
        self.assertEqual(found, dict.fromkeys(["新的", "模板", "未分类"], "导入"))
        made = Column.objects.get(name="新的")
        self.assertEqual(made.holds, ["article", "reprint"])

    def test_everything_goes_into_the_column_that_is_named(self):
        column = make_column("随笔")
        article = self.import_one("---\ncategory: 别的\n---\nx", column="随笔", author="乙")
        self.assertEqual((article.column, article.author.name), (column, "乙"))
        self.assertFalse(Column.objects.filter(name="别的").exists())

    def test_a_column_that_holds_no_articles_is_said_to_hold_none(self):
        make_column("模板", holds=["template"])
        self.write("a.md", "x")
        refused = self.run_import(column="模板").ended(Result.REFUSED)
        self.assertEqual([outcome.path for outcome in refused], ["a.md"])
        self.assertFalse(Column.objects.filter(name="导入").exists())

    def test_drafts_stay_drafts(self):
        self.assertEqual(self.import_one("---\ndraft: true\n---\nx").status, "draft")

    def test_a_text_with_a_later_date_waits_for_it(self):
        tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
        self.assertTrue(self.import_one(f"---\ndate: {tomorrow}\n---\nx").is_scheduled)

    def test_a_reprint_names_its_source_and_one_that_does_not_is_refused(self):
        self.write(
            "a.md",
            "---\nreprint: {author: 丙, source_url: 'https://e.com/a', ground: 授权}\n---\nx",
        )
        self.write("b.md", "---\nreprint: {author: 丙}\n---\nx")
        self.assertEqual(self.results(), {"a.md": "made", "b.md": "refused"})
        self.assertEqual(Article.objects.get().original_author, "丙")

    def test_equal_titles_get_numbered_addresses_in_the_order_of_their_paths(self):
        for path in ["b.md", "a.md", "c.md"]:
            self.write(path, f"---\ntitle: 锁\n---\n{path}")
        self.run_import()
        slugs = dict(Article.objects.values_list("body", "slug"))
        self.assertEqual(slugs, {"a.md": "suo", "b.md": "suo-2", "c.md": "suo-3"})

    def test_the_part_before_hexos_mark_is_the_summary(self):
        self.assertEqual(self.import_one("**开头**。\n\n<!-- more -->\n\n后面。").summary, "开头。")


class AddressTests(ImportTestCase):
    def test_links_between_the_files_lead_to_the_pages(self):
        self.write(
            "a.md",
            "---\ntitle: a\n---\n[b](./sub/b.html#1-二-三) [s](sub/) [x](no.md)\n\n`[b](sub/b.md)`",
        )
        self.write("sub/b.md", "---\ntitle: b\n---\n## 1. 二，三！\n\n[a](/a.md)")
        self.write("sub/README.md", "---\ntitle: s\n---\n文字")
        report = self.run_import()
        a, b = Article.objects.get(title="a"), Article.objects.get(title="b")
        self.assertIn("[b](/articles/b/#h-1-二-三) [s](/articles/s/) [x](no.md)", a.body)
        self.assertIn("`[b](sub/b.md)`", a.body)
        self.assertEqual(b.body.splitlines()[-1], "[a](/articles/a/)")
        self.assertEqual(report.links, 3)
        self.assertEqual(report.warned(), {"dead_link": 1})

    def test_a_link_to_a_refused_file_stays_as_it_was(self):
        self.write("a.md", "---\ntitle: a\n---\n[b](b.md)")
        self.write("b.md", "---\ntitle: b\n---\n")
        self.assertEqual(self.results(), {"a.md": "made", "b.md": "refused"})
        self.assertEqual(Article.objects.get().body, "[b](b.md)")
        self.assertEqual(self.results()["a.md"], "unchanged")

    def test_a_link_comes_alive_when_its_file_comes_later(self):
        self.write("a.md", "---\ntitle: a\n---\n[b](b.md#节)")
        self.run_import()
        self.write("b.md", "---\ntitle: b\n---\n文字\n\n## 节")
        self.assertEqual(self.results(), {"a.md": "changed", "b.md": "made"})
        self.assertEqual(Article.objects.get(title="a").body, "[b](/articles/b/#h-节)")
        self.assertEqual(self.results(), {"a.md": "unchanged", "b.md": "unchanged"})

    def test_a_rehearsal_leads_no_link_anywhere(self):
        self.write("a.md", "---\ntitle: a\n---\n[b](b.md)")
        self.run_import()
        self.write("b.md", "---\ntitle: b\n---\n文字")
        self.assertEqual(self.results(dry_run=True), {"a.md": "changed", "b.md": "made"})
        self.assertEqual(Article.objects.get().body, "[b](b.md)")

    def test_pictures_come_along_and_missing_ones_are_a_warning(self):
        self.write(
            "p/a.md",
            "---\ncover: ../i/2.png\n---\n![x](../i/1.png)\n\n<img src='y.png'> ![z](no.png)",
        )
        self.write("i/1.png", png())
        self.write("i/2.png", png("blue"))
        self.write("p/a/y.png", png("green"))
        report = self.run_import()
        article = Article.objects.get()
        self.assertEqual(report.pictures, 3)
        self.assertEqual(report.warned(), {"missing_picture": 1})
        self.assertEqual(Picture.objects.count(), 3)
        self.assertEqual(article.body_html.count('<img src="/pictures/'), 2)
        self.assertTrue(picture_path(article.cover.name).exists())

    def test_a_picture_outside_the_folder_is_not_read(self):
        (self.root.parent / "secret.png").write_bytes(png())
        article = self.import_one("![x](../secret.png)")
        self.assertEqual(article.body, "![x](../secret.png)")
        self.assertFalse(Picture.objects.exists())

    def test_a_file_that_is_no_picture_is_a_warning(self):
        self.write("x.svg", "<svg/>")
        self.write("a.md", "![x](x.svg)")
        self.assertEqual(self.run_import().warned(), {Warned.REFUSED_PICTURE: 1})

    def test_pictures_on_other_hosts_are_left_to_the_renderer(self):
        self.write("a.md", "![x](https://e.com/x.png) <img src='//e.com/y.png'>")
        report = self.run_import()
        self.assertEqual(report.foreign_pictures, 2)
        self.assertNotIn("<img", Article.objects.get().body_html)


class RepetitionTests(ImportTestCase):
    TEXT = "---\ntitle: 甲\ntags: [x]\n---\n正文。![p](1.png)"

    def setUp(self):
        super().setUp()
        self.write("1.png", png())
        self.article = self.import_one(self.TEXT)

    def again(self, text: str | None = None) -> tuple[str, Article]:
        if text is not None:
            self.write("a.md", text)
        result = self.results()["a.md"]
        return result, Article.objects.filter(pk=self.article.pk).first()

    def test_repeating_it_changes_nothing(self):
        before = Article.objects.values().get()
        self.assertEqual(self.again()[0], "unchanged")
        self.assertEqual(Article.objects.values().get(), before)

    def test_a_changed_file_changes_the_article_but_not_its_time_and_address(self):
        result, article = self.again("---\ntitle: 乙\ntags: [y]\n---\n新的")
        self.assertEqual((result, article.title, article.body), ("changed", "乙", "新的"))
        self.assertEqual([tag.name for tag in article.tags.all()], ["y"])
        self.assertEqual(article.published_at, self.article.published_at)
        self.assertEqual(article.slug, self.article.slug)
        self.assertEqual(self.again()[0], "unchanged")

    def test_an_editors_change_stays(self):
        changes = {
            "title": lambda article: setattr(article, "title", "编辑改的"),
            "column": lambda article: setattr(article, "column", make_column("别处")),
            "status": lambda article: setattr(article, "status", "draft"),
        }
        for name, change in changes.items():
            with self.subTest(name):
                article = Article.objects.get()
                change(article)
                article.save()
                self.assertEqual(self.again(f"---\ntitle: 丙\n---\n{name}")[0], "kept")
                self.assertEqual(Article.objects.get().body, self.article.body)
        Article.objects.get().tags.add("编辑的")
        self.assertEqual(self.again()[0], "kept")

    def test_a_renamed_tag_or_column_is_no_change_of_the_article(self):
        tag = Tag.objects.get()
        tag.name = "改名"
        tag.save()
        self.assertEqual(self.again()[0], "unchanged")

    def test_what_was_taken_down_is_not_published_again(self):
        self.article.set_moderation(Moderation.REMOVED)
        result, article = self.again("---\ntitle: 乙\n---\n新的")
        self.assertEqual(result, "kept")
        self.assertEqual((article.moderation, article.title), ("removed", "甲"))

    def test_what_was_purged_is_not_made_again(self):
        self.article.purge()
        self.assertEqual(self.again("---\ntitle: 乙\n---\n新的"), ("kept", None))
        self.assertFalse(Article.objects.exists())

    def test_a_draft_that_an_editor_deleted_is_not_made_again(self):
        self.write("d.md", "---\ntitle: 草稿\ndraft: true\n---\nx")
        self.run_import()
        Article.objects.get(title="草稿").delete()
        self.assertEqual(self.results()["d.md"], "kept")

    def test_a_zip_of_the_folder_is_the_same_source(self):
        file = self.root.parent / "posts.zip"
        file.write_bytes(make_zip({"a.md": self.TEXT.encode(), "1.png": png()}))
        report = ArticleImport(open_source(file)).run()
        self.assertEqual([o.result for o in report.outcomes], [Result.UNCHANGED])

    def test_another_named_source_has_its_own_files_of_the_same_path(self):
        self.assertEqual(self.results(name="旧站"), {"a.md": "made"})
        self.assertEqual(Article.objects.count(), 2)

    def test_a_file_that_asks_for_a_taken_address_is_still_brought_in(self):
        self.write("b.md", f"---\ntitle: 乙\nslug: {self.article.slug}\n---\nx")
        self.assertEqual(self.results()["b.md"], "made")
        self.write("b.md", f"---\ntitle: 丙\nslug: {self.article.slug}\n---\nx")
        self.assertEqual(self.results()["b.md"], "changed")


class RefusalTests(ImportTestCase):
    def test_one_bad_file_stops_nothing_but_itself(self):
        self.write("bytes.md", b"\xff\xfe\xfd\xfc\xfb")
        self.write("empty.md", "---\ntitle: 空\n---\n")
        self.write("large.md", "x" * 200_001)
        self.write("yaml.md", "---\na: [\n---\nx")
        self.write("good.md", "好")
        report = self.run_import()
        refused = {outcome.path: outcome.reason for outcome in report.ended(Result.REFUSED)}
        self.assertEqual(set(refused), {"bytes.md", "empty.md", "large.md", "yaml.md"})
        self.assertTrue(all(refused.values()))
        self.assertEqual(Article.objects.count(), 1)

    def test_a_refused_file_leaves_no_picture_column_or_tag_behind(self):
        self.write("1.png", png("purple"))
        self.write("a.md", "---\ncategory: 新\ntags: [新]\nreprint: {author: x}\n---\n![x](1.png)")
        before = set(picture_files())
        self.assertEqual(self.results(), {"a.md": "refused"})
        self.assertEqual(set(picture_files()), before)
        for model in (Picture, Column, Tag, ImportRecord):
            self.assertFalse(model.objects.exists(), model)


def picture_files() -> list[Path]:
    folder = picture_path(f"{'0' * 32}.png").parent.parent
    return [path for path in folder.rglob("*") if path.is_file()]


class CommandTests(ImportTestCase):
    def call(self, *arguments, **options) -> tuple[int, str]:
        output = io.StringIO()
        try:
            with redirect_stdout(output):
                call_command(
                    "import_articles", *arguments, stdout=output, stderr=io.StringIO(), **options
                )
        except SystemExit as ended:
            return int(ended.code or 0), output.getvalue()
        return 0, output.getvalue()

    def test_a_rehearsal_tells_everything_and_writes_nothing(self):
        self.write("1.png", png("orange"))
        self.write("a.md", "---\ntitle: 甲\ncategory: 新\n---\n![x](1.png)")
        self.write("b.md", "---\na: [\n---\n")
        files = set(picture_files())
        code, output = self.call(str(self.root), dry_run=True)
        self.assertEqual(code, 1)
        self.assertIn("a.md", output)
        self.assertIn("b.md", output)
        self.assertEqual(set(picture_files()), files)
        for model in (Article, Picture, Column, Tag, ImportRecord):
            self.assertFalse(model.objects.exists(), model)

    def test_the_json_holds_sums_and_reasons(self):
        self.write("a.md", "[x](y.md)")
        self.write("b.md", b"\0")
        code, output = self.call(str(self.root), json=True)
        result = json.loads(output)
        self.assertEqual((code, result["made"], result["refused"]), (1, 1, 1))
        self.assertEqual(result["warnings"], {"dead_link": 1})
        self.assertEqual([f["path"] for f in result["files"] if f["result"] == "refused"], ["b.md"])
        self.assertFalse(result["dry_run"])

    def test_everything_brought_in_is_a_success(self):
        self.write("a.md", "好")
        self.assertEqual(self.call(str(self.root))[0], 0)

    def test_a_path_that_is_not_there_is_a_mistake_of_the_caller(self):
        with self.assertRaises(CommandError) as caught:
            self.call(str(self.root / "none"))
        self.assertEqual(caught.exception.returncode, 2)
