from django.test import TestCase

from content import tag_search
from content.models import TagAlias
from tests.factories import make_article, make_tag


class TagSearchTests(TestCase):
    def test_a_tag_is_meant_by_its_name_and_other_names_whatever_their_case(self):
        tag = make_tag("Kubernetes")
        TagAlias.objects.create(tag=tag, name="K8s")
        for text in ("kubernetes", "KUBERNETES", "k8S"):
            self.assertEqual(tag_search.named(text), "Kubernetes")
        self.assertIsNone(tag_search.named("kube"))

    def test_tags_begin_by_name_other_name_sound_and_first_letters(self):
        make_article(tags=["数据库", "Kubernetes"])
        make_article(tags=["数据库", "数据湖"])
        TagAlias.objects.create(tag=make_article(tags=["Redis"]).tags.get(), name="缓存库")
        for prefix, expected in {
            "数据": [("数据库", 2), ("数据湖", 1)],
            "shuju": [("数据库", 2), ("数据湖", 1)],
            "sjk": [("数据库", 2)],
            "kuber": [("Kubernetes", 1)],
            "缓存": [("Redis", 1)],
            "据": [],
            "%": [],
        }.items():
            with self.subTest(prefix):
                self.assertEqual(tag_search.beginning(prefix, 5), expected)

    def test_a_tag_that_nobody_can_see_is_not_suggested(self):
        make_article(tags=["秘密"], status="draft")
        self.assertEqual(tag_search.beginning("秘", 5), [])
