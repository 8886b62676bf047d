"""ZIP files for tests, built byte by byte: lawful ones, and ones that lie in any field."""

import struct
import zlib
from dataclasses import dataclass, field, replace

ZIP64_FIELD = 0x0001
FULL = 0xFFFFFFFF


def deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def extra_field(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def unicode_path(raw: bytes, path: bytes, *, crc: int | None = None) -> bytes:
    """The 0x7075 field that gives the name `raw` another spelling."""
    crc = zlib.crc32(raw) if crc is None else crc
    return extra_field(0x7075, struct.pack("<BL", 1, crc) + path)


@dataclass(frozen=True)
class Item:
    """One entry. Fields that are None are written truly; `local` and `central` override."""

    name: bytes
    data: bytes = b""
    method: int = 8
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    packed: bytes | None = None
    made_by: int = 20
    needed: int = 20
    time: int = 0
    date: int = 0x21
    disk: int = 0
    attributes: int = 0
    offset: int | None = None
    extra: bytes = b""
    comment: bytes = b""
    before: bytes = b""  # bytes that stand before the local header
    descriptor: str = ""  # a struct format of crc, packed, size; "s" in front: with signature
    has_local: bool = True
    has_central: bool = True
    zip64: bool = False
    local: dict = field(default_factory=dict)
    central: dict = field(default_factory=dict)

    def body(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflate(self.data) if self.method == 8 else self.data

    def filled(self) -> "Item":
        flags = self.flags | (8 if self.descriptor else 0)
        return replace(
            self,
            flags=flags,
            crc=zlib.crc32(self.data) if self.crc is None else self.crc,
            size=len(self.data) if self.size is None else self.size,
            packed_size=len(self.body()) if self.packed_size is None else self.packed_size,
            packed=self.body(),
        )


def local_record(item: Item) -> bytes:
    """Local header, data and descriptor."""
    filled = item.filled()
    if item.descriptor:
        filled = replace(filled, crc=0, size=0, packed_size=0)
    filled = replace(filled, **item.local)
    extra, size, packed_size = filled.extra, filled.size, filled.packed_size
    if item.zip64:
        extra += extra_field(ZIP64_FIELD, struct.pack("<QQ", size, packed_size))
        size = packed_size = FULL
    header = struct.pack(
        "<4s5H3L2H",
        b"PK\x03\x04",
        *(filled.needed, filled.flags, filled.method, filled.time, filled.date),
        *(filled.crc, packed_size, size, len(filled.name), len(extra)),
    )
    return header + filled.name + extra + filled.packed + descriptor(item)


def descriptor(item: Item) -> bytes:
    if not item.descriptor:
        return b""
    filled = item.filled()
    values = struct.pack(
        "<" + item.descriptor.removeprefix("s"), filled.crc, filled.packed_size, filled.size
    )
    return (b"PK\x07\x08" if item.descriptor.startswith("s") else b"") + values


def central_record(item: Item, offset: int) -> bytes:
    filled = replace(item.filled(), **item.central)
    offset = offset if filled.offset is None else filled.offset
    extra, size, packed_size = filled.extra, filled.size, filled.packed_size
    if item.zip64:
        extra += extra_field(ZIP64_FIELD, struct.pack("<QQQ", size, packed_size, offset))
        size = packed_size = offset = FULL
    header = struct.pack(
        "<4s6H3L5H2L",
        b"PK\x01\x02",
        *(filled.made_by, filled.needed, filled.flags, filled.method, filled.time, filled.date),
        *(filled.crc, packed_size, size, len(filled.name), len(extra), len(filled.comment)),
        *(filled.disk, 0, filled.attributes, offset),
    )
    return header + filled.name + extra + filled.comment


def end_record(count: int, size: int, offset: int, comment: bytes = b"", /, **lies: int) -> bytes:
    values = {
        **{"disk": 0, "directory_disk": 0, "here": count, "count": count},
        **{"size": size, "offset": offset, "comment_length": len(comment)},
        **lies,
    }
    return struct.pack("<4s4H2LH", b"PK\x05\x06", *values.values()) + comment


def end_record64(count: int, size: int, offset: int, start: int, /, **lies: int) -> bytes:
    values = {"length": 44, "record_offset": start, "disks": 1, "count": count, **lies}
    record = struct.pack(
        "<4sQHHLLQQQQ",
        *(b"PK\x06\x06", values["length"], 45, 45, 0, 0),
        *(values["count"], values["count"], size, offset),
    )
    return record + struct.pack(
        "<4sLQL", b"PK\x06\x07", 0, values["record_offset"], values["disks"]
    )


def write_zip(
    *items: Item,
    comment: bytes = b"",
    prefix: bytes = b"",
    before_directory: bytes = b"",
    before_end: bytes = b"",
    suffix: bytes = b"",
    shifted: bool = True,
    zip64: bool | dict = False,
    **end_lies: int,
) -> bytes:
    """A ZIP of the items as they are. `shifted`: offsets know of the prefix."""
    body, offsets = prefix, []
    lost = 0 if shifted else len(prefix)
    for item in items:
        body += item.before
        offsets.append(len(body) - lost)
        if item.has_local:
            body += local_record(item)
    body += before_directory
    directory = b"".join(
        central_record(item, offset)
        for item, offset in zip(items, offsets, strict=True)
        if item.has_central
    )
    count = sum(item.has_central for item in items)
    start = len(body) - lost
    body += directory + before_end
    if zip64 is not False:
        lies = {} if zip64 is True else zip64
        body += end_record64(count, len(directory), start, len(body), **lies)
        sentinels = {"here": 0xFFFF, "count": 0xFFFF, "size": FULL, "offset": FULL}
        end_lies = {**sentinels, **end_lies}
    return body + end_record(count, len(directory), start, comment, **end_lies) + suffix


def make_zip(files: dict[str, bytes], **options) -> bytes:
    """A lawful ZIP: `make_zip({"path": b"…"})`; a path that ends in a slash is a folder."""
    items = (
        Item(path.encode(), data, method=8 if data else 0, flags=0x800)
        for path, data in files.items()
    )
    return write_zip(*items, **options)


def quoted_overlap(count: int, kernel: bytes, **options) -> bytes:
    """A bomb of the Fifield kind: each entry quotes the next one's header and shares its data."""
    packed, data, headers, items = deflate(kernel), kernel, b"", []
    for number in range(count):
        item = Item(b"%06d" % number, data, packed=packed)
        items.insert(0, item)
        header = local_record(item)[: -len(packed)]
        length = len(header)
        quote = struct.pack("<BHH", 0, length, length ^ 0xFFFF) + header
        packed, data = quote + packed, header + data
        headers = quote
    step = len(headers)
    inner = (
        replace(item, has_local=False, offset=number * step)
        for number, item in enumerate(items[1:], 1)
    )
    return write_zip(items[0], *inner, **options)
