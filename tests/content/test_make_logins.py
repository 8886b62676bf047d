import io
import os
from unittest import mock

from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from django.test import RequestFactory, TestCase

from content import accounts
from content.models import Author


def run(*options: str, **environment: str) -> str:
    output = io.StringIO()
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_PASSWORD")}
    with mock.patch.dict(os.environ, {**clean, **environment}, clear=True):
        call_command("make_logins", *options, stdout=output)
    return output.getvalue()


def can_log_in(name: str, password: str) -> bool:
    return authenticate(RequestFactory().post("/"), username=name, password=password) is not None


class MakeLoginsTests(TestCase):
    def test_first_run_makes_both_logins_and_prints_passwords_that_work(self):
        printed = dict(line.split(": ") for line in run().splitlines())
        self.assertEqual(set(printed), {"editor", "admin"})
        for name, password in printed.items():
            self.assertTrue(can_log_in(name, password))
        users = {user.username: user for user in get_user_model().objects.all()}
        self.assertEqual(users["editor"].groups.get().name, accounts.EDITORS)
        self.assertEqual(users["admin"].groups.get().name, accounts.ADMINS)
        self.assertTrue(users["admin"].is_superuser and not users["editor"].is_superuser)
        self.assertEqual(Author.objects.get().user, users["editor"])

    def test_environment_sets_the_passwords(self):
        run(EDITOR_PASSWORD="from-outside-1", ADMIN_PASSWORD="from-outside-2")
        self.assertTrue(can_log_in("editor", "from-outside-1"))
        self.assertTrue(can_log_in("admin", "from-outside-2"))

    def test_second_run_changes_nothing_and_prints_nothing_secret(self):
        run(EDITOR_PASSWORD="from-outside-1")
        printed = run(EDITOR_PASSWORD="another-one")
        self.assertNotIn("another-one", printed)
        self.assertTrue(can_log_in("editor", "from-outside-1"))
        self.assertEqual(Author.objects.count(), 1)

    def test_reset_gives_new_passwords_and_keeps_what_was_granted(self):
        run(EDITOR_PASSWORD="from-outside-1")
        editor = get_user_model().objects.get(username="editor")
        editor.groups.clear()
        printed = dict(line.split(": ") for line in run("--reset").splitlines())
        self.assertFalse(can_log_in("editor", "from-outside-1"))
        self.assertTrue(can_log_in("editor", printed["editor"]))
        self.assertFalse(editor.groups.exists())
