"""More like this: the rarest words that a document shares with others. Pure functions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from search.engines.elasticsearch import tokens
from search.engines.elasticsearch.clauses import Clause, any_of, phrase
from search.engines.elasticsearch.tokens import characters
from search.indexes import Role

_MAX_CANDIDATES = 120
_MAX_TOKENS = 20
_MAX_CHARACTERS = 50_000


def candidates(stored: Mapping[str, Any], roles: Mapping[str, Role]) -> list[str]:
    """Words by which a document may be told: of its title, tags and names, then frequent ones."""
    first: dict[str, None] = {}
    often: Counter[str] = Counter()
    for name, role in roles.items():
        value = stored.get(name)
        texts = [str(each)[:_MAX_CHARACTERS] for each in _listed(value)]
        found = tokens.pairs(texts)
        if role == Role.BODY:
            often.update(found)
        else:
            first |= dict.fromkeys(found[:100])
    found = list(first | dict.fromkeys(token for token, _ in often.most_common(200)))
    return found[:_MAX_CANDIDATES]


def counting(words: Sequence[str]) -> dict[str, Any]:
    """The aggregation that tells in how many documents each word is."""
    filters = {str(place): _is_in(word) for place, word in enumerate(words)}
    return {"words": {"filters": {"filters": filters}}}


def query(words: Sequence[str], counted: Mapping[str, Any]) -> Clause:
    """What shares the rarest of these words; a word of this document alone leads nowhere."""
    buckets = counted["words"]["buckets"]
    numbers = [(buckets[str(place)]["doc_count"], word) for place, word in enumerate(words)]
    rare = sorted(pair for pair in numbers if pair[0] > 1)
    return any_of(_is_in(word) for _, word in rare[:_MAX_TOKENS])


def _is_in(word: str) -> Clause:
    return phrase("texts", characters([word]))


def _listed(value: Any) -> list[Any]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if item is not None]
