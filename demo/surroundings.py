"""What surrounds the texts of the demo: glossary, sayings, settings, further reading."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.db import models, transaction

from articles.importing import front_matter
from articles.models import Article, FurtherReading, Term
from content import stamps
from content.models import Command, SiteLink, SiteSettings, Verse


@dataclass
class Surroundings:
    """How many rows of each sort were made."""

    terms: int = 0
    commands: int = 0
    verses: int = 0
    readings: int = 0


@transaction.atomic
def make_surroundings(texts: Path, problems: list[str]) -> Surroundings:
    """Make what is missing from the files in `texts`; what is there stays as editors left it."""
    _make_settings(texts)
    return Surroundings(
        terms=_make_terms(_read(texts / "glossary.yaml"), problems),
        commands=_make_sayings(Command, "command", _read(texts / "commands.yaml"), problems),
        verses=_make_sayings(Verse, "text", _read(texts / "verses.yaml"), problems),
        readings=_make_readings(_read(texts / "further_reading.yaml"), problems),
    )


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else []


def _is_good(row: models.Model, problems: list[str], check: Callable[[], None]) -> bool:
    try:
        check()
    except ValidationError as error:
        problems.append(f"{row}: {' '.join(error.messages)}")
        return False
    return True


def _make_sayings(
    model: type[models.Model], key: str, said: list[dict[str, str]], problems: list[str]
) -> int:
    known = set(model._default_manager.values_list(key, flat=True))
    rows = [model(**facts) for facts in said if facts[key] not in known]
    good = [
        row
        for row in rows
        # That they are unique is asked of all at once, above.
        if _is_good(row, problems, lambda row=row: row.full_clean(validate_unique=False))
    ]
    model._default_manager.bulk_create(good)
    if good:
        stamps.change(stamps.SITE)  # signals hear no bulk_create()
    return len(good)


def _make_terms(said: list[dict[str, Any]], problems: list[str]) -> int:
    known, made = set(Term.objects.values_list("name", flat=True)), 0
    for facts in said:
        if facts["term"] in known:
            continue
        term = Term(
            name=facts["term"],
            aliases=facts.get("aliases") or [],
            explanation=facts["explanation"],
            is_marked=facts.get("marked", True),
        )
        if _is_good(term, problems, term.full_clean):
            term.save()
            made += 1
    return made


def _make_readings(said: dict[str, list[dict[str, str]]], problems: list[str]) -> int:
    made = 0
    articles = {row.slug: row for row in Article.objects.filter(slug__in=said).only("slug")}
    present = set(FurtherReading.objects.values_list("article__slug", "url"))
    for slug, entries in dict(said).items():
        for position, facts in enumerate(entries):
            if slug not in articles or (slug, facts["url"]) in present:
                continue
            reading = FurtherReading(article=articles[slug], position=position, **facts)
            if _is_good(reading, problems, reading.full_clean):
                reading.save()
                made += 1
    return made


def _make_settings(texts: Path) -> None:
    """The about page, the tagline and the links, unless somebody said something already."""
    said = _read(texts / "site.yaml") or {}
    if not SiteSettings.objects.exists():
        about = texts / "about.md"
        text = front_matter.split(about.read_text(encoding="utf-8"))[1] if about.exists() else ""
        SiteSettings(tagline=said.get("tagline", ""), about=text.strip()).save()
        for position, link in enumerate(said.get("links", [])):
            SiteLink.objects.get_or_create(
                url=link["url"], defaults={"name": link["name"], "position": position}
            )
