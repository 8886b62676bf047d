"""Whatever the bytes, an inspection answers; and what it accepts, other readers read alike."""

import gzip
import io
import zipfile
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from downloads.archives import ArchiveRefused
from tests.downloads.archive_cases import ArchiveTestCase, look
from tests.factories_zip import Item, make_zip, write_zip

LAWFUL = (
    make_zip(
        {"css/": b"", "css/site.css": b"body{}" * 30, "说明.txt": b"", "in.gz": gzip.compress(b"x")}
    ),
    write_zip(
        Item(b"a.txt", b"hello" * 9, descriptor="sLLL"),
        Item("图".encode("gbk"), b"x", 0, zip64=True),
        Item(b"in.zip", make_zip({"b": b"y" * 99}), 0, descriptor="LQQ"),
        comment=b"comment",
        zip64=True,
    ),
)
SIGNATURES = [
    b"PK\1\2",
    b"PK\3\4",
    b"PK\5\6",
    b"PK\6\6",
    b"PK\6\7",
    b"PK\7\x08",
    b"\xff" * 4,
    bytes(4),
]


@st.composite
def mutations(draw) -> bytes:
    """A lawful archive with bytes changed, taken away, doubled or put in."""
    data = bytearray(draw(st.sampled_from(LAWFUL)))
    for _change in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.sampled_from(["flip", "set", "cut", "put", "double"])):
            case "flip" if data:
                data[at] ^= 1 << draw(st.integers(0, 7))
            case "set":
                new = draw(st.sampled_from(SIGNATURES) | st.binary(min_size=1, max_size=8))
                data[at : at + len(new)] = new
            case "cut":
                del data[at : at + draw(st.integers(1, 60))]
            case "put":
                data[at:at] = draw(st.binary(min_size=1, max_size=8))
            case "double":
                data[at:at] = data[at : at + draw(st.integers(1, 120))]
    return bytes(data)


class HostileBytesTests(ArchiveTestCase):
    @settings(max_examples=400, deadline=None)
    @given(mutations())
    def test_a_mutated_archive_is_refused_or_read_as_python_reads_it(self, data):
        try:
            listing = look(data)
        except ArchiveRefused as refusal:
            self.assertRegex(str(refusal), r"Z\d")
            return
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                theirs = archive.infolist()
                contents = [archive.read(info) for info in theirs]
        except NotImplementedError:
            return  # a version that Python does not know; versions are free
        self.assertEqual([len(content) for content in contents], [e.size for e in listing])
        self.assertEqual([zlib.crc32(c) for c in contents], [info.CRC for info in theirs])
        for info, entry in zip(theirs, listing, strict=True):
            if info.flag_bits & 0x800 or info.filename.isascii():
                self.assertEqual(info.filename, entry.path)

    @settings(max_examples=150, deadline=None)
    @given(mutations(), st.sampled_from([0, 8]))
    def test_a_mutated_inner_archive_is_counted_or_opaque(self, inner, method):
        try:
            self.assertEqual(len(look(write_zip(Item(b"a", inner, method)))), 1)
        except ArchiveRefused as refusal:
            self.assertEqual(refusal.rule, "Z10")

    @settings(max_examples=100, deadline=None)
    @given(st.binary(max_size=300))
    def test_noise_is_refused(self, data):
        with self.assertRaises(ArchiveRefused):
            look(data)

    @settings(max_examples=100, deadline=None)
    @given(st.binary(max_size=60), st.binary(max_size=20), st.sampled_from([0, 0x800]))
    def test_any_bytes_as_a_name_are_listed_or_refused(self, name, other, flags):
        try:
            look(write_zip(Item(name, flags=flags), Item(other)))
        except ArchiveRefused as refusal:
            self.assertLessEqual(len(refusal.entry), 80)
            self.assertNotRegex(refusal.entry, "[\0-\x1f\x7f-\x9f\u202a-\u202e]")
