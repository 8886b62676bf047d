"""How an index of ours is made, as data, and how it is told from others.

Only what every distribution of Elasticsearch 8 and 9 has: no scripts, no analyzer but
`whitespace`, for the terms are made here (`tokens`). Fields of Haystack's indexes need no
entry of their own: what they are says the group that `fields` puts them in.
"""

from typing import Any

PROGRAM = "search.engines.elasticsearch"
# Raised when the mapping or the terms change: an older index must be rebuilt, never read.
VERSION = 1
SERVERS = ("8", "9")

_KEYWORD = {"type": "keyword"}
_TERMS = {"type": "text", "analyzer": "whitespace"}
# Pairs of neighbouring terms as well: a word of two characters is one of them, with the
# frequency of the word and not of its characters.
_PAIRED = {**_TERMS, "index_phrases": True}
_PARTS = {**_TERMS, "norms": True}


def index_body(
    alias: str, *, shards: int, replicas: int | None, aliases: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The request that makes an index for this alias."""
    settings: dict[str, Any] = {
        "number_of_shards": shards,
        # Named, or an index that nobody searches for a while would not show what is new.
        "refresh_interval": "1s",
        "mapping.total_fields.limit": 5000,
    }
    settings |= replication(replicas)
    return {
        "settings": {"index": settings},
        "mappings": _mappings(alias),
        "aliases": {name: {} for name in aliases},
    }


def replication(replicas: int | None) -> dict[str, Any]:
    """Settings for so many copies; None is one more where there is a second server."""
    if replicas is None:
        return {"auto_expand_replicas": "0-1"}
    return {"number_of_replicas": replicas, "auto_expand_replicas": "false"}


def changes_body(alias: str, *, replicas: int | None, aliases: tuple[str, ...]) -> dict[str, Any]:
    """An index of identifiers that changed while another one is being filled."""
    return {
        "settings": {"index": {"number_of_shards": 1, **replication(replicas)}},
        "mappings": {"_meta": meta(alias), "enabled": False},
        "aliases": {name: {} for name in aliases},
    }


def meta(alias: str) -> dict[str, Any]:
    return {"program": PROGRAM, "version": VERSION, "alias": alias}


def _mappings(alias: str) -> dict[str, Any]:
    objects = ("text", "words", "part", "raw", "folded", "whole", "number")
    templates = {
        "text": {**_TERMS, "copy_to": "texts"},
        "words": _TERMS,
        "part": {**_PARTS, "copy_to": "parts"},
        "raw": _KEYWORD,
        "folded": _KEYWORD,
        "whole": {"type": "long"},
        "number": {"type": "double"},
    }
    return {
        "_meta": meta(alias),
        "dynamic": "strict",
        "date_detection": False,
        "dynamic_templates": [
            {name: {"path_match": f"{name}.*", "mapping": templates[name]}} for name in objects
        ],
        "properties": {
            "id": _KEYWORD,
            "django_ct": _KEYWORD,
            "django_id": _KEYWORD,
            "version": {"type": "keyword", "index": False},
            "recency": {"type": "long"},
            # The values as they went in, as one text: nothing here may interpret them.
            "stored": {"type": "object", "enabled": False},
            "texts": _PAIRED,
            "titles": _PAIRED,
            "parts": _PARTS,
            "spelled": _KEYWORD,
            # Words, and how they sound: what a mistyped one may have been meant to be.
            "known": _KEYWORD,
            "sounds": _KEYWORD,
            **{name: {"type": "object", "dynamic": "true"} for name in objects},
        },
    }
