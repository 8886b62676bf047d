"""Requests are pure data: looked at without a server."""

import json
from datetime import date, datetime
from typing import Any

from django.test import SimpleTestCase
from haystack import indexes
from haystack.query import SQ
from hypothesis import given, settings
from hypothesis import strategies as st

from search.engines import lookups
from search.engines.elasticsearch import documents, fields, mapping, request, tokens
from search.engines.elasticsearch.clauses import NOTHING, leaves_in
from search.engines.elasticsearch.fields import Fields
from search.indexes import Role
from search.inputs import ReaderQuery
from search.segmentation import tokenize
from tests.search.notes import NoteIndex, make_note

FIELDS = Fields(
    {"text": indexes.CharField(document=True), "title": indexes.CharField(),
     "kind": indexes.CharField(), "views": indexes.IntegerField(),
     "published_at": indexes.DateTimeField()},
    {"text": Role.BODY, "title": Role.TITLE},
)  # fmt: skip
HOSTILE = st.text(alphabet="缓存机制aA1+#.-_\"'*()^:{}\\?|~/ NOTANDOR\x00\ud800\n的", max_size=60)
MANY = ["checkpointing", "缓存穿透机制", "c++", "v1.14", "a", "的", "running-tests", "分布式事务"]
# What a server reads as a language, or runs.
FORBIDDEN = ("query_string", "simple_query_string", "script", "template", "percolate")


def built(*args: object, **lookup: object) -> request.Request:
    return request.build(lookups.from_haystack(SQ(*args, **lookup)), FIELDS)


def names(body: Any) -> set[str]:
    """Every key of a request, however deep."""
    if isinstance(body, list):
        return {name for each in body for name in names(each)}
    if isinstance(body, dict):
        return set(body) | {name for each in body.values() for name in names(each)}
    return set()


class RequestTests(SimpleTestCase):
    def assert_sendable(self, made: request.Request) -> None:
        body = made.query()
        json.dumps(body, ensure_ascii=False).encode()
        self.assertEqual(names(body) & set(FORBIDDEN), set())
        self.assertLess(leaves_in(body), 1024)

    def test_text_ranks_and_the_rest_filters(self):
        made = built(content=ReaderQuery("缓存穿透"), views__gte=5)
        self.assertEqual(made.where, {"range": {"whole.views": {"gte": 5}}})
        self.assertEqual(made.tiers[0].found, {"match_phrase": {"texts": {"query": "缓 存 穿 透"}}})
        self.assertEqual(
            made.tiers[0].titled, {"match_phrase": {"titles": {"query": "缓 存 穿 透"}}}
        )

    def test_code_terms_are_required_in_every_tier(self):
        whole, *others = built(content=ReaderQuery("c++教程与node.js")).tiers
        self.assertEqual(whole.found["match_phrase"]["texts"]["query"], "c++ 教 程 与 node.js")
        for tier in others:
            required = json.dumps(tier.found["bool"]["must"])
            self.assertIn('"value": "c++"', required)
            self.assertIn('"value": "node.js"', required)

    def test_query_without_words_matches_nothing(self):
        made = built(content=ReaderQuery("。"))
        self.assertEqual((made.tiers, made.where), ((), NOTHING))

    def test_tiers_stand_so_far_apart_that_no_number_of_words_reaches_the_next(self):
        for text in ["缓存", "缓存" * 60, " ".join(f"word{n}" for n in range(64))]:
            body = json.dumps(built(content=ReaderQuery(text)).query())
            with self.subTest(text[:9]):
                self.assertEqual(
                    '"boost": 0.' in body.replace('"boost": 0.5}', ""), len(text) > 100
                )

    def test_wildcards_of_a_value_are_themselves(self):
        self.assertEqual(
            built(kind__contains="a*b?\\").where,
            {"wildcard": {"folded.kind": {"value": "*a\\*b\\?\\\\*"}}},
        )

    def test_groups_in_groups_become_one(self):
        tree = SQ(views=1)
        for number in range(50):
            tree = SQ(tree, SQ(views=number), _connector="AND")
        where = built(tree).where
        self.assertTrue(all("terms" in each for each in where["bool"]["filter"]))

    @given(HOSTILE)
    @settings(max_examples=120, deadline=None)
    def test_any_text_makes_a_request_without_syntax(self, text):
        self.assert_sendable(built(content=ReaderQuery(text)))
        for lookup in ("content", "content__exact", "content__contains", "content__startswith",
                       "content__endswith", "content__fuzzy", "content__lt", "text",
                       "text__contains", "text__endswith", "kind", "kind__startswith",
                       "views__lt", "published_at__gt", "title__fuzzy"):  # fmt: skip
            self.assert_sendable(built(**{lookup: text}))

    @given(st.lists(st.sampled_from(MANY), max_size=90))
    @settings(max_examples=60, deadline=None)
    def test_clauses_of_any_query_are_bounded(self, words):
        with self.settings(SEARCH_QUERY_MAX_CHARACTERS=5000):
            self.assert_sendable(built(content=ReaderQuery(" ".join(words))))


class TermTests(SimpleTestCase):
    def test_pairs_become_characters_and_code_stays_whole(self):
        for text, expected in {
            "缓存穿透": "缓 存 穿 透", "缓": "缓", "缓存，存在": "缓 存 存 在",
            "用Redis做c++缓存": "用 redis 做 c++ 缓 存", "人人人": "人 人 人", "éa与ü": "éa 与 ü",
        }.items():  # fmt: skip
            with self.subTest(text):
                self.assertEqual(tokens.text(tokenize(text).words), expected)

    @given(st.text(alphabet="缓存人a1+#é 。", max_size=30))
    @settings(max_examples=150, deadline=None)
    def test_no_character_is_lost_or_doubled(self, text):
        kept = "".join(tokens.characters(tokenize(text).words))
        expected = "".join("".join(piece) for piece in _pieces(text))
        self.assertEqual(kept, expected)


class DocumentTests(SimpleTestCase):
    def source(self, **values: Any) -> dict[str, Any]:
        (made,) = documents.prepared(NoteIndex(), [make_note(1, **values)])
        assert made.source is not None
        return made.source

    def test_values_are_held_by_what_they_are(self):
        made = self.source(
            kind="K", views=7, rating=2.5, featured=True, day=date(2026, 5, 1), extra={"a": 1}
        )
        self.assertEqual(made["raw"]["kind"], ["K"])
        self.assertEqual(made["folded"]["kind"], ["k"])
        self.assertEqual((made["whole"]["views"], made["whole"]["featured"]), ([7], [1]))
        self.assertEqual(made["whole"]["day"], [date(2026, 5, 1).toordinal()])
        self.assertEqual(made["number"]["rating"], [2.5])

    def test_numbers_that_no_server_holds_are_held_as_near_as_can_be(self):
        made = self.source(views=2**80, rating=float("inf"))
        self.assertEqual(made["whole"]["views"], [2**63 - 1])
        json.dumps(made, allow_nan=False)

    def test_long_strings_are_told_apart_beyond_what_is_held(self):
        first, second = (self.source(kind="x" * 40_000 + end)["raw"]["kind"] for end in "ab")
        self.assertNotEqual(first, second)
        self.assertLess(len(first[0]), 1000)

    def test_every_field_of_a_document_is_in_the_mapping(self):
        made = self.source(kind="a", views=1, rating=1.5, tags=["x"], title="t", text="文")
        known = mapping.index_body("x", shards=1, replicas=None)["mappings"]["properties"]
        self.assertEqual(set(made) - set(known), set())

    def test_identifier_is_the_key_unless_it_is_too_long(self):
        self.assertEqual(documents.key("auth.user.1"), "auth.user.1")
        self.assertEqual(len(documents.key("auth.user." + "长" * 400)), 64)

    def test_moments_are_compared_to_the_microsecond(self):
        low = datetime.fromisoformat("2026-05-01T08:00:00.000001+00:00")
        high = datetime.fromisoformat("2026-05-01T16:00:00.000002+08:00")
        self.assertEqual(fields.micros(high) - fields.micros(low), 1)


def _pieces(text: str) -> list[list[str]]:
    """The characters of a text that are indexed, run by run."""
    found: list[list[str]] = []
    words = tokenize(text).words
    for place, word in enumerate(words):
        is_pair = len(word) == 2 and all("一" <= c <= "鿿" for c in word)
        follows = place + 1 < len(words) and words[place + 1].startswith(word[-1])
        found.append([word[0]] if is_pair and follows else [word])
    return found
