"""Updating, removing and clearing: one mixin, run on each engine."""

from django.contrib.auth.models import Group, User

from search.inputs import ReaderQuery
from tests.search.contract import EngineSetUp, keys
from tests.search.notes import GroupIndex, make_note


class WritingContract(EngineSetUp):
    """Updating, removing and clearing."""

    def test_update_replaces_what_was_there(self):
        self.write(make_note(1, text="旧的内容", kind="a"))
        self.write(make_note(1, text="新的正文", kind="b"))
        self.assertEqual((self.read("内容"), self.read("正文")), ([], [1]))
        self.assertEqual((self.found(kind="a"), self.found(kind="b")), (set(), {1}))
        self.assertEqual(self.backend.document_count(), 1)

    def test_removed_document_is_found_no_more_by_any_word(self):
        self.write(
            make_note(1, text="缓存穿透", title="标题", tags=["标签"]), make_note(2, text="缓存")
        )
        self.backend.remove("auth.user.1")
        self.assertEqual(self.read("缓存"), [2])
        self.assertEqual(self.read("标题 标签 穿透"), [])
        self.assertEqual(self.all().filter(content=ReaderQuery("标题 标签 穿透")).count(), 0)
        self.assertEqual(self.found(tags="标签"), set())
        self.backend.remove("auth.user.1")  # once more is no error
        self.backend.remove(make_note(2))
        self.assertEqual(self.backend.document_count(), 0)

    def test_many_are_removed_at_once_and_absence_is_no_error(self):
        self.write(*(make_note(pk, text="缓存") for pk in range(1, 8)))
        self.backend.remove_many([f"auth.user.{pk}" for pk in (1, 2, 3, 2, 99)])
        self.assertEqual(set(self.read("缓存")), {4, 5, 6, 7})
        self.backend.remove_many(f"auth.user.{pk}" for pk in (4, 5))
        self.assertEqual(self.backend.document_count(), 2)
        self.backend.remove_many([])

    def test_clear_takes_one_model_or_everything(self):
        self.write_texts("一篇文章")
        self.backend.update(GroupIndex(), [Group(pk=7, name="一个小组")])
        self.assertEqual(keys(self.all().models(Group)), [7])
        self.backend.clear(models=[Group])
        self.assertEqual(keys(self.all()), [1])
        self.backend.clear()
        self.assertEqual(keys(self.all()), [])
        self.write_texts("又一篇")
        self.assertEqual(self.read("又一"), [1])

    def test_skipped_object_is_taken_out(self):
        self.write_texts("正文")
        self.write(make_note(1, text="正文", skip=True))
        self.assertEqual(self.backend.document_count(), 0)

    def test_version_ignores_volatile_fields_and_values_are_refreshed(self):
        self.write(make_note(1, text="正文", views=1))
        before = dict(self.backend.versions())
        self.write(make_note(1, text="正文", views=2))
        self.assertEqual(dict(self.backend.versions()), before)
        self.assertEqual((self.found(views=2), self.found(views=1)), ({1}, set()))
        self.assertEqual(self.all()[0].views, 2)
        self.write(make_note(1, text="别的正文", views=2))
        self.assertNotEqual(dict(self.backend.versions()), before)
        self.assertEqual(list(before), ["auth.user.1"])

    def test_hostile_values_are_kept_and_do_no_harm(self):
        text = "a\x00b \ud800 '; DROP TABLE documents; -- <script> \u202e 缓存"
        self.write(
            make_note(1, text=text, title="404", tags=["'", '"', "*"], extra={"a": [1, None]})
        )
        note = self.all()[0]
        self.assertEqual((note.text, note.title, note.extra), (text, "404", {"a": [1, None]}))
        self.assertEqual(self.read("缓存"), [1])
        self.assertEqual(self.found(tags__exact="'"), {1})

    def test_load_all_brings_the_objects(self):
        user = User.objects.create(username="数据库文章", last_name="正文")
        self.backend.update(self.index, User.objects.all())
        results = self.all().filter(content="正文").load_all()
        self.assertEqual([result.object for result in results], [user])

    def test_iteration_goes_past_every_page(self):
        self.write(*(make_note(pk, text="正文") for pk in range(1, 131)))
        self.assertEqual(len(keys(self.all())), 130)
        self.assertEqual(len(set(keys(self.all().filter(content="正文")))), 130)
