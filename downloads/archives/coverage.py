"""Local headers against the directory, and every byte of the file claimed exactly once."""

import struct

from django.utils.translation import gettext as _

from downloads.archives import extras
from downloads.archives.directory import ENCRYPTED, END, LOCAL, STREAMED, UTF8, End, Record
from downloads.archives.inflating import STORED
from downloads.archives.limits import Clock
from downloads.archives.refusals import Findings
from downloads.archives.sources import WINDOW, Source

LOCAL_SIZE = 30
# With or without signature, of 32 or 64 bit. The length is told by where the next record
# begins, so that no value can pass for another form.
DESCRIPTORS = ((12, "<LLL"), (16, "<4xLLL"), (20, "<LQQ"), (24, "<4xLQQ"))
DESCRIPTOR_SIGNATURE = b"PK\x07\x08"
SIGNED = (16, 24)
LONGEST_DESCRIPTOR = 24


def check_coverage(
    source: Source, records: list[Record], end: End, clock: Clock, findings: Findings
) -> None:
    """Walk the entries as they lie in the file: agreement (Z9), gaps (Z9), overlaps (Z8)."""
    ordered = sorted(records, key=lambda record: (record.offset, record.index))
    covered = 0
    for record, following in zip(ordered, [*ordered[1:], None], strict=True):
        clock.check()
        if record.offset > covered:
            _note_gap(source, covered, record, findings)
        elif record.offset < covered:
            findings.note("Z8", _("Entries of the archive overlap."), record)
        stop = _check_local(source, record, following.offset if following else end.offset, findings)
        if stop is None:
            return
        if stop > end.offset:
            findings.note("Z8", _("Entries of the archive overlap."), record)
        covered = max(covered, stop)
    if covered < end.offset:
        findings.note("Z9", _hidden())


def _hidden() -> str:
    return _("Bytes are hidden between the entries of the archive. Zip it again.")


def _note_gap(source: Source, start: int, following: Record, findings: Findings) -> None:
    # Before the first entry: an entry that the directory hides, or something else
    # altogether, such as another whole archive.
    if start == 0 and _holds_end(source, following.offset):
        findings.note("Z13", _("Other bytes stand before the archive. Zip it again."))
    else:
        findings.note("Z9", _hidden(), following)


def _holds_end(source: Source, stop: int) -> bool:
    step = WINDOW - len(END)
    return any(
        END in source.read_at(start, min(WINDOW, stop - start)) for start in range(0, stop, step)
    )


def _check_local(source: Source, record: Record, following: int, findings: Findings) -> int | None:
    """Where the entry ends, or None where no entry can be read."""
    fixed = source.read_at(record.offset, LOCAL_SIZE)
    if len(fixed) < LOCAL_SIZE or not fixed.startswith(LOCAL):
        findings.note("Z9", _("The directory points to a place that holds no entry."), record)
        return None
    header = struct.unpack("<4s5H3L2H", fixed)
    flags, method, (name_length, extra_length) = header[2], header[3], header[9:]
    variable = source.read_at(record.offset + LOCAL_SIZE, name_length + extra_length)
    raw, extra = variable[:name_length], variable[name_length:]
    record.data_start = record.offset + LOCAL_SIZE + name_length + extra_length
    stop = record.data_start + record.packed
    if stop > source.size:
        findings.note("Z9", _("The entry is cut short."), record)
        return None
    fields = extras.split(extra, lenient=True)  # no rule asks a local one to be sound
    record.local_aliases = extras.unicode_paths(fields, raw)
    record.is_link = record.is_link or extras.tells_of_link(fields)
    if raw != record.raw or method != record.method:
        findings.note("Z9", _disagreement(), record)
    if (flags ^ record.flags) & (ENCRYPTED | UTF8):
        findings.note("Z9", _disagreement(), record)
    if record.method == STORED and record.packed != record.size:
        findings.note("Z9", _("The entry holds hidden bytes."), record)
    if flags & STREAMED and (length := _descriptor_length(source, record, stop, following)):
        return stop + length
    # Without a descriptor to correct it, the header must be right by itself.
    if not _same_sizes(header[6:9], fields, record):
        findings.note("Z9", _disagreement(), record)
    return stop


def _disagreement() -> str:
    return _("The entry and the directory of the archive disagree. Zip it again.")


def _same_sizes(local: tuple[int, ...], fields: list, record: Record) -> bool:
    crc, packed, size = local
    try:
        size, packed = extras.wide((size, packed), fields)
    except extras.Malformed:
        return False
    return (crc, packed, size) == (record.crc, record.packed, record.size)


def _descriptor_length(source: Source, record: Record, start: int, following: int) -> int:
    """The length of the descriptor at `start`; 0 where none tells the directory's values."""
    block = source.read_at(start, LONGEST_DESCRIPTOR)
    fitting = [
        length
        for length, form in DESCRIPTORS
        if len(block) >= length
        and (length not in SIGNED or block.startswith(DESCRIPTOR_SIGNATURE))
        and struct.unpack_from(form, block) == (record.crc, record.packed, record.size)
    ]
    if following - start in fitting:
        return following - start
    return fitting[0] if fitting else 0
