import contextlib
import sqlite3
from dataclasses import astuple

from django.test import SimpleTestCase
from haystack import indexes
from haystack.query import SQ
from hypothesis import given, settings
from hypothesis import strategies as st

from search.engines import lookups, narrowing
from search.engines.errors import QueryRefused
from search.engines.sqlite import functions, planning, request, schema
from search.engines.sqlite.request import Fields
from search.indexes import Role
from search.inputs import ReaderQuery

FIELDS = Fields(
    {"text": indexes.CharField(document=True), "title": indexes.CharField(),
     "kind": indexes.CharField(),
     "views": indexes.IntegerField(), "published_at": indexes.DateTimeField()},
    {"text": Role.BODY, "title": Role.TITLE},
    recency="published_at",
)  # fmt: skip
HOSTILE = st.text(alphabet="缓存机制aA1+#.-_\"'*()^:{}| NEARANDOT\x00\ud800\n", max_size=40)


def built(*args: object, **lookup: object) -> request.Request:
    return request.build(lookups.from_haystack(SQ(*args, **lookup)), FIELDS)


class RequestTests(SimpleTestCase):
    def setUp(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        self.addCleanup(self.connection.close)
        schema.create(self.connection)
        functions.register(self.connection)

    def run_request(self, made: request.Request) -> None:
        self.connection.execute(
            f"SELECT count(*) FROM documents d WHERE {made.where.sql}",  # noqa: S608
            made.where.params,
        ).fetchall()
        made = planning.planned(self.connection, made)
        expressions = [made.helping, *(text for tier in made.tiers for text in astuple(tier))]
        for text in filter(None, expressions):
            self.connection.execute("SELECT rowid FROM tokens WHERE tokens MATCH ?", [text])

    def test_text_ranks_and_the_rest_is_a_condition(self):
        made = built(content=ReaderQuery("缓存穿透"), views__gte=5)
        self.assertEqual(made.tiers[0].match, '"缓存 存穿 穿透"')
        self.assertEqual(made.where.params, ("views", 5))

    def test_values_are_parameters_and_never_sql(self):
        made = built(kind__exact="x' OR 1=1 --")
        self.assertNotIn("OR 1=1", made.where.sql)
        self.assertIn("x' OR 1=1 --", made.where.params)

    def test_code_terms_are_required_in_every_tier(self):
        for tier in built(content=ReaderQuery("c++教程与node.js")).tiers:
            with self.subTest(tier.match):
                self.assertIn('"c++', tier.match.split(" OR ")[-1] + tier.match.split(" AND ")[0])

    def test_last_tier_is_what_a_text_must_have_at_least(self):
        for query in ["机制", "缓存穿透", "搬来", "爬山虎", "c++", "的", "锁 表", "怎样部署 redis"]:
            with self.subTest(query):
                made = built(content=ReaderQuery(query))
                self.assertEqual(made.tiers[-1].match, made.loose.tiers()[-1])
                self.assertNotIn('"来" *', made.tiers[-1].match)

    def test_particle_at_the_end_of_a_run_is_not_asked_for(self):
        self.assertEqual(built(content=ReaderQuery("redis的")).tiers[0].match, '"redis"')

    def test_query_without_words_matches_nothing(self):
        self.assertEqual(built(content=ReaderQuery("。")), request.Request((), request.NOTHING))

    def test_condition_that_nearly_all_meet_is_kept_apart(self):
        made = built(content=ReaderQuery("缓存"), published_at__lte="2026-05-01T08:00:00Z")
        self.assertEqual(made.where, request.ANYTHING)
        self.assertEqual(made.latest.operator, "<=")
        either = SQ(published_at__lte="2026-05-01T08:00:00Z") | SQ(views=1)
        self.assertIsNone(built(either, content=ReaderQuery("缓存")).latest)

    @given(HOSTILE)
    @settings(max_examples=150, deadline=None)
    def test_any_text_makes_a_request_that_sqlite_understands(self, text):
        self.run_request(built(content=ReaderQuery(text)))
        for lookup in ("content", "content__exact", "content__startswith", "content__fuzzy",
                       "content__contains", "content__endswith", "content__gt",
                       "text", "text__contains", "kind", "kind__startswith", "views__lt",
                       "published_at__gt"):  # fmt: skip
            self.run_request(built(**{lookup: text}))

    @given(st.text(alphabet=st.characters(), max_size=40))
    @settings(max_examples=100, deadline=None)
    def test_any_narrowing_text_is_read_or_refused(self, text):
        with contextlib.suppress(QueryRefused):
            narrowing.parse(text)

    @given(st.one_of(st.text(max_size=30), st.integers(), st.lists(st.text(max_size=5)), st.none()))
    @settings(max_examples=100, deadline=None)
    def test_narrowing_returns_the_value_that_it_was_given(self, value):
        tree = narrowing.parse(narrowing.fragment("kind", "in", value))
        self.assertEqual(tree.children, [("kind__in", value)])
