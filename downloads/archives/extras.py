"""The extra fields of ZIP headers, as far as the rules ask for them."""

import stat
import struct
import zlib

ZIP64, UNICODE_PATH, PKWARE_UNIX, ASI_UNIX = 0x0001, 0x7075, 0x000D, 0x756E
SENTINEL = 0xFFFFFFFF
# What is neither a file nor a folder.
SPECIAL_MODES = frozenset({stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK})


class Malformed(Exception):
    """An extra field claims more bytes than there are."""


def split(extra: bytes, *, lenient: bool = False) -> list[tuple[int, bytes]]:
    """The fields in order; lenient, those before the first that is malformed.

    One to three bytes left over are padding, as zipalign makes it.
    """
    fields, position = [], 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        position += 4
        if position + length > len(extra):
            if lenient:
                break
            raise Malformed
        fields.append((kind, extra[position : position + length]))
        position += length
    return fields


def wide(values: tuple[int, ...], fields: list[tuple[int, bytes]]) -> tuple[int, ...]:
    """Sizes and offset, each sentinel replaced by its 64-bit value in the ZIP64 field."""
    if SENTINEL not in values:
        return values
    data = next((data for kind, data in fields if kind == ZIP64), b"")
    result, position = [], 0
    for value in values:
        if value == SENTINEL:
            if position + 8 > len(data):
                raise Malformed
            (value,) = struct.unpack_from("<Q", data, position)
            position += 8
        result.append(value)
    return tuple(result)


def unicode_paths(fields: list[tuple[int, bytes]], raw: bytes) -> list[tuple[bool, bytes]]:
    """Names from Unicode-path fields, each with whether it speaks of the name `raw`."""
    return [
        (data[0] == 1 and struct.unpack_from("<L", data, 1)[0] == zlib.crc32(raw), data[5:])
        for kind, data in fields
        if kind == UNICODE_PATH and len(data) >= 5
    ]


def tells_of_link(fields: list[tuple[int, bytes]]) -> bool:
    """Whether a Unix field makes a link or device of the entry, whatever its attributes say."""
    for kind, data in fields:
        if kind == PKWARE_UNIX and len(data) > 12:
            return True
        if kind == ASI_UNIX and len(data) >= 6:
            (mode,) = struct.unpack_from("<H", data, 4)
            if stat.S_IFMT(mode) in SPECIAL_MODES:
                return True
    return False
