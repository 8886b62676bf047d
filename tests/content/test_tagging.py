from django.test import SimpleTestCase, TestCase

from content.models import Tag
from content.tagging import parse_tags
from tests.factories import make_article


class ParseTagsTests(SimpleTestCase):
    def test_chinese_separators_separate(self):
        self.assertEqual(
            parse_tags("Flink，检查点、状态；容错,Java"),
            ["Flink", "检查点", "状态", "容错", "Java"],
        )

    def test_a_name_may_hold_spaces(self):
        self.assertEqual(parse_tags("Go Gin"), ["Go Gin"])

    def test_signs_that_belong_to_a_name_stay(self):
        self.assertEqual(parse_tags("c#, c++, .net, #话题"), ["c#", "c++", ".net", "话题"])

    def test_the_same_name_twice_is_one_tag(self):
        self.assertEqual(parse_tags("Redis， redis ,REDIS"), ["Redis"])


class TagAddressTests(TestCase):
    def test_c_sharp_and_c_plus_plus_have_addresses_of_their_own(self):
        article = make_article(tags=["c", "c#", "c++"])
        slugs = set(article.tags.values_list("slug", flat=True))
        self.assertEqual(slugs, {"c", "csharp", "cpp"})

    def test_a_tag_is_found_whatever_its_case(self):
        make_article(tags=["Redis"])
        make_article(tags=["redis"])
        self.assertEqual(Tag.objects.count(), 1)
