"""What the search page asks of tags: which one a name means, and which begin like this."""

from .models import Tag, TagAlias
from .tag_counts import tag_counts


def named(text: str) -> str | None:
    """The name of the tag that has this name, or this other name, whatever its case."""
    try:
        return Tag.objects.get(name__iexact=text).name
    except Tag.DoesNotExist:
        return None


def beginning(prefix: str, limit: int) -> list[tuple[str, int]]:
    """Name and count of tags with visible content, the most used first.

    They begin like this by their name, another name, the sound of it, or the first letters of
    its syllables: 数据库 is found by shuju and by sjk.
    """
    typed = prefix.casefold()
    aliases = TagAlias.objects.filter(name__istartswith=prefix).values_list("tag_id", flat=True)
    meant = set(aliases[:50])
    spelled = typed.replace(" ", "").replace("-", "")
    found = [
        tag
        for tag in tag_counts()
        if tag.name.casefold().startswith(typed)
        or tag.pk in meant
        or (spelled.isascii() and spelled.isalpha() and _sounds(tag.slug, spelled))
    ]
    found.sort(key=lambda tag: (not tag.name.casefold().startswith(typed), -tag.count))
    return [(tag.name, tag.count) for tag in found[:limit]]


def _sounds(slug: str, spelled: str) -> bool:
    syllables = slug.split("-")
    initials = "".join(syllable[:1] for syllable in syllables)
    return "".join(syllables).startswith(spelled) or (
        len(spelled) > 1 and initials.startswith(spelled)
    )
