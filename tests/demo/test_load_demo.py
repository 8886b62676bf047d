"""The demo content: complete, loaded once, and not brought back against an editor's will."""

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from django.core.management import call_command
from django.test import SimpleTestCase, TestCase

from articles.models import Article, FurtherReading, Term
from content.models import Author, Column, Command, Moderation, SiteLink, SiteSettings, Verse
from demo.columns import MENU
from demo.loading import ROOT, load_demo, pack
from demo.surroundings import make_surroundings
from downloads.models import Package


class LoadDemoTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        # Smaller files of pictures, half of the time that it takes, have tests of their own.
        with patch("content.pictures.storing.write_variants", return_value=[]):
            cls.loaded = load_demo()

    def test_the_menu_has_every_column_in_order(self):
        groups = [group.name for group in Column.objects.groups()]
        self.assertEqual(groups, [*MENU, "资源"])
        self.assertEqual((len(MENU), sum(map(len, MENU.values()))), (10, 84))
        first = Column.objects.groups().first()
        self.assertEqual([c.name for c in first.children.all()], ["HTML", "CSS", "Javascript"])
        slugs = dict(Column.objects.values_list("name", "slug"))
        self.assertEqual(
            [slugs[name] for name in ("c#", "c++", ".net")], ["csharp", "cpp", "dotnet"]
        )
        self.assertEqual(Column.objects.get(name="转载文章").holds, ["reprint"])

    def test_it_holds_what_a_first_visitor_should_see(self):
        self.assertEqual(self.loaded.problems, [])
        articles = Article.objects.visible()
        self.assertGreaterEqual(articles.filter(kind="article").count(), 24)
        self.assertGreaterEqual(articles.filter(kind="reprint").count(), 4)
        kinds = list(Package.objects.values_list("kind", flat=True))
        self.assertEqual(sorted(kinds), ["plugin"] * 3 + ["template"] * 3)
        self.assertEqual(Package.objects.visible().count(), Package.objects.count())
        self.assertFalse(Column.objects.filter(name="导入").exists())

    def test_reprints_say_that_they_are_examples_of_our_own(self):
        for reprint in Article.objects.filter(kind="reprint"):
            with self.subTest(reprint.slug):
                self.assertIn("本站自撰", reprint.reprint_ground)
                self.assertRegex(reprint.source_host, r"^example\.(com|org)$")

    def test_the_boxes_beside_the_texts_have_something_to_show(self):
        self.assertGreaterEqual(Command.objects.count(), 100)
        self.assertGreaterEqual(Verse.objects.count(), 50)
        self.assertGreaterEqual(Term.objects.count(), 100)
        self.assertEqual(self.loaded.around.commands, Command.objects.count())
        for row in [*Command.objects.all(), *Verse.objects.all(), *Term.objects.all()]:
            row.full_clean()

    def test_the_site_says_what_it_is_and_claims_no_number_of_a_register(self):
        said = SiteSettings.load()
        self.assertIn("<h2", said.about_html)
        self.assertNotIn("---", said.about[:10])
        self.assertTrue(said.tagline)
        self.assertEqual((said.icp_number, said.police_number, said.notice), ("", "", ""))
        self.assertGreaterEqual(SiteLink.objects.count(), 2)

    def test_further_reading_on_this_site_leads_to_pages_that_are_there(self):
        readings = FurtherReading.objects.select_related("article")
        self.assertGreaterEqual(readings.values("article").distinct().count(), 15)
        for reading in readings:
            if reading.url.startswith("/"):
                with self.subTest(reading.url):
                    self.assertEqual(self.client.get(reading.url).status_code, 200)
                    self.assertNotEqual(reading.url, reading.article.get_absolute_url())

    def test_packages_say_what_they_run_with_and_some_are_shown_inside_articles(self):
        self.assertFalse(Package.objects.filter(environment="").exists())
        for package in Package.objects.select_related("latest_release"):
            self.assertEqual(package.latest_release.created_at, package.published_at)
        shown = {
            package.slug
            for package in Package.objects.all()
            for article in Article.objects.filter(body__contains=f"({package.get_absolute_url()})")
            if 'class="package-embed"' in self.page(article)
        }
        self.assertGreaterEqual(len(shown), 2)

    def page(self, content) -> str:
        return self.client.get(content.get_absolute_url()).content.decode()

    def test_every_pen_name_has_about_as_many_originals(self):
        originals = Article.objects.filter(kind="article")
        counts = [
            originals.filter(author=author).count()
            for author in Author.objects.filter(articles__in=originals).distinct()
        ]
        self.assertEqual(len(counts), 3)
        self.assertLessEqual(max(counts) - min(counts), 1)

    def test_every_page_of_it_opens(self):
        for content in [*Article.objects.all(), *Package.objects.all()]:
            with self.subTest(content.slug):
                self.assertEqual(self.client.get(content.get_absolute_url()).status_code, 200)

    def test_a_second_start_changes_nothing_even_if_editors_deleted_something(self):
        Column.objects.get(name="Kylin").delete()
        Article.objects.first().purge()
        Command.objects.first().delete()
        Term.objects.first().delete()
        SiteLink.objects.all().delete()
        SiteSettings.objects.update(tagline="")
        count, commands = Article.objects.count(), Command.objects.count()
        output = io.StringIO()
        call_command("load_demo", stdout=output)
        self.assertTrue(load_demo().was_loaded_before)
        self.assertEqual(Article.objects.count(), count)
        self.assertFalse(Column.objects.filter(name="Kylin").exists())
        self.assertEqual(Command.objects.count(), commands)
        self.assertFalse(SiteLink.objects.exists())
        self.assertEqual(SiteSettings.load().tagline, "")

    def test_again_makes_what_is_missing_and_republishes_nothing(self):
        Column.objects.get(name="Kylin").delete()
        removed, purged = Article.objects.all()[:2]
        removed.set_moderation(Moderation.REMOVED)
        purged.purge()
        Package.objects.get(slug="table-sieve").purge()
        loaded = load_demo(again=True)
        self.assertEqual((loaded.columns, loaded.articles, loaded.packages), (1, 1, 1))
        removed.refresh_from_db()
        self.assertTrue(removed.is_taken_down)

    def test_again_makes_missing_rows_and_leaves_changed_ones_alone(self):
        command, verse, term = Command.objects.first(), Verse.objects.first(), Term.objects.first()
        deleted = (command.command, verse.text, term.name)
        for row in (command, verse, term, FurtherReading.objects.first()):
            row.delete()
        changed = Command.objects.last()
        Command.objects.filter(pk=changed.pk).update(meaning="编辑改过。")
        SiteSettings.objects.update(tagline="编辑写的。")
        around = load_demo(again=True).around
        made = (around.commands, around.verses, around.terms, around.readings)
        self.assertEqual(made, (1, 1, 1, 1))
        self.assertTrue(Command.objects.filter(command=deleted[0]).exists())
        self.assertTrue(Verse.objects.filter(text=deleted[1]).exists())
        self.assertTrue(Term.objects.filter(name=deleted[2]).exists())
        changed.refresh_from_db()
        self.assertEqual(changed.meaning, "编辑改过。")
        self.assertEqual(SiteSettings.load().tagline, "编辑写的。")


class SurroundingsTests(TestCase):
    def write(self, **files: str) -> Path:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name, text in files.items():
            (Path(folder.name) / f"{name}.yaml").write_text(text, encoding="utf-8")
        return Path(folder.name)

    def test_a_faulty_row_is_a_sentence_and_costs_none_of_the_others(self):
        problems: list[str] = []
        long = "长" * 500
        texts = self.write(
            commands=f"[{{command: ls, meaning: 列出}}, {{command: cd, meaning: {long}}}]",
            glossary=(
                "[{term: 甲, explanation: 一}, {term: 乙, aliases: [甲], explanation: 二},"
                " {term: 丙, marked: false, explanation: 三}]"
            ),
        )
        around = make_surroundings(texts, problems)
        self.assertEqual((around.commands, around.terms, around.verses), (1, 2, 0))
        self.assertEqual(len(problems), 2)
        self.assertTrue(problems[0].startswith("乙"))
        self.assertFalse(Term.objects.get(name="丙").is_marked)

    def test_settings_that_somebody_made_before_stay(self):
        SiteSettings(name="我的站").save()
        make_surroundings(ROOT / "texts", [])
        said = SiteSettings.load()
        self.assertEqual((said.name, said.about, said.tagline), ("我的站", "", ""))
        self.assertFalse(SiteLink.objects.exists())


class PackTests(SimpleTestCase):
    def test_the_same_folder_gives_the_same_zip(self):
        with TemporaryDirectory() as folder:
            files = [Path(folder) / str(number) / "table-sieve-1.zip" for number in (1, 2)]
            for file in files:
                file.parent.mkdir()
                pack(ROOT / "packages" / "table-sieve", file)
            self.assertEqual(files[0].read_bytes(), files[1].read_bytes())
            with zipfile.ZipFile(files[0]) as archive:
                self.assertIn("table-sieve-1/package.json", archive.namelist())
