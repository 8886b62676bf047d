"""Packages brought in from ZIPs: each is made once, and gets a release for every new version."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from content.models import Author, Column, ImportRecord, OldAddress
from content.rendering import RenderingRefused

from . import archives
from .manifests import PackageFacts, read_facts
from .models import Package, PackagePicture
from .services import store_package

MODEL = "downloads.package"
GROUP = "资源"
_TAKEN_OVER = (
    *("kind", "title", "licence", "environment", "summary", "body"),
    *("source_url", "demo_url"),
)
COLUMNS = {"template": "建站模板下载", "plugin": "JQuery插件下载"}


class SourceUnreadable(Exception):
    """There is nothing that could be imported; the message is a sentence."""


class Result(StrEnum):
    """What became of one ZIP."""

    MADE = "made"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """One ZIP and what became of it; `reason` is a sentence where there is one to say."""

    path: str
    result: Result
    reason: str = ""


@dataclass
class Report:
    """Everything that an import of packages has to tell."""

    outcomes: list[Outcome] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, result: Result) -> int:
        return sum(outcome.result == result for outcome in self.outcomes)

    def as_dict(self) -> dict[str, Any]:
        """The report as the command's JSON has it."""
        return {
            **{result.value: self.count(result) for result in Result},
            "seconds": round(self.seconds, 1),
            "files": [
                {"path": o.path, "result": o.result.value, "reason": o.reason}
                for o in self.outcomes
            ],
        }


# What the site already has


def fingerprint(package: Package) -> str:
    """A hash of all that an import writes and an editor can change."""
    published_at = package.published_at
    facts = [
        package.kind,
        package.title,
        package.slug,
        package.summary,
        package.body,
        package.column_id,
        package.author_id,
        package.cover_id,
        package.licence,
        package.source_url,
        package.demo_url,
        package.status,
        published_at.timestamp() if published_at else None,
        sorted(tag.pk for tag in package.tags.all()),
        list(package.picture_rows.values_list("picture_id", flat=True)),
    ]
    if package.environment:  # else as before there was one, so that older records still agree
        facts.append(package.environment)
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def column_for(name: str, kind: str) -> Column:
    """The column called `name`, made for `kind` in the group 资源 where there is none."""
    name = " ".join(name.split())[:60] or COLUMNS[kind]
    wanted = name.casefold()
    for column in Column.objects.leaves():
        if wanted in {column.name.casefold(), column.slug}:
            return column  # if it does not hold `kind`, the row is refused when it is checked
    group = Column.objects.filter(parent=None, name=GROUP).first()
    if group is None:
        last = Column.objects.filter(parent=None).aggregate(last=Max("position"))["last"] or 0
        group = Column.objects.create(name=GROUP, position=last + 10)
    return Column.objects.create(parent=group, name=name, holds=[kind])


# Bringing one in


@dataclass(frozen=True)
class Decision:
    """What is to become of a ZIP, and the rows that it is about."""

    result: Result
    reason: str = ""
    package: Package = field(default_factory=Package)
    record: ImportRecord | None = None
    texts_too: bool = True


def decide(identity: str, facts: PackageFacts, sha256: str) -> Decision:
    """What the present state of the site makes of a ZIP; raises `ValidationError`."""
    record = ImportRecord.objects.filter(model=MODEL, path=identity).first()
    if record is None:
        return Decision(Result.MADE)
    package = Package.objects.filter(pk=record.object_id or 0).first()
    if package is None:
        return Decision(Result.KEPT, _("It was deleted on the site and is not made again."))
    if package.is_taken_down:
        return Decision(Result.KEPT, _("It was taken down and stays so."))
    if record.source_sha256 == sha256:
        return Decision(Result.UNCHANGED)
    if package.releases.filter(version=facts.version).exists():
        reason = _("The file changed, but the package has version %(version)s already.")
        raise ValidationError(reason % {"version": facts.version})
    if fingerprint(package) == record.content_sha256:
        return Decision(Result.CHANGED, "", package, record)
    reason = _("The new release was added; the editor's texts stay.")
    return Decision(Result.CHANGED, reason, package, record, texts_too=False)


def bring_in(identity: str, facts: PackageFacts, file: Path, sha256: str) -> Outcome:
    """Make the package `identity`, or give it a release and new facts, from a ZIP.

    Raises `ArchiveRefused`, `ValidationError` or `RenderingRefused`; then nothing is left.
    """
    decision = decide(identity, facts, sha256)
    if decision.result in {Result.MADE, Result.CHANGED}:
        record = decision.record or ImportRecord(model=MODEL, path=identity)
        package = decision.package
        if decision.texts_too:
            _fill(package, facts)
        with transaction.atomic():
            if decision.texts_too:
                _write(package, facts)
            with file.open("rb") as upload:
                store_package(
                    package=package,
                    upload=upload,
                    version=facts.version,
                    name=file.name,
                    created_at=facts.published_at if decision.record is None else None,
                )
            record.object_id, record.source_sha256 = package.pk, sha256
            if decision.texts_too:
                record.content_sha256 = fingerprint(Package.objects.get(pk=package.pk))
            record.save()
    return Outcome(identity, decision.result, decision.reason)


def _fill(package: Package, facts: PackageFacts) -> None:
    for name in _TAKEN_OVER:
        setattr(package, name, getattr(facts, name))
    package.status = Package.Status.PUBLISHED
    package.published_at = facts.published_at or package.published_at or timezone.now()
    package.cover = facts.pictures[0] if facts.pictures else None
    # Before the transaction: nobody waits for the renderer with the database locked.
    package.render_body()


def _write(package: Package, facts: PackageFacts) -> None:
    package.column = column_for(facts.column, facts.kind)
    package.author = Author.objects.get_or_create(name=facts.author)[0]
    if not package.slug:
        package.slug = facts.slug if _is_free(facts.slug) else package.free_slug()
    package.full_clean()
    package.save()
    package.tags.set(facts.tags)
    package.picture_rows.all().delete()
    PackagePicture.objects.bulk_create(
        PackagePicture(package=package, picture=picture, position=position)
        for position, picture in enumerate(facts.pictures)
    )
    if facts.pictures:
        package.save()  # which pictures it uses is known only now


def _is_free(slug: str) -> bool:
    was_used = OldAddress.objects.filter(area=Package.address_area, slug=slug).exists()
    return bool(slug) and not was_used and not Package.objects.filter(slug=slug).exists()


# The import of many


def find_packages(paths: Iterable[Path]) -> list[tuple[str, Path]]:
    """Every ZIP at or below `paths` with its identity: the path below the given folder."""
    found = []
    for path in paths:
        try:
            if path.is_dir():
                root = path.resolve()
                for file in sorted(root.rglob("*")):
                    name = file.relative_to(root)
                    is_hidden = any(part.startswith(".") for part in name.parts)
                    is_zip = file.suffix.lower() == ".zip" and not is_hidden
                    # Links may lead out of the folder.
                    if is_zip and file.is_file() and file.resolve().is_relative_to(root):
                        found.append((name.as_posix(), file))
            elif path.is_file():
                found.append((path.name, path))
            else:
                raise SourceUnreadable(
                    _("There is no file or folder at “%(path)s”.") % {"path": path}
                )
        except OSError as error:
            raise SourceUnreadable(_("“%(path)s” cannot be read.") % {"path": path}) from error
    return found


def import_packages(
    paths: Iterable[Path],
    *,
    kind: str,
    column: str = "",
    dry_run: bool = False,
    progress: Callable[[int, int, Outcome], None] = lambda done, total, outcome: None,
) -> Report:
    """Bring in every ZIP; each refusal concerns one of them alone."""
    report, started = Report(), time.monotonic()
    files = find_packages(paths)
    for number, (identity, file) in enumerate(files, 1):
        try:
            outcome = _import_one(identity, file, kind=kind, column=column, dry_run=dry_run)
        except archives.ArchiveRefused as refused:
            outcome = Outcome(identity, Result.REFUSED, refused.message)
        except ValidationError as error:
            outcome = Outcome(identity, Result.REFUSED, " ".join(dict.fromkeys(error.messages)))
        except (RenderingRefused, OSError, DatabaseError) as error:
            outcome = Outcome(identity, Result.REFUSED, str(error)[:300])
        report.outcomes.append(outcome)
        progress(number, len(files), outcome)
    report.seconds = time.monotonic() - started
    return report


def _import_one(identity: str, file: Path, *, kind: str, column: str, dry_run: bool) -> Outcome:
    if file.stat().st_size > settings.PACKAGE_MAX_BYTES:
        reason = _("The file is larger than %(limit)d MiB.")
        limit = settings.PACKAGE_MAX_BYTES // 1024**2
        raise archives.ArchiveRefused("Z7", reason % {"limit": limit})
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        archives.inspect(opened, name=file.name)
    facts = read_facts(file, kind=kind, name=file.name, column=column)
    if dry_run:
        decision = decide(identity, facts, sha256)
        return Outcome(identity, decision.result, decision.reason)
    return bring_in(identity, facts, file, sha256)
