"""In which months something was published, and how much of it a visitor sees."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.urls import reverse

from . import kinds, stamps
from .keeping import kept


@dataclass(frozen=True)
class Month:
    """A month of the site's time zone, and how many articles and packages it brought."""

    first: date
    count: int

    @property
    def url(self) -> str:
        """The page of what was published in it."""
        return reverse("content:archive", args=[self.first.year, self.first.month])


def month_counts(present: Mapping[str, str] | None = None) -> list[Month]:
    """All months with something in them, the latest first."""
    return kept("month counts", [stamps.CONTENT], _count, present=present)


def _count() -> list[Month]:
    counts: Counter[date] = Counter()
    for model in kinds.models():
        rows: Any = model._default_manager.visible().order_by()
        rows = rows.annotate(month=TruncMonth("published_at")).values_list("month")
        for month, number in rows.annotate(number=Count("pk")):
            counts[month.date()] += number
    return [Month(month, counts[month]) for month in sorted(counts, reverse=True)]
