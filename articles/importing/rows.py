"""The rows that an import writes: articles with their columns, authors and tags.

`fingerprint()` tells an editor's change from what the import wrote.
"""

import hashlib
import json

from django.db.models import Max
from django.utils import timezone

from articles.models import Article
from content.models import Author, Column
from content.slugs import slugify

from .documents import NAME_MAX_LENGTH, Document

GROUP = "导入"
UNSORTED = "未分类"
HOLDS = [Article.Kind.ARTICLE.value, Article.Kind.REPRINT.value]


def fingerprint(article: Article) -> str:
    """A hash of all that an import writes and an editor can change.

    Tags, column and author count by their rows: renaming one is no change of the article.
    """
    published_at = article.published_at
    facts = [
        article.kind,
        article.title,
        article.slug,
        article.summary,
        article.body,
        article.column_id,
        article.author_id,
        article.cover_id,
        article.status,
        published_at.timestamp() if published_at else None,
        article.original_author,
        article.source_url,
        article.reprint_ground,
        sorted(tag.pk for tag in article.tags.all()),
    ]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def find_column(name: str, kind: str = "") -> Column | None:
    """The column of that name or address that holds `kind`, or any; c# is found as csharp too."""
    wanted = " ".join(name.split()).casefold()
    slug = slugify(name)
    by_slug = None
    for column in Column.objects.leaves():
        if not kind or kind in column.holds:
            if column.name.casefold() == wanted:
                return column
            if column.slug in {wanted, slug} and by_slug is None:
                by_slug = column
    return by_slug


def column_for(name: str, kind: str) -> Column:
    """The column called `name`, made in the group 导入 where there is none."""
    name = " ".join(name.split())[:NAME_MAX_LENGTH].strip() or UNSORTED
    found = find_column(name, kind)
    if found is not None:
        return found
    group = Column.objects.filter(parent=None, name=GROUP).first()
    if group is None:
        last = Column.objects.filter(parent=None).aggregate(last=Max("position"))["last"] or 0
        group = Column.objects.create(name=GROUP, position=last + 10)
    # One that editors keep for other kinds is found here, and refused when the row is checked.
    return Column.objects.get_or_create(parent=group, name=name, defaults={"holds": list(HOLDS)})[0]


def author_for(name: str) -> Author | None:
    """The pen name, made where there is none; None for no name."""
    return Author.objects.get_or_create(name=name)[0] if name else None


def fill(article: Article, document: Document) -> None:
    """Give `article` what the file says of itself, its text and its relations aside."""
    article.kind = document.kind
    article.title = document.title
    article.summary = document.summary
    article.status = Article.Status.DRAFT if document.is_draft else Article.Status.PUBLISHED
    if document.date is not None:
        article.published_at = document.date
    elif article.status == Article.Status.PUBLISHED and article.published_at is None:
        article.published_at = timezone.now()
    article.original_author = document.reprint.get("author", "")
    article.source_url = document.reprint.get("source_url", "")
    article.reprint_ground = document.reprint.get("ground", "")
