from django.core.management import call_command
from django.test import TestCase

from content.models import Moderation
from search import vocabulary
from search.models import Pin, Synonym, Word
from search.pins import MAX_PINS, pinned
from tests.factories import make_article


class LiveTests(TestCase):
    """What admins teach changes the very next search, on the embedded engine."""

    def found(self, query: str, **parameters: str) -> list[str]:
        response = self.client.get("/search/", {"q": query, **parameters})
        self.assertEqual(response.status_code, 200)
        return [str(hit.content) for hit in response.context.get("hits") or ()]

    def build(self) -> None:
        call_command("rebuild_index", noinput=True, verbosity=0)

    def test_synonym_finds_texts_that_have_only_the_other_word(self):
        make_article(title="集群的伸缩", body="这里讲 Zookeeper 的部署。")
        self.build()
        self.assertEqual(self.found("动物园管理员"), [])
        group = Synonym.objects.create(words=["动物园管理员", "zookeeper"])
        self.assertEqual(self.found("动物园管理员 部署"), ["集群的伸缩"])
        group.delete()
        self.assertEqual(self.found("动物园管理员"), [])

    def test_synonym_of_a_code_term_finds_what_the_term_would_have_excluded(self):
        Synonym.objects.all().delete()
        make_article(title="Kubernetes 部署")
        self.build()
        self.assertEqual(self.found("k8s 部署"), [])
        Synonym.objects.create(words=["k8s", "kubernetes"])
        self.assertEqual(self.found("k8s 部署"), ["Kubernetes 部署"])

    def test_several_words_together_are_found_by_their_synonym(self):
        make_article(title="Message Queue 选型")
        make_article(title="message 与 queue", body="queue message")
        self.build()
        self.assertEqual(self.found("消息队列"), ["Message Queue 选型"])

    def test_word_that_the_dictionary_cuts_is_found_whole_before_its_pieces(self):
        make_article(title="甲", body="Spark 量化交易的方向，量化的 Spark，量化。" * 2)
        make_article(title="乙", body="这一篇讲向量化，也提到 Spark。" + "别的话很多。" * 20)
        self.build()
        self.assertEqual(self.found("spark 向量化"), ["甲", "乙"])
        Word.objects.create(text="向量化")
        self.assertEqual(self.found("spark 向量化"), ["乙", "甲"])

    def test_pinned_result_stands_first_on_the_first_page_of_its_query_alone(self):
        best = make_article(title="检查点 检查点", body="检查点")
        far = make_article(title="另一篇", body="与此无关。")
        self.build()
        self.assertEqual(self.found("检查点"), [str(best)])
        pin = Pin.objects.create(query="检查点", model="articles.article", object_id=str(far.pk))
        self.assertEqual(self.found("检查点"), [str(far), str(best)])
        self.assertEqual(self.found("检查点", kind="article"), [str(best)])
        self.assertEqual(self.found("检查点 检查点"), [str(best)])
        pin.delete()
        self.assertEqual(self.found("检查点"), [str(best)])

    def test_pinned_result_that_is_taken_down_is_not_shown(self):
        best, gone = make_article(title="检查点"), make_article(title="检查点 下架")
        Pin.objects.create(query="检查点", model="articles.article", object_id=str(gone.pk))
        self.build()
        self.assertEqual(self.found("检查点")[0], str(gone))
        # Past every signal: the index still has it.
        type(gone)._base_manager.filter(pk=gone.pk).update(moderation=Moderation.REMOVED)
        self.assertEqual(self.found("检查点"), [str(best)])

    def test_result_that_is_pinned_is_shown_once(self):
        articles = [make_article(title=f"检查点 {number}") for number in range(3)]
        Pin.objects.create(query="检查点", model="articles.article", object_id=str(articles[0].pk))
        self.build()
        found = self.found("检查点")
        self.assertEqual(found[0], str(articles[0]))
        self.assertEqual(len(found), len(set(found)))
        self.assertEqual(len(found), 3)


class PinnedTests(TestCase):
    def test_pins_come_in_the_order_that_admins_gave_and_not_without_bound(self):
        for number in range(MAX_PINS + 2):
            Pin.objects.create(
                query="redis", model="articles.article", object_id=str(number), position=-number % 9
            )
        with self.assertNumQueries(1):
            keys = [key for _model, key in pinned("redis")]
        self.assertEqual(keys, ["0", "6", "5", "4", "3"])

    def test_change_of_a_pin_is_heard_of_in_every_process(self):
        before = vocabulary.Vocabulary.objects.get(pk=1).value
        Pin.objects.create(query="redis", model="articles.article", object_id="1")
        self.assertNotEqual(vocabulary.Vocabulary.objects.get(pk=1).value, before)
