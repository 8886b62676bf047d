import re

from django.template import Context, Template
from django.test import SimpleTestCase
from django.utils.html import escape
from django.utils.safestring import SafeString
from hypothesis import given, settings
from hypothesis import strategies as st

from search.highlighting import MAX_SCANNED_CHARACTERS, Marker, excerpt, mark
from search.lessons import Taught


def bare(marked: str) -> str:
    return marked.replace("<mark>", "").replace("</mark>", "")


class MarkTests(SimpleTestCase):
    def test_words_are_marked_where_they_stand_in_their_own_spelling(self):
        for text, query, marked in [
            ("數據庫的索引", "数据库索引", "<mark>數據庫</mark>的<mark>索引</mark>"),
            ("ＲＥＤＩＳ 7", "redis", "<mark>ＲＥＤＩＳ</mark> 7"),
            ("用C++和C#", "c++", "用<mark>C++</mark>和C#"),
            ("c c++ c#", "c", "<mark>c</mark> c++ c#"),
            ("checkpoints 与 CheckPointing", "checkpoint",
             "<mark>checkpoints</mark> 与 <mark>CheckPointing</mark>"),
            ("缓存穿透与缓存", "缓存穿透", "<mark>缓存穿透</mark>与<mark>缓存</mark>"),
            ("CheckPointing 机制", "CheckPointing机制", "<mark>CheckPointing 机制</mark>"),
        ]:  # fmt: skip
            with self.subTest(query):
                self.assertEqual(mark(text, query), marked)

    def test_markup_of_text_and_query_is_escaped(self):
        hostile = "<script>alert('缓存')</script> & <img src=x onerror=缓存>"
        marked = mark(hostile, "缓存 <script>")
        self.assertIsInstance(marked, SafeString)
        self.assertEqual(set(re.findall(r"<[^>]*>", marked)), {"<mark>", "</mark>"})
        self.assertEqual(bare(marked), escape(hostile))

    def test_entities_are_not_cut_apart(self):
        self.assertEqual(mark("a & amp", "amp"), "a &amp; <mark>amp</mark>")

    def test_empty_query_marks_nothing(self):
        for query in ("", "。", "***", "\ud800"):
            self.assertEqual(mark("正文", query), "正文")

    @given(
        st.text(alphabet="<>&\"'缓存數Ａaİ#+. \n\x00", max_size=40),
        st.text(alphabet="<>&\"'缓存数aAi#+. *(", max_size=20),
    )
    @settings(max_examples=200, deadline=None)
    def test_nothing_but_marks_is_ever_added(self, text, query):
        self.assertEqual(bare(mark(text, query)), escape(text))
        self.assertNotRegex(bare(excerpt(text, query)), "[<>]")


class ExcerptTests(SimpleTestCase):
    def test_best_passage_has_the_whole_run(self):
        text = "缓存是什么。" * 40 + "这里说缓存穿透的原因。" + "穿透。" * 40
        self.assertIn("<mark>缓存穿透</mark>", excerpt(text, "缓存穿透"))

    def test_passage_has_most_different_words(self):
        text = "缓存。" * 80 + "缓存与索引与事务在一起。" + "索引。" * 80
        shown = excerpt(text, "缓存 索引 事务")
        for word in ("缓存", "索引", "事务"):
            self.assertIn(f"<mark>{word}</mark>", shown)

    def test_passage_begins_and_ends_with_sentences(self):
        text = "第一句话在前面。" * 30 + "这一句有机制。" + "后面的句子很多。" * 30
        shown = bare(excerpt(text, "机制", 60))
        self.assertRegex(shown, r"^…这一句有机制。(后面的句子很多。)+…$")
        self.assertLessEqual(len(shown), 62)

    def test_a_sentence_too_long_is_cut_where_its_clauses_end(self):
        clauses = "，".join(f"第{number}个分句在这里说一些事情" for number in range(40))
        text = f"前面的话。{clauses}，检查点在中间，{clauses}。"
        shown = bare(excerpt(text, "检查点"))
        self.assertRegex(shown, r"^…第\d+个分句")
        self.assertRegex(shown, r"事情…$")
        self.assertTrue(60 < len(shown) <= 162, len(shown))

    def test_no_latin_word_is_cut_in_two(self):
        text = "checkpointing" * 3 + " " + "抽象" * 200 + "机制" + "barrierAlignment" * 30
        shown = bare(excerpt(text, "机制", 60)).strip("…")
        self.assertLess(len(shown), 120)
        self.assertIn(shown, text)

    def test_a_passage_at_the_end_is_filled_with_what_stands_before_it(self):
        text = "很长的开头。" * 50 + "前一句话说完了。最后是机制。"
        shown = bare(excerpt(text, "机制"))
        self.assertRegex(shown, "前一句话说完了。最后是机制。$")
        self.assertGreater(len(shown), 30)

    def test_what_counts_as_a_word_is_marked_too(self):
        marker = Marker("k8s", Taught.of([], [["k8s", "kubernetes", "容器编排"]]))
        self.assertEqual(
            marker.mark("Kubernetes 的容器编排"),
            "<mark>Kubernetes</mark> 的<mark>容器编排</mark>",
        )

    def test_the_name_with_most_of_the_query_is_found_among_many(self):
        names = [f"js/plugin-{number}.js" for number in range(500)]
        marker = Marker("jquery.min.js")
        self.assertEqual(marker.best_line(names), (0, ""))
        wanted = [*names[:200], "lib/jquery.min.js", "jquery.min.js", *names[200:]]
        self.assertEqual(marker.best_line(wanted), (1, "jquery.min.js"))

    def test_short_text_is_shown_whole(self):
        self.assertEqual(excerpt("一句话。", "没有"), "一句话。")

    def test_sentence_without_end_is_cut_around_the_word(self):
        shown = excerpt("无" * 3000 + "机制" + "尾" * 3000, "机制", 100)
        self.assertIn("<mark>机制</mark>", shown)
        self.assertLess(len(bare(shown)), 110)

    def test_passage_stands_verbatim_in_the_text(self):
        text = "Ｒedis　的<持久化>，機制\n如下：AOF；RDB。\n\n" * 30
        for query in ("机制", "AOF RDB", "持久化"):
            shown = bare(excerpt(text, query)).strip("…")
            self.assertIn(shown, escape(text))

    def test_marks_are_never_beyond_what_is_shown(self):
        text = "机制" * 4000
        self.assertLess(len(excerpt(text, "机制")), 4000)

    def test_hostile_lengths_are_bounded(self):
        excerpt("a" * 2_000_000 + "机制", "机制 " * 100_000)
        excerpt("。" * MAX_SCANNED_CHARACTERS, "机制")
        excerpt("机" * MAX_SCANNED_CHARACTERS, "机机机机机机")
        excerpt("a-" * MAX_SCANNED_CHARACTERS, "a-a-a-a-a-a-b")

    def test_template_tags(self):
        class Result:
            text = "缓存<b>机制</b>"

        page = Template("{% load search_tags %}{% excerpt result q %}|{% marked title q %}")
        context = Context({"result": Result(), "q": "机制", "title": None})
        self.assertEqual(page.render(context), "缓存&lt;b&gt;<mark>机制</mark>&lt;/b&gt;|")
