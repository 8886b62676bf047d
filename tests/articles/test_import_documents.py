"""What an import reads from one Markdown file of Hexo, Hugo, Jekyll or VuePress."""

from datetime import UTC, datetime

from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.importing.documents import read_document
from articles.importing.report import Warned
from articles.importing.sources import FileRefused

NOON = datetime(2024, 5, 6, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


def read(text: str, path: str = "notes/redis.md"):
    return read_document(path, text.encode())


class FrontMatterTests(SimpleTestCase):
    def test_vuepress(self):
        document = read(
            "---\ntitle: 深入 Redis\ncategory: 数据库\ntag:\n  - Redis\n  - 缓存\n"
            "description: 一句话。\nhead:\n  - - meta\n    - name: keywords\n---\n\n正文。\n"
        )
        self.assertEqual(document.title, "深入 Redis")
        self.assertEqual(document.category, "数据库")
        self.assertEqual(document.tags, ["Redis", "缓存"])
        self.assertEqual(document.summary, "一句话。")
        self.assertEqual(document.body, "正文。")
        self.assertFalse(document.is_draft)

    def test_hexo_with_nested_categories_and_an_excerpt(self):
        document = read(
            "---\ntitle: Hexo\ndate: 2024-05-06 12:00:00\ncategories:\n- [后端, Go]\n- [别的]\n"
            "tags: [Go, go, 并发]\n---\n开头。\n\n<!-- more -->\n\n后面。\n"
        )
        self.assertEqual(document.date, NOON)
        self.assertEqual(document.category, "Go")
        self.assertEqual(document.tags, ["Go", "并发"])
        self.assertEqual(document.excerpt.strip(), "开头。")
        self.assertNotIn("more", document.body)

    def test_hugo_in_toml(self):
        document = read(
            '+++\ntitle = "Hugo"\ndate = 2024-05-06T12:00:00+08:00\ndraft = true\n'
            'categories = ["运维"]\ntags = ["a", "b"]\n+++\n正文\n'
        )
        self.assertEqual((document.title, document.date), ("Hugo", NOON))
        self.assertEqual(document.category, "运维")
        self.assertTrue(document.is_draft)

    def test_jekyll_dates_by_the_name_of_the_file(self):
        document = read("---\npublished: false\n---\n正文", "_posts/2024-05-06-some-words.md")
        self.assertEqual(document.date.date().isoformat(), "2024-05-06")
        self.assertEqual(document.title, "some words")
        self.assertTrue(document.is_draft)

    def test_dates_in_the_forms_that_people_write(self):
        for written in [
            "2024-05-06 12:00",
            "2024/5/6 12:00:00",
            "2024-05-06T04:00:00Z",
            "'2024-05-06T12:00:00+0800'",
        ]:
            with self.subTest(written):
                self.assertEqual(read(f"---\ndate: {written}\n---\nx").date, NOON)
        self.assertEqual(read("---\npubDate: 2024-05-06\n---\nx").date.hour, 0)

    def test_a_date_that_cannot_be_read_is_a_warning(self):
        document = read("---\ndate: 昨天\n---\nx")
        self.assertIsNone(document.date)
        self.assertEqual(document.notes, [(Warned.UNREAD_DATE, "昨天")])

    def test_an_address_is_taken_from_slug_or_permalink_where_it_is_lawful(self):
        self.assertEqual(read("---\nslug: My-Post\n---\nx").slug, "my-post")
        self.assertEqual(read("---\npermalink: /2024/redis-lock.html\n---\nx").slug, "redis-lock")
        self.assertEqual(read("---\npermalink: /:year/:title/\n---\nx").slug, "")

    def test_a_rule_at_the_top_is_no_front_matter(self):
        self.assertEqual(read("---\n\n文字\n\n---\n更多").body, "---\n\n文字\n\n---\n更多")

    def test_broken_front_matter_is_refused_with_the_line(self):
        with self.assertRaisesRegex(FileRefused, "3"):
            read("---\ntitle: x\ntag: a: b\n---\n正文")
        for text in [
            "---\ntitle: x\n正文",
            "---\n- a\n---\nx",
            "+++\na = \n+++\nx",
            "---\ndate: 2024-13-45\n---\nx",
        ]:
            with self.subTest(text), self.assertRaises(FileRefused):
                read(text)

    def test_escapes_spell_no_character_that_a_text_may_not_hold(self):
        document = read('---\ntitle: "a\\0b\\ud800c\\u0007"\ntags: ["x\\0"]\n---\n正文')
        self.assertEqual((document.title, document.tags), ("a\ufffdb\ufffdc", ["x\ufffd"]))

    def test_aliases_that_unfold_without_end_cost_nothing(self):
        lines = ["a0: &a0 [x, x]"]
        lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
        document = read("---\n" + "\n".join([*lines, "tags: *a59", "title: *a59"]) + "\n---\n正文")
        self.assertEqual(document.title, "redis")


class TitleTests(SimpleTestCase):
    def test_without_front_matter_the_first_heading_is_the_title_and_is_not_repeated(self):
        document = read("<!-- 注 -->\n\n# 标题 `code`\n\n正文\n\n## 小节\n")
        self.assertEqual(document.title, "标题 code")
        self.assertNotIn("标题", document.body)
        self.assertIn("## 小节", document.body)

    def test_a_heading_further_down_stays_where_it_is(self):
        document = read("先说一句。\n\n## 小节\n\n文字\n")
        self.assertEqual(document.title, "小节")
        self.assertIn("## 小节", document.body)

    def test_a_heading_in_code_is_none(self):
        self.assertEqual(read("```sh\n# 注释\n```\n").title, "redis")

    def test_a_heading_that_repeats_the_title_goes(self):
        self.assertEqual(read("---\ntitle: 甲\n---\n# 甲\n\n乙").body, "乙")

    def test_a_readme_without_any_title_is_called_like_its_folder(self):
        self.assertEqual(read("正文", "java/README.md").title, "java")

    def test_a_title_that_is_too_long_is_cut_with_a_warning(self):
        document = read(f"---\ntitle: {'长' * 200}\n---\nx")
        self.assertEqual(len(document.title), 150)
        self.assertEqual(document.notes[0][0], Warned.CUT_TITLE)


class EncodingTests(SimpleTestCase):
    def test_a_byte_order_mark_is_no_part_of_the_text(self):
        self.assertEqual(read_document("a.md", b"\xef\xbb\xbf---\ntitle: x\n---\ny").title, "x")

    def test_gbk_is_read_with_a_warning(self):
        document = read_document("a.md", "# 中文标题\n\n正文，有标点。".encode("gb18030"))
        self.assertEqual(document.title, "中文标题")
        self.assertEqual(document.notes[0][0], Warned.OTHER_ENCODING)

    def test_what_is_no_text_or_broken_is_refused(self):
        # Without its first bytes it could be read as GBK, though as nonsense.
        broken = "这是一篇正常的文章讲分布式锁与缓存和它们的边界".encode()[1:-4]
        for data in [b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xfe\xfd\xfc\xfb", broken, b"caf\xe9 ol\xe9"]:
            with self.subTest(data[:8]), self.assertRaises(FileRefused):
                read_document("a.md", data)

    @given(
        st.one_of(
            st.binary(max_size=200),
            st.binary(max_size=100).map(lambda b: b"---\n" + b + b"\n---\nx"),
        )
    )
    @settings(max_examples=150, deadline=None)
    def test_whatever_the_bytes_they_are_read_or_refused(self, data):
        try:
            document = read_document("a/b.md", data)
        except FileRefused as refused:
            self.assertTrue(str(refused))
        else:
            self.assertTrue(0 < len(document.title) <= 150)
