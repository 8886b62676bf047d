"""Are the compiled Chinese catalogues complete and of the present code? `--write` makes them so.

A user has no gettext, so compiled catalogues are committed; this tells when they are stale.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Each folder with a catalogue of its own; the last one has the templates.
FOLDERS = ("content", "articles", "downloads", "reports", "search", "demo", "blogsite", ".")
# Nothing that people read comes from here, and much of it changes while one looks.
NO_SOURCES = (
    *("tests", "bench", "var", "screenshots", "staticfiles", "static", "node_modules"),
    *("__pycache__", ".git", ".venv", ".*_cache", ".hypothesis"),
)
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES")
_HEADER_DATE = re.compile(rb'"POT-Creation-Date: [^"]*"\n')


def make(root: Path) -> None:
    """Collect the messages below `root` into its catalogues."""
    for folder in FOLDERS:
        collect(root, folder)


def collect(root: Path, folder: str) -> None:
    """Collect the messages of one folder; one without any keeps having no catalogue."""
    if not (root / folder / CATALOGUE).exists():
        if not any((root / folder).glob("**/*.py")):
            return
        (root / folder / CATALOGUE).mkdir(parents=True)
    # Patterns of the top level only: templates/content and the like belong to the root.
    others = [f"{name}/?*" for name in FOLDERS[:-1]] if folder == "." else []
    ignore = [f"--ignore={pattern}" for pattern in (*others, *NO_SOURCES)]
    subprocess.run(
        [
            sys.executable, "-m", "django", "makemessages", "--locale=zh_Hans", "--no-location",
            "--no-obsolete", "--no-wrap", "--verbosity=0", *ignore,
        ],
        cwd=root / folder,
        check=True,
    )  # fmt: skip


def compiled(catalogue: Path) -> bytes:
    """What msgfmt makes of a catalogue."""
    with tempfile.NamedTemporaryFile(suffix=".mo") as target:
        subprocess.run(["msgfmt", "--check", "-o", target.name, str(catalogue)], check=True)
        return Path(target.name).read_bytes()


def problems() -> list[str]:
    """What is stale or missing, a sentence each."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "site"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NO_SOURCES))
        make(copy)
        for fresh in sorted(copy.glob("**/zh_Hans/LC_MESSAGES/django.po")):
            committed = ROOT / fresh.relative_to(copy)
            if not committed.exists() or _bare(fresh) != _bare(committed):
                found.append(f"{fresh.relative_to(copy)} is not of the present code.")
                continue
            if _untranslated(committed):
                found.append(f"{fresh.relative_to(copy)}: {_untranslated(committed)}")
            binary = committed.with_suffix(".mo")
            if not binary.exists() or binary.read_bytes() != compiled(committed):
                found.append(f"{fresh.relative_to(copy)} is not compiled.")
    return found


def _bare(catalogue: Path) -> bytes:
    return _HEADER_DATE.sub(b"", catalogue.read_bytes())


def _untranslated(catalogue: Path) -> str:
    """What msgfmt says of messages without a translation, or with a doubtful one."""
    result = subprocess.run(
        ["msgfmt", "--statistics", "-o", "/dev/null", str(catalogue)],
        check=True, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    return result.stderr.strip() if re.search("fuzzy|untranslated", result.stderr) else ""


def main() -> int:
    if "--write" in sys.argv:
        make(ROOT)
        for catalogue in ROOT.glob("*/locale/zh_Hans/LC_MESSAGES/django.po"):
            catalogue.with_suffix(".mo").write_bytes(compiled(catalogue))
        catalogue = ROOT / CATALOGUE / "django.po"
        catalogue.with_suffix(".mo").write_bytes(compiled(catalogue))
    found = problems()
    for sentence in found:
        print(sentence, file=sys.stderr)
    if found:
        print("“make messages” collects them; then translate what is empty.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
