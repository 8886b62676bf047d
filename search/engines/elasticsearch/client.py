"""Speak to the servers of one connection, for so long and no longer.

The client's timeout is one of each read: a peer that sends a byte a second, or a name that
cannot be looked up, holds the caller for as long as it likes. Here each request runs in a
thread of its own, is waited for until the deadline of the whole call, and is then cut off.
"""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

import elasticsearch
from elastic_transport import Urllib3HttpNode
from urllib3.connection import HTTPConnection, HTTPSConnection

from search.engines import deadline
from search.engines.elasticsearch.address import Address
from search.engines.elasticsearch.errors import of_client
from search.engines.errors import SearchFailure

_MAX_ATTEMPTS = 3
_deadline: ContextVar["Deadline | None"] = ContextVar("search_deadline", default=None)
# Which exchange a thread serves, so that its connection can be cut from outside.
_serving = threading.local()


@dataclass
class Deadline:
    """Until when a call must be over, and on how many servers it may be tried."""

    at: float
    attempts: int

    def next_limit(self) -> float:
        """Seconds for the next attempt: half of what is left while another server may answer."""
        left = self.at - time.monotonic()
        self.attempts -= 1
        return left / 2 if self.attempts > 0 else left


class Servers:
    """The servers of one address, shared by all threads of a process."""

    def __init__(self, address: Address) -> None:
        self.address = address
        attempts = min(max(len(address.hosts), 2), _MAX_ATTEMPTS)
        self._attempts = attempts if len(address.hosts) > 1 else 1
        options: dict[str, Any] = {}
        if address.user:
            options["basic_auth"] = (address.user, address.password)
        if address.hosts[0].startswith("https:"):
            options["verify_certs"] = address.verify
            options["ssl_show_warn"] = False
            if address.ca:
                options["ca_certs"] = address.ca
        self._client = elasticsearch.Elasticsearch(
            list(address.hosts),
            node_class=_Node,
            max_retries=attempts - 1,
            retry_on_timeout=len(address.hosts) > 1,
            retry_on_status=(502, 503, 504) if len(address.hosts) > 1 else (),
            connections_per_node=32,
            **options,
        )

    @contextmanager
    def within(self, seconds: float) -> Iterator[elasticsearch.Elasticsearch]:
        """The client, all of whose requests in this block end within so many seconds,
        or within what the whole question has left (`search.engines.deadline`).

        Its errors leave the block as those of `search.engines.errors`.
        """
        until = time.monotonic() + deadline.left(seconds)
        token = _deadline.set(Deadline(until, self._attempts))
        try:
            yield self._client
        except SearchFailure:
            raise
        except (elasticsearch.ApiError, elasticsearch.TransportError) as error:
            raise of_client(error) from error
        finally:
            _deadline.reset(token)

    def renewed(self) -> None:
        """Let the next request of this block be tried on as many servers as its first."""
        if (deadline := _deadline.get()) is not None:
            deadline.attempts = self._attempts


def servers(address: Address) -> Servers:
    """The servers of an address; a process that was forked makes connections of its own."""
    return _servers(address, os.getpid())


@cache
def _servers(address: Address, process: int) -> Servers:
    return Servers(address)


class _Exchange:
    """One request on its way, and the connection that it uses."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.connection: HTTPConnection | None = None
        self.answer: Any = None
        self.error: BaseException | None = None

    def cut(self) -> None:
        """Close the line, so that the thread that waits on it ends."""
        sock = getattr(self.connection, "sock", None)
        if sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Plain(HTTPConnection):
    def __str__(self) -> str:
        # Stands in the client's errors, which an operator reads.
        return f"{self.host}:{self.port}"

    def request(self, *args: Any, **kwargs: Any) -> None:
        _note_connection(self)
        super().request(*args, **kwargs)


class _Encrypted(HTTPSConnection):
    def __str__(self) -> str:
        # Stands in the client's errors, which an operator reads.
        return f"{self.host}:{self.port}"

    def request(self, *args: Any, **kwargs: Any) -> None:
        _note_connection(self)
        super().request(*args, **kwargs)


class _Node(Urllib3HttpNode):
    """A server whose every answer is complete before the deadline, or is given up."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.pool.ConnectionCls = _Encrypted if config.scheme == "https" else _Plain

    def perform_request(self, *args: Any, **kwargs: Any) -> Any:
        deadline = _deadline.get()
        if deadline is None:
            raise RuntimeError("A search server is asked within a deadline only.")
        limit = deadline.next_limit()
        if limit <= 0:
            raise elasticsearch.ConnectionTimeout("The time for this call is over.")
        exchange = _Exchange()
        kwargs["request_timeout"] = limit
        arguments = (exchange, super().perform_request, args, kwargs)
        threading.Thread(target=_serve, args=arguments, daemon=True, name="search-server").start()
        if not exchange.over.wait(limit):
            exchange.cut()
            raise elasticsearch.ConnectionTimeout("The answer was not complete in time.")
        if exchange.error is not None:
            raise exchange.error
        return exchange.answer


def _serve(exchange: _Exchange, perform: Any, args: Any, kwargs: Any) -> None:
    _serving.exchange = exchange
    try:
        exchange.answer = perform(*args, **kwargs)
    except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
        exchange.error = error
    exchange.over.set()


def _note_connection(connection: HTTPConnection) -> None:
    exchange = getattr(_serving, "exchange", None)
    if exchange is not None:
        exchange.connection = connection
