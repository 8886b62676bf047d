"""Rows for tests: each function makes one that is lawful, published and visible.

What a test is about, it says by keyword; everything else is of no interest to it.
"""

import io
import itertools
import zipfile
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from articles.models import Article
from content.models import Author, Column, Content, Tag
from downloads.models import Package, Release
from downloads.services import store_package

_numbers = itertools.count(1)


def make_user(username: str = "", **overrides: Any) -> Any:
    """An active user without a password that works."""
    name = username or f"user{next(_numbers)}"
    return get_user_model().objects.create_user(name, **overrides)


def make_column(name: str = "", *, group: str = "大数据技术", **overrides: Any) -> Column:
    """A column in a group, made when it is not there, that holds every kind."""
    parent, _made = Column.objects.get_or_create(name=group, parent=None)
    overrides.setdefault("holds", ["article", "reprint", "template", "plugin"])
    return Column.objects.create(name=name or f"栏目{next(_numbers)}", parent=parent, **overrides)


def make_tag(name: str = "", **overrides: Any) -> Tag:
    return Tag.objects.create(name=name or f"标签{next(_numbers)}", **overrides)


def make_author(name: str = "", **overrides: Any) -> Author:
    return Author.objects.create(name=name or f"作者{next(_numbers)}", **overrides)


def _complete(overrides: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of a published row, and those that an ordinary save does not write."""
    number = next(_numbers)
    fields: dict[str, Any] = {
        "title": f"标题{number}",
        "body": f"正文{number}。",
        "status": Content.Status.PUBLISHED,
        **overrides,
    }
    if "column" not in fields:
        fields["column"] = Column.objects.filter(parent__isnull=False).first() or make_column()
    if fields["status"] == Content.Status.PUBLISHED:
        fields.setdefault("published_at", timezone.now() - timedelta(minutes=1))
    return fields, {"tags": fields.pop("tags", [])}


def make_article(**overrides: Any) -> Article:
    """A visible original; with `kind="reprint"` one that names its source. `tags` are names."""
    if overrides.get("kind") == "reprint":
        overrides = {
            "original_author": "原作者",
            "source_url": "https://example.com/source",
            "reprint_ground": "经作者授权",
            **overrides,
        }
    fields, later = _complete(overrides)
    article = Article.objects.create(**fields)
    article.tags.add(*later["tags"])
    return article


def make_zip(files: dict[str, bytes] | None = None) -> bytes:
    """A plain ZIP of these files, the same bytes whenever it is made."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (files or {"index.html": b"<h1>hello</h1>"}).items():
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def make_package(*, stored: bool = False, **overrides: Any) -> Package:
    """A visible plugin with a release; with `stored=True` its file is there to download."""
    release = {"version": overrides.pop("version", "1.0.0")}
    files = overrides.pop("files", None)
    overrides.setdefault("kind", Package.Kind.PLUGIN)
    fields, later = _complete(overrides)
    package = Package.objects.create(**fields)
    package.tags.add(*later["tags"])
    if stored:
        upload = io.BytesIO(make_zip(files))
        store_package(package=package, upload=upload, name="package.zip", **release)
    else:
        listing = [[name, len(data)] for name, data in (files or {"index.html": b"1"}).items()]
        package.latest_release = Release.objects.create(
            package=package, file_name="package.zip", size=1024, sha256="0" * 64,
            listing=listing, **release,
        )  # fmt: skip
        package.save(update_fields=["latest_release"])
    return package
