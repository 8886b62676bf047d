"""The refusal of an archive: which rule is named first, and the sentence that says so."""

import unicodedata
from typing import Protocol

from django.utils.translation import gettext as _

# Both the order of the checks and the order in which broken rules are named. The size of
# the upload itself (Z7 too) is refused before anything is read.
ORDER = (
    *("Z14", "Z13", "Z12", "Z11", "Z9", "Z8", "Z1", "Z5", "Z6"),
    *("Z2", "Z3", "Z4", "Z7", "Z10"),
)
SHOWN_CHARACTERS = 80
# An invisible character of another kind than these would be no surprise to the reader.
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})


class ArchiveRefused(Exception):
    """An archive breaks a rule: the rule, the first bad entry and a sentence for the editor.

    The entry is cut and its invisible characters are made visible; whoever shows it in
    HTML escapes it.
    """

    def __init__(self, rule: str, sentence: str, entry: str = "") -> None:
        self.rule = rule
        self.entry = shown(entry)
        text = _("%(rule)s: %(sentence)s First entry concerned: “%(entry)s”.")
        if not self.entry:
            text = _("%(rule)s: %(sentence)s")
        self.message = text % {"rule": rule, "sentence": sentence, "entry": self.entry}
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class Labelled(Protocol):
    """An entry as a finding needs it."""

    index: int

    @property
    def label(self) -> str: ...


class Findings:
    """Broken rules met so far; of each rule the entry that comes first in the directory."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, str, Labelled | None]] = {}

    def note(self, rule: str, sentence: str, entry: Labelled | None = None) -> None:
        index = -1 if entry is None else entry.index
        if rule not in self._found or index < self._found[rule][0]:
            self._found[rule] = (index, sentence, entry)

    def refuse(self, rule: str, sentence: str, entry: Labelled | None = None) -> None:
        """Note and end: nothing that is named before this rule can still be found."""
        self.note(rule, sentence, entry)
        self.settle()

    def has(self, *rules: str) -> bool:
        return any(rule in self._found for rule in rules or ORDER)

    def settle(self, last: str = ORDER[-1]) -> None:
        """Raise the first broken rule, looking no further in the order than `last`."""
        for rule in ORDER[: ORDER.index(last) + 1]:
            if rule in self._found:
                _index, sentence, entry = self._found[rule]
                raise ArchiveRefused(rule, sentence, entry.label if entry else "")


def shown(name: str, *, limit: int | None = SHOWN_CHARACTERS) -> str:
    """A name as it can be read: cut to the limit, nothing in it invisible."""
    if limit is not None:
        name = name[: limit + 1]
    visible = "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in INVISIBLE else c
        for c in name
    )
    if limit is not None and len(visible) > limit:
        return visible[: limit - 1] + "…"
    return visible
