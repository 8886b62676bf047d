from datetime import timedelta
from unittest.mock import Mock, patch

from django.core.management import call_command
from django.test import TestCase, TransactionTestCase, override_settings
from django.utils import timezone
from haystack import connections

from articles.models import Article
from content import kinds
from content.models import Content
from content.related import related
from search import nearness
from search.engines import deadline
from search.engines.errors import SearchTimeout
from tests.factories import make_article, make_column, make_package

NEARNESS = "tests.content.test_related.near"
near = Mock()


def days_ago(number: int):
    return timezone.now() - timedelta(days=number)


@override_settings(NEARNESS="")
class RelatedTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.column, cls.elsewhere = make_column("Flink"), make_column("HTML", group="前端技术")
        cls.article = make_article(title="这一篇", column=cls.column, tags=["检查点", "流处理"])

    def test_what_shares_tags_or_the_column_is_recommended_and_nothing_else(self):
        beside = make_article(column=self.column)
        tagged = make_article(column=self.elsewhere, tags=["检查点"])
        make_article(column=self.elsewhere, tags=["布局"])
        self.assertCountEqual(related(self.article), [beside, tagged])

    def test_a_rare_tag_says_more_than_one_that_everything_carries(self):
        for _number in range(6):
            make_article(column=self.elsewhere, tags=["流处理"])
        rare = make_package(column=self.elsewhere, tags=["检查点"], published_at=days_ago(99))
        self.assertEqual(related(self.article)[0], rare)

    def test_all_tags_and_the_column_say_more_than_either(self):
        both = make_article(column=self.column, tags=["检查点", "流处理"])
        tags = make_article(column=self.elsewhere, tags=["检查点", "流处理"])
        column = make_article(column=self.column)
        self.assertEqual(related(self.article), [both, tags, column])

    def test_the_group_counts_after_the_column(self):
        neighbour = make_article(column=make_column("Spark"))
        beside = make_article(column=self.column, published_at=days_ago(99))
        self.assertEqual(related(self.article), [beside, neighbour])

    def test_never_itself_nor_what_a_visitor_may_not_see(self):
        shared = {"column": self.column, "tags": ["检查点"]}
        make_article(status=Content.Status.DRAFT, **shared)
        make_article(published_at=timezone.now() + timedelta(hours=1), **shared)
        make_article(**shared).set_moderation(Content.Moderation.REMOVED)
        package = make_package(**shared)
        package.latest_release = None
        package.save(update_fields=["latest_release"])
        self.assertEqual(related(self.article), [])

    def test_what_is_taken_down_is_recommended_no_more(self):
        other = make_article(column=self.column)
        self.assertEqual(related(self.article), [other])
        other.set_moderation(Content.Moderation.QUARANTINED)
        self.assertEqual(related(self.article), [])

    def test_only_some_kinds(self):
        make_article(column=self.column)
        plugin = make_package(column=self.column)
        make_package(kind="template", column=self.column)
        self.assertEqual(related(self.article, only=[kinds.get("plugin")]), [plugin])

    def test_a_package_and_an_article_of_one_number_are_not_mistaken_for_each_other(self):
        package = make_package(column=self.column, pk=self.article.pk)
        self.assertEqual(related(self.article), [package])
        self.assertEqual(related(package), [self.article])

    def test_newer_before_older_when_nothing_else_differs(self):
        old, new = (make_article(column=self.column, published_at=days_ago(n)) for n in (9, 1))
        self.assertEqual(related(self.article), [new, old])

    def test_at_most_as_many_as_asked_for(self):
        for _number in range(4):
            make_article(column=self.column)
        self.assertEqual(len(related(self.article, limit=3)), 3)

    def test_a_draft_that_was_never_saved_has_none(self):
        self.assertEqual(related(Article(column=self.column)), [])

    def test_cards_can_be_shown_without_further_queries_and_their_number_stays(self):
        self.show()
        for _round in range(2):
            for _number in range(4):
                make_article(column=self.column, tags=["检查点", "甲"])
                make_package(column=self.column, tags=["检查点", "乙"])
            related(self.article)
            with self.assertNumQueries(5):  # the stamps; rows and tags of each model
                self.show()

    def show(self):
        for row in related(self.article, limit=10):
            _shown = row.column.parent.name, row.author, row.cover, list(row.tags.all())


@override_settings(NEARNESS=NEARNESS)
class NearnessOfTextTests(TestCase):
    def setUp(self):
        near.reset_mock(side_effect=True)
        self.column, elsewhere = make_column(), make_column(group="另一组")
        self.article = make_article(column=self.column)
        self.texts = [make_article(column=elsewhere) for _number in range(3)]
        near.return_value = [(Article, row.pk) for row in self.texts]

    def test_near_texts_are_recommended_nearest_first(self):
        self.assertEqual(related(self.article), self.texts)

    def test_the_nearest_comes_before_the_rest_of_the_column(self):
        beside = make_article(column=self.column)
        self.assertEqual(related(self.article)[0], self.texts[0])
        self.assertIn(beside, related(self.article))

    def test_what_only_the_index_still_shows_is_left_out(self):
        self.texts[0].set_moderation(Content.Moderation.REMOVED)
        near.return_value.append((Article, 10**9))
        self.assertEqual(related(self.article), self.texts[1:])
        self.assertEqual(related(self.article, limit=1), self.texts[1:2])
        self.assertEqual(related(self.article, only=[kinds.get("plugin")]), [])

    def test_the_engine_is_asked_once_while_nothing_changes(self):
        related(self.article)
        related(self.article)
        self.assertEqual(near.call_count, 1)

    def test_without_an_answer_the_rest_is_recommended_and_the_engine_left_alone(self):
        beside = make_article(column=self.column)
        near.return_value = None
        self.assertEqual(related(self.article), [beside])
        make_article(column=self.column)  # all is made anew
        self.assertIn(beside, related(self.article))
        self.assertEqual(near.call_count, 1)


class IndexTests(TransactionTestCase):
    """The function of the settings, asking a real index."""

    def setUp(self):
        column, elsewhere = make_column(), make_column(group="另一组")
        words = "检查点由屏障触发，状态后端写下快照，对齐的时间取决于反压。"
        self.article = make_article(column=column, title="快照", body=words)
        self.same = make_article(column=elsewhere, title="再谈快照", body=words + "再来一遍。")
        self.other = make_article(column=elsewhere, title="网格", body="栅格布局与弹性盒子。")
        call_command("rebuild_index", noinput=True, verbosity=0)

    def test_a_text_of_the_same_words_is_near(self):
        self.assertEqual(nearness.near(self.article), [(Article, self.same.pk)])
        self.assertEqual(related(self.article), [self.same])

    def test_an_engine_that_fails_or_is_late_costs_nobody_the_page(self):
        backend = connections["default"].get_backend()
        for error in (SearchTimeout("late"), OSError("disk")):
            with (
                self.subTest(error),
                self.assertLogs("search.nearness", "WARNING"),
                patch.object(backend, "more_like_this", side_effect=error),
            ):
                self.assertIsNone(nearness.near(self.article))
                self.assertEqual(related(self.article), [])

    def test_it_gives_up_sooner_than_a_search_and_only_for_itself(self):
        backend, left = connections["default"].get_backend(), []

        def ask(*args, **kwargs):
            left.append(deadline.left(60))
            raise SearchTimeout("late")

        with (
            self.assertLogs("search.nearness"),
            patch.object(backend, "more_like_this", side_effect=ask),
        ):
            nearness.near(self.article)
        self.assertEqual(len(left), 1)
        self.assertLessEqual(left[0], nearness.SECONDS)
        self.assertEqual(deadline.left(60), 60)
