"""What the paths of an archive may be to each other: links (Z2), twins (Z3), collisions (Z4)."""

import stat
import unicodedata
from itertools import pairwise

from django.utils.translation import gettext as _

from downloads.archives.directory import Record
from downloads.archives.extras import SPECIAL_MODES
from downloads.archives.limits import Clock
from downloads.archives.refusals import Findings

# MS-DOS, NTFS, MVS as WinZip once wrote it, VFAT: their low bits are Windows attributes.
WINDOWS_HOSTS = frozenset({0, 10, 11, 14})
# An ordinary file to all who unpack it: what Info-ZIP read from a pipe.
STANDARD_INPUT = (stat.S_IFIFO, "-")
REPARSE_POINT = 0x400
BELOW = "\0"  # sorts below every character of a name, so that a folder's content follows it


def check_kinds(records: list[Record], findings: Findings) -> None:
    """Note links and devices, by whatever system they were packed."""
    for record in records:
        is_reparse_point = record.host in WINDOWS_HOSTS and record.attributes & REPARSE_POINT
        kind = stat.S_IFMT(record.attributes >> 16)
        is_special = kind in SPECIAL_MODES and (kind, record.path) != STANDARD_INPUT
        if record.is_link or is_special or is_reparse_point:
            sentence = _("The entry is a link or a device. Put the file itself into the archive.")
            findings.note("Z2", sentence, record)


def check_twins(records: list[Record], findings: Findings) -> None:
    """Note a path that occurs for the second time."""
    seen: set[str | None] = set()
    for record in records:
        if record.path in seen:
            findings.note("Z3", _("The path occurs twice."), record)
        seen.add(record.path)


def check_collisions(records: list[Record], clock: Clock, findings: Findings) -> None:
    """Note paths that another system takes for the same, folders on the way included.

    Sorted by what is compared, everything below a folder lies together right after it, so
    that each path needs to be held only against the one before it.
    """
    folded = sorted((_folded(record), record.index) for record in records)
    for (earlier_key, earlier), (key, index) in pairwise(folded):
        clock.check()
        later = records[max(earlier, index)]
        sentence = _collision(records[earlier], earlier_key, records[index], key)
        if sentence:
            findings.note("Z4", sentence, later)


def _folded(record: Record) -> str:
    body = (record.path or "").rstrip("/")
    if body.isascii():
        return body.lower().replace("/", BELOW)
    body = unicodedata.normalize("NFC", body).casefold()
    return unicodedata.normalize("NFC", body).replace("/", BELOW)


def _collision(earlier: Record, earlier_key: str, record: Record, key: str) -> str | None:
    earlier_parts, parts = _parts(earlier), _parts(record)
    earlier_keys, keys = earlier_key.split(BELOW), key.split(BELOW)
    for a, b, key_a, key_b in zip(earlier_parts, parts, earlier_keys, keys, strict=False):
        if key_a != key_b:
            return None
        if a != b:
            return _(
                "Two names differ only in upper and lower case or in how accents are written; "
                "on many systems one would overwrite the other. Rename one and zip again."
            )
    if len(parts) == len(earlier_parts):
        is_both = earlier.is_dir != record.is_dir
    else:
        is_both = not earlier.is_dir
    return _("The same path is a file and a folder.") if is_both else None


def _parts(record: Record) -> list[str]:
    return (record.path or "").rstrip("/").split("/")
