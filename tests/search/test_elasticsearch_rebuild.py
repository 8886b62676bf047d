"""Building an index beside the live one, on a real server: what searchers and writers notice."""

import os
import subprocess
import sys
from typing import Any
from unittest import mock

import pytest
from django.test import TestCase

from search.engines.elasticsearch import aliases, lease
from search.engines.errors import IndexBusy, SearchFailure
from tests.search.elasticsearch_servers import ServerCase
from tests.search.notes import make_note

pytest_plugins = ["tests.servers.elasticsearch"]
pytestmark = [pytest.mark.server, pytest.mark.elasticsearch]


class Interrupted(Exception):
    pass


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
