"""Deadlines and errors, with peers of our own in the place of servers."""

import base64
import socket
import ssl
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

from django.test import SimpleTestCase

from search.engines.elasticsearch import writing
from search.engines.elasticsearch.address import parse
from search.engines.elasticsearch.client import Servers, servers
from search.engines.elasticsearch.documents import Document
from search.engines.elasticsearch.errors import (
    DocumentsRefused,
    ServerRefused,
    ServerUnreachable,
)
from search.engines.errors import (
    IndexBusy,
    IndexUnusable,
    QueryRefused,
    SearchFailure,
    SearchTimeout,
)
from tests.search.elasticsearch_peers import (
    Handler,
    Peer,
    answer,
    answering,
    dripping,
    resetting,
    silent,
)

SECONDS = 0.3
# Far from what a deadline may be missed by on a busy machine, near to it beside a stalled peer.
HARD = 2.0
FOUND = {"hits": {"total": {"value": 0}, "hits": []}}


class PeerCase(SimpleTestCase):
    def peer(self, handler: Handler) -> str:
        peer = Peer(handler)
        self.addCleanup(peer.close)
        return peer.url

    def asked(self, url: str, seconds: float = SECONDS) -> Any:
        with Servers(parse(url)).within(seconds) as client:
            return client.search(index="x").body

    def assert_in_time(self, error: type[Exception], url: str) -> None:
        started = time.monotonic()
        with self.assertRaises(error):
            self.asked(url)
        self.assertLess(time.monotonic() - started, HARD)


class DeadlineTests(PeerCase):
    def test_server_that_never_answers_holds_nobody_beyond_the_deadline(self):
        self.assert_in_time(SearchTimeout, self.peer(silent))

    def test_server_that_drips_its_answer_holds_nobody_beyond_the_deadline(self):
        whole = answer(200, FOUND)
        head, body = whole.split(b"\r\n\r\n")
        for name, text in {
            "status": b"HTTP/1.1 200 " + b"x" * 1000,
            "headers": head + b"\r\nX: " + b"x" * 1000,
            "body": whole.replace(body, b"") + body + b" " * 1000,
        }.items():
            with self.subTest(name):
                self.assert_in_time(SearchTimeout, self.peer(dripping(text)))

    def test_name_that_is_not_looked_up_holds_nobody(self):
        def stuck(*args: Any, **kwargs: Any) -> Any:
            time.sleep(3)
            raise OSError

        with mock.patch("socket.getaddrinfo", stuck):
            self.assert_in_time(SearchTimeout, "http://search.invalid:9200")

    def test_server_that_stalls_in_the_middle_of_encryption_holds_nobody(self):
        self.assert_in_time(SearchTimeout, self.peer(silent).replace("http:", "https:"))

    def test_all_requests_of_a_block_share_its_time(self):
        def slow(connection: socket.socket) -> None:
            while connection.recv(65536):
                time.sleep(0.12)
                connection.sendall(answer(200, FOUND))

        started = time.monotonic()
        with (
            self.assertRaises(SearchTimeout),
            Servers(parse(self.peer(slow))).within(0.5) as client,
        ):
            for _ in range(100):
                client.search(index="x")
        self.assertLess(time.monotonic() - started, HARD)

    def test_another_server_answers_where_the_first_one_stalls(self):
        urls = [self.peer(silent), self.peer(answering((200, FOUND)))]
        address = "http://" + ",".join(url.removeprefix("http://") for url in urls)
        for _ in range(4):
            self.assertEqual(self.asked(address, 2.0), FOUND)

    def test_another_server_answers_where_the_first_one_is_gone(self):
        gone = Peer(silent)
        gone.close()
        urls = [gone.url, self.peer(resetting), self.peer(answering((200, FOUND)))]
        address = "http://" + ",".join(url.removeprefix("http://") for url in urls)
        for _ in range(6):
            self.assertEqual(self.asked(address, 5.0), FOUND)


class ErrorTests(PeerCase):
    def test_errors_say_what_a_caller_can_do(self):
        for status, kind, expected in [
            (400, "query_shard_exception", QueryRefused),
            (401, "security_exception", ServerRefused),
            (403, "cluster_block_exception", IndexBusy),
            (404, "index_not_found_exception", IndexUnusable),
            (413, "too_long_http_content_exception", QueryRefused),
            (429, "es_rejected_execution_exception", IndexBusy),
            (500, "null_pointer_exception", SearchFailure),
            (503, "master_not_discovered_exception", IndexBusy),
        ]:
            body = {"error": {"root_cause": [{"type": kind, "reason": "x"}]}, "status": status}
            with self.subTest(kind), self.assertRaises(expected):
                self.asked(self.peer(answering((status, body))))

    def test_server_that_is_gone_or_resets_is_an_error_of_the_engine_and_of_the_system(self):
        gone = Peer(silent)
        gone.close()
        for url in [gone.url, self.peer(resetting)]:
            with self.subTest(url), self.assertRaises(ServerUnreachable) as caught:
                self.asked(url)
            # What drains the outbox takes it for the engine's fault, not for the document's.
            self.assertIsInstance(caught.exception, OSError)

    def test_something_else_that_answers_is_told(self):
        other = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}"

        def handler(connection: socket.socket) -> None:
            while connection.recv(65536):
                connection.sendall(other)

        with self.assertRaisesMessage(SearchFailure, "no Elasticsearch"):
            self.asked(self.peer(handler))

    def test_server_out_of_reach_is_told_by_its_address(self):
        gone = Peer(silent)
        gone.close()
        with self.assertRaisesMessage(ServerUnreachable, f"of reach: 127.0.0.1:{gone.port}: "):
            self.asked(gone.url)

    def test_no_error_shows_the_password(self):
        gone = Peer(silent)
        gone.close()
        url = gone.url.replace("http://", "http://editor:s3cret@")
        with self.assertRaises(SearchFailure) as caught:
            self.asked(url)
        self.assertNotIn("s3cret", f"{caught.exception!s} {caught.exception!r} {parse(url)!r}")

    def test_forked_process_makes_connections_of_its_own(self):
        address = parse("http://127.0.0.1:9")
        mine = servers(address)
        self.assertIs(servers(address), mine)
        with mock.patch("os.getpid", return_value=1):
            self.assertIsNot(servers(address), mine)


class EncryptionTests(PeerCase):
    def setUp(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.certificate = folder / "ca.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1",
             "-keyout", str(folder / "key.pem"), "-out", str(self.certificate)],
            check=True, capture_output=True,
        )  # fmt: skip
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(self.certificate, folder / "key.pem")
        self.heard: list[bytes] = []

    def encrypted(self) -> str:
        def handler(connection: socket.socket) -> None:
            while data := connection.recv(65536):
                self.heard.append(data)
                connection.sendall(answer(200, FOUND))

        peer = Peer(handler, self.tls)
        self.addCleanup(peer.close)
        return f"https://editor:p%40ss@127.0.0.1:{peer.port}"

    def test_own_authority_is_trusted_and_the_credentials_are_sent(self):
        self.assertEqual(self.asked(f"{self.encrypted()}?ca={self.certificate}", 5), FOUND)
        expected = base64.b64encode(b"editor:p@ss").decode()
        self.assertIn(f"authorization: Basic {expected}".encode(), self.heard[0])

    def test_unknown_authority_is_refused_before_anything_is_said(self):
        with self.assertRaises(ServerUnreachable):
            self.asked(self.encrypted(), 5)
        self.assertEqual(self.heard, [])

    def test_stranger_can_be_trusted_when_it_is_asked_for(self):
        self.assertEqual(self.asked(f"{self.encrypted()}?verify=off", 5), FOUND)


class BulkTests(PeerCase):
    def write(self, *items: dict[str, Any], count: int = 2) -> writing.Written:
        outcome = {"errors": True, "items": [*items, {"index": {"status": 201}}]}
        documents = [Document(f"app.model.{pk}", {"id": str(pk)}) for pk in range(1, count + 1)]
        url = self.peer(answering((200, outcome)))
        with Servers(parse(url)).within(5) as client:
            return writing.write(client, "x", documents, changes="x-changes")

    def test_one_bad_document_is_named_and_its_neighbours_are_written(self):
        bad = {"index": {"status": 400, "error": {"type": "document_parsing_exception"}}}
        with self.assertRaises(DocumentsRefused) as caught:
            self.write({"index": {"status": 201, "result": "created"}}, bad)
        self.assertEqual(set(caught.exception.reasons), {"app.model.2"})
        # Or a drain would take it for the engine's fault and never park the document.
        self.assertNotIsInstance(caught.exception, SearchFailure)

    def test_half_a_bulk_that_was_turned_away_is_the_engines_fault(self):
        for status, kind in [(429, "es_rejected_execution_exception"),
                             (503, "unavailable_shards_exception"),
                             (403, "cluster_block_exception")]:  # fmt: skip
            away = {"index": {"status": status, "error": {"type": kind}}}
            with self.subTest(kind), self.assertRaises(IndexBusy):
                self.write({"index": {"status": 201, "result": "created"}}, away)

    def test_what_is_new_and_what_is_gone_is_counted(self):
        done = self.write(
            {"index": {"status": 201, "result": "created"}},
            {"delete": {"status": 404, "result": "not_found"}},
        )
        self.assertEqual((done.created, done.deleted), (1, 0))

    def test_note_of_a_change_that_was_lost_is_no_success(self):
        lost = {"index": {"status": 429, "error": {"type": "es_rejected_execution_exception"}}}
        answered = {"items": [{"index": {"status": 201, "result": "created"}}, lost]}
        with (
            Servers(parse(self.peer(answering((200, answered))))).within(5) as client,
            self.assertRaises(IndexBusy),
        ):
            writing.write(client, "x", [Document("a.b.1", {"id": "1"})], changes="x-changes")
