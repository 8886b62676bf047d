"""What of an article a reader can find."""

from typing import Any

from haystack import indexes

from content.models import Author, Column, Tag
from search.indexes import Role, SearchableIndex

from .models import Article


class ArticleIndex(SearchableIndex, indexes.Indexable):
    """Articles and reprints, from the moment they are published, scheduled ones included."""

    text = indexes.CharField(document=True, model_attr="body_text")
    title = indexes.CharField(model_attr="title")
    summary = indexes.CharField(model_attr="summary")
    tags = indexes.MultiValueField()
    kind = indexes.CharField(model_attr="kind")
    column = indexes.CharField(model_attr="column__slug")
    group = indexes.CharField(null=True)
    author = indexes.CharField(null=True)
    original_author = indexes.CharField(model_attr="original_author")
    source = indexes.CharField(model_attr="source_url")
    published_at = indexes.DateTimeField(model_attr="published_at")
    views = indexes.IntegerField(model_attr="views")

    roles = {
        "title": Role.TITLE,
        "text": Role.BODY,
        "summary": Role.BODY,
        "tags": Role.TAGS,
        "author": Role.TAGS,
        "original_author": Role.TAGS,
    }
    depends_on = {Tag: "tags", Column: ("column", "column__parent"), Author: "author"}
    volatile_fields = {"views"}

    def get_model(self) -> type[Article]:
        return Article

    def index_queryset(self, using: str | None = None) -> Any:
        """What the index holds: published and clear, whatever the time says."""
        return (
            Article.objects.indexable()
            .select_related("column__parent", "author")
            .prefetch_related("tags")
            .defer("body", "body_html", "headings", "lead")
        )

    def read_queryset(self, using: str | None = None) -> Any:
        """What a visitor may be shown, with all that a result shows."""
        return (
            Article.objects.visible()
            .select_related("column__parent", "author", "cover")
            .prefetch_related("tags")
            .defer("body", "body_html", "body_text", "headings")
        )

    def get_updated_field(self) -> str:
        return "updated_at"

    def prepare_tags(self, article: Article) -> list[str]:
        return sorted(tag.name for tag in article.tags.all())

    def prepare_group(self, article: Article) -> str | None:
        return article.column.parent.slug if article.column.parent else None

    def prepare_author(self, article: Article) -> str | None:
        return article.author.name if article.author else None
