from django.test import TestCase

from content.models import Moderation, Picture
from content.pictures import picture_path, variant_name
from content.uses import is_public
from tests.factories import make_article, make_package


class PicturePublicTests(TestCase):
    def setUp(self):
        self.picture = Picture.objects.create(
            name="0" * 32 + ".png", sha256="0" * 64, format="PNG", width=1, height=1, size=1
        )
        self.body = f"![图](/pictures/{self.picture.name})"

    def is_public(self) -> bool:
        return is_public(self.picture.name)

    def test_a_picture_goes_with_the_last_visible_content_that_shows_it(self):
        first, second = make_article(body=self.body), make_package(body=self.body)
        self.assertTrue(self.is_public())
        first.set_moderation(Moderation.REMOVED)
        self.assertTrue(self.is_public())
        second.set_moderation(Moderation.REMOVED)
        self.assertFalse(self.is_public())
        first.set_moderation(Moderation.CLEAR)
        self.assertTrue(self.is_public())

    def test_the_smaller_files_of_a_picture_go_and_come_with_it(self):
        article = make_article(body=self.body)
        small = variant_name(self.picture.name, 480)
        path = picture_path(small)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"RIFF")
        self.addCleanup(path.unlink)
        response = self.client.get(f"/pictures/{small}")
        self.assertEqual(b"".join(response.streaming_content), b"RIFF")
        self.assertEqual(response["Content-Type"], "image/webp")
        article.set_moderation(Moderation.REMOVED)
        self.assertEqual(self.client.get(f"/pictures/{small}").status_code, 404)
        article.set_moderation(Moderation.CLEAR)
        self.assertEqual(self.client.get(f"/pictures/{small}").status_code, 200)

    def test_an_editor_sees_the_pictures_of_a_draft(self):
        make_article(body=self.body, status="draft")
        self.assertTrue(self.is_public())

    def test_purging_what_was_removed_does_not_make_its_pictures_public(self):
        article = make_article(body=self.body)
        article.set_moderation(Moderation.REMOVED)
        article.purge()
        self.assertFalse(self.is_public())

    def test_editing_what_was_removed_does_not_make_its_pictures_public(self):
        article = make_article(cover=self.picture)
        article.set_moderation(Moderation.REMOVED)
        article.cover = None
        article.save()
        self.assertFalse(self.is_public())

    def test_a_deleted_draft_leaves_the_picture_free_for_others(self):
        make_article(body=self.body, status="draft").delete()
        self.assertTrue(self.is_public())
        self.assertFalse(self.picture.uses.exists())
