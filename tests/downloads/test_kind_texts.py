"""The texts of a kind: written once, filled in for each package, never found by search."""

import importlib
import json
from types import SimpleNamespace

from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test import SimpleTestCase, TestCase
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from downloads.models import KindText, Package, Release
from tests.factories import make_package, make_user

CHANGELIST = reverse("admin:downloads_kindtext_changelist")
ADD = reverse("admin:downloads_kindtext_add")


def write(kind: str = "plugin", **fields: str) -> KindText:
    text = KindText.objects.get(kind=kind)
    for name, value in fields.items():
        setattr(text, name, value)
    text.full_clean()
    text.save()
    return text


class PageTests(TestCase):
    def page(self, package: Package) -> str:
        return self.client.get(package.get_absolute_url()).content.decode()

    def test_each_kind_has_a_sentence_and_a_disclaimer_from_the_start(self):
        for kind, words in {"template": "建站模板", "plugin": "jQuery 插件"}.items():
            with self.subTest(kind):
                package = make_package(kind=kind, title=f"折线 {kind}", version="3.1.4")
                html = self.page(package)
                self.assertIn(f"{words}“折线 {kind}”（3.1.4 版），压缩包里有以下文件：", html)
                paragraphs = html.split('id="disclaimer"')[1].split("</section>")[0].count("<p>")
                self.assertEqual(paragraphs, 3)
                self.assertNotIn("{", html.split('class="disclaimer"')[1].split("</section>")[0])

    def test_a_changed_text_is_on_every_page_of_its_kind_at_once(self):
        first, second = make_package(licence="MIT"), make_package(licence="")
        template = make_package(kind="template")
        write(purpose="{title}：{licence}", disclaimer="第一段\r\n\r\n第二段 <b>{version}</b>")
        self.assertIn(f"{first.title}：MIT", self.page(first))
        self.assertIn("<p>第二段 &lt;b&gt;1.0.0&lt;/b&gt;</p>", self.page(first))
        self.assertNotIn(f"{second.title}：<", self.page(second))
        self.assertNotIn("第二段", self.page(template))

    def test_a_page_without_texts_has_neither_sentence_nor_disclaimer(self):
        package = make_package()
        KindText.objects.all().delete()
        self.assertNotIn('class="disclaimer"', self.page(package))
        write_default = importlib.import_module("downloads.migrations.0005_default_kind_texts")
        for _time in range(2):
            write_default.write(apps, SimpleNamespace(connection=connection))
        self.assertIn('class="disclaimer"', self.page(package))

    def test_no_word_of_them_is_found_by_search(self):
        package = make_package(title="轮播", body="会动的图片。")
        write(purpose="鹈鹕 {title}", disclaimer="鸬鹚。")
        call_command("rebuild_index", noinput=True, verbosity=0)
        self.assertIn("鹈鹕 轮播", self.page(package))
        self.assertIn("鸬鹚", self.page(package))
        for word, hits in {"轮播": 1, "鹈鹕": 0, "鸬鹚": 0}.items():
            with self.subTest(word):
                response = self.client.get("/search/", {"q": word})
                self.assertEqual(len(response.context["hits"]), hits)


class PlaceholderTests(TestCase):
    def test_an_unknown_placeholder_is_refused_by_its_field(self):
        text = KindText.objects.get(kind="plugin")
        text.purpose, text.disclaimer = "{titel}", "{title.__class__}"
        with self.assertRaises(ValidationError) as refused:
            text.full_clean()
        self.assertEqual(set(refused.exception.message_dict), {"purpose", "disclaimer"})


class HostileTextTests(SimpleTestCase):
    @settings(max_examples=60, deadline=None)
    @given(
        st.text(alphabet=st.sampled_from("{}title._[]0!:x \n"), max_size=40), st.text(max_size=20)
    )
    def test_whatever_stands_in_braces_is_text_and_never_a_program(self, template, title):
        package = Package(kind="plugin", title=title)
        package.latest_release = Release(version="1")
        text = KindText(kind="plugin", purpose=template)
        self.assertEqual(
            text.purpose_of(package),
            title.join(template.split("{title}")),
        )


class AdminTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.admin = make_user("guanli", is_staff=True)
        cls.admin.user_permissions.set(
            Permission.objects.filter(content_type__app_label="downloads")
        )

    def setUp(self):
        self.client.force_login(self.admin)

    def change_url(self, kind: str = "plugin") -> str:
        text = KindText.objects.get(kind=kind)
        return reverse("admin:downloads_kindtext_change", args=[text.pk])

    def test_there_are_two_and_no_third_and_none_can_be_deleted(self):
        response = self.client.get(CHANGELIST)
        self.assertEqual(response.context["cl"].result_count, 2)
        self.assertNotContains(response, ADD)
        self.assertEqual(self.client.get(ADD).status_code, 403)
        delete = self.change_url().replace("change", "delete")
        self.assertEqual(self.client.post(delete, {"post": "yes"}).status_code, 403)
        self.client.post(CHANGELIST, {"action": "delete_selected", "_selected_action": [1, 2]})
        self.assertEqual(KindText.objects.count(), 2)

    def test_one_that_is_missing_can_be_written_again(self):
        KindText.objects.get(kind="plugin").delete()
        response = self.client.post(ADD, {"kind": "plugin", "purpose": "{title}", "disclaimer": ""})
        self.assertRedirects(response, CHANGELIST)
        self.assertEqual(KindText.objects.get(kind="plugin").purpose, "{title}")

    def test_the_filled_sentence_stands_beside_the_field(self):
        make_package(title="旧的", version="1.0")
        make_package(title='新的 "><b>', version="2.0", licence="MIT")
        write(purpose="下载 {title} {version}")
        response = self.client.get(self.change_url())
        self.assertContains(response, "下载 新的 &quot;&gt;&lt;b&gt; 2.0</p>")
        values = {"title": '新的 "><b>', "kind": "jQuery 插件", "version": "2.0", "licence": "MIT"}
        escaped = json.dumps(values, ensure_ascii=False)
        for character, entity in {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}.items():
            escaped = escaped.replace(character, entity)
        self.assertContains(response, f'data-values="{escaped}"')

    def test_a_site_without_packages_shows_an_example(self):
        write(purpose="下载 {version}，{licence}")
        self.assertContains(self.client.get(self.change_url()), "下载 1.0.0，MIT")

    def test_the_kind_of_a_row_stays(self):
        self.client.post(self.change_url(), {"kind": "template", "purpose": "新", "disclaimer": ""})
        self.assertEqual(KindText.objects.get(kind="plugin").purpose, "新")

    def test_a_mistake_in_braces_is_a_sentence_and_keeps_what_was_typed(self):
        data = {"purpose": "{titel} 下载", "disclaimer": ""}
        response = self.client.post(self.change_url(), data)
        self.assertContains(response, "{titel} 下载")
        self.assertIn("titel", response.context["adminform"].errors["purpose"][0])
