"""Questions that can be asked of articles and packages alike."""

from datetime import datetime
from typing import Any, Self

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .columns import Column
from .states import Moderation, Status

DELETION_REFUSED = _("What was once published is taken down, not deleted.")


class ContentQuerySet(models.QuerySet):
    """Questions that can be asked of articles and packages alike. They chain."""

    def visible(self, at: datetime | None = None) -> Self:
        """What a visitor may see: the queryset twin of `Content.is_visible`."""
        return self.filter(
            status=Status.PUBLISHED,
            moderation=Moderation.CLEAR,
            published_at__lte=at or timezone.now(),
        )

    def indexable(self) -> Self:
        """What the search index holds: visible now, or at its time without another save."""
        return self.filter(status=Status.PUBLISHED, moderation=Moderation.CLEAR)

    def for_listing(self) -> Self:
        """Visible, newest first, with all that a card shows and nothing of the long texts."""
        return (
            self.visible()
            .select_related("column__parent", "author", "cover")
            .prefetch_related("tags")
            .defer("body", "body_html", "body_text", "headings")
            .order_by("-published_at", "-pk")
        )

    def in_column(self, column: Column) -> Self:
        """Of a column, or of all columns of a group."""
        if column.is_group:
            return self.filter(column__parent=column)
        return self.filter(column=column)

    def in_month(self, year: int, month: int) -> Self:
        """Published within a month of the site's time zone."""
        start = timezone.make_aware(datetime(year, month, 1))
        end = timezone.make_aware(datetime(year + month // 12, month % 12 + 1, 1))
        return self.filter(published_at__gte=start, published_at__lt=end)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete drafts; refuse as soon as one of the rows was ever public."""
        if self.filter(first_published_at__lte=timezone.now()).exists():
            raise PermissionDenied(DELETION_REFUSED)
        with transaction.atomic():
            for row in self:
                row.forget_traces()
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def update(self, **values: Any) -> int:
        """Write columns of many rows; refuses guarded fields, which have owners."""
        if guarded := self.model.guarded_fields & set(values):
            raise PermissionDenied(f"{sorted(guarded)} are written by their owners alone.")
        from content import stamps  # here, because it needs the models

        with transaction.atomic(using=self.db):
            changed = super().update(**values)
            if changed:
                stamps.change(stamps.CONTENT)  # signals hear no update()
        return changed

    update.alters_data = True  # type: ignore[attr-defined]

    def add_to_count(self, field: str, number: int) -> int:
        """Add to a count, past `update()`, and unheard by the search index on purpose."""
        return super().update(**{field: models.F(field) + number})
