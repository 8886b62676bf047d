"""The end records of a ZIP and the central directory they point to."""

import struct
from dataclasses import dataclass

from django.utils.translation import gettext as _

from downloads.archives import extras
from downloads.archives.inflating import DEFLATED, STORED
from downloads.archives.limits import Clock, Limits, too_many
from downloads.archives.refusals import Findings
from downloads.archives.sources import Source

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
END64, LOCATOR64 = b"PK\x06\x06", b"PK\x06\x07"
SPLIT, SPLIT_IN_ONE, ENCRYPTED_DIRECTORY = b"PK\x07\x08", b"PK00", b"PK\x06\x08"
END_SIZE, END64_SIZE, LOCATOR64_SIZE, CENTRAL_SIZE = 22, 56, 20, 46
LONGEST_COMMENT = 0xFFFF
ENCRYPTED, STREAMED, PATCHED, STRONG, UTF8, MASKED = 1, 1 << 3, 1 << 5, 1 << 6, 1 << 11, 1 << 13
METHOD_AES = 99


class Record:
    """One entry as the central directory tells it; later checks add what they find."""

    __slots__ = (
        *("aliases", "attributes", "crc", "data_start", "flags", "head", "host", "index"),
        *("is_dir", "is_link", "local_aliases", "method", "offset", "packed", "path"),
        *("raw", "size"),
    )

    def __init__(self, index: int, header: tuple, raw: bytes) -> None:
        (_signature, made_by, _needed, self.flags, self.method, _time, _date) = header[:7]
        (self.crc, self.packed, self.size) = header[7:10]
        self.attributes, self.offset = header[15:17]
        self.index, self.raw = index, raw
        self.host = made_by >> 8
        self.is_dir = raw.endswith(b"/")
        self.path: str | None = None
        self.is_link = False
        self.aliases: list[tuple[bool, bytes]] = []
        self.local_aliases: list[tuple[bool, bytes]] = []
        self.data_start = 0
        self.head = b""

    @property
    def label(self) -> str:
        """The name for a message, also before names are decoded."""
        if self.path is not None:
            return self.path
        try:
            return self.raw[:400].decode()
        except UnicodeDecodeError:
            return self.raw[:400].decode("gb18030", errors="replace")


@dataclass(frozen=True)
class End:
    """What the end records say, `start` being the place where they begin."""

    start: int
    offset: int
    size: int
    count: int


def read_end(source: Source, findings: Findings) -> End:
    """The end record, which must be the only one and close the file (Z13)."""
    first = source.read_at(0, 4)
    if first in (SPLIT, SPLIT_IN_ONE):
        _refuse_split(findings)
    if first == END:
        findings.refuse("Z13", _("The archive holds no files."))
    if first != LOCAL or source.size < END_SIZE:
        findings.refuse(
            "Z13", _("This is not a ZIP archive, or other bytes stand before it. Zip it again.")
        )
    position = _end_position(source, findings)
    header = struct.unpack("<4s4H2LH", source.read_at(position, END_SIZE))
    _signature, disk, directory_disk, here, count, size, offset, _comment = header
    has_zip64 = source.read_at(position - LOCATOR64_SIZE, 4) == LOCATOR64
    if has_zip64:
        end = _read_zip64(source, position, header, findings)
        disk, directory_disk = disk % 0xFFFF, directory_disk % 0xFFFF
        here = count
    else:
        end = End(position, offset, size, count)
    if disk or directory_disk or here != count:
        _refuse_split(findings)
    if not end.size and not end.count:
        findings.refuse("Z13", _("The archive holds no files."))
    _check_place(source, end, findings)
    return end


def _refuse_split(findings: Findings) -> None:
    sentence = _("The archive is split over several files. Make one ZIP of it.")
    findings.refuse("Z13", sentence)


def _end_position(source: Source, findings: Findings) -> int:
    tail_start = max(0, source.size - END_SIZE - LONGEST_COMMENT)
    tail = source.read_at(tail_start, source.size - tail_start)
    fitting, seen = [], -1
    while (seen := tail.find(END, seen + 1)) >= 0 and seen + END_SIZE <= len(tail):
        (comment,) = struct.unpack_from("<H", tail, seen + 20)
        if seen + END_SIZE + comment == len(tail):
            fitting.append(seen)
    if not fitting:
        if END in tail:
            sentence = _("Other bytes follow the end of the archive. Zip it again.")
        else:
            sentence = _("This is not a ZIP archive, or it is cut short. Upload it again.")
        findings.refuse("Z13", sentence)
    # Readers disagree on which end record counts; some take the last signature they see,
    # even in a comment.
    if len(fitting) > 1 or tail.rfind(END) != fitting[0]:
        findings.refuse("Z13", _("The archive has two ends. Zip it again."))
    return tail_start + fitting[0]


def _read_zip64(source: Source, position: int, header: tuple, findings: Findings) -> End:
    """The 64-bit end record; each field of the short one repeats it or points to it."""
    _signature, disk, directory_disk, here, count, size, offset, _comment = header
    locator_start = position - LOCATOR64_SIZE
    start = locator_start - END64_SIZE
    locator = source.read_at(locator_start, LOCATOR64_SIZE)
    _signature, record_disk, record_offset, disks = struct.unpack("<4sLQL", locator)
    if record_disk or disks > 1:
        _refuse_split(findings)
    record = source.read_at(start, END64_SIZE)
    if not record.startswith(END64):
        findings.note("Z9", _("The end records of the archive contradict each other."))
        return End(locator_start, offset, size, count)
    values = struct.unpack("<4sQHHLLQQQQ", record)
    length, (disk64, directory_disk64, here64, count64, size64, offset64) = values[1], values[4:]
    if disk64 or directory_disk64 or here64 != count64:
        _refuse_split(findings)
    agree = (
        *(record_offset == start, length == END64_SIZE - 12),
        *(disk in (0, 0xFFFF), directory_disk in (0, 0xFFFF)),
        *(here in (here64, 0xFFFF), count in (count64, 0xFFFF)),
        *(size in (size64, extras.SENTINEL), offset in (offset64, extras.SENTINEL)),
    )
    if not all(agree):
        findings.note("Z9", _("The end records of the archive contradict each other."))
    return End(start, offset64, size64, count64)


def _check_place(source: Source, end: End, findings: Findings) -> None:
    before = end.start - end.size - end.offset
    if before == 0:
        return
    # With bytes before the archive, its directory and its entries all lie that much later.
    first = source.read_at(end.start - end.size, CENTRAL_SIZE) if before > 0 else b""
    if first.startswith(CENTRAL) and len(first) == CENTRAL_SIZE:
        (offset,) = struct.unpack_from("<L", first, 42)
        if source.read_at(offset + before, 4) == LOCAL:
            findings.refuse("Z13", _("Other bytes stand before the archive. Zip it again."))
    findings.note("Z9", _("The end record and the directory of the archive disagree."))


def read_directory(
    source: Source, end: End, limits: Limits, clock: Clock, findings: Findings
) -> list[Record]:
    """Every entry of the central directory; what does not hold together is noted (Z9)."""
    records: list[Record] = []
    position, stop = end.offset, min(end.offset + end.size, end.start)
    # A quarter more than allowed is still looked at, for the rules that are named earlier.
    enough = limits.max_entries * 5 // 4
    if source.read_at(position, 4) == ENCRYPTED_DIRECTORY:
        findings.note("Z12", _encrypted())
    while position < stop:
        clock.check()
        read = read_record(source, position, stop, len(records), findings)
        if read is None:
            findings.note("Z9", _("The directory of the archive is damaged."))
            return records
        record, position = read
        _check_record(record, findings)
        records.append(record)
        if len(records) > enough:
            findings.refuse("Z7", too_many(limits))
    if position != end.offset + end.size or len(records) != end.count:
        findings.note("Z9", _("The end record and the directory of the archive disagree."))
    elif all(record.is_dir for record in records):
        findings.note("Z13", _("The archive holds no files."))
    return records


def read_record(
    source: Source, position: int, stop: int, index: int, findings: Findings
) -> tuple[Record, int] | None:
    """The entry at `position` and where the next begins; None where there is none."""
    fixed = source.read_at(position, CENTRAL_SIZE)
    if len(fixed) < CENTRAL_SIZE or not fixed.startswith(CENTRAL):
        return None
    header = struct.unpack("<4s6H3L5H2L", fixed)
    name_length, extra_length, comment_length, disk = header[10:14]
    following = position + CENTRAL_SIZE + name_length + extra_length + comment_length
    if following > stop:
        return None
    variable = source.read_at(position + CENTRAL_SIZE, name_length + extra_length)
    raw = variable[:name_length]
    record = Record(index, header, raw)
    try:
        fields = extras.split(variable[name_length:])
        sizes = (record.size, record.packed, record.offset)
        record.size, record.packed, record.offset = extras.wide(sizes, fields)
    except extras.Malformed:
        findings.note("Z9", _("An extra field is damaged."), record)
        return record, following
    record.aliases = extras.unicode_paths(fields, raw)
    record.is_link = extras.tells_of_link(fields)
    if disk not in (0, 0xFFFF):
        sentence = _("The archive is split over several files. Make one ZIP of it.")
        findings.note("Z13", sentence, record)
    return record, following


def _check_record(record: Record, findings: Findings) -> None:
    if record.flags & (ENCRYPTED | STRONG | MASKED) or record.method == METHOD_AES:
        findings.note("Z12", _encrypted(), record)
    elif record.method not in (STORED, DEFLATED) or record.flags & PATCHED:
        sentence = _(
            "It is packed with a method that not every program can unpack. "
            "Zip it again with the ordinary method (deflate)."
        )
        findings.note("Z11", sentence, record)


def _encrypted() -> str:
    return _("The archive is encrypted. Zip it again without a password.")
