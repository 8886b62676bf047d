from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import TestCase

from downloads.models import Package
from tests.factories import make_column, make_user


class FullDiskTests(TestCase):
    def test_a_full_disk_costs_the_file_and_nothing_else_that_was_typed(self):
        self.client.force_login(make_user("admin", is_staff=True, is_superuser=True))
        column = make_column(holds=["plugin"])
        data = {
            "title": "很大的插件",
            "kind": "plugin",
            "column": column.pk,
            "body": "写了很久的介绍。",
            "file": SimpleUploadedFile("big.zip", b"PK" + b"0" * 3_000_000),
            "version": "1.0",
            "status": "draft",
        }
        full = OSError(28, "No space left on device")
        for name in ("receive_data_chunk", "new_file"):
            with mock.patch.object(TemporaryFileUploadHandler, name, side_effect=full):
                data["file"].seek(0)
                response = self.client.post("/admin/downloads/package/add/", data)
            with self.subTest(name):
                self.assertEqual(response.status_code, 200)
                self.assertContains(response, "写了很久的介绍。")
                self.assertContains(response, "磁盘")
                self.assertFalse(Package.objects.exists())
