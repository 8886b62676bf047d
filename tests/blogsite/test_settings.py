"""What the site makes of the variables that an operator sets, odd ones included."""

import json
import os
import subprocess
import sys
import tempfile
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from unittest import mock

from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase, override_settings

from blogsite import checks

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {"DEBUG": "off", "SECRET_KEY": "s" * 50, "SITE_URL": "https://blog.example.com"}
READ = """
import json, sys
from django.core.exceptions import ImproperlyConfigured
try:
    from blogsite import settings
except ImproperlyConfigured as error:
    print(json.dumps({"error": str(error)}))
else:
    names = json.loads(sys.argv[1])
    print(json.dumps({name: getattr(settings, name) for name in names}, default=str))
"""


def read(*names: str, **variables: str) -> dict[str, Any]:
    """The settings of a process with these variables alone, or the sentence it ends with."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **variables}
    result = subprocess.run(
        [sys.executable, "-c", READ, json.dumps(names)],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return json.loads(result.stdout)


class ProcessTests(SimpleTestCase):
    def test_nothing_set_is_a_development_site_on_sqlite(self):
        found = read("DEBUG", "SITE_URL", "DATABASES", "FILE_UPLOAD_TEMP_DIR")
        self.assertEqual((found["DEBUG"], found["SITE_URL"]), (True, "http://127.0.0.1:8000"))
        self.assertEqual(found["DATABASES"]["default"]["NAME"], str(ROOT / "var/site.sqlite3"))

    def test_production_starts_only_when_complete(self):
        for missing in ("SECRET_KEY", "SITE_URL"):
            rest = {name: value for name, value in PRODUCTION.items() if name != missing}
            for variables in (rest, {**rest, missing: ""}):
                with self.subTest(missing):
                    error = read(**variables)["error"]
                    self.assertEqual(error, f"{missing} is required when DEBUG is off.")

    def test_any_folder_can_hold_the_site(self):
        with tempfile.TemporaryDirectory(suffix="数 据+a%20b?c#d") as folder:
            (Path(folder) / "uploads").mkdir()
            found = read("DATABASES", "FILE_UPLOAD_TEMP_DIR", DATA_DIR=folder)
            self.assertEqual(found["DATABASES"]["default"]["NAME"], f"{folder}/site.sqlite3")
            self.assertEqual(found["FILE_UPLOAD_TEMP_DIR"], f"{folder}/uploads")

    def test_texts_with_a_dollar_sign_are_taken_as_they_are(self):
        found = read("SECRET_KEY", "SITE_NAME", SECRET_KEY="$PATH", SITE_NAME="$日志")
        self.assertEqual((found["SECRET_KEY"], found["SITE_NAME"]), ("$PATH", "$日志"))

    def test_variables_set_to_nothing_count_as_not_set(self):
        emptied = "SITE_NAME ALLOWED_HOSTS TRUSTED_PROXIES DATABASE_URL DATA_DIR INDEX_DIR"
        emptied += " CACHE_URL EMAIL_URL DEFAULT_FROM_EMAIL SITE_URL"
        empty = dict.fromkeys(emptied.split(), "")
        names = ("SITE_NAME", "ALLOWED_HOSTS", "DATABASES", "CACHES", "EMAIL_BACKEND", "SITE_URL")
        self.assertEqual(read(*names, **empty), read(*names))

    def test_lists_may_hold_spaces(self):
        found = read(
            "ALLOWED_HOSTS",
            "TRUSTED_PROXIES",
            ALLOWED_HOSTS="a.example.com, b.example.com ,",
            TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8, ::1",
        )
        self.assertEqual(found["ALLOWED_HOSTS"], ["a.example.com", "b.example.com"])
        self.assertEqual(found["TRUSTED_PROXIES"], ["127.0.0.1/32", "10.0.0.0/8", "::1/128"])

    def test_plain_requests_are_redirected_only_where_a_proxy_tells_which_they_are(self):
        for proxies, expected in (("", False), ("127.0.0.1", True)):
            found = read("SECURE_SSL_REDIRECT", **PRODUCTION, TRUSTED_PROXIES=proxies)
            self.assertEqual(found["SECURE_SSL_REDIRECT"], expected)

    def test_a_wrong_value_ends_with_a_sentence_that_names_the_variable(self):
        cases = {
            "PORT": "abc",
            "SITE_URL": "blog.example.com",
            "TRUSTED_PROXIES": "nginx",
            "DATABASE_URL": "mysql://root:hidden@host/name",
            "SEARCH_URL": "es://user:hidden@host",
        }
        for name, value in cases.items():
            with self.subTest(name):
                error = read(**{name: value})["error"]
                self.assertTrue(error.startswith(name) and error.endswith("."), error)
                self.assertNotIn("hidden", error)


class SearchServerTests(SimpleTestCase):
    def connections(self, **variables):
        return read("HAYSTACK_CONNECTIONS", **variables)["HAYSTACK_CONNECTIONS"]

    def test_without_a_server_the_embedded_index_answers(self):
        found = self.connections(SEARCH_URL="")
        self.assertEqual(list(found), ["default"])
        self.assertTrue(found["default"]["PATH"].endswith("index/search.sqlite3"))

    def test_a_server_answers_and_the_embedded_index_stands_in_for_it(self):
        url = "https://user:p%40ss@es1:9200,es2:9200/blog?ca=/etc/ssl/es.pem"
        found = self.connections(SEARCH_URL=url, SEARCH_SHARDS="3", SEARCH_REPLICAS="0")
        self.assertEqual(found["default"]["URL"], url)
        self.assertEqual((found["default"]["SHARDS"], found["default"]["REPLICAS"]), (3, 0))
        self.assertEqual(found["embedded"], self.connections()["default"])
        found = read("WORKER_JOBS", SEARCH_URL=url)["WORKER_JOBS"]
        self.assertIn("search_sync_servers", [job["name"] for job in found])

    def test_addresses_that_make_sense_and_others(self):
        for url in ("http://[::1]:9200", "http://a", "https://u:p@a.b:9200/x?verify=off", " "):
            with self.subTest(url):
                self.assertEqual(checks.search_server(url), url.strip())
        for url in ("a:9200", "http://", "http:///x", "http://a:b", "ftp://a", "http://a b"):
            with self.subTest(url), self.assertRaisesMessage(ImproperlyConfigured, "SEARCH_URL"):
                checks.search_server(url)
        with self.assertRaisesMessage(ImproperlyConfigured, "SEARCH_SHARDS"):
            checks.small_number("SEARCH_SHARDS", "many")


class SiteAddressTests(SimpleTestCase):
    def test_an_address_is_written_as_browsers_send_it(self):
        cases = {
            "https://blog.example.com/": "https://blog.example.com",
            "HTTPS://Blog.Example.com": "https://blog.example.com",
            "https://blog.example.com:443": "https://blog.example.com",
            "http://blog.example.com:80/": "http://blog.example.com",
            "http://blog.example.com:8080": "http://blog.example.com:8080",
            "http://[::1]:8000": "http://[::1]:8000",
            "https://例子.中国": "https://xn--fsqu00a.xn--fiqs8s",
        }
        for text, expected in cases.items():
            with self.subTest(text):
                self.assertEqual(checks.site_address(text), expected)
        self.assertEqual(checks.host_of("http://[::1]:8000"), "[::1]")
        self.assertEqual(checks.host_of("http://a.example.com:8000"), "a.example.com")

    def test_anything_else_is_refused_with_a_sentence(self):
        for text in (
            "", "blog.example.com", "ftp://a.example.com", "https://", "https://a b.example.com",
            "https://a.example.com/blog", "https://a.example.com?x=1", "https://a@b.example.com",
            "https://[::1", "https://a.example.com:99999", "https://a..example.com",
        ):  # fmt: skip
            with self.subTest(text), self.assertRaisesMessage(ImproperlyConfigured, "SITE_URL "):
                checks.site_address(text)

    def test_a_port_is_a_number_that_exists(self):
        self.assertEqual(checks.port_number("65535"), 65535)
        for text in ("", "abc", "0", "70000", "-1", "8000 ", "八千", "1" * 5000):
            with self.subTest(text[:9]), self.assertRaisesMessage(ImproperlyConfigured, "PORT "):
                checks.port_number(text)


class DeployCheckTests(SimpleTestCase):
    def test_https_without_a_trusted_proxy_is_told(self):
        with override_settings(SITE_IS_SECURE=True, TRUSTED_PROXIES=[]):
            (warning,) = checks.proxies_are_named()
        self.assertIn("TRUSTED_PROXIES", warning.hint)

    def test_http_or_a_trusted_proxy_is_well(self):
        for secure, proxies in ((False, []), (True, [ip_network("127.0.0.1")])):
            with override_settings(SITE_IS_SECURE=secure, TRUSTED_PROXIES=proxies):
                self.assertEqual(checks.proxies_are_named(), [])

    def test_check_deploy_runs_it(self):
        from django.core.management import call_command

        with (
            override_settings(SITE_IS_SECURE=True, TRUSTED_PROXIES=[]),
            mock.patch("sys.stderr.write") as written,
        ):
            call_command("check", "--deploy")
        self.assertIn("blogsite.W001", "".join(call.args[0] for call in written.call_args_list))
