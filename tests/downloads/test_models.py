from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import TestCase

from downloads.models import Package, Release
from tests.factories import make_package, make_user


class ReleaseTests(TestCase):
    def setUp(self):
        self.user = make_user("uploader")
        self.package = make_package(version="1.0.0")
        self.release = self.package.latest_release

    def test_a_release_never_changes_whichever_way_one_tries(self):
        copy = Release.objects.get()
        copy.sha256 = "f" * 64
        same_number = Release(pk=copy.pk, package=self.package, version="9", size=1, listing=[])
        attempts = {
            "save": copy.save,
            "save of some fields": lambda: copy.save(update_fields=["sha256"]),
            "save as if new": lambda: copy.save(force_insert=True),
            "update": lambda: Release.objects.update(sha256="f" * 64),
            "update through the package": lambda: self.package.releases.update(size=1),
            "update behind the back": lambda: Release._base_manager.update(size=1),
            "bulk update": lambda: Release.objects.bulk_update([copy], ["sha256"]),
            "update or create": lambda: Release.objects.update_or_create(
                pk=copy.pk, defaults={"size": 1}
            ),
            "bulk create over it": lambda: Release.objects.bulk_create(
                [same_number],
                update_conflicts=True,
                unique_fields=["pk"],
                update_fields=["size"],
            ),
        }
        for name, attempt in attempts.items():
            with (
                self.subTest(name),
                self.assertRaises(PermissionDenied),
                transaction.atomic(),
            ):
                attempt()
        self.assertEqual(Release.objects.get().sha256, self.release.sha256)

    def test_a_release_with_a_number_that_is_there_does_not_take_its_place(self):
        impostor = Release(
            pk=self.release.pk, package=self.package, version="9", size=1, listing=[], sha256="f"
        )
        with self.assertRaises(IntegrityError), transaction.atomic():
            impostor.save()
        self.assertEqual(Release.objects.get().version, "1.0.0")

    def test_an_account_can_go_and_what_it_uploaded_stays(self):
        release = Release.objects.create(
            package=self.package, version="2.0", size=1, listing=[], created_by=self.user
        )
        self.user.delete()
        self.assertIsNone(Release.objects.get(pk=release.pk).created_by)

    def test_purging_a_package_takes_its_releases_along(self):
        self.package.purge()
        self.assertFalse(Release.objects.exists() or Package.objects.exists())
