"""The block of facts in front of a text: YAML between `---`, or TOML between `+++`."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import yaml
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from content.rendering.cleaning import clean

from .sources import FileRefused

MAX_CHARACTERS = 65_536
_MAX_ITEMS = 100
_OPENING = re.compile(r"\A(?:[ \t]*\n)*(---|\+\+\+)[ \t]*\n")
_KEY = re.compile(r"[A-Za-z_][\w.-]*[ \t]*[:=]")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_CLOCK = re.compile(r"[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$")


def split(text: str) -> tuple[dict[str, Any], str]:
    """The facts, their names in lower case, and the text behind them.

    Raises `FileRefused` when the block cannot be read. A rule at the top of a text that has
    no such block is just a rule.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return {}, text
    endings = r"(?:---|\.\.\.)" if opening[1] == "---" else r"\+\+\+"
    closing = re.compile(rf"^{endings}[ \t]*(?:\n|\Z)", re.MULTILINE).search(text, opening.end())
    if closing is None:
        if _KEY.match(text, opening.end()):
            raise FileRefused(_("The front matter has no end."))
        return {}, text
    block = text[opening.end() : closing.start()]
    if len(block) > MAX_CHARACTERS:
        raise FileRefused(_("The front matter is too long."))
    facts = _yaml(block) if opening[1] == "---" else _toml(block)
    if facts is None:
        return {}, text
    return {str(key).lower(): value for key, value in facts.items()}, text[closing.end() :]


def _yaml(block: str) -> dict[Any, Any] | None:
    try:
        facts = yaml.safe_load(block)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        reason = _("The front matter is not valid YAML: %(problem)s in line %(line)d.")
        raise FileRefused(reason % {"problem": error.problem, "line": line}) from error
    # ValueError: an impossible date such as 2024-13-40.
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise FileRefused(_("The front matter is not valid YAML.")) from error
    if isinstance(facts, dict):
        return facts
    if facts is None:
        return {}
    if isinstance(facts, str):
        return None
    raise FileRefused(_("The front matter is not a list of names and values."))


def _toml(block: str) -> dict[str, Any]:
    try:
        return tomllib.loads(block)
    except (ValueError, RecursionError) as error:
        problem = str(error)[:100] if isinstance(error, tomllib.TOMLDecodeError) else "nesting"
        reason = _("The front matter is not valid TOML: %(problem)s.")
        raise FileRefused(reason % {"problem": problem}) from error


def words(value: Any) -> str:
    """A value as one line of text; "" for what is none, such as a list."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int):
        # Python refuses to spell a number of thousands of digits.
        return str(value) if abs(value) < 10**18 else ""
    if isinstance(value, str | float | date):
        # YAML can spell characters, by escapes, that no text may hold.
        return " ".join(clean(str(value)).split())
    return ""


def names(value: Any, depth: int = 0) -> list[str]:
    """The names in a value: one, a list of them, or lists within lists."""
    if isinstance(value, dict):
        return [words(value.get("name"))] if words(value.get("name")) else []
    if not isinstance(value, list):
        return [words(value)] if words(value) else []
    found = []
    if depth < 3:
        for item in value[:_MAX_ITEMS]:
            found += names(item, depth + 1)
    return found[:_MAX_ITEMS]


def is_true(value: Any) -> bool:
    """Whether a switch is on, as a YAML word or as text."""
    return value is True or (isinstance(value, str) and value.strip().lower() in {"true", "yes"})


def is_false(value: Any) -> bool:
    return value is False or (isinstance(value, str) and value.strip().lower() in {"false", "no"})


def moment(value: Any) -> datetime | None:
    """A time as generators write it; without a zone it is the site's. None when unreadable."""
    try:
        found = _moment(value)
        if found is None:
            return None
        if timezone.is_naive(found):
            found = timezone.make_aware(found)
        # Beyond this no database and no archive of months can follow.
        return found if 1970 <= found.year < 2100 else None
    except (ValueError, OverflowError):
        return None


def _moment(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    text = words(value)
    day = _DAY.match(text)
    if day is None:
        return None
    start = f"{int(day[1]):04}-{int(day[2]):02}-{int(day[3]):02}"
    clock = _CLOCK.match(text, day.end())
    if clock is None:
        return parse_datetime(f"{start} 00:00") if not text[day.end() :].strip() else None
    zone = clock[4] or ""
    return parse_datetime(f"{start} {int(clock[1]):02}:{clock[2]}:{clock[3] or '00'}{zone}")


def first_value(facts: dict[str, Any], keys: tuple[str, ...]) -> Iterator[Any]:
    """The values under these names that are there, in the order of the names."""
    for key in keys:
        if facts.get(key) not in (None, "", []):
            yield facts[key]
