"""What an editor finds among the pictures after an upload."""

import tempfile
from io import BytesIO
from pathlib import Path
from unittest import mock

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.test import TestCase, override_settings
from PIL import Image

from content import rerendering
from content.models import Picture
from content.picture_rows import keep_picture, make_missing_sizes
from content.pictures import PictureRefused, picture_path, variant_name
from tests.factories import make_article


def upload(colour: str = "teal") -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (30, 20), colour).save(out, "PNG")
    return out


def photograph() -> BytesIO:
    """A picture that is worth smaller files."""
    out = BytesIO()
    Image.effect_noise((1300, 600), 60).save(out, "JPEG")
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


class MissingSizesTests(TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(override_settings(PICTURES_DIR=self.folder))
        self.enterContext(mock.patch.object(rerendering, "_is_done", False))

    def keep_as_before(self, file: BytesIO) -> Picture:
        """A picture as it was stored when there were no smaller files."""
        picture = keep_picture(file)
        for width in picture.widths:
            picture_path(variant_name(picture.name, width)).unlink()
        Picture.objects.filter(pk=picture.pk).update(widths=None)
        return picture

    def test_a_new_picture_has_its_smaller_files_at_once(self):
        picture = keep_picture(photograph())
        self.assertEqual(Picture.objects.get().widths, [480, 960])
        self.assertTrue(picture_path(variant_name(picture.name, 960)).exists())

    def test_an_older_picture_gets_them_and_the_texts_that_show_it_offer_them(self):
        picture = self.keep_as_before(photograph())
        shown = make_article(body=f"![图]({picture.get_absolute_url()})")
        cover = make_article(cover=picture)
        self.assertNotIn("srcset", shown.body_html)
        make_missing_sizes()
        self.assertEqual(Picture.objects.get().widths, [480, 960])
        self.assertTrue(picture_path(variant_name(picture.name, 480)).exists())
        for article in (shown, cover):
            before = article.updated_at
            article.refresh_from_db()
            self.assertEqual(article.updated_at, before)
        self.assertIn(f"{variant_name(picture.name, 960)} 960w", shown.body_html)

    def test_a_lost_or_damaged_file_does_not_hold_up_the_others(self):
        lost, damaged, sound = (
            self.keep_as_before(file) for file in (upload("red"), upload("blue"), photograph())
        )
        picture_path(lost.name).unlink()
        picture_path(damaged.name).write_bytes(b"no picture")
        with self.assertLogs("content.picture_rows", "WARNING"):
            make_missing_sizes()
        widths = dict(Picture.objects.values_list("pk", "widths"))
        self.assertEqual(widths, {lost.pk: None, damaged.pk: [], sound.pk: [480, 960]})

    def test_a_full_disk_is_said_and_tried_again(self):
        self.keep_as_before(photograph())
        full = mock.patch("content.pictures.variants.write", side_effect=OSError(28, "No space"))
        with full, self.assertRaises(OSError):
            make_missing_sizes()
        self.assertIsNone(Picture.objects.get().widths)
        make_missing_sizes()
        self.assertEqual(Picture.objects.get().widths, [480, 960])

    def test_when_nothing_is_missing_it_costs_one_query(self):
        keep_picture(photograph())
        make_missing_sizes()
        with self.assertNumQueries(1):
            make_missing_sizes()
