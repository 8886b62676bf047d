"""How many reports one address may send: counted by a keyed hash, the address is never kept.

The browser's name is no part of it, because a program changes it at will; of an IPv6 address
only the network is, because one connection has all addresses of its /64.
"""

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from content.visitors import network_of

from .models import Report

PERIOD = timedelta(hours=1)
# From one address; more is taken for a program, or for anger that has been heard.
REPORTS_PER_PERIOD = 10


def visitor_key(request: HttpRequest, at: datetime | None = None) -> str:
    """64 hexadecimal digits, the same for one network address on one day."""
    day = timezone.localdate(at).isoformat()
    key = f"{settings.SECRET_KEY}:report:{day}".encode()
    network = network_of(request.META.get("REMOTE_ADDR", ""))
    return hmac.new(key, network.encode("utf-8", "surrogateescape"), "sha256").hexdigest()


def may_report(request: HttpRequest) -> bool:
    """Whether this address has not sent too many reports within the last hour."""
    since = timezone.now() - PERIOD
    # Both days: the key changes at midnight, and would let the same address begin anew.
    keys = {visitor_key(request), visitor_key(request, since)}
    return (
        Report.objects.filter(visitor__in=keys, created_at__gte=since).count() < REPORTS_PER_PERIOD
    )
