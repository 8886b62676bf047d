"""What an author writes in Markdown and what a reader then sees."""

from django.test import SimpleTestCase

from content.rendering import Heading, render
from content.rendering.chinese import _WIDE, is_wide

REL = 'rel="nofollow noopener noreferrer"'


class ChineseEmphasisTests(SimpleTestCase):
    def assert_shows(self, source: str, html: str) -> None:
        with self.subTest(source):
            self.assertEqual(render(source).html.strip(), f"<p>{html}</p>")

    def test_bold_ends_behind_full_width_punctuation(self):
        self.assert_shows("**注意：**请看", "<strong>注意：</strong>请看")
        self.assert_shows("**（一）**第一", "<strong>（一）</strong>第一")
        self.assert_shows("他说**“引号”**后", "他说<strong>“引号”</strong>后")
        self.assert_shows("看**`code`**吧", "看<strong><code>code</code></strong>吧")
        self.assert_shows("**结束。**English", "<strong>结束。</strong>English")

    def test_other_emphasis_beside_chinese(self):
        self.assert_shows("*强调。*文字", "<em>强调。</em>文字")
        self.assert_shows("~~删除。~~文字", "<s>删除。</s>文字")
        self.assert_shows(
            "前**甲。**中**乙！**后", "前<strong>甲。</strong>中<strong>乙！</strong>后"
        )

    def test_names_with_underscores_and_lone_stars_stay_as_typed(self):
        self.assert_shows("变量my_var_name后", "变量my_var_name后")
        self.assert_shows("2 * 3 * 4", "2 * 3 * 4")
        self.assert_shows("a**(b)**c", "a**(b)**c")

    def test_lines_of_chinese_join_without_a_space_and_latin_ones_with_one(self):
        self.assert_shows("中文\n换行", "中文换行")
        self.assert_shows("one\ntwo", "one\ntwo")

    def test_the_two_forms_of_the_wide_ranges_agree(self):
        for character in "中，。（）“”…—あ한Ａ𠀀":
            with self.subTest(character):
                self.assertTrue(is_wide(character))
                self.assertRegex(character, f"[{_WIDE}]")
        for character in "a(.\"' é":
            with self.subTest(character):
                self.assertFalse(is_wide(character))
                self.assertNotRegex(character, f"[{_WIDE}]")


class LinkTests(SimpleTestCase):
    def test_a_bare_link_stops_where_chinese_begins(self):
        for after in "。，；：！？）】》」』、”…后中":
            for address in ("http://example.com", "https://example.com/a?b=c", "http://a.cn/x#y"):
                with self.subTest(address + after):
                    html = render(f"见{address}{after}后文").html
                    self.assertIn(f'<a href="{address}" {REL}>{address}</a>{after}后文', html)

    def test_a_link_without_a_scheme_needs_www(self):
        html = render("访问www.example.com。再看 node.js、README.md、main.rs 和 a@b.com").html
        self.assertIn(f'<a href="http://www.example.com" {REL}>www.example.com</a>。', html)
        self.assertEqual(html.count("<a "), 1)

    def test_only_links_that_leave_the_site_carry_rel(self):
        html = render("[内](/articles/a/) [页](#top) [外](https://example.com) <https://b.cn>").html
        self.assertEqual(html.count(REL), 2)
        self.assertIn('<a href="/articles/a/">', html)

    def test_raw_links_are_marked_as_well(self):
        self.assertIn(REL, render('<a href="//example.com" target="_blank">x</a>').html)


class HeadingTests(SimpleTestCase):
    def test_headings_are_listed_and_their_ids_unique_and_readable(self):
        rendered = render("## 数据库 `索引`\n## 小结\n## 小结\n## 小结-2\n##### 深\n")
        self.assertEqual(
            rendered.headings,
            (
                Heading(2, "h-数据库-索引", "数据库 索引"),
                Heading(2, "h-小结", "小结"),
                Heading(2, "h-小结-2", "小结"),
                Heading(2, "h-小结-2-2", "小结-2"),
            ),
        )
        for heading in rendered.headings:
            self.assertIn(f'<h2 id="{heading.id}">', rendered.html)

    def test_a_text_with_its_own_h1_moves_down_as_a_whole(self):
        html = render("# 题\n\n## 节\n\n###### 末\n\n<h1>生</h1>").html
        self.assertNotIn("<h1", html)
        for opening in ('<h2 id="h-题">', '<h3 id="h-节">', '<h6 id="h-末">', "<h2>生"):
            self.assertIn(opening, html)

    def test_links_to_headings_written_for_other_sites_still_arrive(self):
        html = render("[去](#什么是-aqs)\n\n## 什么是 AQS？\n").html
        self.assertIn('href="#h-什么是-aqs"', html)
        self.assertIn('id="h-什么是-aqs"', html)


class BlockTests(SimpleTestCase):
    def test_a_table_scrolls_and_aligns_without_inline_style(self):
        html = render("|a|b|\n|:-:|-:|\n|1|2|\n").html
        self.assertIn('<div class="table-scroll" tabindex="0" role="group"', html)
        self.assertIn('<th class="align-center">a</th>', html)
        self.assertIn('<td class="align-right">2</td>', html)
        self.assertNotIn("style", html)

    def test_tasks_show_their_state(self):
        html = render("- [x] 完\n- [ ] 未\n").html
        self.assertIn('<li class="task done"><span class="task-box" role="img"', html)
        self.assertIn("☐</span> 未", html)

    def test_footnotes_lead_there_and_back(self):
        html = render("文[^a]，又[^a]。\n\n[^a]: 注\n").html
        for link, target in (
            ("#fn-1", "fn-1"),
            ("#fnref-1", "fnref-1"),
            ("#fnref-1-1", "fnref-1-1"),
        ):
            self.assertIn(f'href="{link}"', html)
            self.assertIn(f'id="{target}"', html)

    def test_boxes_have_chinese_titles_unless_the_author_gives_one(self):
        names = {"tip": "提示", "note": "注意", "warning": "警告", "danger": "危险", "info": "信息"}
        for name, title in names.items():
            with self.subTest(name):
                html = render(f"::: {name}\n文\n:::\n").html
                self.assertIn(f'<div class="box {name}">\n<p class="box-title">{title}</p>', html)
        self.assertIn('box-title">看<em>这</em></p>', render("::: tip 看*这*\n文\n:::").html)
        self.assertIn("<summary>详情</summary>", render("::: details\n文\n:::").html)
        self.assertEqual(
            render("::: center\n文\n:::").html, '<div class="box">\n<p>文</p>\n</div>\n'
        )


class PictureTests(SimpleTestCase):
    def test_own_pictures_are_shown_lazily_and_reported(self):
        rendered = render("![图](/pictures/ab12.png) <img src=/pictures/c.webp width=300 alt=二>")
        self.assertEqual(rendered.pictures, {"ab12.png", "c.webp"})
        self.assertEqual(rendered.html.count('loading="lazy"'), 2)
        self.assertIn('width="300"', rendered.html)

    def test_a_picture_alone_with_a_title_has_a_caption(self):
        html = render('![图](/pictures/a.png "说明")').html
        self.assertIn("<figure><img", html)
        self.assertIn("<figcaption>说明</figcaption></figure>", html)

    def test_a_picture_that_is_a_link_can_have_a_caption_too(self):
        html = render('[![图](/pictures/a.png "说明")](https://example.com/)').html
        self.assertIn('<figure><a href="https://example.com/"', html)
        self.assertIn("</a><figcaption>说明</figcaption></figure>", html)

    def test_a_title_beside_other_words_stays_a_title(self):
        html = render('看 ![图](/pictures/a.png "说明") 吧').html
        self.assertIn('title="说明"', html)
        self.assertNotIn("figure", html)

    def test_authors_cannot_choose_files_by_width(self):
        html = render('<img src="/pictures/a.png" srcset="/pictures/b.png 9w" sizes="9px">').html
        self.assertNotIn("srcset", html)
        self.assertNotIn("sizes", html)

    def test_foreign_pictures_become_links_that_name_their_host(self):
        link = (
            f'<a class="foreign-picture" href="https://oss.example.com/a.png" {REL}>'
            "架构图（图片，位于 oss.example.com）</a>"
        )
        for source in (
            "![架构图](https://oss.example.com/a.png)",
            '文 <img src="https://oss.example.com/a.png" alt="架构图" style="zoom:50%"> 字',
            '<p align="center">\n<IMG alt=架构图 SRC=https://oss.example.com/a.png />\n</p>',
        ):
            with self.subTest(source):
                self.assertIn(link, render(source).html)
                self.assertNotIn("<img", render(source).html)
                self.assertIn("架构图", render(source).text)
                self.assertNotIn("位于", render(source).text)

    def test_a_foreign_picture_inside_a_link_leaves_the_link_whole(self):
        for source in (
            "[![b](https://h.cn/b.svg)](https://x.cn)",
            "<a href=https://x.cn><img src=https://h.cn/b.svg alt=b></a>",
        ):
            html = render(source).html
            self.assertEqual(html.count("<a "), 1)
            self.assertIn('<span class="foreign-picture">b（图片，位于 h.cn）</span></a>', html)

    def test_pictures_that_are_nowhere_are_named(self):
        for address in (
            "./a.png",
            "data:image/png;base64,AA",
            "file:///C:/a.png",
            "/pictures/../x",
        ):
            with self.subTest(address):
                html = render(f"![图]({address})").html
                self.assertIn('<span class="missing-picture">[图片：图]</span>', html)


class RawHtmlTests(SimpleTestCase):
    def test_type_parameters_stay_readable(self):
        rendered = render("List<String> 与 Map<K, V>、Class<T>、<Object> 和 <b>粗</b>\n\n<Foo>\n")
        self.assertIn("List<String> 与 Map<K, V>、Class<T>、<Object> 和 粗\n<Foo>", rendered.text)
        self.assertIn("<b>粗</b>", rendered.html)

    def test_an_unclosed_tag_does_not_swallow_the_article(self):
        for tag in ("script", "style", "textarea", "iframe", "svg", "title", "xmp", "select"):
            for source in (f"写 <{tag}> 标签", f"<{tag}>\n标签", f"写 <{tag}> 与 `</{tag}>`"):
                with self.subTest(source):
                    self.assertIn("还在", render(f"{source}\n\n还在\n").text)

    def test_markdown_works_inside_details(self):
        html = render("<details open><summary>看</summary>\n\n**粗**\n\n</details>\n\n后").html
        self.assertIn("<details open", html)
        self.assertIn("<strong>粗</strong>", html)


class ReadingTextTests(SimpleTestCase):
    def test_it_holds_words_and_code_in_order_without_markup(self):
        source = "# 题\n\n一**二**三[^1]\n\n- 甲\n- 乙\n\n```py\nif x:\n    pass\n```\n\n[^1]: 注\n"
        self.assertEqual(render(source).text, "题\n一二三\n甲\n乙\nif x:\npass\n注")

    def test_invalid_characters_are_replaced(self):
        rendered = render("a\x00b\ud800c \ud83d\ude00 \x1b")
        self.assertEqual(rendered.text, "a\ufffdb\ufffdc 😀")
