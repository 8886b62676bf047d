"""What admins say about the site: where it is shown, who may change it, what programs get of it."""

import json
import xml.etree.ElementTree as ET
from urllib.parse import urlsplit

from django.contrib.auth.models import Group
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from django.utils.translation import override
from PIL import Image

from content import accounts, site_settings
from content.models import SiteLink, SiteSettings
from tests.content.admin_forms import form_data
from tests.factories import make_article, make_column, make_user

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
FORM = "/admin/content/sitesettings/1/change/"


class ShownTests(TestCase):
    def test_the_name_is_that_of_the_environment_until_admins_give_one(self):
        with override_settings(SITE_NAME="环境给的名字"):
            self.assertContains(self.client.get("/"), "环境给的名字")
        SiteSettings(name="夜航船", tagline="慢一点，看清楚。").save()
        article = make_article()
        for path in ("/", article.get_absolute_url(), "/about/", "/search/", "/nothing/"):
            with self.subTest(path):
                html = self.client.get(path).content.decode()
                self.assertIn("夜航船</title>", html.replace("\n", ""))
                self.assertRegex(html, r'class="masthead__name"[^>]*>\s*<img[^>]*>\s*夜航船')
                self.assertRegex(html, r'class="masthead__tagline">慢一点，看清楚。<')
        for path in ("/feed.xml", "/opensearch.xml", "/manifest.webmanifest", "/admin/login/"):
            with self.subTest(path):
                self.assertContains(self.client.get(path), "夜航船")

    def test_a_notice_stands_above_every_page_until_it_is_emptied(self):
        column = make_column()
        pages = ("/", column.get_absolute_url(), "/search/", "/about/", "/nothing/")
        for text in ("今晚 <b>十点</b>维护。", ""):
            SiteSettings(notice=text).save()
            for path in pages:
                with self.subTest(f"{path} {text}"):
                    html = self.client.get(path).content.decode()
                    self.assertEqual('class="notice" role="note"' in html, bool(text))
                    self.assertEqual("今晚 &lt;b&gt;十点" in html, bool(text))

    def test_numbers_of_registration_link_to_their_registers(self):
        self.assertNotContains(self.client.get("/"), "beian")
        SiteSettings(
            icp_number="京ICP备12345678号-1", police_number="京公网安备11010502030123号"
        ).save()
        html = self.client.get("/").content.decode()
        self.assertRegex(html, r'href="https://beian\.miit\.gov\.cn/"[^>]*>京ICP备12345678号-1<')
        self.assertRegex(
            html,
            r'href="https://beian\.mps\.gov\.cn/#/query/webSearch\?code=11010502030123"[^>]*>'
            "京公网安备11010502030123号<",
        )

    def test_links_stand_in_the_footer_in_their_order_and_go_when_deleted(self):
        SiteLink.objects.create(name="第二", url="https://b.example.org/", position=2)
        first = SiteLink.objects.create(name="第一", url="https://a.example.org/", position=1)
        html = self.client.get("/").content.decode()
        self.assertLess(html.index("https://a.example.org/"), html.index("https://b.example.org/"))
        first.delete()
        self.assertNotContains(self.client.get("/"), "第一")

    def test_the_about_page_is_what_admins_wrote_and_there_before_they_did(self):
        empty = self.client.get("/about/")
        self.assertContains(empty, 'class="empty-state"')
        SiteSettings(about="## 谁在写\n\n**我们**。<script>alert(1)</script>").save()
        page = self.client.get("/about/")
        self.assertContains(page, "<strong>我们</strong>")
        self.assertNotContains(page, "<script>alert")

    def test_a_page_costs_no_more_queries_for_all_that_is_said_of_the_site(self):
        self.client.get("/columns/")
        with CaptureQueriesContext(connection) as captured:
            self.client.get("/columns/")
        before = len(captured)
        SiteSettings(name="夜航船", notice="有事。", tagline="一句。", about="文。").save()
        SiteLink.objects.create(name="友站", url="https://a.example.org/")
        self.client.get("/columns/")
        with self.assertNumQueries(before):
            self.client.get("/columns/")

    def test_whoever_asks_outside_of_a_page_gets_the_same(self):
        SiteSettings(name="夜航船").save()
        self.assertEqual(site_settings.current().shown_name, "夜航船")


class AdminTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        accounts.ensure_groups()
        for name, group in (("editor", accounts.EDITORS), ("admin", accounts.ADMINS)):
            user = make_user(name, is_staff=True)
            user.groups.add(Group.objects.get(name=group))
            setattr(cls, name, user)

    def setUp(self):
        self.client.force_login(self.admin)

    def save(self, **values):
        data = {"name": "", "tagline": "", "notice": "", "about": "", "icp_number": ""}
        return self.client.post(FORM, {**data, "police_number": "", **values})

    def test_the_list_leads_to_the_one_form_and_saving_changes_the_site_at_once(self):
        index = self.client.get("/admin/content/sitesettings/")
        self.assertRedirects(index, FORM)
        self.assertContains(self.client.get("/"), "码上拾光")
        response = self.save(name="夜航船", about="## 甲\r\n\r\n文。")
        self.assertRedirects(response, "/admin/content/sitesettings/", target_status_code=302)
        self.assertContains(self.client.get("/"), "夜航船")
        self.assertEqual(SiteSettings.objects.get().about, "## 甲\n\n文。")
        self.save(name="又改了")
        self.assertContains(self.client.get("/"), "又改了")
        self.assertEqual(SiteSettings.objects.count(), 1)

    def test_what_another_admin_saved_meanwhile_stays(self):
        self.save(name="夜航船", about="甲\r\n\r\n乙")
        first, second = self.client.get(FORM), self.client.get(FORM)
        self.client.post(FORM, form_data(first, notice="今晚维护。", about="甲\r\n\r\n丙"))
        # As a browser sends it: a text that nobody touched.
        opened = {"about": "甲\r\n\r\n乙", "initial-about": "甲\r\n\r\n乙"}
        self.client.post(FORM, form_data(second, icp_number="京ICP备1号", name="", **opened))
        said = SiteSettings.objects.get()
        self.assertEqual(said.notice, "今晚维护。")
        self.assertEqual((said.name, said.icp_number), ("", "京ICP备1号"))
        self.assertEqual(said.about, "甲\n\n丙")
        self.assertContains(self.client.get("/about/"), "<p>丙</p>")

    def test_there_is_no_second_row_and_the_one_is_not_deleted(self):
        for path, status in (
            ("/admin/content/sitesettings/add/", 403),
            ("/admin/content/sitesettings/1/delete/", 403),
            ("/admin/content/sitesettings/2/change/", 302),
        ):
            with self.subTest(path):
                self.assertEqual(self.client.get(path).status_code, status)

    def test_what_cannot_be_shown_is_refused_by_its_field_with_all_that_was_typed(self):
        response = self.save(name="留着", about="[" * 300_000, police_number="没有数字")
        form = response.context["adminform"].form
        self.assertEqual(set(form.errors), {"about", "police_number"})
        self.assertContains(response, 'value="留着"')
        self.assertEqual(SiteSettings.objects.count(), 0)

    def test_invisible_characters_neither_name_the_site_nor_turn_its_lines_around(self):
        self.save(name="\u200b", notice="今晚\u202e维护", icp_number="\u2066京ICP备1号")
        said = SiteSettings.objects.get()
        self.assertEqual((said.name, said.notice, said.icp_number), ("", "今晚维护", "京ICP备1号"))
        self.assertContains(self.client.get("/"), "码上拾光")
        address = "/admin/content/sitelink/add/"
        unnamed = {"name": "\u200b", "url": "https://a.example.org/", "position": 1}
        self.assertEqual(self.client.post(address, unnamed).status_code, 200)
        self.assertEqual(SiteLink.objects.count(), 0)

    def test_the_editor_of_the_about_page_can_be_previewed(self):
        page = self.client.get(FORM)
        self.assertContains(page, "data-markdown")
        address = reverse("admin:content_sitesettings_markdown")
        self.assertIn("<strong>", self.client.post(address, {"body": "**粗**"}).json()["html"])
        self.client.force_login(self.editor)
        self.assertEqual(self.client.post(address, {"body": "x"}).status_code, 403)

    def test_editors_may_neither_see_nor_change_it(self):
        self.client.force_login(self.editor)
        for path in (
            "/admin/content/sitesettings/",
            FORM,
            "/admin/content/sitelink/",
            "/admin/content/sitelink/add/",
        ):
            with self.subTest(path):
                self.assertEqual(self.client.get(path).status_code, 403)
        self.assertEqual(self.save(name="偷改").status_code, 403)

    def test_links_are_added_in_admin_and_only_to_the_web(self):
        address = "/admin/content/sitelink/add/"
        refused = self.client.post(address, {"name": "坏", "url": "javascript:alert(1)"})
        self.assertEqual(refused.status_code, 200)
        self.client.post(address, {"name": "友站", "url": "https://a.example.org/", "position": 1})
        self.assertContains(self.client.get("/"), "https://a.example.org/")


class ProgramTests(TestCase):
    def test_the_icon_answers_at_its_old_address_and_holds_three_sizes(self):
        response = self.client.get("/favicon.ico")
        self.assertEqual(response["Content-Type"], "image/x-icon")
        self.assertTrue(response.content.startswith(b"\0\0\1\0"))
        again = self.client.get("/favicon.ico", headers={"if-none-match": response["ETag"]})
        self.assertEqual(again.status_code, 304)

    def test_the_manifest_names_icons_of_the_sizes_that_they_have(self):
        SiteSettings(name="一个名字很长很长很长的技术博客", tagline="慢慢读。").save()
        response = self.client.get("/manifest.webmanifest")
        self.assertEqual(response["Content-Type"].split(";")[0], "application/manifest+json")
        said = json.loads(response.content)
        self.assertEqual(said["name"], "一个名字很长很长很长的技术博客")
        self.assertLessEqual(len(said["short_name"]), 12)
        self.assertEqual(said["start_url"], "/")
        purposes = set()
        for icon in said["icons"]:
            purposes.add(icon["purpose"])
            path = f"blogsite{icon['src']}"
            with self.subTest(path), Image.open(path) as picture:
                self.assertEqual("{}x{}".format(*picture.size), icon["sizes"])
                self.assertEqual(Image.MIME[picture.format], icon["type"])
        self.assertEqual(purposes, {"any", "maskable"})

    def test_the_search_description_is_valid_and_leads_to_the_search_page(self):
        SiteSettings(name="一个名字很长很长很长很长很长的 <技术> & 博客").save()
        response = self.client.get("/opensearch.xml", headers={"host": "localhost"})
        self.assertEqual(
            response["Content-Type"].split(";")[0], "application/opensearchdescription+xml"
        )
        tree = ET.fromstring(response.content)  # noqa: S314  our own answer
        self.assertEqual(tree.tag, f"{OPENSEARCH}OpenSearchDescription")
        for name, limit in (("ShortName", 16), ("LongName", 48), ("Description", 1024)):
            texts = [element.text for element in tree.findall(OPENSEARCH + name)]
            self.assertEqual(len(texts), 1)
            self.assertTrue(0 < len(texts[0]) <= limit, texts)
        addresses = {
            url.get("type"): urlsplit(url.get("template")) for url in tree.iter(f"{OPENSEARCH}Url")
        }
        page = addresses["text/html"]
        self.assertEqual((page.netloc, page.query), ("127.0.0.1:8000", "q={searchTerms}"))
        self.assertEqual(resolve(page.path).view_name, "search:page")
        for image in tree.iter(f"{OPENSEARCH}Image"):
            with Image.open(f"blogsite{urlsplit(image.text).path}") as picture:
                self.assertEqual(Image.MIME[picture.format], image.get("type"))
                self.assertEqual(picture.size, (int(image.get("width")), int(image.get("height"))))

    def test_every_page_names_icon_manifest_search_and_feeds(self):
        with override("zh-hans"):
            column = make_column("Flink")
            html = self.client.get(column.get_absolute_url()).content.decode()
        for href in (
            "/static/img/favicon.ico",
            "/static/img/apple-touch-icon.png",
            "/manifest.webmanifest",
            "/opensearch.xml",
            *("/feed.xml", "/atom.xml", "/feed.json"),
            *(f"{column.get_absolute_url()}{name}" for name in ("feed.xml", "atom.xml")),
            f"{column.get_absolute_url()}feed.json",
        ):
            with self.subTest(href):
                self.assertRegex(html, rf'<link[^>]*\s+href="{href}"')
        self.assertNotIn("/columns/", self.client.get("/").content.decode().split("</head>")[0])
