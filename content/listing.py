"""One list over every kind of content, newest first, whatever models the kinds live in.

A page of it costs one query for the order and one for each model on the page, however
long the list is.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, overload

from django.core.paginator import Page, Paginator
from django.db.models import IntegerField, QuerySet, Value
from django.utils.functional import SimpleLazyObject

from . import kinds
from .models import Content, ContentQuerySet

Narrow = Callable[[ContentQuerySet], ContentQuerySet]


class Listing(Sequence[Content]):
    """Visible content of some kinds as a sequence that a Paginator can cut.

    `narrow` is applied to the queryset of each model, for example
    `lambda rows: rows.in_column(column)`.
    """

    def __init__(
        self, narrow: Narrow | None = None, only: Iterable[kinds.Kind] | None = None
    ) -> None:
        self._kinds = tuple(kinds.every() if only is None else only)
        self._narrow: Narrow = narrow or (lambda rows: rows)

    def _rows(self, model: type[Content]) -> ContentQuerySet:
        return self._narrow(kinds.rows(model, self._kinds).visible())

    def _order(self) -> QuerySet[Any, Any]:
        parts = [
            self._rows(model)
            .order_by()
            .annotate(number=Value(number, output_field=IntegerField()))
            .values_list("published_at", "pk", "number")
            for number, model in enumerate(self._models)
        ]
        first, *others = parts
        return first.union(*others, all=True).order_by("-published_at", "-pk", "number")

    @property
    def _models(self) -> tuple[type[Content], ...]:
        return kinds.models(self._kinds)

    def __len__(self) -> int:
        return sum(self._rows(model).count() for model in self._models)

    @overload
    def __getitem__(self, index: int) -> Content: ...
    @overload
    def __getitem__(self, index: slice) -> list[Content]: ...
    def __getitem__(self, index: int | slice) -> Content | list[Content]:
        if isinstance(index, int):
            return self[index : index + 1][0]
        return fetch((self._models[number], pk) for _at, pk, number in self._ordered(index))

    def _ordered(self, index: slice) -> list[tuple[Any, int, int]]:
        return list(self._order()[index])


def fetch(references: Iterable[tuple[type[Content], int]]) -> list[Content]:
    """The rows of `references` that a visitor may see, in that order, as cards need them.

    One query for each model among them (and one for its tags).
    """
    wanted = list(references)
    found: dict[tuple[type[Content], int], Content] = {}
    for model in dict.fromkeys(model for model, _pk in wanted):
        keys = [pk for its_model, pk in wanted if its_model is model]
        for row in model._default_manager.filter(pk__in=keys).for_listing():
            found[model, row.pk] = row
    return [found[reference] for reference in wanted if reference in found]


class ListingPaginator(Paginator):
    """Pages whose rows are read when somebody asks for them: a kept page needs none."""

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        rows = SimpleLazyObject(lambda: self.object_list[start : start + self.per_page])
        return self._get_page(rows, number, self)
