"""Whose address a request comes from, when a reverse proxy stands in front."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class TrustedProxyMiddleware:
    """Set REMOTE_ADDR from X-Forwarded-For, but only where a trusted proxy wrote it.

    The rightmost address that is not a proxy of ours is the visitor's: what stands left
    of it was sent by the visitor and may be invented. Forwarded headers of anybody else
    are removed, so that nothing behind this can believe them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        peer = read_address(request.META.get("REMOTE_ADDR", ""))
        if peer is not None:
            request.META["REMOTE_ADDR"] = str(peer)
        if peer is None or not _is_trusted(peer):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
            return self.get_response(request)
        for hop in reversed([hop for hop in forwarded.split(",") if hop.strip()]):
            address = read_address(hop)
            if address is None:
                break
            request.META["REMOTE_ADDR"] = str(address)
            if not _is_trusted(address):
                break
        return self.get_response(request)


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in one hop: bare, with a port, in brackets, or IPv4 written as IPv6."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        # Without its zone: an interface of the proxy says nothing about the visitor.
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)


def client_address(request: HttpRequest) -> str:
    """The visitor's address, for the throttling of logins."""
    return request.META.get("REMOTE_ADDR", "")
