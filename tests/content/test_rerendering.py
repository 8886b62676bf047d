"""Texts of an older renderer become new ones, and nobody notices anything else."""

from unittest import mock

from django.test import TestCase

from articles.models import Article
from content import rerendering, stamps
from content.models import PictureUse
from content.rendering import VERSION, RenderingRefused
from search import registry
from search.models import OutboxRow
from tests.content.test_responsive import make_picture
from tests.factories import make_article, make_package


class RerenderTests(TestCase):
    def setUp(self) -> None:
        self.enterContext(mock.patch.object(rerendering, "_is_done", False))
        registry.register("default")

    def make_old(self, article: Article, **values: object) -> Article:
        old = {"body_html": "<p>旧</p>", "renderer_version": VERSION - 1, **values}
        type(article)._base_manager.filter(pk=article.pk).update(**old)
        article.refresh_from_db()
        return article

    def test_old_html_of_articles_and_packages_is_made_anew(self):
        rows = [make_article(body="**新**"), make_package(body="**新**")]
        for row in rows:
            self.make_old(row)
        rerendering.rerender()
        for row in rows:
            row.refresh_from_db()
            self.assertIn("<strong>新</strong>", row.body_html)
            self.assertEqual(row.renderer_version, VERSION)

    def test_times_counts_and_moderation_stay_and_search_hears_nothing(self):
        article = self.make_old(make_article(body="**新**"), views=7, moderation="removed")
        before = Article.objects.values().get(pk=article.pk)
        OutboxRow.objects.all().delete()
        rerendering.rerender()
        after = Article.objects.values().get(pk=article.pk)
        changed = {name for name in before if before[name] != after[name]}
        self.assertEqual(changed, {"body_html", "renderer_version"})
        self.assertFalse(OutboxRow.objects.exists())

    def test_words_that_changed_reach_the_search_index(self):
        article = self.make_old(make_article(body="新的字"), body_text="旧的字")
        before = article.updated_at
        OutboxRow.objects.all().delete()
        rerendering.rerender()
        article.refresh_from_db()
        self.assertEqual((article.body_text, article.lead), ("新的字", "新的字"))
        self.assertEqual(article.updated_at, before)
        self.assertTrue(OutboxRow.objects.filter(object_id=str(article.pk)).exists())

    def test_pages_that_were_kept_are_made_anew(self):
        self.make_old(make_article())
        before = stamps.current()[stamps.CONTENT]
        rerendering.rerender()
        self.assertNotEqual(stamps.current()[stamps.CONTENT], before)

    def test_a_text_that_is_refused_keeps_its_html_and_does_not_hold_up_the_others(self):
        refused, other = self.make_old(make_article()), self.make_old(make_article(body="**新**"))
        real = Article.render_body

        def render_body(row: Article) -> None:
            if row.pk == refused.pk:
                raise RenderingRefused("nested too deeply")
            real(row)

        with (
            mock.patch.object(Article, "render_body", render_body),
            self.assertLogs("content.rerendering", "WARNING"),
        ):
            rerendering.rerender()
        refused.refresh_from_db()
        other.refresh_from_db()
        self.assertEqual(refused.body_html, "<p>旧</p>")
        self.assertIn("<strong>新</strong>", other.body_html)

    def test_what_an_editor_saved_meanwhile_is_not_overwritten(self):
        article = self.make_old(make_article(body="甲"))
        real = Article.render_body

        def render_body(row: Article) -> None:
            real(row)
            Article._base_manager.filter(pk=row.pk).update(body="乙", body_html="<p>乙</p>")

        with mock.patch.object(Article, "render_body", render_body):
            rerendering.rerender()
        article.refresh_from_db()
        self.assertEqual(article.body_html, "<p>乙</p>")

    def test_the_uses_of_pictures_follow(self):
        picture = make_picture()
        article = self.make_old(make_article(body=f"![图]({picture.get_absolute_url()})"))
        PictureUse.objects.all().delete()
        rerendering.rerender()
        self.assertEqual(PictureUse.of(article).get().picture, picture)

    def test_once_all_is_done_the_tables_are_not_read_again(self):
        rerendering.rerender()
        with self.assertNumQueries(0):
            rerendering.rerender()

    def test_after_a_failure_the_next_run_begins_anew(self):
        article = self.make_old(make_article(body="**新**"))
        failing = mock.patch.object(rerendering, "_write", side_effect=OSError)
        with failing, self.assertRaises(OSError):
            rerendering.rerender()
        rerendering.rerender()
        article.refresh_from_db()
        self.assertIn("<strong>新</strong>", article.body_html)

    def test_many_rows_are_done_in_batches(self):
        articles = [self.make_old(make_article(body="**新**")) for _number in range(5)]
        with mock.patch.object(rerendering, "BATCH", 2):
            rerendering.rerender()
        kept = Article.objects.filter(pk__in=[article.pk for article in articles])
        self.assertEqual(kept.filter(renderer_version=VERSION).count(), 5)
