"""Terms of the glossary in a text: where they are found, and what a mark leaves alone."""

import re
import time
from html.parser import HTMLParser

from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.marking import MAX_MARKS, Entry, Glossary, mark
from content import markup
from content.rendering import render

VOID = markup.VOID


def entry(*names: str) -> Entry:
    return Entry(names, f"term-{names[0]}", f"/glossary/#term-{names[0]}", "解释。")


def show(text: str, found: Entry) -> str:
    return f"[{text}|{found.names[0]}]"


def marked(html: str, *terms: str | tuple[str, ...]) -> str:
    entries = [entry(*((term,) if isinstance(term, str) else term)) for term in terms]
    return mark(html, Glossary(entries), show)


class Balanced(HTMLParser):
    """Fails on an element that is closed by another's end or by none."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def text_of(html: str) -> str:
    parser = Balanced()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser.text


class WhereTests(SimpleTestCase):
    def test_a_term_is_marked_at_its_first_use_only(self):
        self.assertEqual(
            marked("<p>检查点和检查点。</p><p>检查点</p>", "检查点"),
            "<p>[检查点|检查点]和检查点。</p><p>检查点</p>",
        )

    def test_another_name_counts_as_a_use_of_the_term(self):
        self.assertEqual(
            marked("<p>checkpoint 即检查点</p>", ("检查点", "checkpoint")),
            "<p>[checkpoint|检查点] 即检查点</p>",
        )

    def test_latin_names_are_found_whatever_their_case_and_between_chinese(self):
        self.assertEqual(marked("<p>使用REDIS缓存</p>", "Redis"), "<p>使用[REDIS|Redis]缓存</p>")

    def test_latin_names_are_whole_words(self):
        for text in (
            "Rediscover",
            "_redis",
            "redis-cli",
            "redis.conf",
            "predis",
            "$redis",
            "@redis",
        ):
            with self.subTest(text):
                self.assertNotIn("[", marked(f"<p>{text}</p>", "redis"))
        for text in ("C++ 与 C#", ".NET", "node.js"):
            with self.subTest(text):
                self.assertNotIn("[", marked(f"<p>{text}</p>", "C", "NET", "node", "js"))

    def test_a_full_stop_or_a_hyphen_may_follow(self):
        for text in ("Use Redis.", "Redis-", "（Redis）", "Redis/Memcached", "“Redis”。"):
            with self.subTest(text):
                self.assertIn("[Redis|Redis]", marked(f"<p>{text}</p>", "Redis"))

    def test_names_of_code_are_found_with_their_signs(self):
        self.assertEqual(
            marked("<p>C++、C# 与 .NET</p>", "C", "C++", "C#", ".NET"),
            "<p>[C++|C++]、[C#|C#] 与 [.NET|.NET]</p>",
        )

    def test_the_longest_name_wins(self):
        self.assertEqual(
            marked("<p>两阶段提交协议</p>", "两阶段提交", "提交", "两阶段提交协议"),
            "<p>[两阶段提交协议|两阶段提交协议]</p>",
        )

    def test_a_word_that_goes_on_in_another_element_is_not_cut(self):
        self.assertNotIn("[", marked("<p><b>Re</b>dis</p>", "Re"))
        self.assertNotIn("[", marked("<p>H<sub>2</sub></p>", "H"))
        self.assertIn("[Re|Re]", marked("<p><b>Re</b></p><p>dis</p>", "Re"))

    def test_nothing_is_marked_where_a_link_would_be_in_the_way(self):
        for html in (
            '<p><a href="/x/">词</a></p>',
            "<p><code>词</code></p>",
            '<pre class="highlight"><code><span class="k">词</span></code></pre>',
            '<h2 id="h-a">词</h2>',
            "<figure><figcaption>词</figcaption></figure>",
            "<details><summary>词</summary></details>",
            '<p class="box-title">词</p>',
            '<p class="code-title">词</p>',
            '<span role="img" aria-label="词">词</span>',
            '<img alt="词" title="词">',
        ):
            with self.subTest(html):
                self.assertEqual(marked(html, "词"), html)

    def test_after_such_a_place_marking_goes_on(self):
        html = "<h2>词</h2>\n<p><a>词</a> <b>词</b></p>"
        self.assertIn("<b>[词|词]</b>", marked(html, "词"))

    def test_heads_of_tables_and_items_of_lists_may_hold_marks(self):
        self.assertIn("[词|词]", marked("<table><tr><th>词</th></tr></table>", "词"))
        self.assertIn("[词|词]", marked("<ul><li>词</li></ul>", "词"))

    def test_a_page_has_only_so_many_marks(self):
        names = [f"词{chr(0x4E00 + number)}" for number in range(40)]
        html = "".join(f"<p>{name}</p>" for name in names)
        self.assertEqual(marked(html, *names).count("["), MAX_MARKS)

    def test_signs_of_html_in_names_and_texts_stay_what_they_are(self):
        self.assertEqual(
            marked("<p>R&amp;D &lt;b&gt; &amp;amp;</p>", "R&D", "amp", "b"),
            "<p>[R&D|R&D] &lt;[b|b]&gt; &amp;[amp|amp];</p>",
        )
        self.assertEqual(
            marked("<p>&amp;&lt;&nbsp;</p>", "amp", "lt", "nbsp"), "<p>&amp;&lt;&nbsp;</p>"
        )

    def test_a_letter_that_grows_in_lower_case_moves_nothing(self):
        self.assertEqual(marked("<p>İİİ检查点</p>", "检查点"), "<p>İİİ[检查点|检查点]</p>")

    def test_no_terms_leave_the_text_as_it_is(self):
        self.assertEqual(marked("<p>词</p>"), "<p>词</p>")
        self.assertEqual(marked("<p>词</p>", ""), "<p>词</p>")


class HostileTests(SimpleTestCase):
    names = st.lists(
        st.text(st.sampled_from("ab C+#.-&<>\"'检查点İß"), min_size=1, max_size=5),
        min_size=1,
        max_size=8,
    )
    sources = st.text(
        st.sampled_from("ab C+#.-&<>\"'检查点İß*_`[]()!|\n"), max_size=120
    )  # fmt: skip

    @settings(max_examples=120, deadline=None)
    @given(names, sources)
    def test_without_its_marks_a_text_is_what_it_was(self, names, source):
        html = render(source).html
        glossary = Glossary([entry(name) for name in names])
        tagged = mark(html, glossary, lambda text, found: f"<u>{escaped(text)}</u>")
        self.assertEqual(text_of(tagged), text_of(html))

    @settings(max_examples=120, deadline=None)
    @given(st.text(max_size=60), names)
    def test_text_that_is_no_html_costs_no_error(self, text, names):
        mark(text, Glossary([entry(name) for name in names]), show)

    def test_five_thousand_terms_in_a_long_text_stay_within_a_second(self):
        # A hard limit for safety; it takes a few hundredths of that.
        terms = [entry(f"术{chr(0x4E00 + n)}语", f"term{n}") for n in range(5000)]
        paragraph = "<p>" + "正文里没有什么术语，terms of nothing. " * 20 + "</p>"
        html = paragraph * 120
        start = time.monotonic()
        self.assertEqual(mark(html, Glossary(terms), show), html)
        self.assertLess(time.monotonic() - start, 1)


def escaped(text: str) -> str:
    return re.sub("[&<>]", lambda sign: f"&#{ord(sign[0])};", text)
