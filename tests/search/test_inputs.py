import pickle
from copy import deepcopy

from django.test import SimpleTestCase, override_settings

from search.inputs import ReaderQuery


class ReaderQueryTests(SimpleTestCase):
    @override_settings(SEARCH_QUERY_MAX_CHARACTERS=4)
    def test_query_is_cut_at_the_length_that_the_page_announces(self):
        self.assertEqual(str(ReaderQuery("缓存穿透机制")), "缓存穿透")

    def test_each_word_is_asked_once(self):
        texts = [word.text for word in ReaderQuery("缓存 缓存 Redis REDIS").words]
        self.assertEqual(texts, ["缓存", "redis"])

    def test_nothing_typed_is_nothing_asked(self):
        for text in ("", "  ", "。。。", "\x00"):
            self.assertEqual(ReaderQuery(text).runs, [])

    def test_query_survives_copying_and_pickling(self):
        query = ReaderQuery("缓存穿透")
        self.assertTrue(query.words)
        self.assertEqual(deepcopy(query).words, query.words)
        self.assertEqual(pickle.loads(pickle.dumps(query)).words, query.words)  # noqa: S301
