"""What the writer's form hears about pictures: their address, the question, the reminder."""

import tempfile
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import translation
from PIL import Image

from content.models import Picture
from content.picture_rows import keep_picture
from tests.content.test_responsive import make_picture
from tests.factories import make_user


def upload() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (30, 20), "teal").save(out, "PNG")
    return SimpleUploadedFile("截图.png", out.getvalue())


class PictureDescriptionTests(TestCase):
    def setUp(self) -> None:
        self.enterContext(
            override_settings(
                PICTURES_DIR=self.enterContext(tempfile.TemporaryDirectory()), LANGUAGE_CODE="en"
            )
        )
        self.enterContext(translation.override("en"))
        self.writer = self.staff("writer", "add_picture", "add_article")
        self.client.force_login(self.writer)

    def staff(self, name: str, *rights: str) -> object:
        user = make_user(name, is_staff=True)
        user.user_permissions.add(*Permission.objects.filter(codename__in=rights))
        return user

    def store(self) -> dict:
        response = self.client.post(reverse("admin:content_picture_store"), {"picture": upload()})
        self.assertEqual(response.status_code, 201)
        return response.json()

    def describe(self, url: str, description: str) -> int:
        return self.client.post(url, {"description": description}).status_code

    def test_an_upload_is_answered_with_its_address_and_a_question(self):
        answer = self.store()
        picture = Picture.objects.get()
        self.assertEqual(answer["url"], picture.get_absolute_url())
        self.assertEqual(answer["description"], "")
        self.assertTrue(all(answer["question"].values()))

    def test_the_answer_to_the_question_is_kept_and_known_at_the_next_upload(self):
        self.assertEqual(self.describe(self.store()["describe_url"], " 三层\n结构\0 "), 200)
        self.assertEqual(Picture.objects.get().description, "三层 结构")
        self.assertEqual(self.store()["description"], "三层 结构")

    def test_a_description_that_is_there_stays(self):
        url = self.store()["describe_url"]
        for said in ("三层结构", "别的话", ""):
            self.describe(url, said)
        self.assertEqual(Picture.objects.get().description, "三层结构")

    def test_a_very_long_description_is_cut(self):
        self.describe(self.store()["describe_url"], "图" * 900)
        self.assertEqual(Picture.objects.get().description, "图" * 200)

    def test_only_who_uploaded_a_picture_or_may_change_it_describes_it(self):
        url = self.store()["describe_url"]
        self.client.force_login(self.staff("other", "add_picture"))
        self.assertEqual(self.describe(url, "别人说的"), 403)
        self.client.force_login(self.staff("keeper", "change_picture"))
        self.assertEqual(self.describe(url, "管图的人说的"), 200)
        self.client.logout()
        self.assertEqual(self.describe(url, "路人说的"), 302)
        self.assertEqual(Picture.objects.get().description, "管图的人说的")

    def test_a_picture_deleted_in_admin_takes_its_smaller_files_along(self):
        out = BytesIO()
        Image.effect_noise((900, 500), 60).save(out, "JPEG")
        picture = keep_picture(out)
        self.assertEqual(picture.widths, [480])
        self.client.force_login(self.staff("admin", "delete_picture", "view_picture"))
        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(
                reverse("admin:content_picture_delete", args=[picture.pk]), {"post": "yes"}
            )
        self.assertFalse(Picture.objects.exists())
        self.assertFalse(any(path.is_file() for path in Path(settings.PICTURES_DIR).rglob("*")))

    def warning(self, body: str) -> str:
        url = reverse("admin:articles_article_markdown")
        return self.client.post(url, {"body": body}).json()["warning"]

    def test_pictures_without_a_description_are_counted(self):
        url = make_picture().get_absolute_url()
        self.assertEqual(
            self.warning(f"![]({url}) ![ ]({url} '题')\n\n<img src='{url}'>"),
            "3 pictures in the text have no description.",
        )
        self.assertEqual(
            self.warning(f"![]({url}) ![架构]({url})"), "1 picture in the text has no description."
        )

    def test_a_text_whose_pictures_are_described_is_not_complained_of(self):
        url = make_picture().get_absolute_url()
        self.assertEqual(self.warning(f"![架构]({url})\n\n```\n![]({url})\n```\n\n![](/x.png)"), "")
