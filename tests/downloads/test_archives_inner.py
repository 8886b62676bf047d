"""Archives inside an archive are listed as files, and counted against the same limits."""

import bz2
import gzip
import io
import lzma
import zipfile

from tests.downloads.archive_cases import ArchiveTestCase
from tests.factories_zip import (
    Item,
    deflate,
    end_record,
    local_record,
    make_zip,
    quoted_overlap,
    write_zip,
)

BOMB = bytes(40_000)
FEW = {"max_unpacked_bytes": 20_000}
SMALL = b"hello" * 99


def packed_by(method: int, data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("a", data)
    return target.getvalue()


PACKERS = {
    "zip": lambda data: make_zip({"a": data}),
    "zip of bzip2": lambda data: packed_by(zipfile.ZIP_BZIP2, data),
    "zip of lzma": lambda data: packed_by(zipfile.ZIP_LZMA, data),
    "streamed zip": lambda data: write_zip(Item(b"a", data, descriptor="sLLL")),
    "zip64": lambda data: write_zip(Item(b"a", data, zip64=True), zip64=True),
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


class InnerArchiveTests(ArchiveTestCase):
    def within(self, inner: bytes, *more: bytes) -> list[bytes]:
        """The inner archive stored and deflated in a package."""
        return [
            write_zip(Item(b"readme"), Item(b"inner.bin", inner, method), *map(Item, more))
            for method in (0, 8)
        ]

    def test_every_kind_is_listed_as_a_file_and_not_expanded(self):
        for kind, pack in PACKERS.items():
            for data in self.within(pack(SMALL)):
                with self.subTest(kind):
                    self.assertEqual(self.accepted(data), ["readme", "inner.bin"])

    def test_every_kind_is_counted_whatever_its_name(self):
        for kind, pack in PACKERS.items():
            for data in self.within(pack(BOMB)):
                with self.subTest(kind):
                    self.assertEqual(self.refused("Z10", data, **FEW).entry, "inner.bin")

    def test_streams_in_a_row_are_counted_together(self):
        for kind in ("gzip", "bzip2", "xz"):
            for gap in (b"", bytes(8)):
                with self.subTest(kind, gap=gap):
                    inner = gap.join([PACKERS[kind](bytes(15_000))] * 2)
                    self.refused("Z10", self.within(inner)[0], **FEW)
        many = gzip.compress(b"") * 30
        self.refused("Z10", self.within(many)[0])
        self.accepted(self.within(gzip.compress(b"") * 9)[0])

    def test_entries_count_together_with_those_outside(self):
        inner = make_zip({str(number): b"" for number in range(18)})
        self.accepted(write_zip(Item(b"inner", inner), Item(b"a")))
        self.refused("Z10", write_zip(Item(b"inner", inner), Item(b"a"), Item(b"b")))
        self.refused("Z10", write_zip(Item(b"a", inner), Item(b"b", inner)))

    def test_bytes_count_together_with_those_outside(self):
        noise = bytes(range(256)) * 180  # 46 kB
        comment = b"x" * 5000
        self.accepted(
            write_zip(Item(b"a", gzip.compress(noise)), Item(b"b", noise), comment=comment)
        )
        items = (Item(name, gzip.compress(noise)) for name in (b"a", b"b", b"c"))
        self.refused("Z10", write_zip(*items, comment=comment))
        self.refused(
            "Z10", write_zip(Item(b"a", gzip.compress(noise + noise[:9000])), comment=comment)
        )

    def test_only_one_level_is_counted(self):
        twice = make_zip({"b": gzip.compress(BOMB)})
        self.accepted(self.within(twice)[0], **FEW)
        stored = write_zip(Item(b"b.zip", make_zip({"c": BOMB}), 0))
        self.accepted(self.within(stored)[0], **FEW)

    def test_hostile_structures_do_not_evade_counting(self):
        bomb = Item(b"a", BOMB)
        hidden = Item(b"h", BOMB, has_central=False)
        cases = {
            "overlapping": quoted_overlap(9, bytes(4000)),
            "overlapping zip64": quoted_overlap(9, bytes(4000), zip64=True),
            "one entry listed often": write_zip(
                Item(b"a", bytes(9000)),
                *(Item(b"b%d" % n, bytes(9000), has_local=False, offset=0) for n in range(4)),
            ),
            "sizes that lie": write_zip(Item(b"a", BOMB, size=1, packed_size=1)),
            "no directory": local_record(bomb),
            "no directory, streamed": local_record(Item(b"x", b"y", descriptor="LLL"))
            + local_record(bomb),
            "hidden from the directory": write_zip(Item(b"x"), hidden, Item(b"y")),
            "hidden at the start": write_zip(hidden, Item(b"y")),
            "trailing bytes": write_zip(bomb, suffix=b"\0" * 99),
            "a false end": write_zip(bomb, comment=end_record(0, 0, 0)),
            "prepended": write_zip(Item(b"x"), suffix=write_zip(bomb)),
            "marked as split": b"PK00" + local_record(bomb),
            "a false CRC": write_zip(Item(b"a", BOMB, crc=1)),
            "gzip with a false end": gzip.compress(BOMB)[:-8] + bytes(8),
            "xz cut short": lzma.compress(BOMB)[:-12],
        }
        for label, inner in cases.items():
            for data in self.within(inner):
                with self.subTest(label):
                    self.refused("Z10", data, **FEW)

    def test_broken_and_unknown_formats_are_opaque(self):
        for label, inner in {
            "zip cut short": make_zip({"a": SMALL})[:-9],
            "only a signature": b"PK\3\4",
            "noise behind a signature": b"PK\3\4" + bytes(range(256)),
            "end alone": end_record(0, 0, 0),
            "end that points nowhere": end_record(9, 99, 99),
            "gzip cut short": gzip.compress(SMALL)[:-9],
            "gzip header": b"\x1f\x8b\x08",
            "noise behind gzip": gzip.compress(SMALL) + b"noise",
            "bzip2 header": b"BZh9",
            "words like bzip2": b"BZhello",
            "xz header": b"\xfd7zXZ\0",
            "7z": b"7z\xbc\xaf\x27\x1c" + bytes(99),
            "rar": b"Rar!\x1a\x07\x00" + bytes(99),
            "a bad deflate stream": write_zip(Item(b"a", b"x", packed=b"\xff\xff")),
        }.items():
            for data in self.within(inner):
                with self.subTest(label):
                    self.assertEqual(self.accepted(data), ["readme", "inner.bin"])

    def test_magic_bytes_are_seen_however_slowly_they_inflate(self):
        inner = gzip.compress(BOMB)
        one_by_one = b"".join(b"\0\1\0\xfe\xff" + bytes([byte]) for byte in inner[:6])
        packed = one_by_one + b"\0\0\0\xff\xff" * 30_000 + deflate(inner[6:])
        self.refused("Z10", write_zip(Item(b"a", inner, packed=packed), Item(b"b")), max_ratio=0.1)

    def test_an_xz_that_wants_too_much_memory_cannot_be_counted(self):
        hungry = lzma.compress(
            SMALL, filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 128 * 1024**2}]
        )
        self.refused("Z10", self.within(hungry)[0])
        ordinary = lzma.compress(SMALL, preset=9)
        self.accepted(self.within(ordinary)[0])
