from django.test import TestCase

from reports.models import Case, Report
from tests.factories import make_article, make_package


class ReportFormTests(TestCase):
    def setUp(self):
        self.article = make_article()
        self.url = f"/report/article/{self.article.pk}/"

    def test_a_visitor_reports_and_is_shown_the_case(self):
        data = {"reason": "copyright", "words": "这是我的文章。", "contact": "me@example.com"}
        response = self.client.post(self.url, data, follow=True)
        case = Case.objects.get()
        self.assertEqual(response.redirect_chain[0][0], f"/case/{case.code}/?thanks=1")
        self.assertContains(response, case.code)
        self.assertNotContains(response, "这是我的文章。")
        self.assertNotContains(response, "me@example.com")

    def test_every_kind_can_be_reported(self):
        package = make_package()
        self.assertEqual(self.client.get(f"/report/plugin/{package.pk}/").status_code, 200)

    def test_what_a_visitor_cannot_see_cannot_be_reported(self):
        draft = make_article(status="draft")
        for path in (f"/report/article/{draft.pk}/", "/report/article/999/", "/report/page/1/"):
            with self.subTest(path):
                self.assertEqual(self.client.get(path).status_code, 404)

    def test_a_bad_report_keeps_what_was_typed(self):
        response = self.client.post(self.url, {"reason": "", "words": "我写了很多。"})
        self.assertEqual(response.status_code, 200)
        self.assertContains(response, "我写了很多。")
        self.assertFalse(Report.objects.exists())

    def test_another_reason_needs_words(self):
        self.client.post(self.url, {"reason": "other", "words": " "})
        self.assertFalse(Report.objects.exists())

    def test_a_program_that_fills_every_field_is_refused(self):
        self.client.post(self.url, {"reason": "spam", "website": "http://spam.example"})
        self.assertFalse(Report.objects.exists())

    def test_a_visitor_who_reports_without_end_is_asked_to_wait(self):
        for _index in range(10):
            self.client.post(self.url, {"reason": "wrong"})
        response = self.client.post(self.url, {"reason": "wrong", "words": "第十一次"})
        self.assertEqual(response.status_code, 429)
        self.assertContains(response, "第十一次", status_code=429)
        self.assertEqual(Report.objects.count(), 10)

    def test_another_browser_name_does_not_let_a_program_report_on(self):
        for number in range(11):
            agent = {"user-agent": f"Browser {number}"}
            response = self.client.post(self.url, {"reason": "wrong"}, headers=agent)
        self.assertEqual((response.status_code, Report.objects.count()), (429, 10))

    def test_neither_does_another_address_of_the_same_ipv6_network(self):
        for number in range(11):
            address = f"2001:db8:1:2:{number:x}::{number:x}"
            response = self.client.post(self.url, {"reason": "wrong"}, REMOTE_ADDR=address)
        self.assertEqual((response.status_code, Report.objects.count()), (429, 10))
        neighbour = self.client.post(self.url, {"reason": "wrong"}, REMOTE_ADDR="2001:db8:1:3::1")
        self.assertEqual(neighbour.status_code, 302)

    def test_a_page_opened_before_its_kind_was_changed_can_be_reported(self):
        self.client.post(f"/report/reprint/{self.article.pk}/", {"reason": "wrong"})
        self.client.post(self.url, {"reason": "spam"})
        self.assertEqual((Case.objects.count(), Report.objects.count()), (1, 2))

    def test_hostile_words_are_stored_as_text(self):
        self.client.post(self.url, {"reason": "wrong", "words": "<script>alert(1)</script>\x00"})
        self.client.post(self.url, {"reason": "wrong", "words": "<script>alert(1)</script>"})
        self.assertEqual(Report.objects.count(), 1)
