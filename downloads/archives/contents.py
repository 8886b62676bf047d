"""Every entry inflated once: what it really holds against what is declared (Z9, Z7)."""

import zlib
from collections.abc import Sequence

from django.utils.translation import gettext as _

from downloads.archives.directory import Record
from downloads.archives.inflating import BadData, unpacked_chunks
from downloads.archives.limits import (
    Clock,
    Limits,
    entry_too_large,
    inflates_too_much,
    too_large,
    too_many,
)
from downloads.archives.refusals import Findings
from downloads.archives.sources import Source

HEAD_BYTES = 16  # what telling an inner archive by its magic bytes needs


def check_contents(
    source: Source, records: Sequence[Record], limits: Limits, clock: Clock, findings: Findings
) -> int:
    """Inflate everything, as far as the limit of the whole goes; returns the bytes inflated.

    A false size or CRC is named before a size that is too large. So nothing ends at the
    first limit passed, and where not everything may be inflated, the small comes first.
    """
    if len(records) > limits.max_entries:
        findings.note("Z7", too_many(limits))
    total = 0
    declared = sum(record.size for record in records)
    by_size = declared > limits.max_unpacked_bytes
    for record in sorted(records, key=lambda record: record.size if by_size else record.offset):
        clock.check()
        allowance = limits.max_unpacked_bytes - total
        try:
            size, crc = _read(source, record, allowance, clock)
        except BadData:
            findings.note("Z9", _("The data of the entry is damaged or holds more."), record)
            continue
        total += size
        if size > record.size or (size <= allowance and (size, crc) != (record.size, record.crc)):
            sentence = _("The data of the entry is not what the archive says it is (size, CRC).")
            findings.note("Z9", sentence, record)
        if record.is_dir and size:
            findings.note("Z9", _("A folder holds hidden bytes."), record)
        if size > limits.max_entry_bytes:
            findings.note("Z7", entry_too_large(limits), record)
        if size > allowance:
            findings.note("Z7", too_large(limits), record)
            break
    if limits.inflates_too_much(total, source.size):
        findings.note("Z7", inflates_too_much(limits))
    return total


def _read(source: Source, record: Record, allowance: int, clock: Clock) -> tuple[int, int]:
    """Size and CRC; cut where it is clear that the size is false or past what is allowed."""
    size, crc = 0, 0
    chunks = unpacked_chunks(source, record.data_start, record.packed, record.method, clock)
    for chunk in chunks:
        if len(record.head) < HEAD_BYTES:  # a chunk may be a single byte
            record.head += chunk[:HEAD_BYTES]
        size += len(chunk)
        if size > record.size or size > allowance:
            break
        crc = zlib.crc32(chunk, crc)
    return size, crc
