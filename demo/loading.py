"""Loading the demo once, with all its parts, whatever editors do with them later."""

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime

from articles.importing import ArticleImport, FolderSource, Result
from articles.models import Article
from content.models import ImportRecord, Picture
from content.picture_rows import keep_picture
from content.pictures import PictureRefused
from content.rendering import RenderingRefused
from downloads.archives import ArchiveRefused
from downloads.importing import bring_in
from downloads.manifests import PackageFacts
from downloads.models import Package

from .columns import make_columns
from .surroundings import Surroundings, make_surroundings

ROOT = Path(__file__).resolve().parent
NAME = "demo"  # of the source: no import of an editor's folder has these identities
_ENTRY_TIME = (2026, 1, 1, 0, 0, 0)
_MODELS = {"articles.article": Article, "downloads.package": Package}


@dataclass
class Loaded:
    """What a load did; `problems` are sentences about parts that could not be loaded."""

    was_loaded_before: bool = False
    columns: int = 0
    articles: int = 0
    packages: int = 0
    around: Surroundings = field(default_factory=Surroundings)
    problems: list[str] = field(default_factory=list)


def load_demo(root: Path = ROOT, *, again: bool = False) -> Loaded:
    """Load the demo unless it was loaded before; `again` makes anew what is missing.

    A mark in the table of imports says that it was: an editor who deletes a column or a
    text of the demo does not find it back after the next start.
    """
    mark = ImportRecord(model=NAME, path="loaded")
    if ImportRecord.objects.filter(model=mark.model, path=mark.path).exists() and not again:
        return Loaded(was_loaded_before=True)
    if again:
        forget_missing()
    loaded = Loaded(columns=make_columns())
    _load_articles(root, loaded)
    _load_packages(root, loaded)
    # Last: further reading belongs to articles.
    loaded.around = make_surroundings(root / "texts", loaded.problems)
    if not loaded.problems:
        ImportRecord.objects.get_or_create(model=mark.model, path=mark.path)
    return loaded


def forget_missing() -> None:
    """Forget that rows were imported which are not there any more, so that they are made again."""
    for name, model in _MODELS.items():
        records = ImportRecord.objects.filter(model=name, path__startswith=f"{NAME}:")
        present = model._base_manager.values("pk")
        records.exclude(object_id__in=present).delete()


def _load_articles(root: Path, loaded: Loaded) -> None:
    report = ArticleImport(FolderSource(root, below="articles"), name=NAME).run()
    loaded.articles = report.count(Result.MADE)
    loaded.problems += [f"{o.path}: {o.reason}" for o in report.ended(Result.REFUSED)]
    loaded.problems += [f"{path}: {kind}: {detail}" for kind, path, detail in report.warnings]


def _load_packages(root: Path, loaded: Loaded) -> None:
    for description in sorted((root / "packages").glob("*.yaml")):
        try:
            loaded.packages += load_package(description)
        except (ArchiveRefused, PictureRefused, RenderingRefused, KeyError) as refused:
            loaded.problems.append(f"{description.name}: {refused}")
        except ValidationError as error:
            loaded.problems.append(f"{description.name}: {' '.join(error.messages)}")


def load_package(description: Path) -> bool:
    """Make the package that a YAML file describes, from the folder beside it; was it made?"""
    identity = f"{NAME}:packages/{description.stem}"
    if ImportRecord.objects.filter(model="downloads.package", path=identity).exists():
        return False
    said: dict[str, Any] = yaml.safe_load(description.read_text(encoding="utf-8"))
    date = said.get("date")
    facts = PackageFacts(
        kind=said["kind"],
        title=said["title"],
        version=str(said["version"]),
        licence=said.get("licence", ""),
        environment=said.get("environment", ""),
        summary=said.get("summary", ""),
        body=said["description"].strip(),
        source_url=said.get("source_url") or "",
        demo_url=said.get("demo_url") or "",
        tags=tuple(str(tag) for tag in said.get("tags", ())),
        column=said["column"],
        slug=said.get("slug", ""),
        author=said.get("author") or "本站",
        published_at=parse_datetime(date) if isinstance(date, str) else date,
        pictures=tuple(
            _picture(description.parent / picture) for picture in said.get("pictures", ())
        ),
    )
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{description.stem}-{facts.version}.zip"
        pack(description.with_suffix(""), file)
        outcome = bring_in(identity, facts, file, sha256="")
    return outcome.result == Result.MADE.value


def _picture(path: Path) -> Picture:
    with path.open("rb") as file:
        return keep_picture(file)


def pack(folder: Path, file: Path) -> None:
    """Write `folder` into a ZIP that is the same whenever and wherever it is made."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(folder.rglob("*"), key=lambda path: path.as_posix()):
            inside = path.relative_to(folder)
            if path.is_file() and not any(part.startswith(".") for part in inside.parts):
                entry = zipfile.ZipInfo(f"{file.stem}/{inside.as_posix()}", _ENTRY_TIME)
                entry.create_system, entry.external_attr = 3, 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
