"""What an operator may set: each value is read strictly, and `check --deploy` looks at the whole.

A wrong value raises ImproperlyConfigured with a sentence that names the variable.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any
from urllib.parse import urlsplit

import environ
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

_USUAL_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_SERVER = r"([a-zA-Z0-9._-]+|\[[0-9a-fA-F:]+\])(:[0-9]+)?"
_SEARCH_SERVERS = re.compile(
    rf"https?://([^/?#@]*@)?{_SERVER}(\s*,\s*{_SERVER})*(/[^?#]*)?(\?[^#]*)?"
)
_DATABASES = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}


def port_number(text: str) -> int:
    """The port that PORT names."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 65535):
        raise ImproperlyConfigured(f"PORT must be a number from 1 to 65535, not “{text}”.")
    return int(text)


def site_address(text: str) -> str:
    """SITE_URL as browsers send it: lower case, without the usual port, without a last slash."""
    try:
        parts = urlsplit(text.strip())
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in _USUAL_PORTS or not _HOST.fullmatch(host):
        raise ImproperlyConfigured(f"SITE_URL must be like https://blog.example.com, not “{text}”.")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ImproperlyConfigured(
            f"SITE_URL is scheme, host and port alone, without a path; it is “{text}”."
        )
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (
        f":{port}" if port and port != _USUAL_PORTS[parts.scheme] else ""
    )


def host_of(site_url: str) -> str:
    """The host of an address as ALLOWED_HOSTS wants it: an IPv6 address keeps its brackets."""
    host = urlsplit(site_url).hostname or ""
    return f"[{host}]" if ":" in host else host


def names(texts: Iterable[str]) -> list[str]:
    """The parts of a list, however many spaces and commas stand between them."""
    return [text.strip() for text in texts if text.strip()]


def networks(texts: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    """The addresses and networks that TRUSTED_PROXIES names."""
    found = []
    for text in names(texts):
        try:
            found.append(ip_network(text, strict=False))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"TRUSTED_PROXIES holds addresses and networks like 10.0.0.0/8, not “{text}”."
            ) from error
    return found


def database(url: str) -> dict[str, Any]:
    """The database that DATABASE_URL names. Its text is not repeated: it holds a password."""
    try:
        found = environ.Env.db_url_config(url)
    except (ValueError, ImproperlyConfigured):
        found = {}
    if found.get("ENGINE") not in _DATABASES:
        raise ImproperlyConfigured(
            "DATABASE_URL must be like postgres://user:password@host/name; "
            "special characters in the password are written as %XX."
        )
    return found


def search_server(url: str) -> str:
    """The servers that SEARCH_URL names. Its text is not repeated: it holds a password."""
    url = url.strip()
    if url and not _SEARCH_SERVERS.fullmatch(url):
        raise ImproperlyConfigured(
            "SEARCH_URL must be like https://user:password@es1:9200,es2:9200/blog?ca=/path/ca.pem."
        )
    return url


def small_number(name: str, text: str) -> int | None:
    """The number that a variable gives, or None where it is not set."""
    text = text.strip()
    if text and not (text.isascii() and text.isdigit() and int(text[:6]) <= 1000):
        raise ImproperlyConfigured(f"{name} must be a number up to 1000, not “{text}”.")
    return int(text) if text else None


@register(Tags.security, deploy=True)
def proxies_are_named(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """A site with https stands behind a proxy, as gunicorn here speaks http alone."""
    if not settings.SITE_IS_SECURE or settings.TRUSTED_PROXIES:
        return []
    return [
        Warning(
            "SITE_URL is https, but TRUSTED_PROXIES names no proxy: every visitor seems to have "
            "the proxy's address, and plain requests are not redirected to https.",
            hint="Set TRUSTED_PROXIES to the address of the proxy, often 127.0.0.1.",
            id="blogsite.W001",
        )
    ]
