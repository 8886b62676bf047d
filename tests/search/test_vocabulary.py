import json

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, TestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from search import segmentation, vocabulary
from search.engines.elasticsearch.words import reader_tiers
from search.engines.sqlite.expressions import strict_tiers as sqlite_tiers
from search.inputs import ReaderQuery
from search.lessons import MAX_VARIANTS, Taught
from search.models import Pin, Synonym, Word
from search.pins import pinned
from tests.factories import make_article


def words(query: str, taught: Taught | None = None) -> list[str]:
    return [word.text for run in segmentation.read(query, taught) for word in run.words]


def variants(query: str, taught: Taught) -> dict[str, tuple[tuple[str, ...], ...]]:
    runs = segmentation.read(query, taught)
    return {word.text: word.variants for run in runs for word in run.words}


class TaughtTests(SimpleTestCase):
    def test_query_is_cut_at_a_taught_word(self):
        self.assertNotIn("湖仓一体", words("湖仓一体架构"))
        self.assertEqual(words("湖仓一体架构", Taught.of(["湖仓一体"], [])), ["湖仓一体", "架构"])

    def test_longest_taught_word_wins(self):
        taught = Taught.of(["检查", "检查点", "检查点机制"], [])
        self.assertEqual(words("检查点机制", taught), ["检查点机制"])

    def test_synonym_that_the_dictionary_knows_is_no_place_to_cut_at(self):
        taught = Taught.of([], [["进程", "process"], ["反压", "背压"]])
        self.assertEqual(words("改进程序", taught), ["改进", "程序"])
        self.assertIn(("process",), variants("进程", taught)["进程"])
        self.assertIn(("背压",), variants("Flink反压怎么排查", taught)["反压"])

    def test_chinese_words_that_are_one_entry_together_are_written_together(self):
        taught = Taught.of([], [["消息", "x"], ["数据仓库", "数仓"]])
        self.assertEqual(words("数据仓库分层", taught)[0], "数据仓库")

    def test_taught_word_is_itself_even_where_a_text_seems_to_only_spell_it(self):
        taught = Taught.of(["机制"], [])
        self.assertIn(("机制",), variants("机制", taught)["机制"])
        self.assertEqual(variants("机制", Taught.of([], [["机制", "mechanism"]]))["机制"],
                         (("mechanism",),))  # fmt: skip

    def test_synonyms_count_as_each_other_in_both_directions(self):
        taught = Taught.of([], [["k8s", "kubernetes"]])
        self.assertIn(("kubernetes",), variants("k8s", taught)["k8s"])
        self.assertIn(("k8s",), variants("Kubernetes 集群", taught)["kubernetes"])

    def test_chinese_and_english_are_synonyms(self):
        taught = Taught.of([], [["检查点", "checkpoint"]])
        self.assertIn(("checkpoint",), variants("检查点", taught)["检查点"])
        self.assertIn(("检查", "查点"), variants("checkpoint", taught)["checkpoint"])

    def test_several_words_together_are_one_entry(self):
        taught = Taught.of([], [["message queue", "消息队列"]])
        found = variants("distributed message queue", taught)
        self.assertEqual(list(found), ["distributed", "message queue"])
        self.assertIn(("消息", "息队", "队列"), found["message queue"])
        self.assertIn(("message", "queue"), variants("消息队列", taught)["消息队列"])

    def test_query_as_written_stays_as_it_was(self):
        taught = Taught.of([], [["message queue", "消息队列"], ["k8s", "kubernetes"]])
        for query in ("message queue", "k8s 消息队列", "kubernetes消息队列"):
            with self.subTest(query):
                plain = [run.tokens for run in segmentation.read(query)]
                self.assertEqual([r.tokens for r in segmentation.read(query, taught)], plain)

    def test_word_of_several_groups_counts_as_all_but_not_without_bound(self):
        groups = [["pg", f"postgres{number}"] for number in range(30)]
        self.assertEqual(len(variants("pg", Taught.of([], groups))["pg"]), MAX_VARIANTS)

    @given(
        st.lists(st.text("检查点机制k8s +#.消息", min_size=1, max_size=6), max_size=5),
        st.lists(
            st.lists(st.text("检查点k8s +#.", max_size=6), min_size=2, max_size=4), max_size=4
        ),
        st.text("检查点机制k8s +#.消息队列", max_size=20),
    )
    @settings(max_examples=100, deadline=None)
    def test_nothing_that_is_taught_loses_a_character_of_a_query(self, taught, groups, query):
        groups = [[entry for entry in group if segmentation.read(entry)] for group in groups]
        lessons = Taught.of([word for word in taught if segmentation.is_han(word)], groups)
        plain = [run.tokens for run in segmentation.read(query)]
        self.assertEqual([run.tokens for run in segmentation.read(query, lessons)], plain)


class EngineTests(SimpleTestCase):
    """Both engines ask for what counts as a word, as for the word itself."""

    lessons = Taught.of([], [["k8s", "kubernetes"], ["检查点", "checkpoint", "save point"]])

    def test_embedded_engine_asks_for_synonyms_in_every_tier(self):
        (tier,) = sqlite_tiers(ReaderQuery("k8s", lessons=self.lessons))
        self.assertIn('"kubernetes"', tier)
        for tier in sqlite_tiers(ReaderQuery("检查点 对齐", lessons=self.lessons))[1:]:
            self.assertIn('"save point"', tier)

    def test_elasticsearch_asks_for_synonyms_in_every_tier(self):
        for tier in reader_tiers(ReaderQuery("k8s", lessons=self.lessons)):
            self.assertIn("kubernetes", json.dumps(tier.found))
        tiers = reader_tiers(ReaderQuery("检查点 对齐", lessons=self.lessons))
        self.assertIn("save point", json.dumps(tiers[1].found))


class UsualSynonymsTests(TestCase):
    def test_new_site_knows_the_usual_ones_in_the_spelling_that_is_searched(self):
        groups = list(Synonym.objects.all())
        self.assertGreater(len(groups), 30)
        for group in groups:
            before = list(group.words)
            group.full_clean()
            self.assertEqual(group.words, before)
        self.assertIn(("kubernetes",), variants("k8s", vocabulary.present())["k8s"])

    def test_no_word_is_in_two_of_them(self):
        words = [word for group in Synonym.objects.all() for word in group.words]
        self.assertEqual(len(words), len(set(words)))


class VocabularyTests(TestCase):
    def setUp(self):
        Synonym.objects.all().delete()

    def test_word_and_synonym_are_live_with_the_next_search(self):
        self.assertNotIn("湖仓一体", words("湖仓一体架构", vocabulary.present()))
        word = Word.objects.create(text="湖仓一体")
        self.assertIn("湖仓一体", words("湖仓一体架构", vocabulary.present()))
        group = Synonym.objects.create(words=["k8s", "kubernetes"])
        self.assertTrue(variants("k8s", vocabulary.present())["k8s"])
        word.delete()
        group.delete()
        self.assertNotIn("湖仓一体", words("湖仓一体架构", vocabulary.present()))
        self.assertNotIn(("kubernetes",), variants("k8s", vocabulary.present())["k8s"])

    def test_asking_again_costs_one_query(self):
        Word.objects.create(text="湖仓一体")
        vocabulary.present()
        with self.assertNumQueries(1):
            vocabulary.present()

    def test_what_cannot_be_taught_is_refused_with_a_sentence(self):
        for row in (Word(text="k8s"), Word(text="湖"), Synonym(words=["一个"]), Synonym(words=[])):
            with self.subTest(row), self.assertRaises(ValidationError):
                row.full_clean()

    def test_entries_are_kept_in_the_spelling_that_is_searched(self):
        word, group = Word(text="資料湖 "), Synonym(words=["Ｋ８Ｓ", "Kubernetes", "kubernetes "])
        word.full_clean()
        group.full_clean()
        self.assertEqual(word.text, "资料湖")
        self.assertEqual(group.words, ["k8s", "kubernetes"])


class PinTests(TestCase):
    def test_pin_is_found_by_its_query_in_any_spelling(self):
        article = make_article()
        pin = Pin(query="Redis  集群", model="articles.article", object_id=str(article.pk))
        pin.full_clean()
        pin.save()
        self.assertEqual(pinned("ＲＥＤＩＳ 集群"), [(type(article), str(article.pk))])
        self.assertEqual(pinned("redis"), [])

    def test_pin_of_a_model_that_is_gone_is_left_out(self):
        Pin.objects.create(query="redis", model="gone.thing", object_id="1")
        self.assertEqual(pinned("redis"), [])
