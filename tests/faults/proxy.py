"""A proxy before a real search server that behaves badly on request: on 127.0.0.1, over HTTP.

proxy = FaultyProxy("http://127.0.0.1:9200")
proxy.fault = stall        # what happens to requests from now on; None passes them on
proxy.refuse()             # nobody listens any more, until accept()
"""

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_DRIP_SECONDS = 0.05


@dataclass(frozen=True)
class Request:
    """One whole request as it came."""

    data: bytes

    @property
    def line(self) -> str:
        return self.data.partition(b"\r\n")[0].decode("latin-1")

    @property
    def is_bulk(self) -> bool:
        return "/_bulk" in self.line


# Sends to the client what it should get; passes the request on by `forward()`, or does not.
# What it returns says whether the line can be used for another request.
Fault = Callable[[socket.socket, Request, Callable[[], bytes]], bool]


class FaultyProxy:
    """Listens until closed; each connection is served by a thread."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream)
        self.fault: Fault | None = None
        self.requests: list[str] = []
        self._lines: list[socket.socket] = []
        self._released = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._listen()

    def refuse(self) -> None:
        """From now on every connection is refused, and those that are open are closed."""
        for each in (self.listener, *self._lines):
            _close(each)
        self._lines.clear()

    def accept(self) -> None:
        """Be there again."""
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self._listen()

    def close(self) -> None:
        self._released.set()
        self.refuse()

    def _listen(self) -> None:
        threading.Thread(target=self._accept, args=[self.listener], daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                line, _address = listener.accept()
                self._lines.append(line)
                threading.Thread(target=self._serve, args=[line], daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        try:
            while data := read_message(line):
                request = Request(data)
                self.requests.append(request.line)
                fault = self.fault or passing
                if not fault(line, request, lambda data=data: self._forward(data)):
                    break
        except OSError:
            pass
        finally:
            _close(line)

    def _forward(self, data: bytes) -> bytes:
        """The server's answer, whole."""
        place = (self.upstream.hostname or "", self.upstream.port or 80)
        with socket.create_connection(place, timeout=60) as server:
            server.sendall(data)
            return read_message(server, has_body=not data.startswith(b"HEAD "))


# Faults


def passing(line: socket.socket, request: Request, forward: Callable[[], bytes]) -> bool:
    line.sendall(forward())
    return True


def stall(line: socket.socket, request: Request, forward: Callable[[], bytes]) -> bool:
    """Accepts and reads, and never answers."""
    while line.recv(65536):
        pass
    return False


def drip(line: socket.socket, request: Request, forward: Callable[[], bytes]) -> bool:
    """Answers with a byte now and then, so that no read ever times out."""
    for byte in forward():
        line.sendall(bytes([byte]))
        time.sleep(_DRIP_SECONDS)
    return True


def reset(line: socket.socket, request: Request, forward: Callable[[], bytes]) -> bool:
    """The server did what it was asked; the line breaks in the middle of its answer."""
    answer = forward()
    line.sendall(answer[: len(answer) // 2])
    _break(line)
    return False


def lose(line: socket.socket, request: Request, forward: Callable[[], bytes]) -> bool:
    """The line breaks before the server heard anything."""
    _break(line)
    return False


def late(seconds: float) -> Fault:
    """Answers rightly, but later."""

    def fault(line: socket.socket, request: Request, forward: Callable[[], bytes]) -> bool:
        time.sleep(seconds)
        return passing(line, request, forward)

    return fault


def answer(status: int, kind: str) -> Fault:
    """Answers with this error instead of asking the server: 429, 503, a full disk."""
    body = {"error": {"root_cause": [{"type": kind, "reason": "on purpose"}], "type": kind,
                      "reason": "on purpose"}, "status": status}  # fmt: skip

    def fault(line: socket.socket, request: Request, forward: Callable[[], bytes]) -> bool:
        line.sendall(_answer(status, body))
        return True

    return fault


full = answer(429, "es_rejected_execution_exception")
unavailable = answer(503, "no_shard_available_action_exception")
# What every write gets once the disk has reached its flood stage.
flooded = answer(403, "cluster_block_exception")


def half_of_bulks(status: int, kind: str) -> Fault:
    """The answer says that every other operation of a bulk was refused."""

    def fault(line: socket.socket, request: Request, forward: Callable[[], bytes]) -> bool:
        if not request.is_bulk:
            return passing(line, request, forward)
        found = json.loads(body_of(forward()))
        for item in found["items"][::2]:
            (outcome,) = item.values()
            outcome.pop("result", None)
            outcome |= {"status": status, "error": {"type": kind, "reason": "on purpose"}}
        found["errors"] = True
        line.sendall(_answer(200, found))
        return True

    return fault


def only(wanted: Callable[[Request], bool], fault: Fault) -> Fault:
    """That fault for some requests; the others pass."""

    def chosen(line: socket.socket, request: Request, forward: Callable[[], bytes]) -> bool:
        return (fault if wanted(request) else passing)(line, request, forward)

    return chosen


# HTTP


def read_message(line: socket.socket, *, has_body: bool = True) -> bytes:
    """One whole request or answer; nothing at the end of the line."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (more := line.recv(65536)):
            return b""
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    if not has_body or re.match(rb"HTTP/1.. (1..|204|304)", data):
        return data
    if re.search(rb"transfer-encoding:\s*chunked", head, re.IGNORECASE):
        while not body.endswith(b"0\r\n\r\n"):
            body += _more(line)
        return head + b"\r\n\r\n" + body
    match = re.search(rb"content-length:\s*(\d+)", head, re.IGNORECASE)
    while len(body) < int(match[1] if match else 0):
        body += _more(line)
    return head + b"\r\n\r\n" + body


def body_of(message: bytes) -> bytes:
    """The body of a message, put together where it came in chunks."""
    head, _, body = message.partition(b"\r\n\r\n")
    if not re.search(rb"transfer-encoding:\s*chunked", head, re.IGNORECASE):
        return body
    whole = b""
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size, 16)
        whole, body = whole + rest[:length], rest[length + 2 :] if length else b""
    return whole


def _more(line: socket.socket) -> bytes:
    if not (more := line.recv(65536)):
        raise ConnectionResetError
    return more


def _answer(status: int, body: Any) -> bytes:
    text = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} X\r\nX-Elastic-Product: Elasticsearch\r\n"
        f"Content-Type: application/vnd.elasticsearch+json;compatible-with=8\r\n"
        f"Content-Length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


def _break(line: socket.socket) -> None:
    """Close at once, by a reset and not by an ordinary end."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def _close(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()
