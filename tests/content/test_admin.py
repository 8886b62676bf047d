import io
from datetime import timedelta

import hypothesis
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import django as hypothesis_django
from PIL import Image

from content import accounts, pictures
from content.forms import TagsField
from content.models import Author, Column, Picture, Tag
from tests.content.admin_forms import form_data
from tests.factories import (
    make_article,
    make_author,
    make_column,
    make_package,
    make_tag,
    make_user,
)

STORE = reverse("admin:content_picture_store")
ARTICLES = reverse("admin:articles_article_changelist")


def png(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(buffer, "PNG")
    return buffer.getvalue()


def upload(colour: str = "red", name: str = "a.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png(colour))


class AdminTestCase(TestCase):
    """A superuser, logged in; the methods ask the list of `model`."""

    model = "column"

    @classmethod
    def setUpTestData(cls):
        cls.admin = make_user("chef", is_staff=True, is_superuser=True)

    def setUp(self):
        self.client.force_login(self.admin)

    def url(self, name, *args):
        return reverse(f"admin:content_{self.model}_{name}", args=args)

    def queries(self):
        with CaptureQueriesContext(connection) as captured:
            self.assertEqual(self.client.get(self.url("changelist")).status_code, 200)
        return len(captured)

    def act(self, action, *rows, **more):
        data = {"action": action, "_selected_action": [row.pk for row in rows], **more}
        return self.client.post(self.url("changelist"), data, follow=True)

    def told(self, response):
        return " ".join(str(message) for message in response.context["messages"])


class ColumnTests(AdminTestCase):
    def names(self):
        page = self.client.get(self.url("changelist"))
        return [str(column) for column in page.context["cl"].result_list]

    def test_columns_are_listed_in_the_order_of_the_menu_under_their_groups(self):
        second = Column.objects.create(name="第二组", position=20)
        first = Column.objects.create(name="第一组", position=10)
        Column.objects.create(name="乙", parent=first, position=20)
        Column.objects.create(name="甲", parent=first, position=10)
        Column.objects.create(name="丙", parent=second)
        self.assertEqual(self.names(), ["第一组", "甲", "乙", "第二组", "丙"])

    def test_number_of_queries_does_not_grow_with_columns(self):
        for index in range(3):
            make_article(column=make_column(group=f"组{index}"))
        self.queries()
        few = self.queries()
        for index in range(9):
            make_package(column=make_column(group=f"别组{index}"))
        self.assertEqual(self.queries(), few)

    def test_list_counts_articles_and_packages(self):
        column = make_column("Redis")
        make_article(column=column)
        make_article(column=column)
        make_package(column=column)
        rows = self.client.get(self.url("changelist")).context["cl"].result_list
        self.assertEqual({str(row): row.contents for row in rows}["Redis"], 3)

    def test_columns_move_up_and_down_and_stop_at_the_ends(self):
        group = Column.objects.create(name="组")
        one, two, three = (Column.objects.create(name=name, parent=group) for name in "一二三")
        self.act("move_up", three)
        self.assertEqual(self.names(), ["组", "一", "三", "二"])
        self.act("move_down", one, three)
        self.assertEqual(self.names(), ["组", "二", "一", "三"])
        self.act("move_down", one, three)
        self.assertEqual(self.names(), ["组", "二", "一", "三"])
        self.assertTrue(two.pk)

    def test_position_is_written_in_the_list(self):
        group = Column.objects.create(name="组")
        one, _two = (Column.objects.create(name=name, parent=group) for name in "一二")
        data = form_data(self.client.get(self.url("changelist")), _save="1")
        place = next(
            name.split("-")[1]
            for name, value in data.items()
            if name.endswith("-id") and value == str(one.pk)
        )
        response = self.client.post(
            self.url("changelist"), {**data, f"form-{place}-position": "99", "action": ""}
        )
        self.assertEqual(response.status_code, 302)
        self.assertEqual(self.names(), ["组", "二", "一"])

    def test_column_that_holds_something_is_not_deleted_and_its_page_says_what_it_holds(self):
        leaf = make_column("Redis")
        make_article(title="缓存雪崩", column=leaf)
        for column in (leaf, leaf.parent):
            with self.subTest(column=column.name):
                page = self.client.get(self.url("delete", column.pk))
                self.assertContains(page, "缓存雪崩" if column.parent else "Redis")
                if column.parent:
                    link = f"{ARTICLES}?column__id__exact={column.pk}"
                    self.assertContains(page, link)
                    self.assertContains(self.client.get(link), "缓存雪崩")
                page = self.client.post(self.url("delete", column.pk), {"post": "yes"})
                self.assertEqual(page.status_code, 200)
        self.assertEqual(Column.objects.count(), 2)

    def test_empty_column_is_deleted(self):
        column = make_column("空")
        self.client.post(self.url("delete", column.pk), {"post": "yes"})
        self.assertFalse(Column.objects.filter(name="空").exists())

    def test_only_empty_columns_of_those_chosen_are_deleted(self):
        full, empty = make_column("满"), make_column("空")
        make_article(column=full)
        asked = self.act("delete_empty", full, empty)
        self.assertIn("满", self.told(asked))
        self.act("delete_empty", full, empty, post="yes")
        self.assertEqual(set(Column.objects.values_list("name", flat=True)), {"大数据技术", "满"})

    def test_what_a_column_holds_is_ticked_and_not_taken_away_while_it_is_there(self):
        column = make_column("Redis", holds=["article", "plugin"])
        make_package(column=column)
        page = self.client.get(self.url("change", column.pk))
        data = {**form_data(page), "holds": ["article"], "_save": "1"}
        response = self.client.post(self.url("change", column.pk), data)
        self.assertEqual(list(response.context["adminform"].form.errors), ["holds"])
        data["holds"] = ["plugin", "reprint"]
        self.assertEqual(self.client.post(self.url("change", column.pk), data).status_code, 302)
        self.assertEqual(set(Column.objects.get(pk=column.pk).holds), {"plugin", "reprint"})


class TagTests(AdminTestCase):
    model = "tag"

    def rename(self, tag, **changes):
        page = self.client.get(self.url("change", tag.pk))
        return self.client.post(self.url("change", tag.pk), form_data(page, _save="1", **changes))

    def test_renamed_tag_keeps_what_carries_it_and_its_old_address(self):
        article = make_article(tags=["k8s"])
        tag = Tag.objects.get()
        self.rename(tag, name="Kubernetes", slug="kubernetes")
        self.assertEqual([str(tag) for tag in article.tags.all()], ["Kubernetes"])
        response = self.client.get("/tags/k8s/")
        self.assertEqual((response.status_code, response["Location"]), (301, "/tags/kubernetes/"))

    def test_names_that_could_not_be_typed_again_are_refused(self):
        make_tag("Redis")
        tag = make_tag("缓存")
        for name in ("甲，乙", "#甲", "redis", "“甲”"):
            with self.subTest(name):
                response = self.rename(tag, name=name)
                self.assertEqual(list(response.context["adminform"].form.errors), ["name"])

    def test_number_of_queries_does_not_grow_with_tags_and_uses_are_counted(self):
        for _index in range(3):
            make_article(tags=["常用", make_tag().name])
        self.queries()
        few = self.queries()
        for _index in range(9):
            make_tag()
        self.assertEqual(self.queries(), few)
        rows = self.client.get(self.url("changelist")).context["cl"].result_list
        self.assertEqual({str(row): row.number_of_uses for row in rows}["常用"], 3)

    def suggest(self, typed):
        answer = self.client.get(self.url("suggest"), {"q": typed}).json()
        return [tag["name"] for tag in answer["tags"]]

    def test_suggestions_begin_with_what_was_typed_then_the_most_used(self):
        make_article(tags=["分布式缓存", "缓存雪崩"])
        make_article(tags=["分布式缓存"])
        make_tag("本地缓存")
        self.assertEqual(self.suggest("缓存"), ["缓存雪崩", "分布式缓存", "本地缓存"])
        self.assertEqual(self.suggest(""), [])
        self.assertEqual(self.suggest("%_\0"), [])

    def test_suggestions_are_for_staff_alone(self):
        self.client.logout()
        self.assertEqual(self.client.get(self.url("suggest"), {"q": "a"}).status_code, 302)


class HostileTypingTests(hypothesis_django.TestCase):
    @given(st.text(max_size=80))
    @hypothesis.settings(max_examples=25, deadline=None)
    def test_suggestions_answer_whatever_is_typed(self, typed):
        self.client.force_login(make_user(is_staff=True))
        response = self.client.get(reverse("admin:content_tag_suggest"), {"q": typed})
        self.assertEqual(response.status_code, 200)

    @given(st.text(max_size=200))
    @hypothesis.settings(max_examples=50, deadline=None)
    def test_tags_are_read_or_refused_with_a_sentence(self, typed):
        try:
            names = TagsField(required=False).clean(typed)
        except ValidationError as refused:
            self.assertTrue(refused.messages[0])
        else:
            self.assertTrue(all(0 < len(name) <= 60 for name in names))


class AuthorTests(AdminTestCase):
    model = "author"

    def test_number_of_queries_does_not_grow_with_authors(self):
        for _index in range(3):
            make_article(author=make_author(user=make_user()))
        self.queries()
        few = self.queries()
        for _index in range(9):
            make_article(author=make_author(user=make_user()))
        self.assertEqual(self.queries(), few)

    def test_author_of_something_is_not_deleted(self):
        article = make_article(author=make_author("笔名"))
        self.client.get(self.url("delete", article.author.pk))
        self.client.post(self.url("delete", article.author.pk), {"post": "yes"})
        self.assertTrue(Author.objects.exists())


class PictureTests(AdminTestCase):
    model = "picture"

    def store(self, file):
        return self.client.post(STORE, {"picture": file})

    def test_pasted_picture_is_stored_and_answers_its_address(self):
        response = self.store(upload())
        picture = Picture.objects.get()
        self.assertEqual(response.status_code, 201)
        self.assertEqual(response.json()["url"], f"/pictures/{picture.name}")
        self.assertEqual((picture.uploaded_by, picture.width), (self.admin, 8))
        self.assertTrue(pictures.picture_path(picture.name).exists())

    def test_same_picture_twice_is_one_row(self):
        self.assertEqual(self.store(upload()).json(), self.store(upload()).json())
        self.assertEqual(Picture.objects.count(), 1)

    def test_refused_picture_is_answered_with_its_sentence(self):
        response = self.store(SimpleUploadedFile("a.svg", b"<svg onload=alert(1)>"))
        self.assertEqual(response.status_code, 400)
        self.assertIn("PNG", response.json()["error"])
        self.assertEqual(self.client.post(STORE).status_code, 400)
        self.assertFalse(Picture.objects.exists())

    def test_upload_without_the_token_of_the_form_is_refused(self):
        client = self.client_class(enforce_csrf_checks=True)
        client.force_login(self.admin)
        self.assertEqual(client.post(STORE, {"picture": upload()}).status_code, 403)

    def test_form_uploads_a_picture_with_its_description(self):
        page = self.client.get(self.url("add"))
        data = form_data(page, description="红色", file=upload(), _save="1")
        self.assertEqual(self.client.post(self.url("add"), data).status_code, 302)
        self.assertEqual(Picture.objects.get().description, "红色")
        again = self.client.post(self.url("add"), {**data, "file": upload()})
        self.assertEqual(list(again.context["adminform"].form.errors), ["file"])

    def test_picture_that_is_shown_somewhere_is_kept_and_its_page_says_where(self):
        url = self.store(upload()).json()["url"]
        make_article(title="有图", body=f"![]({url})")
        picture = Picture.objects.get()
        self.assertContains(self.client.get(self.url("change", picture.pk)), "有图")
        delete = self.url("delete", picture.pk)
        self.assertEqual(self.client.post(delete, {"post": "yes"}).status_code, 403)
        self.act("delete_unused", picture, post="yes")
        self.assertTrue(Picture.objects.exists())

    def test_unused_picture_is_deleted_with_its_file(self):
        self.store(upload("blue"))
        picture = Picture.objects.get()
        path = pictures.picture_path(picture.name)
        with self.captureOnCommitCallbacks(execute=True):
            self.act("delete_unused", picture, post="yes")
        self.assertFalse(Picture.objects.exists())
        self.assertFalse(path.exists())

    def test_number_of_queries_does_not_grow_with_pictures(self):
        def fill(numbers):
            for number in numbers:
                Picture.objects.create(
                    name=f"{number:032x}.png", sha256=f"{number:064x}", format="PNG",
                    width=1, height=1, size=1, uploaded_by=make_user(),
                )  # fmt: skip

        fill(range(3))
        self.queries()
        few = self.queries()
        fill(range(3, 12))
        self.assertEqual(self.queries(), few)

    def test_form_of_a_cover_shows_the_chosen_picture_by_its_key(self):
        self.store(upload())
        picture = Picture.objects.get()
        response = self.client.get(reverse("admin:content_picture_file", args=[picture.pk]))
        self.assertEqual(response["Location"], picture.get_absolute_url())


class LockedOutTests(TestCase):
    @override_settings(AXES_ENABLED=True)
    def test_too_many_wrong_passwords_stop_logging_in_with_a_page_that_says_so(self):
        make_user("bianji", password="right-password", is_staff=True)
        login = reverse("admin:login")
        for _attempt in range(settings.AXES_FAILURE_LIMIT):
            response = self.client.post(login, {"username": "bianji", "password": "wrong"})
        self.assertEqual(response.status_code, 429)
        self.assertTemplateUsed(response, "admin/locked_out.html")
        self.assertContains(response, "15", status_code=429)
        response = self.client.post(login, {"username": "bianji", "password": "right-password"})
        self.assertEqual(response.status_code, 429)


class EveryPageTests(AdminTestCase):
    def test_no_page_of_ours_has_inline_scripts_or_styles(self):
        article, tag = make_article(), make_tag()
        pages = [
            reverse("admin:index"),
            reverse("admin:content_column_changelist"),
            reverse("admin:content_column_change", args=[article.column_id]),
            reverse("admin:content_column_delete", args=[article.column_id]),
            reverse("admin:content_tag_change", args=[tag.pk]),
            reverse("admin:content_picture_add"),
            reverse("admin:articles_article_changelist"),
            reverse("admin:articles_article_purge", args=[article.pk]),
            reverse("admin:articles_article_frame"),
            reverse("admin:downloads_package_add"),
        ]
        for page in pages:
            with self.subTest(page):
                response = self.client.get(page)
                self.assertEqual(response.status_code, 200)
                html = response.content.decode()
                self.assertNotIn(" style=", html)
                self.assertNotIn("<style", html)
                self.assertNotRegex(html, r"<script(?![^>]*(src=|application/json))")
                self.assertNotRegex(html, r"\son[a-z]+=")


class GroupTests(TestCase):
    def rights(self, name):
        return set(Group.objects.get(name=name).permissions.values_list("codename", flat=True))

    def test_editors_write_content_and_admins_decide(self):
        editors, admins = self.rights(accounts.EDITORS), self.rights(accounts.ADMINS)
        for right in ("add_article", "change_package", "delete_article", "view_column"):
            self.assertIn(right, editors)
        for right in ("change_column", "decide_case", "add_user", "delete_tag"):
            self.assertNotIn(right, editors)
        for right in ("change_column", "decide_case", "view_report", "view_decision"):
            self.assertIn(right, admins)
        self.assertFalse({"add_user", "change_user", "change_group"} & admins)

    def test_groups_are_made_once_and_keep_what_was_added(self):
        from django.contrib.auth.models import Permission

        group = Group.objects.get(name=accounts.EDITORS)
        group.permissions.add(
            Permission.objects.get(codename="delete_tag", content_type__app_label="content")
        )
        accounts.ensure_groups()
        self.assertEqual(Group.objects.filter(name=accounts.EDITORS).count(), 1)
        self.assertIn("delete_tag", self.rights(accounts.EDITORS))


class DeskTests(TestCase):
    def test_index_begins_with_ones_own_drafts_and_what_is_scheduled(self):
        editor = make_user("bianji", is_staff=True)
        editor.groups.add(Group.objects.get(name=accounts.EDITORS))
        make_article(title="我的草稿", status="draft", created_by=editor)
        make_article(title="别人的草稿", status="draft")
        make_article(published_at=timezone.now() + timedelta(days=1))
        self.client.force_login(editor)
        page = self.client.get(reverse("admin:index"))
        self.assertContains(page, "我的草稿")
        self.assertNotContains(page, "别人的草稿")
        self.assertContains(page, "seen=scheduled")
