import hashlib
import re

from django.conf import settings
from django.test import SimpleTestCase


class VendoredFilesTests(SimpleTestCase):
    def test_every_vendored_file_is_the_one_that_was_published(self):
        vendor = settings.BASE_DIR / "blogsite" / "static" / "vendor"
        for folder in [path for path in vendor.iterdir() if (path / "VENDORED.md").exists()]:
            named = dict(
                re.findall(
                    r"\| (\S+) \| `([0-9a-f]{128})` \|", (folder / "VENDORED.md").read_text()
                )
            )
            present = {path.name for path in folder.iterdir()} - {"VENDORED.md"}
            self.assertEqual(set(named), present)
            for name, sha512 in named.items():
                with self.subTest(name):
                    data = (folder / name).read_bytes()
                    self.assertEqual(hashlib.sha512(data).hexdigest(), sha512)
