"""Which changes reach the outbox: everything that a document is made from, and nothing else."""

import contextlib

import reversion
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import signals
from django.test import TestCase, TransactionTestCase
from reversion.models import Version

from articles.models import Article
from content.models import Moderation, Tag, TaggedItem
from downloads.models import Release
from search.models import OutboxRow
from tests.factories import make_article, make_author, make_column, make_package, make_tag
from tests.search.memory import MemoryIndexMixin


class SignalTests(MemoryIndexMixin, TestCase):
    def setUp(self):
        super().setUp()
        with self.saved():
            self.author = make_author("老王")
            self.article = make_article(tags=["Redis"], author=self.author)
            self.package = make_package(tags=["Redis"])
        self.assertEqual(self.noted(), set())

    def noted(self):
        return {f"{row.model}.{row.object_id}" for row in OutboxRow.objects.all()}

    def document(self, content):
        return self.backend.documents[f"{content._meta.label_lower}.{content.pk}"]

    def test_saving_an_article_writes_a_row_and_nothing_more(self):
        self.article.save()
        self.assertEqual(self.noted(), {f"articles.article.{self.article.pk}"})

    def test_a_row_is_rolled_back_with_its_change(self):
        with contextlib.suppress(ValueError), transaction.atomic():
            self.article.save()
            raise ValueError
        self.assertEqual(self.noted(), set())

    def test_counting_views_writes_no_row(self):
        self.article.views = 5
        self.article.save(update_fields=["views"])
        self.assertEqual(self.noted(), set())

    def test_a_decision_of_an_admin_evicts_and_restores(self):
        key = f"articles.article.{self.article.pk}"
        with self.saved():
            self.article.set_moderation(Moderation.REMOVED)
        self.assertNotIn(key, self.backend.documents)
        with self.saved():
            self.article.set_moderation(Moderation.CLEAR)
        self.assertIn(key, self.backend.documents)

    def test_a_purged_article_is_evicted(self):
        key = f"articles.article.{self.article.pk}"
        with self.saved():
            self.article.purge()
        self.assertNotIn(key, self.backend.documents)

    def test_adding_removing_and_clearing_tags_changes_the_document(self):
        for change, expected in (
            (lambda: self.article.tags.add("缓存"), ["Redis", "缓存"]),
            (lambda: self.article.tags.remove("Redis"), ["缓存"]),
            (lambda: self.article.tags.set(["一", "二"]), ["一", "二"]),
            (lambda: self.article.tags.clear(), []),
        ):
            with self.saved():
                change()
            with self.subTest(expected=expected):
                self.assertEqual(self.document(self.article)["tags"], expected)

    def test_a_renamed_tag_writes_one_row_and_changes_every_document_that_carries_it(self):
        tag = Tag.objects.get(name="Redis")
        with self.captureOnCommitCallbacks() as callbacks:
            tag.name = "Redis 缓存"
            tag.save()
            self.assertEqual(self.noted(), {f"content.tag.{tag.pk}"})
        callbacks[0]()
        for content in (self.article, self.package):
            self.assertEqual(self.document(content)["tags"], ["Redis 缓存"])
        self.assertEqual(self.noted(), set())

    def test_a_deleted_tag_leaves_every_document_that_carried_it(self):
        with self.saved():
            Tag.objects.get(name="Redis").delete()
        for content in (self.article, self.package):
            self.assertEqual(self.document(content)["tags"], [])

    def test_deleting_tags_in_bulk_is_heard_too(self):
        with self.saved():
            Tag.objects.filter(name="Redis").delete()
        self.assertEqual(self.document(self.article)["tags"], [])

    def test_links_that_are_cleared_from_the_other_side_are_read_before_they_are_gone(self):
        tag = Tag.objects.get(name="Redis")
        change = {
            "sender": TaggedItem,
            "instance": tag,
            "reverse": True,
            "model": Article,
            "using": "default",
        }
        with self.saved():
            signals.m2m_changed.send(action="pre_clear", pk_set=None, **change)
            TaggedItem.objects.all().delete()
            signals.m2m_changed.send(action="post_clear", pk_set=None, **change)
        self.assertEqual(self.document(self.article)["tags"], [])
        signals.m2m_changed.send(action="post_add", pk_set={self.article.pk}, **change)
        self.assertEqual(self.noted(), {f"articles.article.{self.article.pk}"})

    def test_a_new_tag_alone_writes_no_row(self):
        make_tag("新标签")
        self.assertEqual(self.noted(), set())

    def test_a_renamed_author_column_or_group_changes_the_documents(self):
        column = self.article.column
        with self.saved():
            self.author.name = "老李"
            self.author.save()
            column.slug = "cache"
            column.save()
            column.parent.slug = "big-data"
            column.parent.save()
        document = self.document(self.article)
        self.assertEqual(
            (document["author"], document["column"], document["group"]),
            ("老李", "cache", "big-data"),
        )

    def test_moving_an_article_to_another_column_changes_its_document(self):
        with self.saved():
            self.article.column = make_column("Elasticsearch", group="搜索")
            self.article.save()
        self.assertEqual(self.document(self.article)["column"], self.article.column.slug)

    def test_a_new_release_changes_the_file_names_of_its_package(self):
        with self.saved():
            release = Release.objects.create(
                package=self.package, version="2.0", file_name="p.zip", size=1, sha256="1" * 64,
                listing=[["js/", 0], ["js/new.min.js", 9]],
            )  # fmt: skip
            type(self.package)._base_manager.filter(pk=self.package.pk).update(
                latest_release=release
            )
        self.assertEqual(self.document(self.package)["names"], ["new.min.js", "js/new.min.js"])

    def test_other_models_have_no_listener_that_would_slow_their_deletion(self):
        for signal in (signals.pre_delete, signals.post_delete):
            self.assertFalse(signal.has_listeners(Session))


class RevertTests(MemoryIndexMixin, TransactionTestCase):
    def test_going_back_to_a_version_is_a_raw_save_and_is_heard(self):
        with reversion.create_revision():
            article = make_article(title="旧标题")
            reversion.add_to_revision(article)
        version = Version.objects.get_for_object(article).get()
        article.title = "新标题"
        article.save()
        key = f"articles.article.{article.pk}"
        self.assertEqual(self.backend.documents[key]["title"], "新标题")
        with transaction.atomic():
            version._object_version.object.save_base(raw=True)
        self.assertEqual(self.backend.documents[key]["title"], "旧标题")
