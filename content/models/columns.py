"""Columns (栏目): a tree of two levels, groups and the columns in them."""

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from content import kinds

from .addresses import Addressed
from .lines import tidy_lines


class ColumnQuerySet(models.QuerySet["Column"]):
    """Questions that can be asked of columns."""

    def groups(self) -> Self:
        """The upper level, in the order of the menu."""
        return self.filter(parent=None).order_by("position", "pk")

    def leaves(self) -> Self:
        """The columns that can hold content, in the order of the menu."""
        return (
            self.filter(parent__isnull=False)
            .select_related("parent")
            .order_by("parent__position", "parent_id", "position", "pk")
        )

    def holding(self, kind: str) -> Self:
        """The columns that may hold content of that kind."""
        return self.leaves().filter(holds__icontains=f'"{kind}"')


class Column(Addressed):
    """A group of the menu (no parent) or a column in a group, which holds content."""

    address_area = "columns"

    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"parent": None},
        related_name="children",
        verbose_name=pgettext_lazy("columns", "group"),
        help_text=_("Left empty, this is itself a group of the menu."),
    )
    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("description"), max_length=200, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    holds = models.JSONField(
        _("holds"),
        default=list,
        blank=True,
        help_text=_("The kinds of content that editors may put into this column."),
    )

    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    objects = ColumnQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("column")
        verbose_name_plural = _("columns")
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"],
                name="content_column_unique_in_group",
                violation_error_message=_("This group has a column of that name already."),
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(parent=None),
                name="content_column_unique_group",
                violation_error_message=_("There is a group of that name already."),
            ),
            models.CheckConstraint(
                condition=models.Q(parent=None) | ~models.Q(parent=models.F("id")),
                name="content_column_not_its_own_group",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("content:column", args=[self.slug])

    @property
    def is_group(self) -> bool:
        return self.parent_id is None

    def clean(self) -> None:
        super().clean()
        tidy_lines(self, "name")
        if self.parent is not None and not self.parent.is_group:
            raise ValidationError({"parent": _("The menu has two levels: choose a group.")})
        if self.parent is not None and self.pk and self.children.exists():
            raise ValidationError({"parent": _("A group that has columns stays a group.")})
        if self.is_group and self.pk and self.contents_count():
            raise ValidationError(
                {"parent": _("This column holds content, so it has to stay in a group.")}
            )
        unknown = set(self.holds) - {kind.name for kind in kinds.every()}
        if unknown:
            raise ValidationError({"holds": _("Unknown kind of content.")})

    def contents_count(self) -> int:
        """How many articles and packages, whatever their state, are in this column itself."""
        return sum(
            model._default_manager.filter(column_id=self.pk).count() for model in kinds.models()
        )

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding and not self.position:
            last = Column.objects.filter(parent=self.parent).aggregate(last=models.Max("position"))[
                "last"
            ]
            self.position = (last or 0) + 10
        super().save(*args, **kwargs)
