"""How many reports one address may send: counted by a keyed hash, the address is never kept.

The browser's name is no part of it, because a program changes it at will; of an IPv6 address
only the network is, because one connection has all addresses of its /64.
"""

import hmac
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from .models import Report

PERIOD = timedelta(hours=1)
# From one address; more is taken for a program, or for anger that has been heard.
REPORTS_PER_PERIOD = 10
_NETWORK_BITS = 64


def visitor_key(request: HttpRequest, at: datetime | None = None) -> str:
    """64 hexadecimal digits, the same for one network address on one day."""
    day = timezone.localdate(at).isoformat()
    key = f"{settings.SECRET_KEY}:report:{day}".encode()
    network = _network(request.META.get("REMOTE_ADDR", ""))
    return hmac.new(key, network.encode("utf-8", "surrogateescape"), "sha256").hexdigest()


def may_report(request: HttpRequest) -> bool:
    """Whether this address has not sent too many reports within the last hour."""
    since = timezone.now() - PERIOD
    # Both days: the key changes at midnight, and would let the same address begin anew.
    keys = {visitor_key(request), visitor_key(request, since)}
    return (
        Report.objects.filter(visitor__in=keys, created_at__gte=since).count() < REPORTS_PER_PERIOD
    )


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address  # of a socket that has none
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{int(parsed) >> (128 - _NETWORK_BITS):x}/{_NETWORK_BITS}"
