from datetime import timedelta
from functools import partial

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.utils import timezone

from reports import services
from reports.models import Case, Decision, Report
from tests.factories import make_article, make_package, make_user

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

    def test_decisions_and_reports_stay_whichever_way_one_tries(self):
        self.decide(Action.REMOVE)
        for model in (Decision, Report):
            row = model.objects.get()
            attempts = {
                "save": row.save,
                "save as if new": partial(row.save, force_insert=True),
                "delete": row.delete,
                "delete many": model.objects.all().delete,
                "delete of the case's": model._base_manager.all().delete,
                "update": partial(model.objects.update, reason="anders"),
                "update behind the back": partial(model._base_manager.update, reason="anders"),
                "bulk update": partial(model.objects.bulk_update, [row], ["reason"]),
                "bulk create over it": partial(
                    model.objects.bulk_create,
                    [row],
                    update_conflicts=True,
                    unique_fields=["pk"],
                    update_fields=["reason"],
                ),
            }
            for name, attempt in attempts.items():
                with (
                    self.subTest(name, model=model),
                    self.assertRaises(PermissionDenied),
                    transaction.atomic(),
                ):
                    attempt()
            self.assertEqual(model.objects.get().reason, row.reason)

    def test_a_row_with_a_number_that_is_there_does_not_take_its_place(self):
        report = Report.objects.get()
        with self.assertRaises(IntegrityError), transaction.atomic():
            Report(pk=report.pk, case=self.case, reason="spam").save()
        self.assertEqual(Report.objects.get().reason, "copyright")

    def test_a_case_follows_content_whose_kind_an_editor_changed(self):
        self.article.kind = "reprint"
        self.article.original_author, self.article.source_url = "他人", "https://example.com/"
        self.article.reprint_ground = "经授权"
        self.article.save()
        self.assertEqual(self.case.subject, self.article)
        again = services.file_report(self.article, Report(reason="wrong"))
        self.assertEqual((again, again.kind, Case.objects.count()), (self.case, "reprint", 1))
        self.decide(Action.REMOVE)
        self.assertEqual(self.status(), 410)

    def test_an_article_and_a_package_of_the_same_number_have_a_case_each(self):
        package = make_package(pk=self.article.pk)
        case = services.file_report(package, Report(reason="malware"))
        self.assertNotEqual(case, self.case)
        self.assertEqual((case.subject, self.case.subject), (package, self.article))

    def test_a_report_that_came_after_the_admin_looked_is_not_closed_unread(self):
        seen = services.newest_report(self.case)
        services.file_report(self.article, Report(reason="malware", words="含恶意代码"))
        decide = partial(
            services.decide,
            case=self.case,
            action="dismiss",
            reason="无误。",
            decided_by=self.admin,
        )
        with self.assertRaises(ValidationError):
            decide(seen=seen)
        self.case.refresh_from_db()
        self.assertEqual((self.case.state, Decision.objects.count()), ("open", 0))
        decide(seen=services.newest_report(self.case))
        self.assertEqual(Decision.objects.count(), 1)

    def test_one_content_has_one_case(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            Case.objects.create(
                model="articles.article", kind="reprint", object_id=self.article.pk, title="x"
            )

    def test_reports_and_decisions_outlive_a_purged_article(self):
        self.decide(Action.REMOVE)
        self.article.purge()
        self.case.refresh_from_db()
        self.assertIsNone(self.case.subject)
        self.assertEqual((self.case.reports.count(), self.case.decisions.count()), (1, 1))
        self.decide(Action.DISMISS)
