"""Where a server holds the fields of Haystack's indexes, and as what: pure functions.

Numbers, truth and moments are numbers, so that ranges are fast; strings stand as they are
(`raw`), folded (`folded`) and as terms (`text` with a role, `words` without).
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from haystack import fields as haystack_fields
from haystack.constants import DJANGO_CT, DJANGO_ID, ID
from haystack.indexes import SearchIndex

from search.engines import values
from search.engines.fields import KnownFields, fields_of, known, roles_in
from search.folding import fold
from search.indexes import Role

WHOLE, NUMBER, RAW = "whole", "number", "raw"
OWN = {ID: "id", DJANGO_CT: "django_ct", DJANGO_ID: "django_id", "pk": "django_id"}
# Long texts and lists of file names are compared by their terms, not folded as a whole.
LONG_ROLES = (Role.BODY, Role.NAMES)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE_KINDS = ("integer", "boolean", "date", "datetime")
_MAX_LONG = 2**63 - 1
_MAX_DOUBLE = 1.7976931348623157e308
# A server's terms have at most 32,766 bytes; of longer strings the hash tells them apart.
_RAW_CHARACTERS = 256
_FOLDED_CHARACTERS = 8000


@dataclass(frozen=True)
class Fields(KnownFields):
    """The fields of all indexes, and where a server has their terms."""

    # Fields that some index gives a role and another does not: their terms are in two places.
    mixed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, indexes: Collection[SearchIndex], types: Mapping[str, Any]) -> "Fields":
        """What these indexes say; `types` are all their fields."""
        found = known(indexes, types)
        plain = {name for index in indexes for name in set(fields_of(index)) - set(roles_in(index))}
        return cls(**found, mixed=frozenset(plain & set(found["roles"])))

    def is_long(self, name: str) -> bool:
        return self.roles.get(name) in LONG_ROLES

    def terms(self, name: str) -> tuple[str, ...]:
        """The places of a field's terms."""
        if name not in self.roles:
            return (f"words.{name}",)
        return (f"text.{name}", f"words.{name}") if name in self.mixed else (f"text.{name}",)


def group(kind_of: haystack_fields.SearchField | None) -> str:
    """As what the values of a field are compared and sorted."""
    kind = getattr(kind_of, "field_type", None)
    if isinstance(kind_of, haystack_fields.DecimalField) or kind == "float":
        return NUMBER
    return WHOLE if kind in _WHOLE_KINDS else RAW


def placed(value: Any, kind_of: haystack_fields.SearchField | None) -> tuple[str, Any]:
    """The group of one value and what stands for it there; None for what cannot be held."""
    compared = values.comparable(value, kind_of)
    where = group(kind_of)
    if compared is None:
        return where, None
    if where == WHOLE:
        return where, _whole(compared)
    if where == NUMBER or not isinstance(compared, str):
        # A field of no type may hold numbers beside strings.
        return NUMBER, min(max(float(compared), -_MAX_DOUBLE), _MAX_DOUBLE)
    return RAW, raw(compared)


def raw(text: str) -> str:
    """A string as a term; one that is too long keeps its beginning, and its hash."""
    if len(text) <= _RAW_CHARACTERS:
        return text
    return text[:_RAW_CHARACTERS] + hashlib.sha256(text.encode()).hexdigest()


def is_short(text: str) -> bool:
    """Whether even a long text is held folded as a whole."""
    return len(text) <= _RAW_CHARACTERS


def folded(text: str) -> str:
    """A string as lookups of parts compare it; a lone surrogate has no place in a request."""
    return fold(text[:_FOLDED_CHARACTERS].encode("utf-8", "replace").decode())


def micros(moment: datetime) -> int:
    """Microseconds since 1970, in which moments are compared."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def recency(value: Any, kind_of: haystack_fields.SearchField | None) -> int | None:
    """The number by which equals are ordered, greater first; None for what has no date."""
    compared = values.comparable(value, kind_of)
    if compared is None:
        return None
    try:
        return _of_moment(str(compared))
    except ValueError:
        number = float(compared) if not isinstance(compared, str) else None
        return None if number is None else int(min(max(number, -_MAX_LONG), _MAX_LONG))


def facet_value(key: Any, kind_of: haystack_fields.SearchField | None) -> Any:
    """The Python value of a facet."""
    if isinstance(kind_of, haystack_fields.DecimalField):
        return Decimal(str(key))
    match getattr(kind_of, "field_type", None):
        case "boolean":
            return bool(key)
        case "datetime":
            return _EPOCH + timedelta(microseconds=int(key))
        case "date":
            return date.fromordinal(int(key))
        case "integer":
            return int(key)
    return key


def _whole(compared: values.Comparable) -> int | float | None:
    if isinstance(compared, str):
        is_date = len(compared) == len("2026-01-01")
        return date.fromisoformat(compared).toordinal() if is_date else _of_moment(compared)
    if abs(compared) > _MAX_LONG:
        return _MAX_LONG if compared > 0 else -_MAX_LONG
    return compared


def _of_moment(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
