from unittest import mock

from django.test import TestCase

from search import querylog


class ClickTests(TestCase):
    def clicks(self, **headers):
        with mock.patch.object(querylog, "note_click") as noted:
            response = self.client.post("/search/click", {"q": "redis"}, headers=headers)
        return response.status_code, [call.args[1] for call in noted.call_args_list]

    def test_page_of_this_site_tells_which_query_was_followed(self):
        self.assertEqual(self.clicks(**{"Sec-Fetch-Site": "same-origin"}), (204, ["redis"]))
        self.assertEqual(self.clicks(Origin="http://testserver"), (204, ["redis"]))

    def test_another_site_cannot_make_its_visitors_click(self):
        for headers in (
            {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://elsewhere.example"},
            {"Origin": "http://["}, {},
        ):  # fmt: skip
            with self.subTest(headers):
                self.assertEqual(self.clicks(**headers), (403, []))

    def test_beacon_is_asked_with_post_only(self):
        self.assertEqual(self.client.get("/search/click").status_code, 405)
