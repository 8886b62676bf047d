from django.test import RequestFactory, SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from content.readers import counts, has_a_copy

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"


def request(method="get", agent=BROWSER, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(RequestFactory(headers={"user-agent": agent, **named}), method)("/")


class ReaderTests(SimpleTestCase):
    def test_browsers_are_readers(self):
        for agent in (
            BROWSER,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) MicroMessenger/8.0.60",
            "Mozilla/5.0 (Linux; Android 15; CUBOT NOTE 60) Chrome/140.0 Mobile Safari/537.36",
            "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Edg/140.0",
        ):
            with self.subTest(agent):
                self.assertTrue(counts(request(agent=agent)))

    def test_programs_are_not(self):
        for agent in (
            "",
            " \t",
            "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
            "Mozilla/5.0 (compatible; Googlebot/2.1)",
            "Sogou web spider/4.0",
            "curl/8.10",
            "python-requests/2.32",
            "Mozilla/5.0 HeadlessChrome/140.0",
            "Go-http-client/2.0",
            "UptimeRobot/2.0",
            "facebookexternalhit/1.1",
            "BingPreview/1.0b",
        ):
            with self.subTest(agent):
                self.assertFalse(counts(request(agent=agent)))

    def test_what_is_fetched_ahead_of_time_is_not_read(self):
        for headers in (
            {"sec_purpose": "prefetch"},
            {"sec_purpose": "prefetch;prerender"},
            {"sec_purpose": "prefetch;anonymous-client-ip"},
            {"purpose": "prefetch"},
            {"Purpose": "Prefetch"},
            {"x_purpose": "preview"},
            {"x_moz": "prefetch"},
        ):
            with self.subTest(headers):
                self.assertFalse(counts(request(**headers)))

    def test_only_the_method_that_was_asked_for_counts(self):
        self.assertFalse(counts(request("head")))
        self.assertFalse(counts(request("post")))
        self.assertTrue(counts(request("post"), "POST"))
        self.assertFalse(counts(request(), "POST"))

    def test_a_download_counts_where_it_begins_and_not_where_it_goes_on(self):
        for wanted, expected in {
            "bytes=0-": True,
            "bytes=0-1023": True,
            "bytes = 0-, 500-": True,
            "bytes=500-": False,
            "bytes=1-": False,
            "bytes=-500": False,
            "bytes=500-600,700-": False,
            "bytes=500-600,0-10": True,
            # Not understood, so the whole file is sent.
            "items=5-": True,
            "bytes=": True,
        }.items():
            with self.subTest(wanted):
                self.assertEqual(counts(request(range=wanted)), expected)

    def test_who_asks_whether_a_copy_is_still_good_has_one(self):
        self.assertTrue(has_a_copy(request(if_none_match='"a"')))
        self.assertTrue(has_a_copy(request(if_modified_since="Sun, 22 Nov 2026 00:00:00 GMT")))
        self.assertFalse(has_a_copy(request()))

    @given(st.text(max_size=300), st.text(max_size=300))
    @settings(max_examples=50, deadline=None)
    def test_whatever_is_sent_is_judged(self, agent, wanted):
        factory = RequestFactory()
        self.assertIn(
            counts(factory.get("/", HTTP_USER_AGENT=agent, HTTP_RANGE=wanted)), (True, False)
        )

    def test_a_name_of_64_kilobytes_is_judged_at_once(self):
        self.assertTrue(counts(request(agent="Mozilla " + "a" * 65536)))
        self.assertTrue(counts(request(range="bytes=" + "0" * 65536)))
