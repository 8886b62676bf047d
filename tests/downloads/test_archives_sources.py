"""A deflated stretch reads like the bytes it holds, from any place and in any order."""

import random
from dataclasses import replace
from io import BytesIO

from django.test import SimpleTestCase

from downloads.archives.limits import Clock, TimeUp
from downloads.archives.sources import MARK_EVERY, FileSource, InflatedSource
from tests.downloads.archive_cases import LIMITS
from tests.factories_zip import deflate


class InflatedSourceTests(SimpleTestCase):
    def test_any_place_reads_as_in_the_bytes_themselves(self):
        chance = random.Random(1)  # noqa: S311
        data = b"".join(b"%d," % number for number in range(1_300_000))
        self.assertGreater(len(data), 2 * MARK_EVERY)
        packed = deflate(data)
        base = FileSource(BytesIO(b"head" + packed + b"tail"))
        source = InflatedSource(base, 4, len(packed), len(data), Clock(LIMITS))
        for offset in (len(data) - 22, 0, *(chance.randrange(len(data)) for _ in range(12))):
            length = chance.choice((1, 46, 65_557, 200_000))
            with self.subTest(offset=offset, length=length):
                self.assertEqual(source.read_at(offset, length), data[offset : offset + length])
        self.assertEqual(source.read_at(len(data), 9), b"")
        self.assertEqual(source.read_at(-1, 9), b"")

    def test_reading_ends_when_the_time_is_over(self):
        packed = deflate(bytes(999))
        late = Clock(replace(LIMITS, max_seconds=-1))
        with self.assertRaises(TimeUp):
            InflatedSource(FileSource(BytesIO(packed)), 0, len(packed), 999, late).read_at(0, 9)
