from collections.abc import Collection, Iterable
from unittest import mock

from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from search.engines import sounds, spelling


class Words:
    """A vocabulary of a few words, each with so many hits."""

    def __init__(self, **counts: int) -> None:
        self.counts = counts

    def has(self, word: str) -> bool:
        return any(word in known for known in self.counts)

    def is_word(self, word: str) -> bool:
        return word in self.counts

    def has_character(self, character: str) -> bool:
        return self.has(character)

    def count(self, words: str) -> int:
        parts = words.split()
        return min(
            (sum(n for word, n in self.counts.items() if p in word) for p in parts), default=0
        )

    def near(self, word: str) -> Iterable[str]:
        return list(self.counts)

    def sounding(self, wanted: Collection[str]) -> Iterable[str]:
        return [word for word in self.counts if sounds.sound(word) in wanted]

    def shaped(self, word: str) -> Iterable[str]:
        return [
            other
            for other in self.counts
            if len(other) == len(word)
            and sum(a != b for a, b in zip(other, word, strict=True)) == 1
        ]


class DistanceTests(SimpleTestCase):
    def test_swapped_letters_are_one_mistake(self):
        for left, right, edits in [
            ("redis", "redsi", 1), ("redis", "rdies", 2), ("redis", "redis", 0), ("a", "", 1),
            ("elasticsearch", "elasticsaerch", 1), ("kubernetes", "kubernets", 1), ("ab", "ba", 1),
        ]:  # fmt: skip
            with self.subTest(left):
                self.assertEqual(spelling.distance(left, right, 5), edits)

    def test_short_words_excuse_fewer_mistakes(self):
        self.assertTrue(spelling.resembles("mysq", "mysql"))
        self.assertFalse(spelling.resembles("mysqxx", "mysql"))
        self.assertFalse(spelling.resembles("c", "d"))
        self.assertTrue(spelling.resembles("javasrcipt", "javascript"))

    @given(st.text("ab", max_size=9), st.text("ab", max_size=9))
    @settings(max_examples=100, deadline=None)
    def test_distance_is_the_same_from_both_sides(self, left, right):
        edits = spelling.distance(left, right, 99)
        self.assertEqual(edits, spelling.distance(right, left, 99))
        self.assertEqual(edits == 0, left == right)
        self.assertGreater(spelling.distance(left, right, 0), -1 if left == right else 0)

    @given(st.text("abcdefgh", min_size=3, max_size=12), st.integers(0, 11), st.sampled_from("xyz"))
    @settings(max_examples=100, deadline=None)
    def test_one_wrong_letter_leaves_a_fragment_whole(self, word, place, letter):
        typed = word[: place % len(word)] + letter + word[place % len(word) + 1 :]
        self.assertTrue(any(part and part in word for part in spelling.fragments(typed)))


class SuggestionTests(SimpleTestCase):
    def test_more_frequent_of_two_near_words_is_meant(self):
        self.assertEqual(spelling.suggestion("nodw", Words(node=9, nods=1)), "node")
        self.assertEqual(spelling.suggestion("nodw", Words(node=1, nodx=9)), "nodx")

    def test_nearer_word_is_meant_however_rare(self):
        self.assertEqual(spelling.suggestion("springg", Words(spring=1, strings=99)), "spring")

    def test_word_in_another_form_is_no_mistake(self):
        self.assertIsNone(spelling.suggestion("checkpoints", Words(checkpoint=5)))
        self.assertEqual(spelling.suggestion("kubernets", Words(kubernetes=5)), "kubernetes")

    def test_word_without_hits_is_not_offered(self):
        self.assertIsNone(spelling.suggestion("kubernets", Words(kubernetes=0)))
        self.assertIsNone(spelling.suggestion("数剧库", Words(数据库=0)))

    def test_character_that_is_known_is_not_replaced_by_its_looks(self):
        self.assertEqual(spelling.suggestion("服务嚣", Words(服务=3, 服务器=2)), "服务器")
        self.assertIsNone(spelling.suggestion("服务端", Words(服务=3, 服务器=2, 客户端=1)))

    def test_what_some_text_has_in_a_row_is_left_alone(self):
        self.assertIsNone(spelling.suggestion("事物", Words(事物=1, 事务=9)))
        self.assertEqual(spelling.suggestion("事物", Words(事务=9)), "事务")

    def test_accents_of_speakers_are_one_sound(self):
        self.assertEqual(sounds.sound("数据库"), sounds.alike("shujuku"))
        self.assertEqual(sounds.sound("进程"), sounds.sound("尽成"))
        self.assertEqual(spelling.suggestion("jincheng", Words(进程=1)), "进程")
        self.assertEqual(
            spelling.suggestion("fuzaijunheng", Words(负载=1, 均衡=1, 负载均衡=1)), "负载均衡"
        )

    def test_without_pinyin_letters_are_still_put_right(self):
        with mock.patch.object(sounds, "_readings", dict):
            self.assertIsNone(spelling.suggestion("县城", Words(线程=1)))
            self.assertEqual(spelling.suggestion("redsi", Words(redis=1)), "redis")
            self.assertEqual(sounds.sound("数据库"), "")

    def test_run_that_many_texts_have_is_meant_by_one_that_sounds_like_it(self):
        words = Words(红黑树=1, 红=1, 数=5, 事物=3, 事务=3, 隔离=9, 事务隔离级别=4)
        self.assertEqual(spelling.suggestion("红黑数", words), "红黑树")
        self.assertEqual(spelling.suggestion("事物隔离", words), "事务隔离")
        self.assertIsNone(spelling.suggestion("事物隔离", Words(事物=3, 隔离=9, 事务隔离级别=2)))
        self.assertIsNone(spelling.suggestion("事物隔离", Words(事物隔=1, 隔离=9, 事务隔离级别=4)))

    def test_rest_of_the_text_stays(self):
        words = Words(redis=1, 数据库=1)
        self.assertEqual(spelling.suggestion(" 【Redsi】与数剧库？", words), "【redis】与数据库？")

    @given(st.text("缓存数剧库aAs1 -+#。\x00\ud800\u202e", max_size=60))
    @settings(max_examples=100, deadline=None)
    def test_any_text_is_answered(self, text):
        found = spelling.suggestion(text, Words(数据库=1, 缓存=1, saas=1))
        self.assertTrue(found is None or found.encode())
