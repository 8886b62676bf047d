"""Which addresses of a text an import may change, and that it changes nothing else."""

from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.importing.addresses import find, rewrite
from articles.importing.anchors import Anchors
from articles.importing.targets import document_paths, picture_paths, resolve


def changed(text: str) -> str:
    """The text with every address replaced, as it shows which were seen."""
    return rewrite(text, lambda address: "/new/")


class RewritingTests(SimpleTestCase):
    def test_links_and_pictures_of_every_form_are_changed(self):
        cases = {
            "[a](b.md)": "[a](/new/)",
            '![a](b.png "title")': '![a](/new/ "title")',
            "[a](<b c.md>)": "[a](/new/)",
            "[![a](b.png)](c.md)": "[![a](/new/)](/new/)",
            "[a [b] c](d.md)": "[a [b] c](/new/)",
            "[a][ref]\n\n[ref]: b.md": "[a][ref]\n\n[ref]: /new/",
            '<img alt="x" src="b.png">': '<img alt="x" src="/new/">',
            "text <a href='b.md'>x</a>": 'text <a href="/new/">x</a>',
            "<a href=b.md>x</a>": '<a href="/new/">x</a>',
            "> - [a](b.md)": "> - [a](/new/)",
            "| a |\n| - |\n| [x](b.md) |": "| a |\n| - |\n| [x](/new/) |",
            "| a | b |\n|-|-|\n| ` | [x](b.md) ` |": "| a | b |\n|-|-|\n| ` | [x](/new/) ` |",
            "::: tip [a](b.md)\nx\n:::": "::: tip [a](/new/)\nx\n:::",
            "::: tip\n[a](b.md)\n:::": "::: tip\n[a](/new/)\n:::",
            "x[^1]\n\n[^1]: [a](b.md)": "x[^1]\n\n[^1]: [a](/new/)",
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(changed(text), expected)

    def test_what_only_looks_like_a_link_is_left_alone(self):
        cases = [
            "```md\n[a](b.md)\n```",
            "~~~\n![a](b.png)\n~~~",
            "    [a](b.md)",
            "```\n[ref]: b.md\n```",
            "- x\n\n      [a](b.md)",
            "`[a](b.md)`",
            "`` ` [a](b.md) ` ``",
            r"\[a](b.md)",
            "a](b.md)",
            "[a](b.md and more",
            "<!-- [a](b.md) <img src='b.png'> -->",
            "<pre>\n<img src='b.png'>\n</pre>",
            "<img data-src='b.png'>",
            "<https://example.com/[a](b.md)>",
            "::: tip\n```\n[a](b.md)\n```\n:::",
        ]
        for text in cases:
            with self.subTest(text):
                self.assertEqual(changed(text), text)

    def test_an_unmatched_backtick_hides_no_link_of_another_paragraph(self):
        self.assertEqual(changed("a ` b\n\n[a](b.md) ` c"), "a ` b\n\n[a](/new/) ` c")

    def test_an_address_in_html_is_read_and_written_escaped(self):
        text = '<a href="b.md?x=1&amp;y=2">z</a>'
        self.assertEqual(find(text)[0].url, "b.md?x=1&y=2")
        self.assertEqual(rewrite(text, lambda address: '/"&/'), '<a href="/&quot;&amp;/">z</a>')

    @given(st.text(alphabet="[]()<>!`\\|\"'# \n-a:./img", max_size=120))
    @settings(max_examples=150, deadline=None)
    def test_whatever_was_written_nothing_but_addresses_changes(self, text):
        self.assertEqual(rewrite(text, lambda address: None), text)
        rest, position = [], 0
        for address in find(text):
            rest.append(text[position : address.start])
            position = address.end
        expected = [*rest, text[position:]]
        found = rewrite(text, lambda address: "\0").replace('"\0"', "\0").split("\0")
        self.assertEqual(found, expected)


class ResolvingTests(SimpleTestCase):
    def test_relative_addresses_lead_to_the_files_that_generators_mean(self):
        cases = {
            "./b.md": "a/b.md",
            "b.html#x": "a/b.md",
            "../c/d.md": "c/d.md",
            "/c/d.html": "c/d.md",
            "../c/": "c/README.md",
            "./": "a/README.md",
            "../": "README.md",
            "c": "a/c.md",
            "%E4%B8%AD.md": "a/中.md",
            "b.md?x=1#y": "a/b.md",
        }
        for url, expected in cases.items():
            with self.subTest(url):
                target = resolve("a/x.md", url)
                self.assertIsNotNone(target)
                self.assertIn(expected, document_paths(target))

    def test_addresses_that_leave_the_source_lead_nowhere(self):
        for url in [
            "../../x.md",
            "https://e.com/a.md",
            "//e.com/a",
            "mailto:a@b.c",
            "",
            "a/../../../b",
        ]:
            with self.subTest(url):
                self.assertIsNone(resolve("a/x.md", url))

    def test_pictures_may_lie_in_the_folder_that_is_called_like_the_text(self):
        self.assertIn("p/x/1.png", picture_paths("p/x.md", resolve("p/x.md", "1.png")))
        self.assertIn(
            ".vuepress/public/1.png", picture_paths("p/x.md", resolve("p/x.md", "/1.png"))
        )


class AnchorTests(SimpleTestCase):
    TEXT = (
        "# 一、Redis 是什么？\n\n## 1.1 It's `fast`!\n\n## 小结\n\n## 小结\n\n<a id='here'></a>x\n"
    )

    def test_fragments_of_other_generators_find_their_headings(self):
        anchors = Anchors(self.TEXT)
        cases = {
            "一、redis-是什么？": "h-一-redis-是什么",
            "_1-1-it-s-fast": "h-1-1-it-s-fast",
            "11-its-fast": "h-1-1-it-s-fast",
            "小结": "h-小结",
            "小结-1": "h-小结-2",
            "here": "h-here",
        }
        for fragment, expected in cases.items():
            with self.subTest(fragment):
                self.assertEqual(anchors.find(fragment), expected)

    def test_a_place_that_is_not_there_is_not_found(self):
        self.assertIsNone(Anchors(self.TEXT).find("别处"))
