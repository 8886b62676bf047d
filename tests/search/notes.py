"""A searchable kind for the tests of engines: notes, on Django's own User and Group models."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import Group, User
from haystack import indexes
from haystack.exceptions import SkipDocument

from search.indexes import Role, SearchableIndex

PUBLISHED = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


def make_note(pk: int, **values: Any) -> User:
    """A note that need not be in the database; what is not given is empty."""
    user = User(pk=pk, username=values.get("title", f"note{pk}"))
    user.note = values  # type: ignore[attr-defined]
    return user


class NoteIndex(SearchableIndex, indexes.Indexable):
    text = indexes.CharField(document=True)
    title = indexes.CharField()
    names = indexes.MultiValueField(null=True)
    tags = indexes.MultiValueField(null=True, faceted=True)
    summary = indexes.CharField(null=True)
    author = indexes.CharField(null=True)
    kind = indexes.CharField(faceted=True, null=True)
    published_at = indexes.DateTimeField(null=True)
    day = indexes.DateField(null=True)
    views = indexes.IntegerField(null=True)
    price = indexes.DecimalField(null=True)
    featured = indexes.BooleanField(null=True)
    extra = indexes.SearchField(null=True)
    rating = indexes.FloatField(null=True)
    sites = indexes.MultiValueField(null=True)
    # Kept beside a document and not searched.
    month = indexes.CharField(indexed=False, null=True)
    # Its name in the index is another than in the program.
    subtitle = indexes.CharField(index_fieldname="subtitle_in_index", null=True)
    beginning = indexes.EdgeNgramField(null=True)

    roles = {
        "text": Role.BODY,
        "summary": Role.BODY,
        "title": Role.TITLE,
        "names": Role.NAMES,
        "tags": Role.TAGS,
        "author": Role.TAGS,
    }
    volatile_fields = ("views",)

    def get_model(self) -> type[User]:
        return User

    def prepare(self, obj: User) -> dict[str, Any]:
        note = getattr(obj, "note", None)
        if note is None:
            note = {"title": obj.username, "text": obj.last_name, "published_at": obj.date_joined}
        if note.get("skip"):
            raise SkipDocument
        data = super().prepare(obj)
        data.update(title="", text="")
        data.update((self.fields[name].index_fieldname, value) for name, value in note.items())
        return data


class GroupIndex(SearchableIndex, indexes.Indexable):
    text = indexes.CharField(document=True, model_attr="name")

    def get_model(self) -> type[Group]:
        return Group
