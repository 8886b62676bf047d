"""What an import did: the outcome of each file, what was met on the way, and the sums."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Result(StrEnum):
    """What became of one file."""

    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"  # the site's own state wins over the file
    REFUSED = "refused"


class Warned(StrEnum):
    """What an editor may want to look at, though nothing was refused for it."""

    MISSING_PICTURE = "missing_picture"
    REFUSED_PICTURE = "refused_picture"
    DEAD_LINK = "dead_link"
    LOST_FRAGMENT = "lost_fragment"
    OTHER_ENCODING = "other_encoding"
    UNREAD_DATE = "unread_date"
    CUT_TITLE = "cut_title"


@dataclass(frozen=True)
class Outcome:
    """One file and what became of it; `reason` is a sentence where there is one to say."""

    path: str
    result: Result
    reason: str = ""


@dataclass
class Report:
    """Everything that an import has to tell."""

    outcomes: list[Outcome] = field(default_factory=list)
    warnings: list[tuple[Warned, str, str]] = field(default_factory=list)
    pictures: int = 0
    foreign_pictures: int = 0
    links: int = 0
    seconds: float = 0.0

    def add(self, path: str, result: Result, reason: str = "") -> Outcome:
        outcome = Outcome(path, result, reason)
        self.outcomes.append(outcome)
        return outcome

    def warn(self, kind: Warned, path: str, detail: str) -> None:
        self.warnings.append((kind, path, detail))

    def count(self, result: Result) -> int:
        """How many files ended so."""
        return sum(outcome.result == result for outcome in self.outcomes)

    def ended(self, *results: Result) -> list[Outcome]:
        """The files that ended in one of these ways."""
        return [outcome for outcome in self.outcomes if outcome.result in results]

    def warned(self) -> Counter[str]:
        """How often each kind of warning was given."""
        return Counter(kind.value for kind, _path, _detail in self.warnings)

    def as_dict(self) -> dict[str, Any]:
        """The report as the command's JSON has it."""
        told = (Result.MADE, Result.CHANGED, Result.KEPT, Result.REFUSED)
        return {
            **{result.value: self.count(result) for result in Result},
            "pictures": self.pictures,
            "foreign_pictures": self.foreign_pictures,
            "links": self.links,
            "warnings": dict(sorted(self.warned().items())),
            "seconds": round(self.seconds, 1),
            "files": [
                {"path": o.path, "result": o.result.value, "reason": o.reason}
                for o in self.ended(*told)
            ],
            "details": [
                {"kind": kind.value, "path": path, "detail": detail}
                for kind, path, detail in self.warnings
            ],
        }
