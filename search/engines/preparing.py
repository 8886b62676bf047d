"""What every engine keeps of an object, from what its index prepared."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from haystack.constants import DJANGO_CT, DJANGO_ID, ID
from haystack.indexes import SearchIndex

from search.engines import values
from search.engines.fields import fields_of
from search.indexes import document_version

# What every document has beside the fields of its index.
RESERVED = (ID, DJANGO_CT, DJANGO_ID)
Item = TypeVar("Item")


def plain(data: dict[str, Any]) -> dict[str, Any]:
    """The prepared data, nothing of it lazy."""
    return {name: values.plain(value) for name, value in data.items()}


def version_of(index: SearchIndex, data: dict[str, Any]) -> str:
    """Equal for equal documents, of any index of Haystack's."""
    version = getattr(index, "version", None)
    return version(data) if version else document_version(index, data)


def stored(index: SearchIndex, data: dict[str, Any]) -> str:
    """The values that come back with a result, encoded."""
    fields = fields_of(index)
    return values.encode(
        {
            name: value
            for name, value in data.items()
            if name not in RESERVED and getattr(fields.get(name), "stored", True)
        }
    )


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in order, at most so many at a time."""
    remaining = iter(items)
    while batch := list(islice(remaining, max(size, 1))):
        yield batch
