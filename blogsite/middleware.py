"""Whose address a request comes from, when a reverse proxy stands in front."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def _is_trusted(address: str) -> bool:
    try:
        peer = ip_address(address)
    except ValueError:
        return False
    return any(peer in ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES)


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
        if not _is_trusted(request.META.get("REMOTE_ADDR", "")):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
            return self.get_response(request)
        for hop in reversed([hop.strip() for hop in forwarded.split(",") if hop.strip()]):
            try:
                ip_address(hop)
            except ValueError:
                break
            request.META["REMOTE_ADDR"] = hop
            if not _is_trusted(hop):
                break
        return self.get_response(request)


def client_address(request: HttpRequest) -> str:
    """The visitor's address, for the throttling of logins."""
    return request.META.get("REMOTE_ADDR", "")
