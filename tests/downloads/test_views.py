import time
import unicodedata
from io import BytesIO
from typing import Any
from unittest import mock
from urllib.parse import quote

from django.conf import settings
from django.test import SimpleTestCase, TestCase, override_settings
from django.utils.http import http_date
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from content.models import Moderation
from downloads.models import Package, Release
from downloads.ranges import parse_range
from downloads.services import store_package
from downloads.views import file_name
from tests.factories import make_package, make_zip


class PackageFileTests(TestCase):
    def setUp(self):
        self.data = make_zip({"readme.md": b"x" * 5000})
        self.package = make_package(
            stored=True, title="表格筛选 插件", version="1.2.0", files={"readme.md": b"x" * 5000}
        )
        self.url = self.package.get_file_url()

    def body(self, response) -> bytes:
        return b"".join(response.streaming_content)

    def test_the_file_is_an_attachment_with_its_chinese_name(self):
        response = self.client.get(self.url)
        release = self.package.latest_release
        self.assertEqual(len(self.body(response)), release.size)
        name = quote("表格筛选 插件-1.2.0.zip")
        self.assertEqual(response["Content-Disposition"], f"attachment; filename*=utf-8''{name}")
        self.assertEqual(response["Content-Type"], "application/zip")
        self.assertEqual(response["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src 'none'", response["Content-Security-Policy"])
        self.assertEqual(response["ETag"], f'"{release.sha256}"')

    def test_a_download_that_broke_off_goes_on_where_it_stopped(self):
        whole = self.body(self.client.get(self.url))
        response = self.client.get(self.url, headers={"range": "bytes=100-"})
        self.assertEqual(response.status_code, 206)
        self.assertEqual(response["Content-Range"], f"bytes 100-{len(whole) - 1}/{len(whole)}")
        self.assertEqual(self.body(response), whole[100:])

    def test_an_older_release_stays_to_be_had_by_its_version(self):
        older = self.body(self.client.get(self.url))
        store_package(
            package=self.package,
            upload=BytesIO(make_zip({"new.md": b"1"})),
            name="a.zip",
            version="2.0.0",
        )
        self.assertNotEqual(self.body(self.client.get(self.url)), older)
        response = self.client.get(self.url, {"version": "1.2.0"})
        self.assertEqual(self.body(response), older)
        self.assertIn("-1.2.0.zip", response["Content-Disposition"])
        self.assertEqual(self.client.get(self.url, {"version": "9"}).status_code, 404)
        page = self.client.get(self.package.get_absolute_url())
        self.assertContains(page, f"{self.url}?version=1.2.0")

    def test_another_release_meanwhile_is_sent_from_its_beginning(self):
        headers = {"range": "bytes=100-", "if-range": '"an older hash"'}
        self.assertEqual(self.client.get(self.url, headers=headers).status_code, 200)

    def test_a_range_behind_the_end_is_refused(self):
        response = self.client.get(self.url, headers={"range": "bytes=999999-"})
        self.assertEqual(response.status_code, 416)
        self.assertEqual(response["Content-Range"], f"bytes */{self.package.latest_release.size}")

    def test_a_removed_package_gives_410_for_its_page_and_404_for_its_file(self):
        self.package.set_moderation(Moderation.REMOVED)
        self.assertEqual(self.client.get(self.package.get_absolute_url()).status_code, 410)
        self.assertEqual(self.client.get(self.url).status_code, 404)

    def test_a_draft_gives_404_for_both(self):
        self.package.status = "draft"
        self.package.save()
        self.assertEqual(self.client.get(self.package.get_absolute_url()).status_code, 404)
        self.assertEqual(self.client.get(self.url).status_code, 404)

    def test_the_file_of_a_renamed_package_is_found(self):
        self.package.slug = "renamed"
        self.package.save()
        response = self.client.get(self.url)
        self.assertEqual(
            (response.status_code, response["Location"]), (301, "/downloads/renamed/file")
        )

    @override_settings(X_ACCEL_PACKAGES="/packages-internal/")
    def test_behind_nginx_the_site_only_says_which_file(self):
        response = self.client.get(self.url)
        sha256 = self.package.latest_release.sha256
        self.assertEqual(
            response["X-Accel-Redirect"], f"/packages-internal/{sha256[:2]}/{sha256}.zip"
        )
        self.assertEqual(response.content, b"")

    def test_head_has_the_headers_and_no_body(self):
        response = self.client.head(self.url)
        self.assertEqual(int(response["Content-Length"]), self.package.latest_release.size)

    def test_head_is_about_the_whole_file_even_with_a_range(self):
        response = self.client.head(self.url, headers={"range": "bytes=0-9"})
        self.assertEqual(response.status_code, 200)
        self.assertEqual(int(response["Content-Length"]), self.package.latest_release.size)
        self.assertNotIn("Content-Range", response)

    def test_whoever_has_the_file_is_told_so_and_sent_nothing(self):
        first = self.client.get(self.url)
        for name, headers in {
            "hash": {"if-none-match": first["ETag"]},
            "one hash of several": {"if-none-match": f'"other", {first["ETag"]}'},
            "hash before range": {"if-none-match": first["ETag"], "range": "bytes=0-9"},
            "time": {"if-modified-since": first["Last-Modified"]},
        }.items():
            with self.subTest(name):
                response = self.client.get(self.url, headers=headers)
                self.assertEqual((response.status_code, response.content), (304, b""))
                for header in ("ETag", "Last-Modified", "Cache-Control"):
                    self.assertEqual(response[header], first[header])
                self.assertEqual(self.client.head(self.url, headers=headers).status_code, 304)

    def test_whoever_has_an_older_file_is_sent_the_new_one(self):
        headers = {"if-none-match": '"old"', "if-modified-since": http_date(time.time() + 60)}
        self.assertEqual(self.client.get(self.url, headers=headers).status_code, 200)
        headers = {"if-modified-since": http_date(1)}
        self.assertEqual(self.client.get(self.url, headers=headers).status_code, 200)

    def test_the_rest_of_a_file_that_has_changed_is_refused_when_it_must_be_that_one(self):
        etag = f'"{self.package.latest_release.sha256}"'
        part = {"range": "bytes=100-"}
        for headers, status in (
            ({"if-match": '"old"'}, 412),
            ({"if-unmodified-since": http_date(1)}, 412),
            ({"if-match": etag}, 206),
            ({"if-unmodified-since": http_date(time.time() + 60)}, 206),
        ):
            with self.subTest(headers):
                response = self.client.get(self.url, headers={**headers, **part})
                self.assertEqual(response.status_code, status)

    @override_settings(X_ACCEL_PACKAGES="/packages-internal/")
    def test_behind_nginx_conditions_are_left_to_nginx(self):
        response = self.client.get(self.url, headers={"if-match": '"made by nginx"'})
        self.assertIn("X-Accel-Redirect", response)

    def test_only_what_is_sent_counts_as_a_download(self):
        etag = f'"{self.package.latest_release.sha256}"'
        agent = {"user-agent": "Mozilla/5.0"}
        with mock.patch("content.counting._append") as count:
            self.client.get(self.url, headers={**agent, "if-none-match": etag})
            self.client.get(self.url, headers={**agent, "if-match": '"old"'})
            self.assertEqual(count.call_count, 0)
            self.client.get(self.url, headers=agent)
            self.assertEqual(count.call_count, 1)


class FileNameTests(TestCase):
    def name(self, title: str, **overrides: Any) -> str:
        package = make_package(title=title, version="1.0", **overrides)
        return file_name(package, package.latest_release)

    def test_a_title_cannot_disguise_what_the_file_is(self):
        for title in ("图片\u202egpj.exe", "a\u2066b\u2069", "a\x07b\x1b[2J", "a\u200bb\ufeff"):
            with self.subTest(repr(title)):
                name = self.name(title)
                self.assertTrue(name.isprintable(), repr(name))
                self.assertTrue(name.endswith("-1.0.zip"))

    def test_a_long_chinese_title_makes_a_name_that_a_disk_can_hold(self):
        name = self.name("长" * 150)
        self.assertLessEqual(len(name.encode()), 255)
        self.assertTrue(name.endswith("长-1.0.zip"))

    def test_a_title_without_any_letter_is_replaced_by_the_address(self):
        self.assertEqual(self.name("\u202e...", slug="some-plugin"), "some-plugin-1.0.zip")


class HostileFileNameTests(SimpleTestCase):
    @hypothesis_settings(max_examples=50, deadline=None)
    @given(st.text(max_size=60))
    def test_any_title_makes_a_harmless_name(self, title):
        release = Release(version="1.0")
        name = file_name(Package(title=title, slug="slug"), release)
        self.assertFalse({unicodedata.category(character)[0] for character in name} & {"C"})
        self.assertFalse(set('/\\:*?"<>|') & set(name))
        self.assertTrue(name.endswith("-1.0.zip") and not name.startswith((".", "-")))


class ParseRangeTests(SimpleTestCase):
    @given(st.text(max_size=40), st.integers(1, 10**6))
    def test_any_header_gives_a_lawful_part_or_the_whole(self, header, size):
        try:
            part = parse_range(header, size)
        except ValueError:
            return
        if part is not None:
            first, last = part
            self.assertTrue(0 <= first <= last < size)

    def test_the_forms_of_a_range(self):
        self.assertEqual(parse_range("bytes=0-9", 100), (0, 9))
        self.assertEqual(parse_range("bytes=90-", 100), (90, 99))
        self.assertEqual(parse_range("bytes=-10", 100), (90, 99))
        self.assertEqual(parse_range("bytes=0-9,20-29", 100), None)
        self.assertEqual(parse_range("bytes=9-0", 100), None)


class StorageFolderTests(TestCase):
    def test_packages_lie_under_their_hash_outside_of_the_public_pictures(self):
        package = make_package(stored=True)
        sha256 = package.latest_release.sha256
        path = settings.PACKAGES_DIR / sha256[:2] / f"{sha256}.zip"
        self.assertTrue(path.is_file())
        self.assertFalse(path.is_relative_to(settings.PICTURES_DIR))
