"""Where the servers are: one URL with several hosts, credentials, a CA and the index's name.

https://user:password@es1:9200,es2:9200/blog?ca=/etc/ssl/es.pem&timeout=1.5
"""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

from django.core.exceptions import ImproperlyConfigured

_FORM = "https://user:password@host:9200,host:9200/index?ca=/path/to/ca.pem&timeout=1.5"


@dataclass(frozen=True)
class Address:
    """What a connection's URL says; `repr` shows no password."""

    hosts: tuple[str, ...]
    user: str = ""
    password: str = ""
    index_name: str = ""
    ca: str = ""
    verify: bool = True
    timeout: float | None = None

    def __repr__(self) -> str:
        return f"Address({', '.join(self.hosts)})"


def parse(url: str) -> Address:
    """The parts of a URL; ImproperlyConfigured, without showing it, for one that makes no sense."""
    scheme, found, rest = url.strip().partition("://")
    if not found or scheme not in ("http", "https"):
        raise _wrong("it begins with neither http:// nor https://")
    rest, _, query = rest.partition("?")
    rest, _, path = rest.partition("/")
    credentials, _, names = rest.rpartition("@")
    user, _, password = credentials.partition(":")
    hosts = tuple(_host(scheme, name) for name in names.split(",") if name.strip())
    if not hosts:
        raise _wrong("it names no host")
    options = {key: values[-1] for key, values in parse_qs(query).items()}
    if unknown := set(options) - {"ca", "verify", "timeout"}:
        raise _wrong(f"nothing is known of {', '.join(sorted(unknown))}")
    return Address(
        hosts=hosts,
        user=unquote(user),
        password=unquote(password),
        index_name=unquote(path.strip("/")),
        ca=options.get("ca", ""),
        verify=options.get("verify", "on").lower() not in ("off", "0", "false", "no"),
        timeout=_seconds(options.get("timeout")),
    )


def _host(scheme: str, name: str) -> str:
    name = name.strip()
    host, _, port = name.rpartition(":")
    if not host or name.endswith("]"):
        return f"{scheme}://{name}:{443 if scheme == 'https' else 9200}"
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise _wrong("a port is no number")
    return f"{scheme}://{host}:{port}"


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 3600:
        raise _wrong("its timeout is no number of seconds")
    return seconds


def _wrong(reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"The URL of the search server: {reason}. Its form is {_FORM}")
