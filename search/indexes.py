"""What an app declares so that its content is searchable: roles, dependencies, versions."""

import hashlib
from enum import StrEnum
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Model
from haystack import indexes
from haystack.constants import DJANGO_CT, DJANGO_ID, DOCUMENT_FIELD, ID

from search.engines.values import encode, plain


class Role(StrEnum):
    """What a text is within its document; a reader's query looks at all of them."""

    TITLE = "title"
    BODY = "body"
    NAMES = "names"
    TAGS = "tags"


class SearchableIndex(indexes.SearchIndex):
    """A Haystack index whose texts have roles, and which tells when a document must be rewritten.

    class ArticleIndex(SearchableIndex, indexes.Indexable):
        text = indexes.CharField(document=True, model_attr="plain_text")
        title = indexes.CharField(model_attr="title")
        roles = {"title": Role.TITLE, "text": Role.BODY}
    """

    # Field → role: every text that a reader's query searches.
    roles: ClassVar[dict[str, Role]] = {DOCUMENT_FIELD: Role.BODY}
    # Another model → the lookups from the indexed model to it: whose change changes documents.
    depends_on: ClassVar[dict[type[Model] | str, str | tuple[str, ...]]] = {}
    # Fields that may change without the document being another version of itself.
    volatile_fields: ClassVar[frozenset[str] | set[str] | tuple[str, ...]] = ()
    # Among equally good hits the one with the greater value comes first.
    recency_field: ClassVar[str] = "published_at"

    def version(self, prepared: dict[str, Any]) -> str:
        """Equal for equal documents: the hash of what was prepared, without volatile fields."""
        return document_version(self, prepared)


def document_version(index: indexes.SearchIndex, prepared: dict[str, Any]) -> str:
    """The version of a document of any Haystack index, `SearchableIndex` or not."""
    volatile = getattr(index, "volatile_fields", ())
    lasting = {
        key: plain(value)
        for key, value in prepared.items()
        if key not in volatile and key not in (ID, DJANGO_CT, DJANGO_ID)
    }
    # Another role or another folding of the same text is another document.
    roles = {f"role:{field}": str(role) for field, role in sorted(roles_of(index).items())}
    return hashlib.sha256(encode(lasting | roles).encode()).hexdigest()


def roles_of(index: indexes.SearchIndex) -> dict[str, Role]:
    """Field → role. A plain Haystack index has one text, its document."""
    return getattr(index, "roles", None) or {DOCUMENT_FIELD: Role.BODY}


def query_limit() -> int:
    """How many characters of what a visitor typed are searched for; the page says so."""
    return getattr(settings, "SEARCH_QUERY_MAX_CHARACTERS", 200)
