from datetime import timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.utils import timezone

from reports import services
from reports.models import Case, Decision, Report
from tests.factories import make_article, make_user

Action = Decision.Action


class DecideTests(TestCase):
    def setUp(self):
        self.admin = make_user("admin")
        self.article = make_article(body="检查点。")
        self.case = services.file_report(self.article, Report(reason="copyright", words="抄袭"))

    def decide(self, action: str, reason: str = "核实。") -> Decision:
        return services.decide(case=self.case, action=action, reason=reason, decided_by=self.admin)

    def status(self) -> int:
        return self.client.get(self.article.get_absolute_url()).status_code

    def test_a_removed_article_is_gone_everywhere_at_the_next_request(self):
        self.decide(Action.REMOVE)
        self.assertEqual(self.status(), 410)
        for path in ("/", self.article.column.get_absolute_url(), "/feed.xml", "/sitemap.xml"):
            with self.subTest(path):
                self.assertNotContains(self.client.get(path), self.article.title)
                self.assertNotContains(self.client.get(path), self.article.slug)

    def test_a_restored_article_is_back(self):
        self.decide(Action.QUARANTINE)
        self.assertEqual(self.status(), 410)
        self.decide(Action.RESTORE)
        self.assertEqual(self.status(), 200)
        self.assertContains(self.client.get("/"), self.article.title)

    def test_a_decision_needs_a_reason(self):
        for reason in ("", "   \n"):
            with self.subTest(repr(reason)), self.assertRaises(ValidationError):
                self.decide(Action.REMOVE, reason)
        self.assertEqual(self.status(), 200)

    def test_a_decision_that_the_state_does_not_allow_is_refused(self):
        with self.assertRaises(ValidationError):
            self.decide(Action.RESTORE)
        self.decide(Action.REMOVE)
        with self.assertRaises(ValidationError):
            self.decide(Action.REMOVE)
        self.assertEqual(Decision.objects.count(), 1)

    def test_dismissing_closes_the_case_and_leaves_the_article(self):
        self.decide(Action.DISMISS)
        self.case.refresh_from_db()
        self.assertEqual((self.case.state, self.status()), ("closed", 200))

    def test_a_new_report_opens_a_decided_case_again(self):
        self.decide(Action.DISMISS)
        services.file_report(self.article, Report(reason="wrong"))
        self.case.refresh_from_db()
        self.assertEqual((self.case.state, Case.objects.count()), ("open", 1))

    def test_the_history_says_who_did_what_when_and_cannot_be_changed(self):
        decision = self.decide(Action.REMOVE)
        self.assertEqual(
            (decision.decided_by, decision.state_before, decision.state_after),
            (self.admin, "clear", "removed"),
        )
        self.assertLess(timezone.now() - decision.decided_at, timedelta(minutes=1))
        for change in (
            decision.save,
            decision.delete,
            Decision.objects.all().delete,
            lambda: Decision.objects.update(reason="anders"),
        ):
            with self.assertRaises(PermissionDenied):
                change()

    def test_one_content_has_one_case(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            Case.objects.create(kind="article", object_id=self.article.pk, title="x", address="/")

    def test_reports_and_decisions_outlive_a_purged_article(self):
        self.decide(Action.REMOVE)
        self.article.purge()
        self.case.refresh_from_db()
        self.assertIsNone(self.case.subject)
        self.assertEqual((self.case.reports.count(), self.case.decisions.count()), (1, 1))
        self.decide(Action.DISMISS)
