"""What the search page offers as filters: the kinds of content and the columns."""

from . import kinds, menu


def kind_choices() -> list[tuple[str, str]]:
    """Every registered kind: its value and label."""
    return [(kind.name, str(kind.label)) for kind in kinds.every()]


def column_choices() -> list[tuple[str, str, str, bool]]:
    """Every group, each followed by its columns: value, label, group, whether it is a group."""
    found = []
    for group in menu.groups():
        name = group.column.name
        found.append((group.column.slug, name, name, True))
        found += [(column.slug, column.name, name, False) for column in group.children]
    return found
