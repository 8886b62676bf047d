from contextlib import suppress

from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase
from hypothesis import given, settings
from hypothesis import strategies as st

from search.engines.elasticsearch.address import Address, parse


class AddressTests(SimpleTestCase):
    def test_one_host_is_enough(self):
        self.assertEqual(parse("http://127.0.0.1:9201"), Address(("http://127.0.0.1:9201",)))
        self.assertEqual(parse("http://es").hosts, ("http://es:9200",))
        self.assertEqual(parse("https://[::1]").hosts, ("https://[::1]:443",))

    def test_hosts_credentials_index_authority_and_timeout_stand_in_one_url(self):
        found = parse("https://ed:p%40ss:%2F@es1:9200, es2:9201/blog?ca=/etc/es.pem&timeout=2.5")
        self.assertEqual(found.hosts, ("https://es1:9200", "https://es2:9201"))
        self.assertEqual((found.user, found.password), ("ed", "p@ss:/"))
        self.assertEqual((found.index_name, found.ca), ("blog", "/etc/es.pem"))
        self.assertEqual((found.timeout, found.verify), (2.5, True))

    def test_url_without_sense_is_refused_without_showing_it(self):
        for url in [
            "", "es:9200", "ftp://es", "http://", "http://u:s3cret@/x", "http://u:s3cret@es:x",
            "http://u:s3cret@es:99999", "http://u:s3cret@es?tls=on", "http://es?timeout=soon",
            "http://es?timeout=-1", "http://es?timeout=nan",
        ]:  # fmt: skip
            with self.subTest(url), self.assertRaises(ImproperlyConfigured) as caught:
                parse(url)
            self.assertNotIn("s3cret", str(caught.exception))

    @given(st.text(alphabet="htps:/@,?&=es1[]%x.", max_size=40))
    @settings(max_examples=100, deadline=None)
    def test_any_text_is_an_address_or_is_refused(self, text):
        with suppress(ImproperlyConfigured):
            self.assertTrue(parse("http://" + text).hosts)
