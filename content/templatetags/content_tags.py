"""What templates of content ask Python for: sizes in words, page numbers, a package as a tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import template
from django.core.paginator import Page, Paginator

register = template.Library()

# What a page shows of a package: folders and files, and characters of their names.
MAX_LINES = 5000
MAX_CHARACTERS = 200_000
_OPEN_FOLDERS_UP_TO = 40  # entries; larger packages begin with their folders closed


@register.filter
def file_size(size: Any) -> str:
    """A size in bytes as visitors read it: 512 B, 607.44 KB, 1.67 MB."""
    try:
        amount = float(size)
    except (TypeError, ValueError):
        return ""
    if amount < 1024:
        return f"{amount:.0f} B"
    for unit in ("KB", "MB"):
        amount /= 1024
        # What would be rounded up to 1024.00 belongs to the next unit.
        if amount < 1023.995:
            return f"{amount:.2f} {unit}"
    return f"{amount / 1024:.2f} GB"


@register.simple_tag
def page_numbers(page: Page) -> list[int | None]:
    """The numbers worth a link around the present page; None stands for those left out."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return [None if number == Paginator.ELLIPSIS else int(number) for number in numbers]


@dataclass
class Folder:
    """A folder of a package: what it holds by name, and its size and files with all below."""

    name: str
    folders: "dict[str, Folder]" = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    size: int = 0
    count: int = 0


@dataclass(frozen=True)
class Step:
    """One line of the tree. `step` is "open" or "close" of a folder, "file", or "more".

    "more" comes last, where `count` entries of a very large package are not listed.
    """

    step: str
    name: str = ""
    size: int = 0
    count: int = 0
    is_open: bool = False


@register.simple_tag
def directory_tree(listing: Sequence[Sequence[Any]]) -> list[Step]:
    """A release's listing as steps from top to bottom, folders first, names in order.

    Steps instead of nested nodes: a template that included itself for each folder would take
    seconds for the thousands of entries that a lawful package may have. What is shown is
    bounded: twenty thousand files in sixty folders each would be a page of a hundred megabytes.
    """
    root, left_out = _tree(listing)
    steps = list(_steps(root, is_open=len(listing) <= _OPEN_FOLDERS_UP_TO))
    return [*steps, Step("more", count=left_out)] if left_out else steps


def _tree(listing: Sequence[Sequence[Any]]) -> tuple[Folder, int]:
    """The folders and files of the first entries, and how many entries are left out."""
    root, lines, characters = Folder(""), 0, 0
    for position, (path, size) in enumerate(listing):
        *parents, name = path.split("/")
        if lines > MAX_LINES or characters > MAX_CHARACTERS:
            return root, len(listing) - position
        passed = [root]
        for parent in parents:
            if parent not in passed[-1].folders:
                passed[-1].folders[parent] = Folder(parent)
                lines += 1
                characters += len(parent)
            passed.append(passed[-1].folders[parent])
        if name:
            passed[-1].files[name] = size
            lines += 1
            characters += len(name)
            for folder in passed:
                folder.size += size
                folder.count += 1
    return root, 0


def _steps(root: Folder, *, is_open: bool) -> Iterator[Step]:
    # A stack instead of recursion, so that depth costs nothing.
    waiting: list[Step | Folder] = _contents(root)
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, Step):
            yield entry
        else:
            yield Step("open", entry.name, entry.size, entry.count, is_open)
            waiting.append(Step("close"))
            waiting += _contents(entry)


def _contents(folder: Folder) -> "list[Step | Folder]":
    """What a folder holds, last first, as the stack wants it."""
    files = sorted(folder.files.items(), key=lambda item: (item[0].casefold(), item[0]))
    folders = sorted(folder.folders.values(), key=lambda entry: (entry.name.casefold(), entry.name))
    return [*(Step("file", name, size) for name, size in reversed(files)), *reversed(folders)]
