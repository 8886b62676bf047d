"""Who a visitor is, without knowing: a keyed hash of address and browser that changes daily."""

import hmac

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone


def visitor_hash(request: HttpRequest) -> str:
    """64 hexadecimal digits, the same for one browser at one address on one day.

    The day is part of the key, so nobody can be followed from one day to the next.
    """
    day = timezone.localdate().isoformat()
    key = f"{settings.SECRET_KEY}:visitor:{day}".encode()
    seen = f"{request.META.get('REMOTE_ADDR', '')}\n{request.headers.get('User-Agent', '')}"
    return hmac.new(key, seen.encode("utf-8", "surrogateescape"), "sha256").hexdigest()
