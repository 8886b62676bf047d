"""What Haystack's commands do to an index: one mixin, run on each engine."""

from datetime import timedelta
from io import StringIO
from unittest import mock

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.utils import timezone
from haystack.management.commands import rebuild_index

from search.engines.errors import SearchFailure
from tests.search.contract import ALIAS, EngineSetUp, keys
from tests.search.notes import NoteIndex, make_note


class CommandContract(EngineSetUp):
    """`rebuild_index`, `update_index` and `clear_index` on rows of the database."""

    def setUp(self) -> None:
        super().setUp()
        Group.objects.all().delete()

    def run_command(self, name: str, **options: object) -> str:
        out = StringIO()
        command = rebuild_index.Command() if name == "rebuild_index" else name
        defaults = {"using": [ALIAS], "verbosity": 1, "stdout": out}
        call_command(command, **{**defaults, **options})
        return out.getvalue()

    def make_users(self, number: int) -> list[User]:
        return [
            User.objects.create(username=f"第{pk}篇", last_name="缓存文章") for pk in range(number)
        ]

    def test_rebuilding_replaces_everything(self):
        self.write(make_note(999, text="缓存"))
        self.make_users(7)
        Group.objects.create(name="缓存小组")
        self.run_command("rebuild_index", interactive=False)
        self.assertEqual(self.all().count(), 8)
        self.assertNotIn(999, self.read("缓存"))

    def test_updating_keeps_what_is_there_and_removes_on_demand(self):
        users = self.make_users(7)
        self.write(make_note(999, text="缓存"))
        self.run_command("update_index", batchsize=3)
        self.assertEqual(len(self.read("缓存")), 8)
        self.assertEqual(self.all().filter(content="第3篇").count(), 1)
        gone = users.pop(3).pk
        User.objects.filter(pk=gone).delete()
        said = self.run_command("update_index", remove=True, batchsize=3)
        self.assertIn("removing 2", said)
        self.assertEqual(sorted(self.read("缓存")), sorted(user.pk for user in users))

    def test_removing_walks_through_more_than_one_batch(self):
        self.write(*(make_note(pk, text="缓存") for pk in range(1000, 1060)))
        users = self.make_users(2)
        self.run_command("update_index", remove=True, batchsize=7)
        self.assertEqual(sorted(keys(self.all())), sorted(user.pk for user in users))

    def test_updating_what_changed_lately_leaves_the_rest(self):
        users = self.make_users(2)
        User.objects.filter(pk=users[0].pk).update(date_joined=timezone.now() - timedelta(days=9))
        with mock.patch.object(NoteIndex, "get_updated_field", lambda _: "date_joined"):
            self.run_command("update_index", age=24)
        self.assertEqual(keys(self.all()), [users[1].pk])

    def test_clearing_takes_everything_out(self):
        self.write(make_note(1, text="缓存"))
        self.run_command("clear_index", interactive=False)
        self.assertEqual((keys(self.all()), self.backend.document_count()), ([], 0))

    def test_updating_by_nothing_is_nothing(self):
        self.backend.update(self.index, [])
        self.run_command("update_index")
        self.assertEqual(self.backend.document_count(), 0)

    def test_skipped_objects_do_not_hinder_their_neighbours(self):
        self.write(
            make_note(1, text="一"), make_note(2, text="二", skip=True), make_note(3, text="三")
        )
        self.assertEqual(sorted(keys(self.all())), [1, 3])

    def test_error_in_one_object_is_told_and_leaves_the_index_usable(self):
        self.write(make_note(1, text="缓存"))
        broken = mock.patch.object(NoteIndex, "prepare", side_effect=ZeroDivisionError)
        with broken, self.assertRaises(ZeroDivisionError):
            self.write(make_note(2, text="缓存"))
        self.assertEqual(self.read("缓存"), [1])
        self.write(make_note(2, text="缓存"))
        self.assertEqual(sorted(self.read("缓存")), [1, 2])

    def test_clearing_models_leaves_the_others(self):
        self.write(make_note(1, text="缓存"))
        self.backend.clear(models=[Group])
        self.assertEqual(self.backend.document_count(), 1)
        self.backend.clear(models=[Group, User])
        self.assertEqual(self.backend.document_count(), 0)

    def test_errors_are_ours_whatever_silence_was_wished(self):
        self.assertTrue(issubclass(SearchFailure, Exception))
        self.backend.silently_fail = True
        with self.assertRaises(SearchFailure):
            list(self.all().filter(colour="red"))
