"""What an editor finds among the pictures after an upload."""

import tempfile
from io import BytesIO
from pathlib import Path
from unittest import mock

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.test import TestCase, override_settings
from PIL import Image

from content.models import Picture
from content.picture_rows import keep_picture
from content.pictures import PictureRefused, picture_path


def upload(colour: str = "teal") -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (30, 20), colour).save(out, "PNG")
    return out


class KeepPictureTests(TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(override_settings(PICTURES_DIR=self.folder))

    def test_the_row_tells_the_facts_of_the_stored_file_and_who_uploaded_it(self):
        editor = get_user_model().objects.create_user("editor")
        kept = keep_picture(upload(), uploaded_by=editor, description=" 架构图 ")
        picture = Picture.objects.get()
        self.assertEqual(picture, kept)
        self.assertEqual((picture.description, picture.uploaded_by), ("架构图", editor))
        self.assertEqual((picture.format, picture.width, picture.height), ("PNG", 30, 20))
        self.assertEqual(picture_path(picture.name).stat().st_size, picture.size)
        self.assertTrue(picture.name.startswith(picture.sha256[:32]))

    def test_the_same_picture_twice_has_one_row_with_its_first_description(self):
        first = keep_picture(upload(), description="架构图")
        again = keep_picture(upload(), description="另一张图")
        self.assertEqual((again, again.description), (first, "架构图"))
        self.assertEqual(Picture.objects.count(), 1)
        self.assertNotEqual(keep_picture(upload("navy")), first)

    def test_the_same_picture_uploaded_twice_at_once_has_one_row(self):
        def somebody_is_faster(queryset: QuerySet, *args: object, **kwargs: object) -> None:
            looking.stop()
            keep_picture(upload(), description="快了一步")
            raise Picture.DoesNotExist

        looking = mock.patch.object(QuerySet, "get", somebody_is_faster)
        looking.start()
        self.addCleanup(looking.stop)
        kept = keep_picture(upload(), description="慢了一步")
        self.assertEqual(kept, Picture.objects.get())
        self.assertEqual(kept.description, "快了一步")

    def test_a_description_of_a_whole_paragraph_is_cut_to_what_the_row_holds(self):
        kept = keep_picture(upload(), description="图" * 900)
        self.assertEqual(kept.description, "图" * 200)

    def test_a_refused_file_leaves_neither_row_nor_file(self):
        with self.assertRaises(PictureRefused):
            keep_picture(BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"))
        self.assertFalse(Picture.objects.exists())
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_full_disk_leaves_no_row(self):
        full = mock.patch("os.fsync", side_effect=OSError(28, "No space left on device"))
        with full, self.assertRaises(OSError):
            keep_picture(upload())
        self.assertFalse(Picture.objects.exists())
