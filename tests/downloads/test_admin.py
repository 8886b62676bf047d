from datetime import timedelta
from unittest import mock

import time_machine
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from reversion.models import Version

from content import accounts
from content.models import Picture, PictureUse, Status
from downloads import storage
from downloads.models import Package, Release
from tests.content.admin_forms import form_data
from tests.factories import make_author, make_column, make_package, make_user, make_zip

CHANGELIST = reverse("admin:downloads_package_changelist")
ADD = reverse("admin:downloads_package_add")


def change_url(package: Package) -> str:
    return reverse("admin:downloads_package_change", args=[package.pk])


def files() -> list[str]:
    """Every file below the folder of packages, waiting ones included."""
    return sorted(path.name for path in settings.PACKAGES_DIR.rglob("*") if path.is_file())


def zip_file(name="轮播.zip", content=None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, make_zip(content) if content is not None else make_zip())


def make_picture(number: int = 1) -> Picture:
    return Picture.objects.create(
        name=f"{number:032x}.png", sha256=f"{number:064x}", format="PNG", width=1, height=1, size=1
    )


class PackageDeskTestCase(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.editor = make_user("bianji", is_staff=True)
        cls.editor.groups.add(Group.objects.get(name=accounts.EDITORS))
        cls.column = make_column("插件", holds=["plugin"])

    def setUp(self):
        for path in settings.PACKAGES_DIR.rglob("*"):
            if path.is_file():
                path.unlink()
        self.client.force_login(self.editor)

    def new(self, **changes):
        data = {
            "title": "轮播插件",
            "kind": "plugin",
            "column": self.column.pk,
            "version": "1.0.0",
            "_save": "1",
        }
        page = self.client.get(ADD)
        return self.client.post(ADD, form_data(page, **{**data, **changes}))


class UploadTests(PackageDeskTestCase):
    def test_good_file_makes_a_release_with_computed_facts(self):
        with self.captureOnCommitCallbacks(execute=True):
            response = self.new(file=zip_file(content={"js/a.js": b"1", "说明.txt": b"22"}))
        self.assertEqual(response.status_code, 302)
        package = Package.objects.get()
        release = package.latest_release
        self.assertEqual((release.version, release.created_by), ("1.0.0", self.editor))
        self.assertEqual(release.listing, [["js/a.js", 1], ["说明.txt", 2]])
        self.assertEqual(files(), [f"{release.sha256}.zip"])
        page = self.client.get(change_url(package))
        for fact in (release.sha256, "js/a.js", "说明.txt"):
            self.assertContains(page, fact)

    def test_refused_archive_is_a_sentence_by_the_field_and_leaves_nothing(self):
        cases = {
            "Z14": zip_file("a.rar"),
            "Z13": SimpleUploadedFile("a.zip", b"no archive"),
            "Z1": zip_file(content={"../<b>evil</b>": b"1"}),
        }
        for rule, upload in cases.items():
            with self.subTest(rule):
                response = self.new(file=upload, body="我的说明")
                errors = response.context["adminform"].form.errors
                self.assertEqual(list(errors), ["file"])
                self.assertIn(rule, errors["file"][0])
                self.assertNotContains(response, "<b>evil")
                self.assertEqual(form_data(response)["body"], "我的说明")
                self.assertEqual(files(), [])
        self.assertFalse(Package.objects.exists())

    def test_new_package_without_a_file_is_refused(self):
        response = self.new()
        self.assertEqual(list(response.context["adminform"].form.errors), ["file"])

    def test_file_without_a_version_is_refused(self):
        response = self.new(file=zip_file(), version="")
        self.assertEqual(list(response.context["adminform"].form.errors), ["version"])

    def test_version_that_the_package_has_is_refused(self):
        package = make_package(version="1.0.0", column=self.column)
        data = form_data(self.client.get(change_url(package)), version="1.0.0", file=zip_file())
        response = self.client.post(change_url(package), data)
        self.assertEqual(list(response.context["adminform"].form.errors), ["version"])
        self.assertEqual(package.releases.count(), 1)

    def test_new_file_is_a_new_release_and_the_older_stays(self):
        package = make_package(stored=True, version="1.0.0", column=self.column)
        data = form_data(
            self.client.get(change_url(package)),
            version="2.0.0",
            file=zip_file(content={"neu.js": b"2"}),
            _save="1",
        )
        self.assertEqual(self.client.post(change_url(package), data).status_code, 302)
        package = Package.objects.get()
        self.assertEqual(package.latest_release.version, "2.0.0")
        self.assertEqual(package.releases.count(), 2)
        self.assertEqual(len(files()), 2)

    def test_text_can_be_changed_without_a_file(self):
        package = make_package(version="1.0.0", column=self.column)
        data = form_data(self.client.get(change_url(package)), title="新名", _save="1")
        self.assertEqual(self.client.post(change_url(package), data).status_code, 302)
        self.assertEqual(Package.objects.get().title, "新名")

    def test_failure_while_saving_leaves_no_file_and_no_row(self):
        with (
            mock.patch("downloads.services.store_package", side_effect=OSError("disk full")),
            self.assertRaises(OSError),
        ):
            self.new(file=zip_file())
        self.assertEqual(files(), [])
        self.assertFalse(Package.objects.exists())

    def test_limits_stand_beside_the_field(self):
        self.assertContains(self.client.get(ADD), "100 MiB")


class WaitingFileTests(PackageDeskTestCase):
    def setUp(self):
        super().setUp()
        # A good file, but the title is missing.
        self.page = self.new(title="", file=zip_file("<i>轮播.zip"))

    def again(self, **changes):
        return self.client.post(ADD, form_data(self.page, title="轮播", _save="1", **changes))

    def test_good_file_need_not_be_chosen_again(self):
        self.assertEqual(list(self.page.context["adminform"].form.errors), ["title"])
        self.assertContains(self.page, "&lt;i&gt;轮播.zip")
        self.assertEqual(self.again().status_code, 302)
        release = Release.objects.get()
        self.assertEqual(files(), [f"{release.sha256}.zip"])
        self.assertEqual(release.file_name, "<i>轮播.zip")

    def test_another_file_takes_the_place_of_the_one_that_waits(self):
        self.assertEqual(self.again(file=zip_file(content={"b": b"2"})).status_code, 302)
        self.assertEqual(files(), [f"{Release.objects.get().sha256}.zip"])

    def test_refused_other_file_leaves_nothing(self):
        response = self.again(file=SimpleUploadedFile("a.zip", b"x"))
        self.assertEqual(list(response.context["adminform"].form.errors), ["file"])
        self.assertEqual(files(), [])

    def test_file_waits_an_hour_and_for_its_editor_alone(self):
        with time_machine.travel(timezone.now() + timedelta(minutes=61)):
            self.client.force_login(self.editor)
            response = self.again()
            self.assertEqual(list(response.context["adminform"].form.errors), ["file"])
        other = make_user("other", is_staff=True, is_superuser=True)
        self.client.force_login(other)
        response = self.again()
        self.assertEqual(list(response.context["adminform"].form.errors), ["file"])

    def test_invented_token_is_worth_nothing(self):
        response = self.again(received="../../../../etc/passwd")
        self.assertEqual(list(response.context["adminform"].form.errors), ["file"])


class PicturesTests(PackageDeskTestCase):
    def test_chosen_screenshots_are_shown_by_the_package(self):
        picture = make_picture()
        response = self.new(
            file=zip_file(),
            **{
                "picture_rows-TOTAL_FORMS": "1",
                "picture_rows-0-picture": picture.pk,
                "picture_rows-0-position": "0",
            },
        )
        self.assertEqual(response.status_code, 302)
        package = Package.objects.get()
        self.assertEqual(list(package.pictures.all()), [picture])
        self.assertTrue(PictureUse.objects.filter(picture=picture, object_id=package.pk).exists())


class ReleasesTests(PackageDeskTestCase):
    def test_releases_are_shown_and_cannot_be_written(self):
        package = make_package(version="1.0.0", column=self.column)
        page = self.client.get(change_url(package))
        self.assertContains(page, "1.0.0")
        self.assertNotIn("releases-0-version", form_data(page))

    def test_going_back_to_a_version_keeps_files_and_counts(self):
        package = make_package(stored=True, version="1.0.0", column=self.column, tags=["甲"])
        url = change_url(package)
        self.client.post(url, form_data(self.client.get(url), title="旧名", _save="1"))
        data = form_data(
            self.client.get(url), title="新名", tags="乙", version="2.0.0",
            file=zip_file(content={"b.js": b"2"}), _save="1",
        )  # fmt: skip
        self.assertEqual(self.client.post(url, data).status_code, 302)
        Package._base_manager.filter(pk=package.pk).update(
            downloads=5, views=7, moderation="removed"
        )
        first = Version.objects.get_for_object(package).order_by("pk").first()
        url = reverse("admin:downloads_package_revision", args=[package.pk, first.pk])
        response = self.client.post(url, form_data(self.client.get(url), _save="1"))
        self.assertEqual(response.status_code, 302)
        package = Package.objects.get()
        self.assertEqual((package.title, package.moderation), ("旧名", "removed"))
        self.assertEqual((package.downloads, package.views), (5, 7))
        self.assertEqual(package.latest_release.version, "2.0.0")
        self.assertEqual(package.releases.count(), 2)
        self.assertEqual(list(package.tags.values_list("name", flat=True)), ["甲"])


class PackageListTests(PackageDeskTestCase):
    def queries(self):
        with CaptureQueriesContext(connection) as captured:
            self.assertEqual(self.client.get(CHANGELIST).status_code, 200)
        return len(captured)

    def fill(self, number):
        for index in range(number):
            make_package(
                column=make_column(holds=["plugin"], group=f"组{index}"), author=make_author()
            )

    def test_number_of_queries_does_not_grow_with_packages(self):
        self.fill(3)
        self.queries()
        few = self.queries()
        self.fill(9)
        self.assertEqual(self.queries(), few)

    def test_number_of_queries_of_the_form_does_not_grow_with_releases_and_pictures(self):
        package = make_package(stored=True, column=self.column)

        def queries():
            with CaptureQueriesContext(connection) as captured:
                self.client.get(change_url(package))
            return len(captured)

        def add(numbers):
            for number in numbers:
                package.picture_rows.create(picture=make_picture(number), position=number)
                Release.objects.create(
                    package=package, version=f"9.{number}", file_name="a.zip", size=1,
                    sha256="0" * 64, listing=[], created_by=make_user(),
                )  # fmt: skip

        add(range(1, 4))
        queries()
        few = queries()
        add(range(4, 13))
        self.assertEqual(queries(), few)

    def test_package_without_a_file_is_not_published(self):
        package = make_package(status=Status.DRAFT, title="空包", column=self.column)
        Package._base_manager.update(latest_release=None)
        response = self.client.post(
            CHANGELIST, {"action": "publish", "_selected_action": [package.pk]}, follow=True
        )
        self.assertIn("空包", " ".join(str(told) for told in response.context["messages"]))
        self.assertEqual(Package.objects.get().status, "draft")


class PreviewTests(PackageDeskTestCase):
    def test_saved_draft_is_shown_as_its_page(self):
        package = make_package(status=Status.DRAFT, stored=True, column=self.column)
        page = self.client.get(reverse("admin:downloads_package_preview", args=[package.pk]))
        self.assertTemplateUsed(page, "downloads/package_detail.html")
        self.assertContains(page, package.title)

    def test_form_that_was_never_saved_is_shown_without_its_file(self):
        data = form_data(
            self.client.get(ADD), title="没存", kind="plugin", column=self.column.pk, body="*文*"
        )
        page = self.client.post(reverse("admin:downloads_package_preview_new"), data)
        self.assertContains(page, "<em>文</em>")
        self.assertFalse(Package.objects.exists())


class DeletingTests(PackageDeskTestCase):
    def test_deleted_draft_takes_its_file_along(self):
        package = make_package(status=Status.DRAFT, stored=True, column=self.column)
        self.assertEqual(len(files()), 1)
        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(
                reverse("admin:downloads_package_delete", args=[package.pk]), {"post": "yes"}
            )
        self.assertFalse(Package.objects.exists())
        self.assertEqual(files(), [])

    def test_purge_takes_the_file_along_and_leaves_410(self):
        package = make_package(stored=True, slug="weg", column=self.column)
        path = storage.package_path(package.latest_release.sha256)
        self.client.force_login(make_user("chef", is_staff=True, is_superuser=True))
        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(reverse("admin:downloads_package_purge", args=[package.pk]))
        self.assertFalse(path.exists())
        self.assertEqual(self.client.get("/downloads/weg/").status_code, 410)
