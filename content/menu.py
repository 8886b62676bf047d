"""The menu of columns: ten-odd groups with their columns, one query for all of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from .models import Column


@dataclass
class Group:
    """A group of the menu with its columns in order."""

    column: Column
    children: list[Column] = field(default_factory=list)


def groups(columns: Iterable[Column] | None = None) -> list[Group]:
    """All groups with their columns, in the order that editors gave them."""
    rows = list(Column.objects.all() if columns is None else columns)
    tree = {row.pk: Group(row) for row in rows if row.is_group}
    for row in rows:
        if row.parent_id in tree:
            tree[row.parent_id].children.append(row)
    return list(tree.values())
