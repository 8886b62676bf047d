"""The spans of time that a date facet counts in."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

_MAX_SPANS = 5000


def borders(options: Mapping[str, Any]) -> list[datetime]:
    """Where the spans of a date facet begin, and where the last one ends."""
    begin, end = _moment(options["start_date"]), _moment(options["end_date"])
    gap, amount = options["gap_by"], max(int(options.get("gap_amount", 1)), 1)
    found = [begin]
    while found[-1] < end and len(found) <= _MAX_SPANS:
        found.append(_later(begin, gap, amount * len(found)))
    return found if len(found) > 1 else [begin, begin]


def _later(moment: datetime, gap: str, amount: int) -> datetime:
    if gap in ("year", "month"):
        months = moment.month - 1 + (amount if gap == "month" else 12 * amount)
        year, month = moment.year + months // 12, months % 12 + 1
        # 31 January and a month is the last day of February.
        last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
        return moment.replace(year=year, month=month, day=min(moment.day, last))
    return moment + timedelta(**{f"{gap}s": amount})


def _moment(value: date | datetime) -> datetime:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
