"""Whose address a request is taken to come from, and whose word about it is believed."""

from ipaddress import ip_network

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, SimpleTestCase, override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from blogsite.middleware import TrustedProxyMiddleware, client_address, read_address

PROXIES = [ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def seen(peer: str, **headers: str) -> HttpRequest:
    """The request as what stands behind the middleware sees it."""
    passed: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        passed.append(request)
        return HttpResponse()

    TrustedProxyMiddleware(view)(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))
    return passed[0]


@override_settings(
    TRUSTED_PROXIES=PROXIES, SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https")
)
class TrustedProxyTests(SimpleTestCase):
    def test_the_visitor_is_the_rightmost_address_that_is_no_proxy_of_ours(self):
        cases = {
            "203.0.113.7": "203.0.113.7",
            "6.6.6.6, 203.0.113.7": "203.0.113.7",
            "6.6.6.6, 203.0.113.7, 10.1.2.3": "203.0.113.7",
            "203.0.113.7,": "203.0.113.7",
            "10.1.2.3": "10.1.2.3",
            "2001:db8::7": "2001:db8::7",
            "": "127.0.0.1",
        }
        for forwarded, expected in cases.items():
            with self.subTest(forwarded):
                request = seen("127.0.0.1", x_forwarded_for=forwarded)
                self.assertEqual(client_address(request), expected)

    def test_addresses_with_ports_brackets_and_zones_are_understood(self):
        cases = {
            "203.0.113.7:4711": "203.0.113.7",
            "[2001:db8::7]:4711": "2001:db8::7",
            "[2001:db8::7]": "2001:db8::7",
            '"[2001:db8::7]:4711"': "2001:db8::7",
            "fe80::1%eth0": "fe80::1",
            "::ffff:203.0.113.7": "203.0.113.7",
            "6.6.6.6, ::ffff:10.0.0.1": "6.6.6.6",
        }
        for forwarded, expected in cases.items():
            with self.subTest(forwarded):
                request = seen("127.0.0.1", x_forwarded_for=forwarded)
                self.assertEqual(client_address(request), expected)

    def test_a_proxy_that_speaks_ipv4_over_ipv6_is_known(self):
        request = seen("::ffff:10.0.0.1", x_forwarded_for="203.0.113.7")
        self.assertEqual(client_address(request), "203.0.113.7")

    def test_what_a_stranger_says_about_himself_is_not_believed(self):
        request = seen("203.0.113.7", x_forwarded_for="127.0.0.1", x_forwarded_proto="https")
        self.assertEqual(client_address(request), "203.0.113.7")
        self.assertFalse(request.is_secure())
        self.assertNotIn("HTTP_X_FORWARDED_FOR", request.META)

    def test_a_trusted_proxy_says_that_the_visitor_came_by_https(self):
        self.assertTrue(seen("10.0.0.1", x_forwarded_proto="https").is_secure())

    def test_the_last_good_address_counts_when_a_hop_makes_no_sense(self):
        request = seen("127.0.0.1", x_forwarded_for="6.6.6.6, unknown, 10.1.2.3")
        self.assertEqual(client_address(request), "10.1.2.3")

    @override_settings(TRUSTED_PROXIES=[])
    def test_without_trusted_proxies_nobody_is_believed(self):
        request = seen("127.0.0.1", x_forwarded_for="203.0.113.7")
        self.assertEqual(client_address(request), "127.0.0.1")

    @given(st.text(alphabet='0123456789abcdef:.,[]%" ü', max_size=60))
    @settings(max_examples=100, deadline=None)
    def test_whatever_stands_in_the_header_the_visitor_has_an_address(self, forwarded: str):
        address = client_address(seen("127.0.0.1", x_forwarded_for=forwarded))
        self.assertIsNotNone(read_address(address))
