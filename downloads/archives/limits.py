"""How much an archive may hold, and how long and how far reading it may go."""

import time
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# The limit of time is for the whole inspection as its caller sees it: starting, hashing and
# answering need their share of it.
READING_SHARE = 0.8


@dataclass(frozen=True)
class Limits:
    """The limits of one inspection; the site's own are settings."""

    max_bytes: int
    max_entries: int
    max_unpacked_bytes: int
    max_entry_bytes: int
    max_ratio: int
    ratio_free_bytes: int
    max_path_characters: int
    max_part_bytes: int
    max_depth: int
    max_seconds: float

    @classmethod
    def from_settings(cls) -> Self:
        return cls(
            max_bytes=settings.PACKAGE_MAX_BYTES,
            max_entries=settings.PACKAGE_MAX_ENTRIES,
            max_unpacked_bytes=settings.PACKAGE_MAX_UNPACKED_BYTES,
            max_entry_bytes=settings.PACKAGE_MAX_ENTRY_BYTES,
            max_ratio=settings.PACKAGE_MAX_RATIO,
            ratio_free_bytes=settings.PACKAGE_RATIO_FREE_BYTES,
            max_path_characters=settings.PACKAGE_MAX_PATH_CHARACTERS,
            max_part_bytes=settings.PACKAGE_MAX_PART_BYTES,
            max_depth=settings.PACKAGE_MAX_DEPTH,
            max_seconds=settings.PACKAGE_MAX_SECONDS,
        )

    def inflates_too_much(self, unpacked: int, packed: int) -> bool:
        """Whether a file of `packed` bytes may not hold `unpacked` bytes."""
        return unpacked > self.ratio_free_bytes and unpacked > self.max_ratio * packed


class TimeUp(Exception):
    """The time for one inspection is over."""


class Clock:
    """Ends an inspection that takes too long; asked in every loop that follows the input."""

    def __init__(self, limits: Limits) -> None:
        self._deadline = time.monotonic() + limits.max_seconds * READING_SHARE

    def check(self) -> None:
        if time.monotonic() > self._deadline:
            raise TimeUp


def too_many(limits: Limits) -> str:
    sentence = ngettext(
        "The archive holds more than %(count)d entry.",
        "The archive holds more than %(count)d entries.",
        limits.max_entries,
    )
    return sentence % {"count": limits.max_entries}


def entry_too_large(limits: Limits) -> str:
    return _("The entry unpacks to more than %(megabytes)s MB.") % {
        "megabytes": megabytes(limits.max_entry_bytes)
    }


def too_large(limits: Limits) -> str:
    return _("The archive unpacks to more than %(megabytes)s MB.") % {
        "megabytes": megabytes(limits.max_unpacked_bytes)
    }


def inflates_too_much(limits: Limits) -> str:
    return _("The archive unpacks to more than %(ratio)d times its size.") % {
        "ratio": limits.max_ratio
    }


def megabytes(count: int) -> str:
    return f"{count / 1024**2:g}"
