from datetime import timedelta
from unittest import mock

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import TestCase
from django.utils import timezone

from articles.models import Article
from content.models import Column, Content, Moderation, OldAddress, Tag
from content.plain import opening
from downloads.models import Package
from tests.factories import make_article, make_author, make_column, make_package, make_tag

Status = Content.Status


class VisibleTests(TestCase):
    def test_queryset_and_property_agree_on_what_visitors_may_read(self):
        future = timezone.now() + timedelta(days=1)
        cases = {
            "published": {},
            "draft": {"status": Status.DRAFT},
            "draft with a past time": {
                "status": Status.DRAFT,
                "published_at": timezone.now() - timedelta(days=1),
            },
            "scheduled": {"published_at": future},
            "quarantined": {"moderation": Moderation.QUARANTINED},
            "removed": {"moderation": Moderation.REMOVED},
        }
        for make in (make_article, make_package):
            rows = {name: make(**overrides) for name, overrides in cases.items()}
            visible = set(type(rows["draft"]).objects.visible())
            for name, row in rows.items():
                with self.subTest(name, make=make.__name__):
                    self.assertEqual(row in visible, row.is_visible)
                    self.assertEqual(row.is_visible, name == "published")

    def test_a_package_without_a_file_is_not_visible(self):
        package = make_package()
        package.latest_release = None
        package.save(update_fields=["latest_release"])
        self.assertFalse(package.is_visible)
        self.assertNotIn(package, Package.objects.visible())

    def test_a_scheduled_article_appears_at_its_time_without_a_save(self):
        article = make_article(published_at=timezone.now() + timedelta(hours=1))
        self.assertIn(article, Article.objects.visible(at=timezone.now() + timedelta(hours=2)))
        self.assertIn(article, Article.objects.indexable())


class SavingTests(TestCase):
    def test_a_form_opened_before_a_removal_does_not_undo_it(self):
        article = make_article()
        opened_before = Article.objects.get(pk=article.pk)
        article.set_moderation(Moderation.REMOVED)
        Article._base_manager.filter(pk=article.pk).update(views=77)
        opened_before.title = "改过的标题"
        opened_before.save()
        article.refresh_from_db()
        self.assertEqual(
            (article.title, article.moderation, article.views), ("改过的标题", "removed", 77)
        )

    def test_publishing_without_a_time_publishes_now(self):
        article = make_article(status=Status.DRAFT)
        article.status = Status.PUBLISHED
        article.save()
        self.assertTrue(article.is_visible)
        self.assertEqual(article.first_published_at, article.published_at)

    def test_the_page_is_rendered_when_saved(self):
        article = make_article(body="**注意：**请看 [这里](https://example.com)。")
        self.assertIn("<strong>注意：</strong>请看", article.body_html)
        self.assertIn("注意：请看", article.body_text)

    def test_the_lead_is_the_summary_or_the_opening_of_the_text(self):
        self.assertEqual(make_article(summary="摘要。", body="正文。").lead, "摘要。")
        self.assertEqual(make_article(body="## 题\n\n第一句。").lead, "题 第一句。")

    def test_an_opening_ends_with_a_sentence_where_one_ends(self):
        text = "一句话说明问题所在。" * 30
        self.assertEqual(opening(text, 45), "一句话说明问题所在。" * 4)
        self.assertTrue(opening("没有句号" * 50, 40).endswith("…"))

    def test_a_text_over_the_limit_is_refused_by_its_field(self):
        article = make_article()
        article.body = "长" * 100_000
        with self.assertRaises(ValidationError) as caught:
            article.full_clean()
        self.assertIn("body", caught.exception.message_dict)

    def test_the_database_refuses_a_published_row_without_a_time(self):
        article = make_article()
        with self.assertRaises(IntegrityError), transaction.atomic():
            Article.objects.filter(pk=article.pk).update(published_at=None)


class PartialSavingTests(TestCase):
    """What is made from a field follows it, and what has an owner is left to it."""

    def test_writing_the_body_alone_renders_it(self):
        article = make_article(body="旧。")
        Article.objects.update_or_create(pk=article.pk, defaults={"body": "**新**。"})
        article.refresh_from_db()
        self.assertIn("<strong>新</strong>", article.body_html)
        self.assertEqual((article.body_text.strip(), article.lead), ("新。", "新。"))

    def test_publishing_by_the_status_alone_is_remembered(self):
        article = make_article(status=Status.DRAFT)
        article.status = Status.PUBLISHED
        article.save(update_fields=["status"])
        article.refresh_from_db()
        self.assertTrue(article.is_visible)
        self.assertTrue(article.was_public)

    def test_a_form_opened_before_publication_does_not_make_it_unseen(self):
        article = make_article(status=Status.DRAFT)
        opened_before = Article.objects.get(pk=article.pk)
        article.status = Status.PUBLISHED
        article.save()
        opened_before.save()
        article.refresh_from_db()
        self.assertTrue(article.was_public)

    def test_a_row_written_over_by_its_number_keeps_what_has_an_owner(self):
        article = make_article(moderation=Moderation.REMOVED)
        Article(
            pk=article.pk, title="覆盖", body="x", column=article.column, slug=article.slug
        ).save()
        article.refresh_from_db()
        self.assertEqual((article.title, article.moderation), ("覆盖", "removed"))

    def test_many_rows_at_once_cannot_be_moderated_past_the_reports(self):
        make_article()
        for values in ({"moderation": "removed"}, {"views": 5}):
            with self.subTest(values), self.assertRaises(PermissionDenied):
                Article.objects.update(**values)


class ReprintTests(TestCase):
    def test_a_reprint_names_its_source(self):
        reprint = make_article(kind="reprint")
        reprint.source_url = ""
        with self.assertRaises(ValidationError) as caught:
            reprint.full_clean()
        self.assertIn("source_url", caught.exception.message_dict)
        with self.assertRaises(IntegrityError), transaction.atomic():
            reprint.save()

    def test_the_canonical_address_of_a_reprint_is_its_source(self):
        self.assertEqual(make_article(kind="reprint").canonical_url, "https://example.com/source")


class DeletingTests(TestCase):
    def test_a_draft_that_nobody_saw_can_be_deleted(self):
        make_article(status=Status.DRAFT).delete()
        self.assertFalse(Article.objects.exists())

    def test_what_was_public_is_not_deleted_even_as_a_draft_again(self):
        article = make_article()
        article.status = Status.DRAFT
        article.save()
        with self.assertRaises(PermissionDenied):
            article.delete()
        with self.assertRaises(PermissionDenied):
            Article.objects.all().delete()
        self.assertTrue(Article.objects.exists())

    def test_a_scheduled_article_can_still_be_deleted(self):
        make_article(published_at=timezone.now() + timedelta(days=1)).delete()
        self.assertFalse(Article.objects.exists())

    def test_a_deleted_draft_leaves_its_address_free(self):
        for delete in (lambda row: row.delete(), lambda row: Article.objects.all().delete()):
            draft = make_article(status=Status.DRAFT, slug="mine")
            draft.slug = "mine-too"
            draft.save()
            delete(draft)
            self.assertFalse(OldAddress.objects.exists())

    def test_a_purged_article_leaves_addresses_that_say_gone(self):
        article = make_article(slug="first")
        article.slug = "second"
        article.save()
        article.purge()
        for slug in ("first", "second"):
            with self.subTest(slug):
                response = self.client.get(f"/articles/{slug}/")
                self.assertEqual(response.status_code, 410)
                # Chromium keeps a 410 for good without this.
                self.assertIn("no-store", response["Cache-Control"])


class AddressTests(TestCase):
    def test_two_articles_of_one_title_have_two_addresses(self):
        first, second = make_article(title="入门"), make_article(title="入门")
        self.assertEqual((first.slug, second.slug), ("ru-men", "ru-men-2"))

    def test_a_changed_address_leads_to_the_new_one(self):
        article = make_article(slug="old")
        article.slug = "new"
        article.save()
        response = self.client.get("/articles/old/?page=2")
        self.assertRedirects(
            response, "/articles/new/?page=2", status_code=301, fetch_redirect_response=False
        )

    def test_an_address_that_is_taken_again_is_a_page_again(self):
        article = make_article(slug="a")
        for slug in ("b", "a"):
            article.slug = slug
            article.save()
        self.assertEqual(self.client.get("/articles/a/").status_code, 200)
        self.assertEqual(self.client.get("/articles/b/").status_code, 301)

    def test_a_new_title_does_not_take_an_address_that_something_had(self):
        article = make_article(title="旧题", slug="")
        article.slug = "elsewhere"
        article.save()
        self.assertEqual(make_article(title="旧题").slug, "jiu-ti-2")

    def test_an_old_address_tells_nobody_the_present_one_of_a_draft(self):
        tomorrow = timezone.now() + timedelta(days=1)
        for overrides, status in (
            ({"status": Status.DRAFT}, 404),
            ({"published_at": tomorrow}, 404),
            ({"moderation": Moderation.REMOVED}, 410),
        ):
            article = make_article(**overrides)
            before = article.get_absolute_url()
            article.slug += "-secret"
            article.save()
            with self.subTest(overrides):
                self.assertEqual(self.client.get(before).status_code, status)

    def test_the_old_address_is_kept_whatever_was_loaded_before(self):
        article = make_article(slug="one")
        partly = Article.objects.defer("body").get(pk=article.pk)
        partly.slug = "two"
        partly.save()
        refreshed = Article.objects.get(pk=article.pk)
        refreshed.slug = "three"
        refreshed.refresh_from_db(fields=["views"])
        refreshed.save()
        without = Article.objects.defer("slug").get(pk=article.pk)
        without.slug = "four"
        without.save()
        for slug in ("one", "two", "three"):
            with self.subTest(slug):
                self.assertEqual(self.client.get(f"/articles/{slug}/").status_code, 301)

    def test_a_form_opened_before_a_move_does_not_move_back(self):
        article = make_article(slug="before")
        opened_before = Article.objects.get(pk=article.pk)
        article.slug = "after"
        article.save()
        opened_before.title = "改题"
        opened_before.save()
        self.assertContains(self.client.get("/articles/after/"), "改题")

    def test_an_address_that_another_row_took_a_moment_ago_gets_a_number(self):
        taken = make_article(title="同题")
        late = Article(title="同题", body="x", column=taken.column)
        free = [taken.slug, "tong-ti-9"]
        with mock.patch.object(Article, "free_slug", side_effect=free):
            late.save()
        self.assertEqual(late.slug, "tong-ti-9")

    def test_no_address_is_an_error_whatever_is_typed(self):
        for path in (
            "/articles/%00/",
            "/downloads/%00/file",
            "/tags/%ff/",
            "/pictures/%00.png",
            "/case/%00/",
            "/archive/99999999999999999999/1/",
            "/archive/2026/13/",
        ):
            with self.subTest(path):
                self.assertEqual(self.client.get(path).status_code, 404)

    def test_columns_tags_and_authors_keep_their_addresses_too(self):
        for row, area in (
            (make_column(), "columns"),
            (make_tag(), "tags"),
            (make_author(), "authors"),
        ):
            with self.subTest(area):
                before = row.slug
                row.slug = "moved-away"
                row.save()
                self.assertEqual(self.client.get(f"/{area}/{before}/").status_code, 301)

    def test_deleting_a_tag_forgets_its_old_addresses(self):
        tag = make_tag(slug="one")
        tag.slug = "two"
        tag.save()
        tag.delete()
        self.assertFalse(OldAddress.objects.exists())


class TagTests(TestCase):
    def test_a_tag_that_differs_by_case_alone_is_refused(self):
        make_tag("Redis")
        with self.assertRaises(ValidationError):
            Tag(name="redis").full_clean()

    def test_a_name_that_could_not_be_typed_as_a_tag_is_refused(self):
        for name in ("甲，乙", "#话题", " "):
            with self.subTest(name), self.assertRaises(ValidationError):
                Tag(name=name).full_clean()


class ColumnTests(TestCase):
    def test_a_column_that_holds_content_is_not_deleted(self):
        article = make_article()
        with self.assertRaises(ProtectedError):
            article.column.delete()

    def test_the_menu_has_two_levels(self):
        leaf = make_column()
        with self.assertRaises(ValidationError) as caught:
            Column(name="太深", parent=leaf).full_clean()
        self.assertIn("parent", caught.exception.message_dict)

    def test_a_group_with_columns_stays_a_group(self):
        group, other = make_column(group="甲").parent, make_column(group="乙").parent
        group.parent = other
        with self.assertRaises(ValidationError):
            group.full_clean()

    def test_content_goes_into_columns_that_hold_its_kind(self):
        article = make_article()
        for column in (article.column.parent, make_column(holds=["plugin"])):
            article.column = column
            with self.subTest(column), self.assertRaises(ValidationError) as caught:
                article.full_clean()
            self.assertIn("column", caught.exception.message_dict)

    def test_columns_are_asked_for_by_what_they_hold(self):
        plugins = make_column(holds=["plugin"])
        make_column(holds=["article"])
        self.assertEqual(list(Column.objects.holding("plugin")), [plugins])

    def test_new_columns_go_to_the_end(self):
        first, second = make_column(), make_column()
        self.assertLess(first.position, second.position)
