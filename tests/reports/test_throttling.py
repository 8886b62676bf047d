from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.test import RequestFactory, SimpleTestCase, TestCase
from hypothesis import given, settings
from hypothesis import strategies as st
from time_machine import travel

from reports import services
from reports.models import Report
from reports.throttling import REPORTS_PER_PERIOD, may_report, visitor_key
from tests.factories import make_article

MIDNIGHT = datetime(2026, 5, 2, tzinfo=ZoneInfo("Asia/Shanghai"))


def key(address: str, at: datetime = MIDNIGHT) -> str:
    return visitor_key(RequestFactory().get("/", REMOTE_ADDR=address), at)


class VisitorKeyTests(SimpleTestCase):
    def test_one_network_has_one_key_and_another_has_another(self):
        self.assertEqual(key("2001:db8::1"), key("2001:db8::ffff:1"))
        self.assertNotEqual(key("2001:db8::1"), key("2001:db8:0:1::1"))
        self.assertNotEqual(key("192.0.2.1"), key("192.0.2.2"))
        self.assertEqual(key("192.0.2.1"), key("::ffff:192.0.2.1"))

    def test_nobody_can_be_followed_from_one_day_to_the_next(self):
        self.assertNotEqual(key("192.0.2.1"), key("192.0.2.1", MIDNIGHT - timedelta(seconds=1)))

    @settings(max_examples=50, deadline=None)
    @given(st.text(max_size=60))
    def test_any_address_gives_a_key_that_does_not_show_it(self, address):
        self.assertRegex(key(address), r"\A[0-9a-f]{64}\Z")


class MayReportTests(TestCase):
    def test_midnight_does_not_let_the_same_address_begin_anew(self):
        article, request = make_article(), RequestFactory().get("/")
        with travel(MIDNIGHT - timedelta(minutes=5), tick=False):
            for _index in range(REPORTS_PER_PERIOD):
                report = Report(reason="wrong", visitor=visitor_key(request))
                services.file_report(article, report)
            self.assertFalse(may_report(request))
        with travel(MIDNIGHT + timedelta(minutes=5), tick=False):
            self.assertFalse(may_report(request))
        with travel(MIDNIGHT + timedelta(minutes=56), tick=False):
            self.assertTrue(may_report(request))
