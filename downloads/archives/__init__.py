"""Look inside a ZIP without unpacking it, and refuse what breaks the rules for uploads.

The rules are those of the editors' handbook, Z1 to Z16; the first broken one, in the order
of the checks, is the one that is named. Why the reader is our own is told in
docs/decisions/0001-own-zip-reader.md.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from downloads.archives.contents import check_contents
from downloads.archives.coverage import check_coverage
from downloads.archives.directory import Record, read_directory, read_end
from downloads.archives.inner import check_inner_archives
from downloads.archives.limits import Clock, Limits, TimeUp, megabytes
from downloads.archives.names import check_names
from downloads.archives.paths import check_collisions, check_kinds, check_twins
from downloads.archives.refusals import ArchiveRefused, Findings
from downloads.archives.sources import FileSource

__all__ = ["ArchiveRefused", "Entry", "Limits", "inspect"]


@dataclass(frozen=True)
class Entry:
    """One line of an archive's listing; the path of a folder ends in a slash."""

    path: str
    size: int
    is_dir: bool


def inspect(file: BinaryIO | Path, *, name: str, limits: Limits | None = None) -> list[Entry]:
    """The listing of a lawful archive, in the order of its directory.

    Raises ArchiveRefused for whatever else the seekable `file` holds, and no other error
    but those of the disk. `name` is the name under which the file was uploaded.
    """
    if isinstance(file, Path):
        with file.open("rb") as opened:
            return inspect(opened, name=name, limits=limits)
    limits = limits or Limits.from_settings()
    findings = Findings()
    if not name.lower().endswith(".zip"):
        findings.refuse("Z14", _("The name of a package must end in .zip."))
    source = FileSource(file)
    if source.size > limits.max_bytes:
        sentence = _("The file is larger than %(megabytes)s MB.")
        findings.refuse("Z7", sentence % {"megabytes": megabytes(limits.max_bytes)})
    try:
        records = _checked(source, limits, Clock(limits), findings)
    except TimeUp:
        findings.note("Z7", _("The archive takes too long to inspect."))
        records = []
    findings.settle()
    return [Entry(record.path or "", record.size, record.is_dir) for record in records]


def _checked(source: FileSource, limits: Limits, clock: Clock, findings: Findings) -> list[Record]:
    """Every check. What costs little comes first; what is named first is for the findings."""
    end = read_end(source, findings)
    records = read_directory(source, end, limits, clock, findings)
    findings.settle("Z11")
    if not findings.has("Z9"):
        check_coverage(source, records, end, clock, findings)
    findings.settle("Z9")
    check_names(records, limits, clock, findings)
    check_kinds(records, findings)
    if not findings.has("Z1", "Z5", "Z6"):
        check_twins(records, findings)
        check_collisions(records, clock, findings)
    unpacked = check_contents(source, records, limits, clock, findings)
    findings.settle()
    check_inner_archives(source, records, unpacked, limits, clock, findings)
    return records
