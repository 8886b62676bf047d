"""The arrows between the parts point one way, and the documents say what the code says."""

import ast
import re
from pathlib import Path

from django.test import SimpleTestCase

ROOT = Path(__file__).resolve().parents[2]
# Which parts each part may import beside itself; docs/architecture.md has the same table.
MAY_IMPORT = {
    "blogsite": set(),
    "content": set(),
    "articles": {"content"},
    "downloads": {"content"},
    "reports": {"content"},
    "search": set(),
}
# Haystack finds what is searchable in this module of each app; it declares, search reads.
DECLARES_TO_SEARCH = re.compile(r"(articles|downloads)/search_indexes\.py")


def imports(path: Path) -> set[str]:
    """The first parts of all names that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found


class ArrowTests(SimpleTestCase):
    def test_no_part_imports_what_it_must_not_know(self):
        for part, allowed in MAY_IMPORT.items():
            for path in (ROOT / part).rglob("*.py"):
                name = path.relative_to(ROOT).as_posix()
                others = imports(path) & (set(MAY_IMPORT) | {"demo", "tests"}) - {part}
                if DECLARES_TO_SEARCH.fullmatch(name):
                    others -= {"search"}
                with self.subTest(name):
                    self.assertEqual(others - allowed, set())


class OperationsTableTests(SimpleTestCase):
    def test_every_variable_of_the_settings_stands_in_the_table_and_no_other(self):
        source = (ROOT / "blogsite" / "settings.py").read_text(encoding="utf-8")
        read = set(re.findall(r'env(?:iron)?(?:\.\w+)?\(\s*"([A-Z_]+)"', source))
        table = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
        section = table.split("## Settings", 1)[1].split("\n## ", 1)[0]
        listed = set(re.findall(r"^\| `([A-Z_]+)`", section, flags=re.MULTILINE))
        # Read by the start command, before there are settings.
        self.assertEqual(
            listed - {"EDITOR_PASSWORD", "ADMIN_PASSWORD", "DEMO", "WEB_PROCESSES"}, read
        )
