"""How much content a column, an author or anything else has, counted within the list's query."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models.functions import Coalesce

from content.models import Content


def count_of(contents: Iterable[type[Content]], field: str) -> dict[str, Any]:
    """An annotation `contents`: how many rows of these models point here by `field`.

    A subquery for each model: joins with several of them would multiply the rows.
    """
    total: Any = models.Value(0)
    for model in contents:
        rows = (
            model._base_manager.filter(**{field: models.OuterRef("pk")})
            .order_by()
            .values(field)
            .annotate(number=models.Count("pk"))
            .values("number")
        )
        total = total + Coalesce(models.Subquery(rows), 0)
    return {"contents": models.ExpressionWrapper(total, models.IntegerField())}
