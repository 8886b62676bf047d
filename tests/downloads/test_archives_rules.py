"""Archives whose structure lies, hides or overlaps are refused, and by the rule named first."""

import zlib

from tests.downloads.archive_cases import ArchiveTestCase
from tests.factories_zip import (
    Item,
    deflate,
    end_record,
    make_zip,
    quoted_overlap,
    unicode_path,
    write_zip,
)

A, B = Item(b"a", b"hello"), Item(b"b", b"world")


class WholeFileTests(ArchiveTestCase):
    def test_only_a_name_that_ends_in_zip_is_taken(self):
        for name in ("a.rar", "a.zip.exe", "zip", "a.zip ", ""):
            with self.subTest(name):
                self.refused("Z14", b"", name=name)
        self.accepted(write_zip(A), name="演示.ZiP")

    def test_what_is_larger_than_the_limit_is_refused_before_it_is_read(self):
        data = write_zip(A)
        self.refused("Z7", data, max_bytes=len(data) - 1)
        self.refused("Z7", b"no archive", max_bytes=1)
        self.accepted(data, max_bytes=len(data))

    def test_what_is_no_zip_from_its_first_byte_to_its_last_is_refused(self):
        data = write_zip(A, B)
        for label, case in {
            "empty": b"",
            "one byte": b"P",
            "text": b"hello" * 99,
            "no entries": end_record(0, 0, 0),
            "cut short": data[:-1],
            "one byte more": data + b"\0",
            "prepended": b"x" + data,
            "prepended, offsets know it": write_zip(A, prefix=b"#!/bin/sh\n"),
            "another archive before": data + data,
            "another archive before, offsets know it": write_zip(A, prefix=data),
            "only folders": make_zip({"d/": b"", "d/e/": b""}),
            "trailing bytes behind a comment": write_zip(A, comment=b"hi", suffix=b"x"),
            "a second end in the comment": write_zip(A, comment=end_record(1, 47, 0)),
            "a signature in the comment": write_zip(A, comment=b"PK\5\6"),
            "a fitting end before the end": write_zip(
                A, before_end=end_record(0, 0, 0, comment_length=22)
            ),
            "marked as split": b"PK\7\x08" + data,
        }.items():
            with self.subTest(label):
                self.refused("Z13", case)

    def test_an_archive_on_several_disks_is_refused(self):
        for lies in ({"disk": 1}, {"directory_disk": 1}, {"here": 0}, {"zip64": {"disks": 2}}):
            with self.subTest(lies):
                self.refused("Z13", write_zip(A, **lies))
        self.refused("Z13", write_zip(Item(b"a", central={"disk": 1})))


class MethodTests(ArchiveTestCase):
    def test_encrypted_archives_are_refused(self):
        for options in ({"flags": 1}, {"flags": 1 << 6}, {"flags": 1 << 13}, {"method": 99}):
            with self.subTest(options):
                self.refused("Z12", write_zip(A, Item(b"b", **options)))

    def test_other_methods_than_stored_and_deflate_are_refused(self):
        for method in (1, 6, 9, 12, 14, 93, 95, 98):
            with self.subTest(method):
                self.refused("Z11", write_zip(Item(b"b", method=method), A))
        self.refused("Z11", write_zip(Item(b"b", flags=1 << 5)))


class DisagreementTests(ArchiveTestCase):
    def test_a_local_header_that_differs_is_refused(self):
        for lie in (
            *({"name": b"b"}, {"method": 0}, {"flags": 1}, {"flags": 0x800}),
            *({"crc": 0}, {"size": 4}, {"packed_size": 3}, {"size": 0xFFFFFFFF}),
        ):
            with self.subTest(lie):
                self.refused("Z9", write_zip(B, Item(b"a", b"hello", local=lie)))

    def test_a_directory_that_is_false_together_with_the_header_is_refused(self):
        for options in (
            *({"crc": 1}, {"size": 4}, {"size": 6}, {"size": 9_000_000}),
            *(
                {"size": 4, "method": 0},
                {"packed": b"\xff\xff"},
                {"packed": deflate(b"hello")[:-1]},
            ),
            *({"packed": deflate(b"hello") + b"x"}, {"packed": b""}),
        ):
            with self.subTest(options):
                refusal = self.refused("Z9", write_zip(B, Item(b"a", b"hello", **options)))
                self.assertEqual(refusal.entry, "a")

    def test_a_false_descriptor_or_none_is_refused(self):
        streamed = Item(b"a", b"hello", descriptor="sLLL")
        data = write_zip(streamed, B)
        at = data.index(b"PK\7\x08")
        for place in (4, 8, 12):
            with self.subTest(place):
                lie = bytearray(data)
                lie[at + place] ^= 1
                self.refused("Z9", bytes(lie))
        empty = {"crc": 0, "size": 0, "packed_size": 0}
        self.refused("Z9", write_zip(Item(b"a", b"hello", flags=8, local=empty)))

    def test_bytes_between_the_records_are_refused(self):
        streamed = Item(b"a", b"x", descriptor="LLL")
        for label, case in {
            "between entries": write_zip(A, Item(b"b", before=b"\0")),
            "before the directory": write_zip(A, B, before_directory=b"hidden"),
            "after the directory": write_zip(A, B, before_end=b"hidden"),
            "after a descriptor": write_zip(streamed, Item(b"b", before=b"1234")),
            "a folder with data": write_zip(A, Item(b"d/", b"hidden")),
        }.items():
            with self.subTest(label):
                self.refused("Z9", case)

    def test_an_entry_that_one_of_the_lists_does_not_know_is_refused(self):
        hidden = Item(b"h", b"hidden", has_central=False)
        for items in ((hidden, A), (A, hidden, B), (A, hidden)):
            with self.subTest(items.index(hidden)):
                self.refused("Z9", write_zip(*items))
        self.refused("Z9", write_zip(A, Item(b"g", has_local=False)))
        self.refused("Z9", write_zip(A, Item(b"g", offset=1)))
        self.refused("Z9", write_zip(A, Item(b"g", offset=99_999_999)))

    def test_an_end_record_that_lies_is_refused(self):
        for lies in (
            *({"here": 1, "count": 1}, {"here": 3, "count": 3}, {"size": 93}, {"size": 95}),
            *({"offset": 1}, {"offset": 0xFFFFFFFF}, {"zip64": {"record_offset": 0}}),
            *({"zip64": {"length": 45}}, {"zip64": True, "size": 1}),
        ):
            with self.subTest(lies):
                self.refused("Z9", write_zip(A, B, **lies))

    def test_an_extra_field_that_runs_past_its_end_is_refused(self):
        self.refused("Z9", write_zip(Item(b"a", central={"extra": b"\1\0\x10\0"})))
        self.accepted(write_zip(Item(b"a", local={"extra": b"\1\0\x10\0"})))


def stored_overlap() -> bytes:
    """An entry whose stored data hold another entry that the directory lists as well."""
    inside = make_zip({"b": b"world"})
    inside = inside[: inside.index(b"PK\1\2")]
    outer = Item(b"a", inside, 0)
    return write_zip(outer, Item(b"b", b"world", flags=0x800, has_local=False, offset=31))


class OverlapTests(ArchiveTestCase):
    def test_an_entry_inside_another_is_refused(self):
        self.assertEqual(self.refused("Z8", stored_overlap()).entry, "b")

    def test_two_lines_of_the_directory_for_one_entry_are_refused(self):
        self.refused("Z8", write_zip(A, Item(b"a", b"hello", has_local=False, offset=0)))

    def test_quoted_overlaps_are_refused_within_the_limits_of_work(self):
        self.refused("Z8", quoted_overlap(12, b"\0" * 30_000))


class SizeTests(ArchiveTestCase):
    def test_too_many_entries_are_refused(self):
        self.refused("Z7", make_zip({str(n): b"" for n in range(21)}))
        self.refused("Z7", make_zip({str(n): b"" for n in range(99)}))
        self.accepted(make_zip({str(n): b"" for n in range(20)}))

    def test_an_entry_or_a_whole_that_unpacks_to_too_much_is_refused(self):
        noise = zlib.compress(bytes(range(256)) * 9)
        refusal = self.refused("Z7", make_zip({"a": noise, "b": b"ab" * 26_000}))
        self.assertEqual(refusal.entry, "b")
        self.refused("Z7", make_zip(dict.fromkeys("abc", b"ab" * 20000), comment=b"x" * 9000))
        self.accepted(make_zip(dict.fromkeys("ab", b"ab" * 25000), comment=b"x" * 9000))

    def test_a_ratio_counts_once_enough_inflates(self):
        self.refused("Z7", make_zip({"a": bytes(20_001)}))
        self.accepted(make_zip({"a": bytes(20_000)}))
        self.accepted(make_zip({"a": bytes(20_001), "b": zlib.compress(b"x") * 20}))

    def test_time_that_runs_out_is_refused(self):
        self.refused("Z7", write_zip(A), max_seconds=-1)


class OrderTests(ArchiveTestCase):
    """Of two broken rules the one that is named is the one checked first."""

    def test_each_rule_goes_before_all_that_follow_it(self):
        breaks = {
            "Z12": [Item(b"12", flags=1)],
            "Z11": [Item(b"11", method=12)],
            "Z9": [Item(b"9", b"hello", crc=1)],
            "Z8": [Item(b"8", b"x"), Item(b"8", b"x", has_local=False, offset=0)],
            "Z1": [Item(b"../1")],
            "Z5": [Item(b"a?")],
            "Z6": [Item(b"x" * 256)],
            "Z2": [Item(b"2", attributes=0o120777 << 16)],
            "Z3": [Item(b"3"), Item(b"3")],
            "Z4": [Item(b"x"), Item(b"X")],
            "Z7": [Item(b"7", bytes(60_000))],
            "Z10": [Item(b"10", make_zip({"z": bytes(30_000)}), 0)],
        }
        rules = list(breaks)
        for place, first in enumerate(rules):
            for second in rules[place:]:
                with self.subTest(first=first, second=second):
                    items = breaks[first] + (breaks[second] if first != second else [])
                    # The overlap points to the first entry of the file.
                    if first == "Z8":
                        data = write_zip(*items)
                    elif second == "Z8":
                        data = write_zip(*breaks[second], *breaks[first])
                    else:
                        data = write_zip(*reversed(items))
                    self.refused(first, data)

    def test_the_whole_file_goes_before_its_entries(self):
        self.refused("Z13", write_zip(Item(b"a", flags=1), suffix=b"x"))
        self.refused("Z13", write_zip(Item(b"12/", b"", flags=1)))
        self.refused("Z12", write_zip(Item(b"a", flags=1), count=5, here=5))
        self.refused("Z7", b"", max_bytes=-1)

    def test_the_entry_named_is_the_first_in_the_directory(self):
        refusal = self.refused("Z5", make_zip({"ok": b"", "b?": b"", "a?": b"", "c?": b""}))
        self.assertEqual(refusal.entry, "b?")
        self.assertIn("b?", str(refusal))

    def test_damage_is_found_beside_a_bomb_and_in_it(self):
        bomb = bytes(90_000)
        self.refused("Z9", write_zip(Item(b"b", bomb), Item(b"c", bomb), Item(b"a", b"x", crc=1)))
        self.refused("Z9", write_zip(Item(b"b", bomb, crc=1)))
        self.refused("Z9", write_zip(Item(b"b", bomb, size=5)))
        self.refused("Z9", write_zip(Item(b"b", b"12345", size=3 * 10**9)))
        name = Item(b"../b", bomb * 9)
        self.refused("Z1", write_zip(name))

    def test_unused_unicode_paths_are_only_asked_whether_they_lead_outside(self):
        self.accepted(write_zip(Item(b"a", extra=unicode_path(b"a", b"b?\xff", crc=0))))
