"""What admins teach search, live at once in every process: words to cut at, and synonyms.

rjieba's own `add_word` is no way: it raises while another thread cuts. So a query is cut at
these words first, by one pattern, and the dictionary sees only what is between them.
"""

import secrets
from typing import Any

from django.db.models.signals import post_delete, post_save

from .lessons import NOTHING_TAUGHT, Taught
from .models import Pin, Synonym, Vocabulary, Word

# Of each: what a query costs must not depend on an admin's zeal.
MAX_ROWS = 5000
_kept: tuple[str, Taught] = ("", NOTHING_TAUGHT)


def present() -> Taught:
    """The words and synonyms as the database has them; one small query, mostly."""
    global _kept
    kept = _kept
    stamp = Vocabulary.objects.filter(pk=1).values_list("value", flat=True).first()
    if not stamp:
        return NOTHING_TAUGHT
    if kept[0] != stamp:
        kept = _kept = (stamp, read())
    return kept[1]


def read() -> Taught:
    """All words and synonyms, made ready for cutting queries."""
    words = list(Word.objects.values_list("text", flat=True)[:MAX_ROWS])
    groups = list(Synonym.objects.values_list("words", flat=True)[:MAX_ROWS])
    return Taught.of(words, groups)


def change(**kwargs: Any) -> None:
    """Let every process read the vocabulary anew; in the transaction of the change."""
    Vocabulary.objects.update_or_create(pk=1, defaults={"value": secrets.token_hex(8)})


def connect() -> None:
    """From now on a saved or deleted word, synonym or pin is heard of everywhere."""
    for model in (Word, Synonym, Pin):
        for signal in (post_save, post_delete):
            signal.connect(change, sender=model, dispatch_uid=f"vocabulary-{model.__name__}")
