"""What the tests of archives share: inspecting bytes under small limits, and asserting a rule."""

from dataclasses import replace
from io import BytesIO

from django.test import SimpleTestCase

from downloads.archives import ArchiveRefused, Entry, Limits, inspect

LIMITS = Limits(
    max_bytes=200_000,
    max_entries=20,
    max_unpacked_bytes=100_000,
    max_entry_bytes=50_000,
    max_ratio=100,
    ratio_free_bytes=20_000,
    max_path_characters=1024,
    max_part_bytes=255,
    max_depth=64,
    max_seconds=10,
)


def look(data: bytes, *, name: str = "package.zip", **limits) -> list[Entry]:
    return inspect(BytesIO(data), name=name, limits=replace(LIMITS, **limits))


class ArchiveTestCase(SimpleTestCase):
    def refused(self, rule: str, data: bytes, **options) -> ArchiveRefused:
        """Assert that the archive is refused, and that it is this rule that is named."""
        try:
            listing = look(data, **options)
        except ArchiveRefused as refusal:
            self.assertEqual(refusal.rule, rule, str(refusal))
            self.assertIn(rule, str(refusal))
            return refusal
        raise AssertionError(f"accepted, not refused under {rule}: {listing}")

    def accepted(self, data: bytes, **options) -> list[str]:
        return [entry.path for entry in look(data, **options)]
