from urllib.parse import quote

from django.conf import settings
from django.test import SimpleTestCase, TestCase, override_settings
from hypothesis import given
from hypothesis import strategies as st

from content.models import Moderation
from downloads.ranges import parse_range
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
