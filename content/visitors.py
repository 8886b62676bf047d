"""Who a visitor is, for one day: a digest of network address and browser.

Its key is a salt of the day, which is deleted with the day, and the secret of the site. So
nobody can follow a visitor from one day to the next, or find out later whose digest was whose.
"""

import hmac
import secrets
from datetime import date, datetime, timedelta
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from .models import VisitorSalt

# For so long a visitor of the day before is known again after midnight.
OVERLAP = timedelta(minutes=30)
_DAY = timedelta(days=1)
_NETWORK_BITS = 64
_SALT_BYTES = 32
# Of today and its neighbours, so that a page asks the database once a day.
_salts: dict[date, bytes] = {}


def digests(request: HttpRequest, at: datetime) -> tuple[str, str]:
    """32 hexadecimal digits for this visitor on this day; and those of the day before.

    The latter only soon after midnight: a reader of 23:59 is still the same at 0:01.
    """
    who = _who(request).encode("utf-8", "surrogatepass")
    today = timezone.localdate(at)
    before = timezone.localdate(at - OVERLAP)
    previous = _salt(before, make=False) if before != today else b""
    return _digest(_salt(today), who), _digest(previous, who) if previous else ""


def renew(at: datetime) -> None:
    """Make the next day's salt, so that no page has to; forget those that are of no use."""
    today = timezone.localdate(at)
    VisitorSalt.objects.filter(day__lt=timezone.localdate(at - OVERLAP)).delete()
    # Made while the clock was wrong.
    VisitorSalt.objects.filter(day__gt=today + _DAY).delete()
    for day in (today, today + _DAY):
        _salt(day)


def _who(request: HttpRequest) -> str:
    # blogsite.middleware has put the address there, of whoever is behind a trusted proxy.
    network = network_of(request.META.get("REMOTE_ADDR", ""))
    return f"{network}\n{request.headers.get('User-Agent', '')}"


def network_of(address: str) -> str:
    """The address; of an IPv6 address the network, for one connection has all of its /64."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address  # of a socket that has none
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{int(parsed) >> (128 - _NETWORK_BITS):x}/{_NETWORK_BITS}"


def _digest(salt: bytes, who: bytes) -> str:
    return hmac.new(salt + settings.SECRET_KEY.encode(), who, "sha256").hexdigest()[:32]


def _salt(day: date, *, make: bool = True) -> bytes:
    """The salt of that day, the same in every process; empty if there is none to be made."""
    salt = _salts.get(day)
    if salt is None:
        row: VisitorSalt | None
        if make:
            row, _is_new = VisitorSalt.objects.get_or_create(
                day=day, defaults={"salt": secrets.token_bytes(_SALT_BYTES)}
            )
        else:
            row = VisitorSalt.objects.filter(day=day).first()
        salt = bytes(row.salt) if row else b""
        for other in list(_salts):
            if abs(other - day) > _DAY:
                _salts.pop(other, None)
        _salts[day] = salt
    return salt
