"""Python values in an index: they come back as they went in, and compare as they should.

`encode` and `decode` keep the value itself; `comparable` is the number or text by which a
filter compares it: moments in UTC, strings as they are.
"""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from haystack import fields

Comparable = str | int | float

_TAG = "$type"


def encode(data: dict[str, Any]) -> str:
    """The prepared data of a document as JSON, canonical: equal data is equal text."""
    text = json.dumps(
        {key: _tagged(value) for key, value in data.items()},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    # A lone surrogate has no UTF-8; escaped it survives.
    return text if _is_writable(text) else json.dumps(json.loads(text), sort_keys=True)


def decode(text: str) -> dict[str, Any]:
    return {key: _untagged(value) for key, value in json.loads(text).items()}


def comparable(value: Any, field: fields.SearchField | None = None) -> Comparable | None:
    """By what a filter on this field compares the value; None for what the field cannot hold."""
    if value is None:
        return None
    try:
        return _by_field(value, field)
    except (ValueError, TypeError, ArithmeticError):
        return None


def from_comparable(value: Comparable, field: fields.SearchField | None) -> Any:
    """The Python value of a facet."""
    kind = getattr(field, "field_type", "string")
    if isinstance(field, fields.DecimalField):
        return Decimal(str(value))
    if kind == "boolean":
        return bool(value)
    if kind == "datetime":
        return datetime.fromisoformat(str(value))
    if kind == "date":
        return date.fromisoformat(str(value))
    return value


def plain(value: Any) -> Any:
    """Lazy texts resolved, sets, querysets and generators as lists."""
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [plain(item) for item in value]
    return value


def _by_field(value: Any, field: fields.SearchField | None) -> Comparable:
    kind = getattr(field, "field_type", None)
    if isinstance(field, fields.DecimalField) or isinstance(value, Decimal):
        return float(Decimal(str(value)))
    if kind in ("integer", "float"):
        return _number(value)
    if kind == "boolean":
        return int(value not in (False, 0, "0", "false", "False", ""))
    if kind == "datetime" or isinstance(value, datetime):
        return _date(value).isoformat() if kind == "date" else _moment(value)
    if kind == "date" or isinstance(value, date):
        return _date(value).isoformat()
    if kind is None and isinstance(value, bool | int | float):
        return _number(value)
    return str(value).encode("utf-8", "replace").decode()


def _number(value: Any) -> int | float:
    number = float(value)
    if number != number:
        raise ValueError("not a number")
    whole = int(value) if isinstance(value, int | str) and number.is_integer() else None
    # SQLite's integers have 64 bits.
    return whole if whole is not None and abs(whole) < 2**63 else number


def _moment(value: Any) -> str:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    elif not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if timezone.is_naive(value):
        value = timezone.make_aware(value)
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _date(value: Any) -> date:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return timezone.localdate(value) if timezone.is_aware(value) else value.date()
    return value


def _tagged(value: Any) -> Any:
    value = plain(value)
    if isinstance(value, list):
        return [_tagged(item) for item in value]
    if isinstance(value, datetime):
        return {_TAG: "datetime", "value": value.isoformat()}
    if isinstance(value, date):
        return {_TAG: "date", "value": value.isoformat()}
    if isinstance(value, time):
        return {_TAG: "time", "value": value.isoformat()}
    if isinstance(value, timedelta):
        # Whole numbers: seconds alone would round what is long and precise.
        return {_TAG: "timedelta", "value": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, Decimal):
        return {_TAG: "decimal", "value": str(value)}
    if isinstance(value, UUID):
        return {_TAG: "uuid", "value": str(value)}
    if isinstance(value, dict):
        return {_TAG: "dict", "value": {key: _tagged(item) for key, item in value.items()}}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    inner = value["value"]
    match value[_TAG]:
        case "datetime":
            return datetime.fromisoformat(inner)
        case "date":
            return date.fromisoformat(inner)
        case "time":
            return time.fromisoformat(inner)
        case "timedelta":
            return timedelta(*inner)
        case "decimal":
            return Decimal(inner)
        case "uuid":
            return UUID(inner)
    return {key: _untagged(item) for key, item in inner.items()}


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
