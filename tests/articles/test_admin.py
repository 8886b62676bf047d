from datetime import timedelta
from unittest import mock

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone
from reversion.models import Version

from articles.models import Article
from content import accounts
from content.models import Author, Column, Content, OldAddress, Status, Tag
from tests.content.admin_forms import form_data
from tests.factories import make_article, make_author, make_column, make_tag, make_user

CHANGELIST = reverse("admin:articles_article_changelist")
ADD = reverse("admin:articles_article_add")


def change_url(article: Article) -> str:
    return reverse("admin:articles_article_change", args=[article.pk])


class DeskTestCase(TestCase):
    """An editor of the group 编辑, logged in."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = make_user("bianji", is_staff=True, first_name="林", last_name="小编")
        cls.editor.groups.add(Group.objects.get(name=accounts.EDITORS))
        cls.column = make_column("Redis", holds=["article"])

    def setUp(self):
        self.client.force_login(self.editor)

    def new(self, **changes):
        page = self.client.get(ADD)
        data = {"title": "新文章", "column": self.column.pk, "body": "正文。", "_save": "1"}
        return self.client.post(ADD, form_data(page, **{**data, **changes}))

    def save(self, article, **changes):
        page = self.client.get(change_url(article))
        return self.client.post(change_url(article), form_data(page, _save="1", **changes))

    def act(self, action, *articles, **more):
        data = {"action": action, "_selected_action": [article.pk for article in articles], **more}
        return self.client.post(CHANGELIST, data, follow=True)


class WritingTests(DeskTestCase):
    def test_new_article_is_saved_with_its_tags_and_its_editor(self):
        self.assertEqual(self.new(tags="缓存，Go Gin；c#").status_code, 302)
        article = Article.objects.get()
        self.assertEqual(article.created_by, self.editor)
        self.assertEqual(set(article.tags.values_list("name", flat=True)), {"缓存", "Go Gin", "c#"})
        self.assertEqual((article.slug, article.status), ("xin-wen-zhang", "draft"))

    def test_first_article_of_an_editor_makes_a_pen_name_of_the_full_name(self):
        self.new()
        self.assertEqual(Article.objects.get().author.name, self.editor.get_full_name())

    def test_taken_pen_name_gets_a_number(self):
        make_author(self.editor.get_full_name())
        self.new()
        self.assertEqual(Article.objects.get().author.name, f"{self.editor.get_full_name()} 2")

    def test_new_article_begins_with_the_pen_name_of_its_editor(self):
        author = make_author("笔名", user=self.editor)
        self.assertEqual(form_data(self.client.get(ADD))["author"], str(author.pk))

    def test_pen_name_that_was_taken_out_stays_out(self):
        make_author("笔名", user=self.editor)
        self.new(author="")
        self.assertIsNone(Article.objects.get().author)

    def test_indentation_of_a_first_line_of_code_is_kept(self):
        self.new(body="    code\r\n\r\n正文")
        self.assertEqual(Article.objects.get().body, "    code\n\n正文")

    def test_published_without_a_time_is_published_now(self):
        self.assertEqual(self.new(status="published").status_code, 302)
        self.assertTrue(Article.objects.get().is_visible)

    def test_saving_keeps_the_second_of_publication(self):
        then = timezone.now().replace(second=42, microsecond=0) - timedelta(days=1)
        article = make_article(published_at=then, column=self.column)
        self.assertEqual(self.save(article, title="新题").status_code, 302)
        self.assertEqual(Article.objects.get().published_at, then)

    def test_changed_address_leads_from_the_old_one(self):
        article = make_article(slug="old-one", column=self.column)
        self.save(article, slug="new-one")
        self.assertRedirects(
            self.client.get("/articles/old-one/"), "/articles/new-one/", 301,
            fetch_redirect_response=False,
        )  # fmt: skip

    def test_saved_copy_in_the_browser_is_named_in_a_cookie(self):
        response = self.new(_draft="articles.article:new:12-34")
        self.assertEqual(response.cookies["editor_saved"].value, "articles.article:new:12-34")
        response = self.new(title="", _draft="articles.article:new:12-34")
        self.assertNotIn("editor_saved", response.cookies)

    def test_form_works_without_scripts_and_names_ours(self):
        page = self.client.get(ADD)
        self.assertContains(page, "vendor/easymde/easymde.min.js")
        self.assertContains(page, '<textarea name="body"')
        self.assertNotContains(page, "<script>")
        self.assertNotContains(page, "style=")


class RefusalTests(DeskTestCase):
    def test_an_impossible_address_of_a_published_article_is_refused_with_a_sentence(self):
        article = make_article(slug="before", column=self.column)
        for slug in ("中文", "a b", "令牌桶"):
            response = self.save(article, slug=slug)
            with self.subTest(slug):
                self.assertEqual(response.status_code, 200)
                self.assertTrue(response.context["adminform"].form.errors["slug"])
                self.assertContains(response, 'href="/articles/before/"')

    def test_saving_the_same_text_from_a_browser_is_no_change_of_it(self):
        article = make_article(body="一行。\n\n二行。\n", column=self.column)
        self.save(article, body="一行。\r\n\r\n二行。\r\n", summary="新摘要")
        article.refresh_from_db()
        self.assertEqual(article.body, "一行。\n\n二行。\n")
        entry = LogEntry.objects.latest("pk")
        self.assertNotIn("正文", entry.get_change_message())

    """A sentence by the field, and nothing else typed is lost."""

    def assert_refused(self, response, field, **kept):
        self.assertEqual(response.status_code, 200)
        errors = response.context["adminform"].form.errors
        self.assertEqual(list(errors), [field])
        shown = form_data(response)
        for name, value in kept.items():
            self.assertEqual(shown[name], value)
        return errors[field]

    def test_missing_title(self):
        response = self.new(title="", body="第一行\n<b>第二行</b>", tags="甲，乙")
        errors = self.assert_refused(response, "title", body="第一行\n<b>第二行</b>", tags="甲，乙")
        self.assertEqual(len(errors), 1)

    def test_text_that_is_too_large(self):
        with override_settings(MARKDOWN_MAX_BYTES=1000):
            response = self.new(body="字" * 400)
        self.assert_refused(response, "body", title="新文章", body="字" * 400)

    def test_text_that_the_renderer_refuses(self):
        from content.rendering import RenderingRefused

        with mock.patch(
            "content.rendering.render_bounded", side_effect=RenderingRefused("渲染太久。")
        ):
            response = self.new()
        self.assertEqual(self.assert_refused(response, "body", body="正文。"), ["渲染太久。"])

    def test_column_that_does_not_hold_the_kind(self):
        response = self.new(
            kind="reprint",
            original_author="甲",
            source_url="https://a.example/",
            reprint_ground="乙",
        )
        self.assert_refused(response, "column", original_author="甲", body="正文。")

    def test_reprint_without_its_source(self):
        column = make_column("转载", holds=["reprint"])
        response = self.new(
            kind="reprint", column=column.pk, original_author="甲", source_url="https://a.example/"
        )
        self.assert_refused(response, "reprint_ground", original_author="甲")

    def test_address_that_another_page_has(self):
        make_article(slug="taken", column=self.column)
        self.assert_refused(self.new(slug="taken"), "slug", title="新文章", slug="taken")

    def test_tag_that_is_too_long(self):
        self.assert_refused(self.new(tags="长" * 61), "tags", tags="长" * 61)

    def test_somebody_else_saved_it_meanwhile(self):
        article = make_article(title="旧题", column=self.column)
        page = self.client.get(change_url(article))
        Article.objects.get(pk=article.pk).save()
        data = form_data(page, title="我的题", body="我的文", _save="1")
        response = self.client.post(change_url(article), data)
        self.assert_refused(response, "__all__", title="我的题", body="我的文")
        self.assertEqual(Article.objects.get().title, "旧题")
        # Saving what the page now shows overwrites.
        again = self.client.post(change_url(article), form_data(response, _save="1"))
        self.assertEqual(again.status_code, 302)
        self.assertEqual(Article.objects.get().title, "我的题")


class ListTests(DeskTestCase):
    def fill(self, number):
        for index in range(number):
            article = make_article(
                column=make_column(holds=["article"], group=f"组{index}"), author=make_author()
            )
            article.tags.add(make_tag())

    def queries(self):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as captured:
            self.assertEqual(self.client.get(CHANGELIST).status_code, 200)
        return len(captured)

    def test_number_of_queries_does_not_grow_with_articles(self):
        self.fill(3)
        self.queries()
        few = self.queries()
        self.fill(9)
        self.assertEqual(self.queries(), few)

    def test_list_shows_scheduled_and_taken_down_as_such(self):
        make_article(title="定时", published_at=timezone.now() + timedelta(days=1))
        removed = make_article(title="撤下")
        removed.set_moderation(Content.Moderation.REMOVED)
        for seen, title in (("scheduled", "定时"), ("taken_down", "撤下")):
            with self.subTest(seen):
                page = self.client.get(CHANGELIST, {"seen": seen})
                self.assertEqual([str(row) for row in page.context["cl"].result_list], [title])
        self.assertContains(page, "state-down")

    def test_search_finds_titles(self):
        make_article(title="缓存雪崩")
        make_article(title="别的")
        page = self.client.get(CHANGELIST, {"q": "雪崩"})
        self.assertEqual([str(row) for row in page.context["cl"].result_list], ["缓存雪崩"])


class BulkTests(DeskTestCase):
    def test_drafts_are_published_through_save_with_a_version(self):
        drafts = [make_article(status=Status.DRAFT, column=self.column) for _index in range(2)]
        heard = []
        from django.db.models.signals import post_save

        def hear(instance, **kwargs):
            heard.append(instance.pk)

        post_save.connect(hear, sender=Article)
        self.addCleanup(post_save.disconnect, hear, sender=Article)
        response = self.act("publish", *drafts)
        self.assertContains(response, "2")
        self.assertEqual(Article.objects.visible().count(), 2)
        self.assertEqual(sorted(heard), sorted(draft.pk for draft in drafts))
        self.assertEqual(Version.objects.get_for_model(Article).count(), 2)

    def test_refused_article_is_named_with_the_reason_and_others_are_published(self):
        good = make_article(status=Status.DRAFT, column=self.column)
        bad = make_article(status=Status.DRAFT, title="坏的", column=self.column)
        other = make_column("无", holds=["plugin"])
        Article.objects.filter(pk=bad.pk).update(column=other)
        response = self.act("publish", good, bad)
        told = " ".join(str(message) for message in response.context["messages"])
        self.assertIn("坏的", told)
        self.assertEqual(list(Article.objects.visible()), [good])

    def test_unpublished_article_that_was_taken_down_stays_down(self):
        article = make_article(column=self.column)
        article.set_moderation(Content.Moderation.REMOVED)
        self.act("unpublish", article)
        self.act("publish", article)
        article = Article.objects.get()
        self.assertEqual((article.status, article.moderation), ("published", "removed"))

    def test_articles_move_to_another_column_after_it_was_chosen(self):
        article = make_article(column=self.column)
        target = make_column("目标", holds=["article"])
        asked = self.act("move_to_column", article)
        self.assertContains(asked, "目标")
        self.act("move_to_column", article, column=target.pk)
        self.assertEqual(Article.objects.get().column, target)

    def test_move_to_a_column_that_does_not_hold_articles_is_refused(self):
        article = make_article(column=self.column, title="留下的")
        target = make_column("插件", holds=["plugin"])
        response = self.act("move_to_column", article, column=target.pk)
        self.assertIn("留下的", " ".join(str(m) for m in response.context["messages"]))
        self.assertEqual(Article.objects.get().column, self.column)

    def test_only_drafts_that_never_were_public_are_deleted(self):
        public = make_article(title="公开过", column=self.column)
        draft = make_article(status=Status.DRAFT, column=self.column, slug="a-draft")
        asked = self.act("delete_drafts", public, draft)
        self.assertContains(asked, "公开过")
        self.act("delete_drafts", public, draft, post="yes")
        self.assertEqual(list(Article.objects.all()), [public])


class DeletingTests(DeskTestCase):
    def test_published_article_has_no_delete_button_and_no_delete_page(self):
        article = make_article(column=self.column)
        delete = reverse("admin:articles_article_delete", args=[article.pk])
        self.assertNotContains(self.client.get(change_url(article)), delete)
        self.assertEqual(self.client.post(delete, {"post": "yes"}).status_code, 403)
        self.assertTrue(Article.objects.exists())

    def test_draft_can_be_deleted(self):
        article = make_article(status=Status.DRAFT, column=self.column)
        delete = reverse("admin:articles_article_delete", args=[article.pk])
        self.assertRedirects(self.client.post(delete, {"post": "yes"}), CHANGELIST)
        self.assertFalse(Article.objects.exists())

    def test_purge_is_for_superusers_asks_first_and_leaves_410(self):
        article = make_article(slug="purged", column=self.column)
        purge = reverse("admin:articles_article_purge", args=[article.pk])
        self.assertEqual(self.client.post(purge).status_code, 403)
        self.client.force_login(make_user("chef", is_staff=True, is_superuser=True))
        self.save(article, title="有版本")
        self.assertContains(self.client.get(purge), "有版本")
        self.assertTrue(Article.objects.exists())
        self.assertRedirects(self.client.post(purge), CHANGELIST)
        self.assertFalse(Article.objects.exists())
        self.assertFalse(Version.objects.get_for_model(Article).exists())
        self.assertIsNone(OldAddress.objects.get(slug="purged").object_id)
        self.assertEqual(self.client.get("/articles/purged/").status_code, 410)


class VersionTests(DeskTestCase):
    def versions(self, article):
        return list(Version.objects.get_for_object(article).order_by("pk"))

    def revert(self, article, version):
        url = reverse("admin:articles_article_revision", args=[article.pk, version.pk])
        page = self.client.get(url)
        self.assertEqual(page.status_code, 200)
        return self.client.post(url, form_data(page, _save="1"))

    def test_going_back_restores_text_and_tags_and_nothing_that_editors_do_not_decide(self):
        article = make_article(
            title="旧题", body="旧文。", slug="stays", tags=["甲", "乙"], column=self.column,
            created_by=self.editor,
        )  # fmt: skip
        self.save(article, summary="第一版")
        self.save(article, title="新题", body="新文。", tags="丙", slug="moved", summary="")
        article.refresh_from_db()
        article.set_moderation(Content.Moderation.REMOVED)
        Article._base_manager.filter(pk=article.pk).update(views=77)
        first_public = article.first_published_at

        history = self.client.get(reverse("admin:articles_article_history", args=[article.pk]))
        first = self.versions(article)[0]
        self.assertContains(history, f"/history/{first.pk}/")
        self.assertEqual(self.revert(article, first).status_code, 302)

        article = Article.objects.get()
        self.assertEqual((article.title, article.body), ("旧题", "旧文。"))
        self.assertIn("旧文", article.body_html)
        self.assertEqual(set(article.tags.values_list("name", flat=True)), {"甲", "乙"})
        self.assertEqual((article.moderation, article.views), ("removed", 77))
        self.assertEqual((article.slug, article.created_by), ("moved", self.editor))
        self.assertEqual(article.first_published_at, first_public)
        self.assertEqual(len(self.versions(article)), 3)

    def test_going_back_to_a_draft_does_not_unpublish_the_page(self):
        self.new(title="题", status="draft", body="草稿。")
        article = Article.objects.get()
        self.save(article, status="published", body="定稿。")
        self.assertEqual(self.revert(article, self.versions(article)[0]).status_code, 302)
        article.refresh_from_db()
        self.assertEqual((article.body, article.is_visible), ("草稿。", True))

    def test_looking_at_a_version_changes_nothing(self):
        article = make_article(title="旧题", tags=["甲"], column=self.column)
        self.save(article, title="旧题")
        self.save(article, title="新题", tags="乙")
        url = reverse(
            "admin:articles_article_revision", args=[article.pk, self.versions(article)[0].pk]
        )
        page = self.client.get(url)
        self.assertEqual(form_data(page)["title"], "旧题")
        self.assertEqual(form_data(page)["tags"], "甲")
        self.assertEqual(form_data(page)["slug"], article.slug)
        article = Article.objects.get()
        self.assertEqual(article.title, "新题")
        self.assertEqual(list(article.tags.values_list("name", flat=True)), ["乙"])

    def test_looking_at_a_version_leaves_signals_alone(self):
        article = make_article(column=self.column)
        self.save(article, title="旧题")
        url = reverse(
            "admin:articles_article_revision", args=[article.pk, self.versions(article)[0].pk]
        )
        with mock.patch("reversion.admin.mute_signals", side_effect=AssertionError):
            self.assertEqual(self.client.get(url).status_code, 200)

    def test_version_survives_tags_and_columns_that_were_deleted(self):
        gone = make_column("将删", holds=["article"])
        article = make_article(tags=["甲", "将删"], column=gone)
        self.save(article, title="旧题")
        self.save(article, title="新题", column=self.column.pk, tags="甲")
        Tag.objects.get(name="将删").delete()
        gone.delete()
        self.assertEqual(self.revert(article, self.versions(article)[0]).status_code, 302)
        article = Article.objects.get()
        self.assertEqual((article.title, article.column), ("旧题", self.column))
        self.assertEqual(list(article.tags.values_list("name", flat=True)), ["甲"])

    def test_deleted_draft_can_be_recovered_as_a_draft(self):
        self.new(title="删了", tags="甲")
        article = Article.objects.get()
        version = self.versions(article)[0]
        self.client.post(
            reverse("admin:articles_article_delete", args=[article.pk]), {"post": "yes"}
        )
        self.assertContains(self.client.get(reverse("admin:articles_article_recoverlist")), "删了")
        url = reverse("admin:articles_article_recover", args=[version.pk])
        page = self.client.get(url)
        self.assertEqual(self.client.post(url, form_data(page, _save="1")).status_code, 302)
        back = Article.objects.get()
        self.assertEqual((back.title, back.status, back.slug), ("删了", "draft", "shan-le"))
        self.assertEqual(list(back.tags.values_list("name", flat=True)), ["甲"])

    def test_version_is_nobody_s_who_may_not_change_articles(self):
        article = make_article(column=self.column)
        self.save(article, title="旧题")
        version = self.versions(article)[0]
        self.client.force_login(make_user("guest", is_staff=True))
        url = reverse("admin:articles_article_revision", args=[article.pk, version.pk])
        self.assertEqual(self.client.get(url).status_code, 403)


class PreviewTests(DeskTestCase):
    def test_draft_is_shown_as_its_page_to_its_editor_and_to_no_search_engine(self):
        article = make_article(status=Status.DRAFT, body="**粗**", column=self.column)
        page = self.client.get(reverse("admin:articles_article_preview", args=[article.pk]))
        self.assertTemplateUsed(page, "articles/article_detail.html")
        self.assertContains(page, "<strong>粗</strong>")
        self.assertIn("noindex", page["X-Robots-Tag"])
        self.assertIn("no-store", page["Cache-Control"])

    def test_preview_counts_no_view(self):
        article = make_article(column=self.column)
        with mock.patch("content.counting.count_view") as count:
            self.client.get(reverse("admin:articles_article_preview", args=[article.pk]))
        count.assert_not_called()

    def test_visitors_and_staff_without_permission_see_no_preview(self):
        article = make_article(status=Status.DRAFT, column=self.column)
        url = reverse("admin:articles_article_preview", args=[article.pk])
        self.client.logout()
        self.assertEqual(self.client.get(url).status_code, 302)
        self.client.force_login(make_user("guest", is_staff=True))
        self.assertEqual(self.client.get(url).status_code, 403)

    def test_unsaved_form_is_shown_and_not_saved(self):
        article = make_article(title="旧题", column=self.column)
        page = self.client.get(change_url(article))
        data = form_data(page, title="没存的题", body="没存的*文*", tags="新标签")
        shown = self.client.post(reverse("admin:articles_article_preview", args=[article.pk]), data)
        self.assertContains(shown, "没存的题")
        self.assertContains(shown, "<em>文</em>")
        self.assertContains(shown, "新标签")
        self.assertEqual(Article.objects.get().title, "旧题")
        self.assertFalse(Tag.objects.filter(name="新标签").exists())

    def test_preview_does_not_mind_that_somebody_saved_meanwhile(self):
        article = make_article(column=self.column)
        data = form_data(self.client.get(change_url(article)), title="没存的题")
        Article.objects.get().save()
        shown = self.client.post(reverse("admin:articles_article_preview", args=[article.pk]), data)
        self.assertContains(shown, "没存的题")

    def test_form_that_was_never_saved_is_shown_and_not_saved(self):
        data = form_data(self.client.get(ADD), title="新题", column=self.column.pk, body="文")
        shown = self.client.post(reverse("admin:articles_article_preview_new"), data)
        self.assertContains(shown, "新题")
        self.assertFalse(Article.objects.exists())

    def test_form_that_cannot_be_shown_says_why(self):
        data = form_data(self.client.get(ADD), body="文", column=self.column.pk)
        shown = self.client.post(reverse("admin:articles_article_preview_new"), data)
        self.assertEqual(shown.status_code, 422)
        self.assertTrue(shown.context["form"].errors["title"])

    def test_markdown_is_rendered_as_on_the_page_or_refused_with_a_sentence(self):
        url = reverse("admin:articles_article_markdown")
        self.assertIn("<strong>", self.client.post(url, {"body": "**粗**"}).json()["html"])
        with override_settings(MARKDOWN_MAX_BYTES=1000):
            refused = self.client.post(url, {"body": "字" * 400})
        self.assertEqual(refused.status_code, 400)
        self.assertTrue(refused.json()["error"])


class AutocompleteTests(DeskTestCase):
    def test_only_columns_that_hold_the_kind_are_offered(self):
        make_column("转载", holds=["reprint"])
        make_column("插件", holds=["plugin"])
        asked = {"app_label": "articles", "model_name": "article", "field_name": "column"}
        url = reverse("admin:autocomplete")

        def names(**more):
            found = self.client.get(url, {**asked, **more}).json()["results"]
            return {row["text"] for row in found}

        self.assertEqual(names(), {"Redis", "转载"})
        self.assertEqual(names(kind="reprint"), {"转载"})
        self.assertEqual(names(term="红"), set())
        self.assertNotIn("大数据技术", names(term="大数据"))
        self.assertTrue(Column.objects.groups().exists())


class TakenDownTests(DeskTestCase):
    def test_form_says_so_and_moderation_cannot_be_written(self):
        article = make_article(column=self.column)
        article.set_moderation(Content.Moderation.REMOVED)
        page = self.client.get(change_url(article))
        self.assertContains(page, "taken-down")
        self.assertNotIn("moderation", form_data(page))
        self.save(article, moderation="clear", title="改")
        self.assertEqual(Article.objects.get().moderation, "removed")

    def test_form_opened_before_a_removal_does_not_undo_it(self):
        article = make_article(column=self.column)
        page = self.client.get(change_url(article))
        Article.objects.get().set_moderation(Content.Moderation.REMOVED)
        self.client.post(change_url(article), form_data(page, title="改", _save="1"))
        self.assertEqual(Article.objects.get().moderation, "removed")

    def test_admin_gets_from_the_form_to_its_case(self):
        self.client.force_login(make_user("chef", is_staff=True, is_superuser=True))
        article = make_article(column=self.column)
        opening = reverse("admin:reports_case_open", args=["article", article.pk])
        self.assertContains(self.client.get(change_url(article)), f'action="{opening}"')
        self.assertIn("/admin/reports/case/", self.client.post(opening)["Location"])


class WhoMayOnlyLookTests(DeskTestCase):
    def test_article_is_shown_without_a_form(self):
        from django.contrib.auth.models import Permission

        reader = make_user("reader", is_staff=True)
        reader.user_permissions.add(Permission.objects.get(codename="view_article"))
        self.client.force_login(reader)
        article = make_article(column=self.column, tags=["甲"])
        page = self.client.get(change_url(article))
        self.assertContains(page, article.title)
        self.assertNotContains(page, "<textarea")

    def test_upload_of_a_picture_needs_the_permission(self):
        self.client.force_login(make_user("guest", is_staff=True))
        upload = SimpleUploadedFile("a.png", b"x")
        response = self.client.post(reverse("admin:content_picture_store"), {"picture": upload})
        self.assertEqual(response.status_code, 403)
        self.assertFalse(Author.objects.exists())
