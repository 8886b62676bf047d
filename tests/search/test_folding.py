from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from search.folding import clean, fold


class FoldTests(SimpleTestCase):
    def test_spellings_that_readers_take_for_the_same_are_the_same(self):
        for written, folded in {
            "ＲＥＤＩＳ７": "redis7",
            "數據庫": "数据库",
            "後臺軟體": "后台软体",
            "ｃ＋＋　教程": "c++ 教程",
            "Straße ÉCOLE": "straße école",
            "Σίσυφος": "σίσυφοσ",
        }.items():
            with self.subTest(written):
                self.assertEqual(fold(written), folded)

    def test_character_that_would_become_several_stays_one(self):
        self.assertEqual(fold("ﬁ…İ㎡"), "ﬁ…i㎡")

    @given(st.text(alphabet=st.characters(), max_size=60))
    @settings(max_examples=150, deadline=None)
    def test_folding_keeps_every_position_and_is_done_once(self, text):
        folded = fold(text)
        self.assertEqual(len(folded), len(text))
        self.assertEqual(fold(folded), folded)

    def test_every_character_of_the_basic_plane_folds_to_one(self):
        text = "".join(map(chr, range(0x10000)))
        self.assertEqual(len(fold(text)), len(text))
        self.assertEqual(fold(fold(text)), fold(text))


class CleanTests(SimpleTestCase):
    def test_invisible_characters_are_gone_and_controls_are_spaces(self):
        self.assertEqual(clean("缓\u200b存\x00\ud800\u202e穿\u2066透\n机\x1f制"), "缓存穿透 机 制")

    def test_plain_text_is_left_alone(self):
        self.assertEqual(clean("C++ 与 Go，👍🏽"), "C++ 与 Go，👍🏽")

    @given(st.text(alphabet=st.characters(), max_size=60))
    @settings(max_examples=100, deadline=None)
    def test_cleaned_text_can_always_be_written_as_utf8(self, text):
        clean(text).encode()
