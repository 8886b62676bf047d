"""The demo content: complete, loaded once, and not brought back against an editor's will."""

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.test import SimpleTestCase, TestCase

from articles.models import Article
from content.models import Column, Moderation
from demo.columns import MENU
from demo.loading import ROOT, load_demo, pack
from downloads.models import Package


class LoadDemoTests(TestCase):
    @classmethod
    def setUpTestData(cls):
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
        self.assertGreaterEqual(articles.filter(kind="article").count(), 8)
        self.assertGreaterEqual(articles.filter(kind="reprint").count(), 1)
        self.assertEqual(
            set(Package.objects.values_list("kind", flat=True)), {"plugin", "template"}
        )
        self.assertEqual(Package.objects.visible().count(), Package.objects.count())
        self.assertFalse(Column.objects.filter(name="导入").exists())

    def test_every_page_of_it_opens(self):
        for content in [*Article.objects.all(), *Package.objects.all()]:
            with self.subTest(content.slug):
                self.assertEqual(self.client.get(content.get_absolute_url()).status_code, 200)

    def test_a_second_start_changes_nothing_even_if_editors_deleted_something(self):
        Column.objects.get(name="Lua").delete()
        Article.objects.first().purge()
        count = Article.objects.count()
        output = io.StringIO()
        call_command("load_demo", stdout=output)
        self.assertTrue(load_demo().was_loaded_before)
        self.assertEqual(Article.objects.count(), count)
        self.assertFalse(Column.objects.filter(name="Lua").exists())

    def test_again_makes_what_is_missing_and_republishes_nothing(self):
        Column.objects.get(name="Lua").delete()
        removed, purged = Article.objects.all()[:2]
        removed.set_moderation(Moderation.REMOVED)
        purged.purge()
        Package.objects.get(slug="table-sieve").purge()
        loaded = load_demo(again=True)
        self.assertEqual((loaded.columns, loaded.articles, loaded.packages), (1, 1, 1))
        removed.refresh_from_db()
        self.assertTrue(removed.is_taken_down)


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
