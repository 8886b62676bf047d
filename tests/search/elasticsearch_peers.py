"""Peers on 127.0.0.1 that behave as a search server should not, and one that answers by rote."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

Handler = Callable[[socket.socket], None]


class Peer:
    """Listens until it is closed; each connection is given to `handler` in a thread."""

    def __init__(self, handler: Handler, tls: ssl.SSLContext | None = None) -> None:
        self.handler = handler
        self.tls = tls
        self.connections: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        for sock in (self.listener, *self.connections):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections.append(connection)
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            self.handler(connection)


def silent(connection: socket.socket) -> None:
    """Accepts, reads, and never answers."""
    while connection.recv(65536):
        pass


def dripping(text: bytes) -> Handler:
    """Answers with a byte every twentieth of a second."""

    def handler(connection: socket.socket) -> None:
        connection.recv(65536)
        for place in range(len(text)):
            connection.sendall(text[place : place + 1])
            time.sleep(0.05)

    return handler


def resetting(connection: socket.socket) -> None:
    """Closes the line in the middle of an answer."""
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{")
    connection.close()


def answering(*answers: tuple[int, Any]) -> Handler:
    """Gives these answers, status and body, one a request; the last one again and again."""
    remaining = list(answers)

    def handler(connection: socket.socket) -> None:
        while _request(connection):
            status, body = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            connection.sendall(answer(status, body))

    return handler


def answer(status: int, body: Any) -> bytes:
    text = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} x\r\nX-Elastic-Product: Elasticsearch\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


def _request(connection: socket.socket) -> bytes:
    """One whole request, or nothing at the end of the line."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := connection.recv(65536)):
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length:
        body += connection.recv(65536)
    return data
