from django.contrib.auth.models import Permission
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from reports import services
from reports.models import Case, Decision, Report
from tests.factories import make_article, make_user


class CaseAdminTests(TestCase):
    def setUp(self):
        self.admin = make_user("admin", is_staff=True)
        self.admin.user_permissions.set(
            Permission.objects.filter(codename__in=["view_case", "decide_case"])
        )
        self.client.force_login(self.admin)
        self.article = make_article(title="有问题的文章")
        report = Report(reason="copyright", words="<b>抄袭</b>我的文章", contact="me@example.com")
        self.case = services.file_report(self.article, report)
        self.url = f"/admin/reports/case/{self.case.pk}/change/"
        self.list_url = "/admin/reports/case/"

    def status(self, article=None) -> int:
        return self.client.get((article or self.article).get_absolute_url()).status_code

    def decide(self, action: str, reason: str = "核实。"):
        """Look at the case, then decide, as the page's form does."""
        seen = self.client.get(self.url).context["newest"]
        return self.client.post(self.url, {"action": action, "reason": reason, "seen": seen})

    def decide_selected(self, action: str, cases: list[int], reason: str = "批量处理。"):
        """Choose an action in the queue, then give the reason on the page that asks for it."""
        data = {"action": action, "_selected_action": cases}
        page = self.client.post(self.list_url, data)
        data |= {"reason": reason, "seen": page.context["seen"]}
        return self.client.post(self.list_url, data, follow=True)

    def test_the_queue_shows_what_waits(self):
        self.assertContains(self.client.get(self.list_url), "有问题的文章")

    def test_a_case_shows_the_words_of_its_reports_escaped(self):
        response = self.client.get(self.url)
        self.assertContains(response, "&lt;b&gt;抄袭&lt;/b&gt;")
        self.assertContains(response, "me@example.com")

    def test_an_admin_removes_and_restores(self):
        self.decide("remove", "核实为抄袭。")
        self.assertEqual(self.status(), 410)
        self.decide("restore", "作者已授权。")
        self.assertEqual(self.status(), 200)
        self.assertContains(self.client.get(self.url), "核实为抄袭。")
        self.assertEqual(
            list(Decision.objects.values_list("action", "decided_by")),
            [("remove", self.admin.pk), ("restore", self.admin.pk)],
        )

    def test_a_decision_without_a_reason_keeps_the_choice_and_says_why(self):
        response = self.client.post(self.url, {"action": "remove", "reason": ""})
        self.assertEqual(response.status_code, 200)
        self.assertContains(response, 'value="remove"')
        self.assertTrue(response.context["form"].errors["reason"])
        self.assertEqual(self.status(), 200)

    def test_a_decision_that_came_too_late_says_so(self):
        services.decide(case=self.case, action="remove", reason="先到。", decided_by=self.admin)
        response = self.client.post(self.url, {"action": "quarantine", "reason": "后到。"})
        self.assertTrue(response.context["form"].errors)
        self.assertEqual(Decision.objects.count(), 1)

    def test_each_bulk_action_decides_on_every_case_with_one_reason(self):
        other = make_article()
        services.file_report(other, Report(reason="spam"))
        keys = list(Case.objects.values_list("pk", flat=True))
        for action, status in (
            ("quarantine", 410),
            ("restore", 200),
            ("remove", 410),
            ("dismiss", 410),
        ):
            with self.subTest(action):
                response = self.decide_selected(action, keys)
                self.assertEqual(len(response.redirect_chain), 1)
                self.assertEqual((self.status(), self.status(other)), (status, status))

    def test_a_bulk_action_names_the_cases_it_could_not_decide(self):
        services.decide(case=self.case, action="remove", reason="已下架。", decided_by=self.admin)
        response = self.decide_selected("quarantine", [self.case.pk])
        self.assertContains(response, "有问题的文章: ")

    def test_a_report_that_arrived_meanwhile_is_shown_before_anything_is_decided(self):
        old = self.client.get(self.url).context["newest"]
        services.file_report(self.article, Report(reason="malware", words="里面有木马"))
        data = {"action": "dismiss", "reason": "无误。", "seen": old}
        response = self.client.post(self.url, data)
        self.assertContains(response, "请先阅读")
        self.assertContains(response, "里面有木马")
        self.assertContains(response, "无误。")
        self.assertContains(response, ">新<", count=1)
        self.case.refresh_from_db()
        self.assertEqual((self.case.state, Decision.objects.count()), ("open", 0))
        data["seen"] = response.context["newest"]
        self.assertEqual(self.client.post(self.url, data).status_code, 302)
        self.assertEqual(Decision.objects.count(), 1)

    def test_a_bulk_decision_leaves_a_case_with_a_new_report_open(self):
        other = services.file_report(make_article(), Report(reason="spam"))
        data = {"action": "dismiss", "_selected_action": [self.case.pk, other.pk]}
        seen = self.client.post(self.list_url, data).context["seen"]
        services.file_report(self.article, Report(reason="malware"))
        response = self.client.post(
            self.list_url, {**data, "reason": "无误。", "seen": seen}, follow=True
        )
        self.assertContains(response, "请先阅读")
        self.assertEqual(list(Case.objects.filter(state="open")), [self.case])

    def test_a_form_that_does_not_say_what_was_read_decides_nothing(self):
        for seen in ({}, {"seen": "-1"}, {"seen": "x"}, {"seen": "0"}):
            with self.subTest(seen):
                data = {"action": "dismiss", "reason": "无误。", **seen}
                self.assertEqual(self.client.post(self.url, data).status_code, 200)
        self.assertFalse(Decision.objects.exists())

    def test_a_case_is_in_reach_after_the_kind_was_changed(self):
        self.article.kind = "reprint"
        self.article.original_author, self.article.source_url = "他人", "https://example.com/"
        self.article.reprint_ground = "经授权"
        self.article.save()
        self.decide("remove")
        self.assertEqual(self.status(), 410)
        for kind in ("article", "reprint"):
            response = self.client.post(f"/admin/reports/case/open/{kind}/{self.article.pk}/")
            self.assertRedirects(response, self.url)
        self.assertEqual(Case.objects.count(), 1)

    def test_the_queue_says_what_was_reported_in_chinese(self):
        services.file_report(self.article, Report(reason="copyright"))
        response = self.client.get(self.list_url)
        self.assertContains(response, "侵犯著作权 × 2")
        self.assertContains(response, "待处理")

    def test_a_page_taken_down_is_previewed_and_its_history_says_what_changed(self):
        self.decide("remove")
        response = self.client.get(self.url)
        self.assertContains(response, f"/admin/articles/article/{self.article.pk}/preview/")
        self.assertContains(response, "正常 → 已下架")

    def test_whoever_may_only_look_cannot_decide(self):
        reader = make_user("reader", is_staff=True)
        reader.user_permissions.set(Permission.objects.filter(codename="view_case"))
        self.client.force_login(reader)
        self.assertEqual(self.client.get(self.url).status_code, 200)
        response = self.client.post(self.url, {"action": "remove", "reason": "不行。"})
        self.assertEqual(response.status_code, 403)
        data = {"action": "remove", "_selected_action": [self.case.pk], "reason": "不行。"}
        self.client.post(self.list_url, data)
        self.assertEqual(self.status(), 200)
        self.assertNotContains(self.client.get(self.list_url), 'value="remove"')

    def test_an_admin_opens_the_case_of_an_article_that_nobody_reported(self):
        quiet = make_article()
        response = self.client.post(f"/admin/reports/case/open/article/{quiet.pk}/")
        case = Case.objects.get(object_id=quiet.pk)
        self.assertRedirects(response, f"/admin/reports/case/{case.pk}/change/")
        self.assertEqual(case.state, "closed")

    def test_the_case_of_a_purged_article_can_still_be_read(self):
        self.article.purge()
        self.assertContains(self.client.get(self.url), "有问题的文章")
        self.assertEqual(self.client.get(self.list_url).status_code, 200)

    def test_the_queue_costs_the_same_however_long_it_is(self):
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                self.client.get(self.list_url)
            return len(captured)

        services.decide(case=self.case, action="dismiss", reason="无误。", decided_by=self.admin)
        few = queries()
        for _index in range(9):
            case = services.file_report(make_article(), Report(reason="wrong"))
            services.decide(case=case, action="dismiss", reason="无误。", decided_by=self.admin)
        self.assertEqual(queries(), few)
