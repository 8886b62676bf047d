"""Building an index beside the live one, on a real server: what searchers and writers notice."""

import os
import subprocess
import sys
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.test import TestCase
from haystack.query import SearchQuerySet

from search.engines.elasticsearch import aliases, lease, mapping
from search.engines.elasticsearch.aliases import NameTaken
from search.engines.elasticsearch.errors import DocumentsRefused
from search.engines.errors import IndexBusy, IndexUnusable, SearchFailure
from search.inputs import ReaderQuery
from tests.search.contract import ALIAS, EngineSetUp, keys
from tests.search.elasticsearch_servers import OnServer8
from tests.search.notes import make_note

pytest_plugins = ["tests.servers.elasticsearch"]
pytestmark = [pytest.mark.server, pytest.mark.elasticsearch]


class Interrupted(Exception):
    pass


class ServerCase(OnServer8, EngineSetUp):
    def setUp(self) -> None:
        super().setUp()
        self.server = self.raw_client()
        self.names = self.backend.index.names

    def live(self) -> str | None:
        return aliases.live(self.server, self.names)

    def indexes(self) -> list[str]:
        """All indexes of this connection but the one of leases."""
        found = self.server.indices.get(index=f"{self.names.alias}-*", expand_wildcards="all")
        return sorted(set(found) - {self.names.rebuild})

    def forget_checks(self) -> None:
        from search.engines.elasticsearch import index

        index._checked.clear()


class RebuildTests(ServerCase, TestCase):
    def test_new_index_takes_the_place_of_the_old_one_which_is_removed(self):
        self.write(make_note(1, text="旧的正文"), make_note(2, text="正文"))
        before = self.live()
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(2, text="正文"), make_note(3, text="正文")])
            self.assertEqual(fresh.document_count(), 2)
            self.assertEqual(set(self.read("正文")), {1, 2})
        self.assertEqual(set(self.read("正文")), {2, 3})
        self.assertNotEqual(self.live(), before)
        self.assertEqual(self.indexes(), [self.live()])
        self.assertTrue(self.backend.is_whole())
        settings = self.server.indices.get_settings(index=self.live())[self.live()]
        self.assertEqual(settings["settings"]["index"]["refresh_interval"], "1s")

    def test_search_finds_all_of_one_index_at_every_moment(self):
        self.write(make_note(1, text="正文"), make_note(2, text="正文"))
        seen = []
        for name in ("create", "check", "answering", "ours"):
            original = getattr(aliases, name)

            def looking(*args: Any, _original: Any = original, **kwargs: Any) -> Any:
                seen.append(len(self.read("正文")))
                return _original(*args, **kwargs)

            patch = mock.patch.object(aliases, name, looking)
            patch.start()
            self.addCleanup(patch.stop)
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(pk, text="正文") for pk in (1, 2, 3, 4)])
        self.assertEqual(len(self.read("正文")), 4)
        self.assertGreater(len(seen), 5)
        self.assertEqual(set(seen), {2})

    def test_what_changed_meanwhile_is_carried_over(self):
        self.write(*(make_note(pk, text="正文") for pk in range(1, 6)))
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(pk, text="正文") for pk in range(1, 6)])
            self.write(make_note(2, text="改了"), make_note(9, text="新的正文"))
            self.backend.remove("auth.user.3")
            self.write(make_note(4, skip=True))
            self.backend.remove("auth.user.77")
        self.assertEqual(set(self.read("正文")), {1, 5, 9})
        self.assertEqual(self.read("改了"), [2])
        self.assertEqual(self.backend.document_count(), 4)

    def test_cleared_meanwhile_is_cleared_afterwards(self):
        self.write(make_note(1, text="正文"))
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(1, text="正文")])
            self.backend.clear()
            self.write(make_note(2, text="正文"))
        self.assertEqual(self.read("正文"), [2])

    def test_failed_rebuild_leaves_the_old_index_and_nothing_else(self):
        self.write(make_note(1, text="正文"))
        before = self.live()
        with self.assertRaises(Interrupted), self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(2, text="正文")])
            raise Interrupted
        self.assertEqual((self.live(), self.indexes()), (before, [before]))
        self.assertEqual(self.read("正文"), [1])
        with self.backend.rebuild():
            pass
        self.assertEqual(self.backend.document_count(), 0)

    def test_index_with_too_few_documents_is_not_put_in_place(self):
        self.write(make_note(1, text="正文"))
        with self.assertRaisesMessage(SearchFailure, "1 of 2"), self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(1, text="正文"), make_note(2, text="正文")])
            self.server.indices.refresh(index=f"{self.names.alias}-*")
            self.server.delete(index=fresh._new, id="auth.user.2")
        self.assertEqual(self.read("正文"), [1])
        self.write(make_note(2, text="正文"))

    def test_second_rebuild_at_the_same_time_is_refused(self):
        with self.backend.rebuild() as fresh:
            with self.assertRaises(IndexBusy), self.backend.rebuild():
                pass
            fresh.update(self.index, [make_note(1, text="正文")])
        self.assertEqual(self.read("正文"), [1])

    def test_killed_rebuild_leaves_the_old_index_and_the_next_one_cleans_up(self):
        self.write(make_note(1, text="正文"))
        before = self.live()
        self.killed("fresh.update(None, [])")
        self.assertEqual((self.live(), len(self.indexes())), (before, 3))
        self.write(make_note(2, text="正文"))
        self.assertEqual(set(self.read("正文")), {1, 2})
        with self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(3, text="正文")])
        self.assertEqual(self.read("正文"), [3])
        self.assertEqual(self.indexes(), [self.live()])

    def test_rebuild_that_was_killed_while_it_kept_writers_out_lets_them_in_again(self):
        self.write(make_note(1, text="正文"))
        self.killed("fresh._check_count = lambda client: os.kill(os.getpid(), 9); fresh._finish()")
        with self.assertRaises(IndexBusy):
            self.write(make_note(2, text="正文"))
        self.write(make_note(2, text="正文"))
        self.assertEqual(set(self.read("正文")), {1, 2})

    def test_rebuild_that_was_killed_right_after_the_swap_hinders_nobody(self):
        self.write(make_note(1, text="正文"))
        self.killed("fresh._leave = lambda: os.kill(os.getpid(), 9); fresh.__exit__(*[None] * 3)")
        self.write(make_note(2, text="正文"))
        self.assertEqual(self.read("正文"), [2])
        with self.backend.rebuild():
            pass

    def test_operators_own_block_is_respected(self):
        self.write(make_note(1, text="正文"))
        self.server.indices.add_block(index=self.live(), block="write")
        for _ in range(2):
            with self.assertRaises(IndexBusy):
                self.write(make_note(2, text="正文"))

    def test_rebuild_whose_lease_was_taken_does_not_swap(self):
        self.write(make_note(1, text="正文"))
        with self.assertRaises(IndexBusy), self.backend.rebuild() as fresh:
            fresh.update(self.index, [make_note(2, text="正文")])
            expired = mock.patch.object(lease, "is_held", return_value=False)
            with expired, self.backend.rebuild() as other:
                other.update(self.index, [make_note(3, text="正文")])
        self.assertEqual(self.read("正文"), [3])
        self.assertEqual(self.indexes(), [self.live()])

    def test_search_that_meets_the_swap_is_asked_again(self):
        self.write(make_note(1, text="正文"))
        client = self.backend.index.servers._client
        original = client.search

        def swapping(**kwargs: Any) -> Any:
            unpatched = mock.patch.object(client, "search", original)
            with unpatched, self.backend.rebuild() as fresh:
                fresh.update(self.index, [make_note(2, text="正文")])
            old = {**kwargs, "index": f"{self.names.alias}-gone"}
            patch.stop()
            return original(**old)

        patch = mock.patch.object(client, "search", swapping)
        patch.start()
        self.assertEqual(self.read("正文"), [2])

    def killed(self, code: str) -> None:
        """Begin a rebuild in another process, and kill it there."""
        options = {"URL": self.url, "INDEX_NAME": self.names.alias}
        program = (
            "import os, django; django.setup()\n"
            "from search.engines.elasticsearch.backend import ElasticsearchSearchBackend\n"
            f"backend = ElasticsearchSearchBackend('default', **{options!r})\n"
            "with backend.rebuild() as fresh:\n"
            f"    {code}\n"
            "    os.kill(os.getpid(), 9)\n"
        )
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "blogsite.settings"}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True
        )
        self.assertEqual(done.returncode, -9, done.stderr)


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


class LeaseTests(TestCase):
    def test_lease_of_a_process_that_is_gone_is_over_at_once(self):
        mine = {"host": lease.socket.gethostname(), "process": os.getpid(),
                "began": lease._began(os.getpid()), "until": lease.time.time() + 99}  # fmt: skip
        self.assertTrue(lease.is_held(mine))
        self.assertFalse(lease.is_held({**mine, "began": "another"}))
        self.assertFalse(lease.is_held({**mine, "process": 2**22 + 1}))
        self.assertTrue(lease.is_held({**mine, "host": "elsewhere", "process": 1}))
        self.assertFalse(lease.is_held({**mine, "host": "elsewhere", "until": 0}))

    def test_rebuild_names_are_new_each_time(self):
        names = aliases.Names("blog")
        self.assertNotEqual(names.fresh(), names.fresh())
