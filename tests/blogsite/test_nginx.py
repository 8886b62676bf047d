"""deploy/nginx.conf as an operator uses it: a real nginx, https, and the site behind it."""

import http.client
import os
import re
import shutil
import socket
import sqlite3
import ssl
import subprocess
import time
from typing import Any

import pytest
from django.test import SimpleTestCase

from tests.postgresql import free_port

from .sites import ROOT, Site

HOST = "blog.example.com"
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"
# What Debian's /etc/nginx/nginx.conf holds around the files of sites.
AROUND = """
daemon off;
%(user)s
pid %(folder)s/nginx.pid;
error_log stderr warn;
events { worker_connections 64; }
http {
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path %(folder)s/body;
    proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/fastcgi;
    uwsgi_temp_path %(folder)s/uwsgi;
    scgi_temp_path %(folder)s/scgi;
    include %(folder)s/site.conf;
}
"""


class Connection(http.client.HTTPSConnection):
    """To the port of the test, whatever the name in the address; from `source`."""

    def __init__(self, port: int, source: str) -> None:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        super().__init__(HOST, context=context, timeout=20)
        self.target, self.source = port, source

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.target), self.timeout, (self.source, 0))
        self.sock = self._context.wrap_socket(plain, server_hostname=HOST)


class Answer:
    """Status, headers and body."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = response.status, response.headers, response.read()


@pytest.mark.server
class NginxTests(SimpleTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.site = Site(
            DEMO="on",
            SITE_URL=f"https://{HOST}",
            TRUSTED_PROXIES="127.0.0.1",
            X_ACCEL_PACKAGES="/protected-packages/",
        )
        cls.addClassCleanup(cls.site.remove)
        cls.folder = cls.site.home
        cls.site.start()
        cls.addClassCleanup(cls.site.stop)
        cls.port, cls.plain_port = free_port(), free_port()
        cls.start_nginx()

    @classmethod
    def start_nginx(cls) -> None:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "1", "-subj", f"/CN={HOST}", "-keyout",
             cls.folder / "privkey.pem", "-out", cls.folder / "fullchain.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
        for old, new in {
            "/etc/ssl/blog/": f"{cls.folder}/",
            "/var/lib/blog/": f"{cls.folder}/data/",
            "127.0.0.1:8000": f"127.0.0.1:{cls.site.port}",
            "listen 443": f"listen 127.0.0.1:{cls.port}",
            "listen 80;": f"listen 127.0.0.1:{cls.plain_port};",
        }.items():
            assert old in text, old
            text = text.replace(old, new)
        (cls.folder / "site.conf").write_text(text)
        user = "user root;" if os.geteuid() == 0 else ""
        (cls.folder / "nginx.conf").write_text(AROUND % {"folder": cls.folder, "user": user})
        (cls.folder / "data").symlink_to(cls.site.folder)  # spaces would end a word of nginx
        command = [NGINX, "-c", str(cls.folder / "nginx.conf"), "-p", str(cls.folder)]
        nginx = subprocess.Popen(command)
        cls.addClassCleanup(nginx.wait, 10)
        cls.addClassCleanup(nginx.terminate)
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", cls.port), 1).close()
                return
            except OSError:
                assert nginx.poll() is None and time.monotonic() < deadline
                time.sleep(0.05)

    def ask(self, path: str, source: str = "127.0.0.1", **headers: str) -> Answer:
        connection = Connection(self.port, source)
        self.addCleanup(connection.close)
        connection.request("GET", path, headers=headers)
        return Answer(connection.getresponse())

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What the site's database answers; changes are kept."""
        database = sqlite3.connect(self.site.folder / "site.sqlite3", timeout=20)
        try:
            with database:
                return database.execute(query, values).fetchall()
        finally:
            database.close()

    def package(self, index: int) -> tuple[str, bytes]:
        """The slug of a package of the demo, and the bytes of its file."""
        slug, sha256 = self.rows(
            "SELECT p.slug, r.sha256 FROM downloads_package p"
            " JOIN downloads_release r ON r.id = p.latest_release_id ORDER BY p.id"
        )[index]
        (path,) = (self.site.folder / "packages").rglob(f"{sha256}.zip")
        return slug, path.read_bytes()

    def test_a_page_comes_compressed_and_without_a_redirect(self):
        answer = self.ask("/", **{"Accept-Encoding": "gzip"})
        self.assertEqual((answer.status, answer.headers["Content-Encoding"]), (200, "gzip"))
        self.assertIn("max-age", answer.headers["Strict-Transport-Security"])

    def test_a_plain_request_is_sent_to_https(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.plain_port, timeout=20)
        self.addCleanup(connection.close)
        connection.request("GET", "/tags/x/?page=2", headers={"Host": HOST})
        answer = Answer(connection.getresponse())
        self.assertEqual(answer.status, 301)
        self.assertEqual(answer.headers["Location"], f"https://{HOST}/tags/x/?page=2")

    def test_static_files_come_from_nginx_and_may_be_kept_when_their_name_has_a_hash(self):
        home = self.ask("/").body.decode()
        address = home.split('<link rel="stylesheet" href="', 1)[1].split('"', 1)[0]
        answer = self.ask(address, **{"Accept-Encoding": "gzip"})
        self.assertEqual((answer.status, answer.headers["Content-Encoding"]), (200, "gzip"))
        self.assertEqual(answer.headers["Content-Type"], "text/css")
        self.assertIn("immutable", answer.headers["Cache-Control"])
        plain = self.ask(re.sub(r"\.[0-9a-f]{12}\.", ".", address))
        self.assertEqual(plain.status, 200)
        self.assertNotIn("immutable", plain.headers["Cache-Control"])
        self.assertEqual(self.ask("/static/../site.sqlite3").status // 100, 4)

    def test_a_package_is_sent_by_nginx_whole_or_in_parts(self):
        slug, content = self.package(0)
        answer = self.ask(f"/downloads/{slug}/file")
        self.assertEqual((answer.status, answer.body), (200, content))
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        self.assertIn("filename*=utf-8''", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        part = self.ask(f"/downloads/{slug}/file", Range="bytes=10-19")
        self.assertEqual((part.status, part.body), (206, content[10:20]))
        self.assertEqual(part.headers["Content-Range"], f"bytes 10-19/{len(content)}")

    def test_a_package_cannot_be_had_by_the_address_of_its_file(self):
        (path, *_) = (self.site.folder / "packages").rglob("*.zip")
        inner = path.relative_to(self.site.folder / "packages")
        self.assertEqual(self.ask(f"/protected-packages/{inner}").status, 404)

    def test_a_package_that_was_removed_is_not_sent(self):
        slug, _content = self.package(1)
        self.assertEqual(self.ask(f"/downloads/{slug}/file").status, 200)
        self.rows("UPDATE downloads_package SET moderation = 'removed' WHERE slug = ?", slug)
        self.assertEqual(self.ask(f"/downloads/{slug}/file").status, 404)
        self.assertEqual(self.ask(f"/downloads/{slug}/").status, 410)

    def test_the_visitors_address_is_the_one_that_nginx_saw(self):
        page = self.ask("/admin/login/", source="127.0.0.77")
        cookie = page.headers["Set-Cookie"].split(";", 1)[0]
        token = page.body.decode().split('name="csrfmiddlewaretoken" value="', 1)[1][:64]
        connection = Connection(self.port, "127.0.0.77")
        self.addCleanup(connection.close)
        connection.request(
            "POST",
            "/admin/login/",
            f"csrfmiddlewaretoken={token}&username=editor&password=wrong",
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": cookie,
                "Referer": f"https://{HOST}/admin/login/",
                "X-Forwarded-For": "6.6.6.6",
            },
        )
        self.assertEqual(connection.getresponse().status, 200)
        found = self.rows("SELECT ip_address FROM axes_accessattempt WHERE username = 'editor'")
        self.assertEqual(found, [("127.0.0.77",)])

    def test_a_file_that_is_larger_than_any_package_may_be_is_refused_by_nginx(self):
        connection = Connection(self.port, "127.0.0.1")
        self.addCleanup(connection.close)
        connection.putrequest("POST", "/admin/login/")
        connection.putheader("Content-Length", str(200 * 1024**2))
        connection.endheaders()
        self.assertEqual(connection.getresponse().status, 413)
