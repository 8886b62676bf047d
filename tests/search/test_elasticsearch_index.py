"""An index on a real server that is not as it should be, and documents that it refuses."""

from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.test import TestCase
from haystack.query import SearchQuerySet

from search.engines.elasticsearch import aliases, lease, mapping
from search.engines.elasticsearch.aliases import NameTaken
from search.engines.elasticsearch.errors import DocumentsRefused
from search.engines.errors import IndexUnusable
from search.inputs import ReaderQuery
from tests.search.contract import ALIAS, keys
from tests.search.elasticsearch_servers import ServerCase
from tests.search.notes import make_note

pytest_plugins = ["tests.servers.elasticsearch"]
pytestmark = [pytest.mark.server, pytest.mark.elasticsearch]


class OtherIndexTests(ServerCase, TestCase):
    """An index that is missing, another's, or of another version."""

    def test_searching_without_an_index_is_an_error_and_not_no_results(self):
        with self.assertRaises(IndexUnusable):
            self.read("正文")
        self.assertEqual(self.backend.document_count(), 0)
        self.assertFalse(self.backend.is_whole())

    def test_lost_index_comes_back_by_writing_but_is_not_whole(self):
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(1, text="正文")])
        self.server.indices.delete(index=self.live())
        self.write(make_note(2, text="正文"))
        self.assertEqual(self.read("正文"), [2])
        self.assertFalse(self.backend.is_whole())

    def test_mapping_of_another_program_is_told_and_replaced_by_a_rebuild(self):
        foreign = f"{self.names.alias}-other"
        self.server.indices.create(index=foreign, aliases={self.names.alias: {}})
        self.addCleanup(self.server.indices.delete, index=foreign, ignore_unavailable=True)
        for act in (lambda: self.read("正文"), lambda: self.write(make_note(1, text="正文")),
                    lambda: list(self.backend.versions())):  # fmt: skip
            with self.assertRaisesMessage(IndexUnusable, "not ours"):
                act()
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(1, text="正文")])
        self.forget_checks()
        self.assertEqual(self.read("正文"), [1])
        # It was another's: it answers no more, and stays.
        self.assertTrue(self.server.indices.exists(index=foreign))

    def test_older_version_is_told_and_replaced_by_a_rebuild(self):
        with mock.patch.object(mapping, "VERSION", 0):
            self.write(make_note(1, text="正文"))
        self.forget_checks()
        with self.assertRaisesMessage(IndexUnusable, "version 0"):
            self.read("正文")
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(2, text="正文")])
        self.forget_checks()
        self.assertEqual(self.read("正文"), [2])
        self.assertEqual(self.indexes(), [self.live()])

    def test_index_that_has_the_name_of_the_alias_is_never_touched(self):
        self.server.indices.create(index=self.names.alias)
        for act in (lambda: self.write(make_note(1, text="正文")),
                    lambda: self.backend.rebuild().__enter__()):  # fmt: skip
            with self.assertRaises(NameTaken):
                act()
        self.assertTrue(self.server.indices.exists(index=self.names.alias))
        self.assertIsNone(lease.read(self.server, self.names))

    def test_many_who_find_no_index_make_one(self):
        for _ in range(3):
            aliases.ensure(self.server, self.names)
        self.assertEqual(self.live(), self.names.first)


class RefusalTests(ServerCase, TestCase):
    def test_one_bad_document_does_not_take_its_neighbours(self):
        self.write(make_note(1, text="正文"))
        # The server meets a field of another type than it was told first.
        self.server.indices.put_mapping(
            index=self.names.alias, properties={"whole": {"properties": {"odd": {"type": "long"}}}}
        )
        bad = make_note(3, text="正文", rating=1.5)
        with (
            mock.patch("search.engines.elasticsearch.documents._values", self.spoiling("3")),
            self.assertRaises(DocumentsRefused) as caught,
        ):
            self.write(make_note(2, text="正文"), bad, make_note(4, text="正文"))
        self.assertEqual(set(caught.exception.reasons), {"auth.user.3"})
        self.assertEqual(set(self.read("正文")), {1, 2, 4})

    def spoiling(self, key: str) -> Any:
        def values(index: Any, data: dict[str, Any]) -> dict[str, Any]:
            return {"whole": {"odd": "no number"}} if data["django_id"] == key else {}

        return values

    def test_objects_of_the_database_go_through_the_same_door(self):
        user = User.objects.create(username="数据库文章", last_name="正文")
        self.backend.update(self.index, User.objects.all())
        found = SearchQuerySet(using=ALIAS).filter(content=ReaderQuery("正文")).load_all()
        self.assertEqual([result.object for result in found], [user])
        self.assertEqual(keys(found), [user.pk])
