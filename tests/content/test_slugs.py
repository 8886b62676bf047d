from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from content.models.addresses import validate_slug
from content.slugs import numbered, slugify


class SlugTests(SimpleTestCase):
    def test_names_of_languages_stay_apart(self):
        expected = {
            "c": "c",
            "c#": "csharp",
            "c++": "cpp",
            ".net": "dotnet",
            "ASP.NET Core": "asp-dotnet-core",
            "Node.js": "nodejs",
            "C＋＋": "cpp",
            "Ｃ＋＋": "cpp",
        }
        self.assertEqual({name: slugify(name) for name in expected}, expected)

    def test_chinese_becomes_pinyin(self):
        self.assertEqual(slugify("数据库"), "shu-ju-ku")
        self.assertEqual(slugify("Flink的CheckPointing机制"), "flink-de-checkpointing-ji-zhi")

    def test_what_cannot_be_spelled_is_empty(self):
        self.assertEqual(slugify("🎉"), "")

    def test_long_titles_are_cut_between_words(self):
        slug = slugify("如何在生产环境里排查一次诡异的内存泄漏问题", max_length=40)
        self.assertLessEqual(len(slug), 40)
        self.assertTrue(slug.endswith("-li-pai"), slug)

    def test_a_number_fits_behind_the_longest_slug(self):
        self.assertEqual(numbered("a" * 20, 12, 20), "a" * 17 + "-12")

    @given(st.text(max_size=200))
    def test_every_slug_is_a_lawful_address(self, text):
        slug = slugify(text)
        if slug:
            validate_slug(slug)
