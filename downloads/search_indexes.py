"""What of a package a reader can find: its description, and the files inside it.

The disclaimer is text of the template and never gets here.
"""

from typing import Any

from haystack import indexes

from content.models import Author, Column, Tag
from search.indexes import Role, SearchableIndex

from .models import Package, Release

# Of a package with thousands of files the first are enough to find it by.
NAMES_MAX = 2000


class PackageIndex(SearchableIndex, indexes.Indexable):
    """Site templates and jQuery plugins that have a file."""

    text = indexes.CharField(document=True, model_attr="body_text")
    title = indexes.CharField(model_attr="title")
    summary = indexes.CharField(model_attr="summary")
    tags = indexes.MultiValueField()
    names = indexes.MultiValueField()
    kind = indexes.CharField(model_attr="kind")
    column = indexes.CharField(model_attr="column__slug")
    group = indexes.CharField(null=True)
    author = indexes.CharField(null=True)
    published_at = indexes.DateTimeField(model_attr="published_at")
    views = indexes.IntegerField(model_attr="views")

    roles = {
        "title": Role.TITLE,
        "text": Role.BODY,
        "summary": Role.BODY,
        "names": Role.NAMES,
        "tags": Role.TAGS,
        "author": Role.TAGS,
    }
    depends_on = {
        Tag: "tags",
        Column: ("column", "column__parent"),
        Author: "author",
        Release: "releases",
    }
    volatile_fields = {"views"}

    def get_model(self) -> type[Package]:
        return Package

    def index_queryset(self, using: str | None = None) -> Any:
        """What the index holds: published, clear and with a file, whatever the time says."""
        return (
            Package.objects.indexable()
            .select_related("column__parent", "author", "latest_release")
            .prefetch_related("tags")
            .defer("body", "body_html", "headings", "lead")
        )

    def read_queryset(self, using: str | None = None) -> Any:
        """What a visitor may be shown, with all that a result shows."""
        return (
            Package.objects.visible()
            .select_related("column__parent", "author", "cover", "latest_release")
            .prefetch_related("tags")
            .defer("body", "body_html", "body_text", "headings", "latest_release__listing")
        )

    def get_updated_field(self) -> str:
        return "updated_at"

    def prepare_tags(self, package: Package) -> list[str]:
        return sorted(tag.name for tag in package.tags.all())

    def prepare_names(self, package: Package) -> list[str]:
        return searched_names(package.latest_release.listing) if package.latest_release else []

    def prepare_group(self, package: Package) -> str | None:
        return package.column.parent.slug if package.column.parent else None

    def prepare_author(self, package: Package) -> str | None:
        return package.author.name if package.author else None


def searched_names(listing: list[list[Any]]) -> list[str]:
    """Each file's name, and with the folder it lies in: `jquery.min.js`, `js/jquery.min.js`."""
    found: dict[str, None] = {}
    for path, _size in listing:
        parts = [part for part in str(path).split("/") if part]
        if not parts or str(path).endswith("/"):
            continue
        found[parts[-1]] = None
        found["/".join(parts[-2:])] = None
        if len(found) >= NAMES_MAX:
            break
    return list(found)[:NAMES_MAX]
