from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from search.segmentation import MAX_QUERY_WORDS, SPELLED, read, stem, subwords, tokenize


def words(query: str) -> list[str]:
    return [word.text for run in read(query) for word in run.words]


class TokenizeTests(SimpleTestCase):
    def test_han_characters_become_pairs_at_their_own_positions(self):
        self.assertEqual(tokenize("缓存穿透。好").words, ["缓存", "存穿", "穿透", "透", "好"])

    def test_code_terms_are_whole(self):
        terms = "c++ c# .net node.js k8s v1.14 jquery.min.js snake_case kebab-case c++11 a/b.txt"
        self.assertEqual(
            tokenize(terms.upper()).words,
            ["c++", "c#", ".net", "node.js", "k8s", "v1.14", "jquery.min.js",
             "snake_case", "kebab-case", "c++", "11", "a", "b.txt"],
        )  # fmt: skip

    def test_chinese_and_latin_without_a_space_are_parted(self):
        self.assertEqual(tokenize("用C++写CheckPointing机制").words,
                         ["用", "c++", "写", "checkpointing", "机制", "制"])  # fmt: skip

    def test_full_stop_is_no_part_of_the_word_before_it(self):
        self.assertEqual(tokenize("Use Node.js. Then C#, ok").words,
                         ["use", "node.js", "then", "c#", "ok"])  # fmt: skip

    def test_terms_are_known_by_their_parts_but_never_by_half_a_symbol(self):
        for term, parts in {
            "node.js": {"node", "js"},
            "CheckPointing": {"check", "pointing", "checkpoint"},
            "enableCheckpointing": {"enable", "checkpointing", "checkpoint"},
            "snake_case": {"snake", "case"},
            "kebab-case": {"kebab", "case"},
            "ASP.NET": {"asp", "net", ".net"},
            "jquery.min.js": {"jquery", "min", "js"},
            "Java8": {"java", "8"},
        }.items():
            with self.subTest(term):
                self.assertLessEqual(parts, set(tokenize(term).parts))
        for term in ("c++", "c#", "redis"):
            with self.subTest(term):
                self.assertEqual(tokenize(term).parts, [])

    def test_pair_across_the_border_of_two_words_is_known_as_only_spelled(self):
        self.assertEqual(tokenize("恒温恒湿机制造").only_spelled(), [SPELLED + "机制"])
        self.assertEqual(tokenize("机制很好").only_spelled(), [])
        self.assertEqual(tokenize("恒湿机制造，机制很好").only_spelled(), [])

    @given(st.text(alphabet=st.characters(), max_size=80))
    @settings(max_examples=100, deadline=None)
    def test_any_text_becomes_tokens_that_sqlite_can_hold(self, text):
        tokens = tokenize(text)
        for token in [*tokens.words, *tokens.parts, *tokens.only_spelled()]:
            token.encode()
            self.assertNotRegex(token, r"[\s\x00\"]")
            self.assertTrue(token)


class ReadTests(SimpleTestCase):
    def test_query_is_cut_into_words(self):
        self.assertEqual(words("分布式锁的实现"), ["分布式", "锁", "的", "实现"])
        self.assertEqual(words("CheckPointing機制"), ["checkpointing", "机制"])
        self.assertEqual(words("Redis为什么这么快？"), ["redis", "为什么", "这么", "快"])

    def test_run_ends_where_the_reader_set_a_break(self):
        self.assertEqual(len(read("缓存 穿透")), 2)
        self.assertEqual(len(read("缓存，Redis")), 2)
        self.assertEqual(len(read("Redis 缓存")), 1)  # a space of typography
        self.assertEqual(len(read("spring boot")), 1)

    def test_tokens_of_a_run_are_those_of_the_text_it_was_copied_from(self):
        text = "在分布式系统里用 Redis 锁和 node.js 写机制"
        held = tokenize(text).words
        for run in ("分布式系统里", "用 Redis 锁", "Redis 锁和 node.js", "写机制", "node.js 写"):
            tokens = list(read(run)[0].tokens)
            with self.subTest(run):
                size = len(tokens)
                self.assertTrue(
                    any(
                        held[at : at + size - 1] == tokens[:-1]
                        and held[at + size - 1].startswith(tokens[-1])
                        for at in range(len(held) - size + 1)
                    ),
                    (tokens, held),
                )

    def test_code_terms_are_told_from_words(self):
        for term, is_code in {
            "c++": True, "c#": True, ".net": True, "node.js": True, "k8s": True, "v1.14": True,
            "CheckPointing": True, "redis": False, "Redis": False, "JVM": False, "机制": False,
        }.items():  # fmt: skip
            with self.subTest(term):
                self.assertEqual(read(term)[0].words[0].is_code, is_code)

    def test_query_of_thousands_of_words_is_cut(self):
        self.assertEqual(len(words("redis 缓存 " * 5000)), MAX_QUERY_WORDS)

    def test_long_word_has_its_shorter_words(self):
        word = read("中华人民共和国")[0].words[0]
        self.assertIn("人民", [part.text for part in subwords(word)])

    def test_inflected_words_have_one_stem(self):
        for forms in (
            ["checkpoint", "checkpoints", "checkpointing", "checkpointed"],
            ["cache", "caches", "caching", "cached"],
            ["index", "indexes", "indexing"],
            ["mapping", "mapped"],
        ):
            with self.subTest(forms):
                self.assertEqual(len({stem(form) for form in forms[1:]}), 1)
        for word in ("redis", "class", "string", "spring", "status", "nginx"):
            with self.subTest(word):
                self.assertEqual(stem(word), word)

    @given(st.text(alphabet=st.characters(), max_size=80))
    @settings(max_examples=100, deadline=None)
    def test_any_query_can_be_read(self, text):
        for run in read(text):
            self.assertTrue(run.words)
            self.assertTrue(run.tokens)
