"""The import itself: every file read, its address planned, then each brought in by itself.

Addresses are planned before anything is written, so that links lead to their pages at
once; a text is rendered and checked before its transaction, and refused alone.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from articles.models import Article
from content.models import Column, ImportRecord, OldAddress
from content.models.addresses import SLUG_MAX_LENGTH
from content.picture_rows import record_picture
from content.pictures import PictureRefused, StoredPicture
from content.plain import opening
from content.rendering import RenderingRefused, render_bounded
from content.slugs import numbered, slugify

from . import rows, targets
from .documents import SUMMARY_MAX_LENGTH, Document, read_document
from .linking import Library, Linking
from .pictures import PictureImport
from .report import Outcome, Report, Result, Warned
from .sources import FileRefused, Source

MODEL = "articles.article"
MAX_PATH_LENGTH = 500  # of the record
Progress = Callable[[int, int, Outcome], None]


def _silent(done: int, total: int, outcome: Outcome) -> None:
    pass


class ArticleImport:
    """One import of one source.

    `column` and `author` win over nothing but silence for the author, and over the files'
    own categories for the column. `name` parts the identities of several sources whose
    files are called alike.
    """

    def __init__(
        self,
        source: Source,
        *,
        column: str = "",
        author: str = "",
        name: str = "",
        dry_run: bool = False,
        progress: Progress = _silent,
    ) -> None:
        self.source, self.column, self.author, self.name = source, column, author, name
        self.dry_run, self.progress = dry_run, progress
        self.report = Report()
        self.pictures = PictureImport(source, dry_run=dry_run)
        self.library = Library()
        self.linking = Linking(self.library, self.pictures, self.report)
        self.records: dict[str, ImportRecord] = {}
        self.rows: dict[int, Article] = {}
        self.linked: dict[str, set[str]] = {}
        self.taken: set[str] = set()

    def run(self) -> Report:
        """Bring in everything that can be brought in."""
        started = time.monotonic()
        paths = self.source.documents()
        documents = self._read(paths)
        for path, reason in self.source.refused:
            self.report.add(path, Result.REFUSED, reason)
        self._plan(documents)
        total = len(paths)
        # Unchanged files last: their links may lead to a file that is refused only now.
        documents.sort(key=self._is_repeated)
        for number, document in enumerate(documents, total - len(documents) + 1):
            self.progress(number, total, self._bring_in(document))
        self._unlink_refused(documents)
        self.report.outcomes.sort(key=lambda outcome: outcome.path)
        self.report.seconds = time.monotonic() - started
        return self.report

    # Reading and planning

    def _read(self, paths: list[str]) -> list[Document]:
        documents = []
        for path in paths:
            try:
                if len(self._identity(path)) > MAX_PATH_LENGTH:
                    raise FileRefused(_("The path is too long."))
                with self.source.open(path, settings.MARKDOWN_MAX_BYTES) as file:
                    documents.append(read_document(path, file.read()))
            except (FileRefused, OSError) as refused:
                self.report.add(path, Result.REFUSED, str(refused))
        return documents

    def _is_repeated(self, document: Document) -> bool:
        record = self.records.get(document.path)
        return record is not None and record.source_sha256 == document.sha256

    def _identity(self, path: str) -> str:
        return f"{self.name}:{path}" if self.name else path

    def _plan(self, documents: list[Document]) -> None:
        """Fetch what earlier imports left, and give every new file its address."""
        prefix = self._identity("")
        for record in ImportRecord.objects.filter(model=MODEL, path__startswith=prefix):
            self.records[record.path.removeprefix(prefix)] = record
        keys = [record.object_id for record in self.records.values()]
        found = Article.objects.defer("body_html", "body_text", "headings").prefetch_related("tags")
        for start in range(0, len(keys), 500):
            self.rows |= found.in_bulk(keys[start : start + 500])
        for path, record in self.records.items():
            row = self.rows.get(record.object_id or 0)
            if row is not None:
                self.library.add(path, row.slug, row)
        self.taken = set(Article.objects.values_list("slug", flat=True))
        self.taken |= set(OldAddress.objects.filter(area="articles").values_list("slug", flat=True))
        for document in documents:
            if document.path not in self.records:
                slug = _free_slug(document, self.taken)
                self.taken.add(slug)
                self.library.add(document.path, slug, document)

    # One file

    def _bring_in(self, document: Document) -> Outcome:
        try:
            result, reason = self._decide(document)
        except ValidationError as error:
            result, reason = Result.REFUSED, " ".join(dict.fromkeys(error.messages))
        except (RenderingRefused, FileRefused, OSError) as error:
            result, reason = Result.REFUSED, str(error)
        except DatabaseError as error:
            result = Result.REFUSED
            reason = _("The database refused it: %(error)s.") % {"error": str(error)[:200]}
        if result is Result.REFUSED:
            self.pictures.forget_unused()
            if document.path not in self.records:
                self.library.remove(document.path)
        else:
            for kind, detail in document.notes:
                self.report.warn(kind, document.path, detail)
            self.report.pictures += self.pictures.settle()
        return self.report.add(document.path, result, reason)

    def _decide(self, document: Document) -> tuple[Result, str]:
        record = self.records.get(document.path)
        if record is None:
            self._write(document, Article(slug=self.library.slugs[document.path]), None)
            return Result.MADE, ""
        article = self.rows.get(record.object_id or 0)
        if article is None:
            return Result.KEPT, _("It was deleted on the site and is not made again.")
        if article.is_taken_down:
            return Result.KEPT, _("It was taken down and stays so.")
        if rows.fingerprint(article) != record.content_sha256:
            return Result.KEPT, _("An editor changed it; the editor's version stays.")
        if record.source_sha256 == document.sha256:
            return self._relink(article, record, document.path), ""
        self._write(document, article, record)
        return Result.CHANGED, ""

    def _relink(self, article: Article, record: ImportRecord, path: str) -> Result:
        """Lead links of an unchanged file to what was imported since."""
        body = self.linking.late(path, article.body)
        if body == article.body:
            return Result.UNCHANGED
        before = record.content_sha256
        article.body = body
        article.render_body()
        with transaction.atomic():
            self._check_untouched(article, before)
            article.save()
            self._remember(article, record)
            transaction.set_rollback(self.dry_run)
        return Result.CHANGED

    def _write(self, document: Document, article: Article, record: ImportRecord | None) -> None:
        """Make or change one article; nothing of it is left when something is refused."""
        article.body, self.linked[document.path] = self.linking.whole(document)
        if document.excerpt:
            text = render_bounded(document.excerpt).text
            document.summary = opening(text, SUMMARY_MAX_LENGTH - 1)
        rows.fill(article, document)
        if record is not None and document.slug and document.slug not in self.taken:
            article.slug = document.slug
        cover = self._cover(document)
        # Before the transaction: nobody waits for the renderer with the database locked.
        article.render_body()
        with transaction.atomic():
            if record is not None:
                self._check_untouched(article, record.content_sha256)
            self.pictures.write_rows()
            article.cover = record_picture(cover) if cover else None
            article.column = self._column(document)
            article.author = rows.author_for(document.author or self.author)
            article.full_clean()
            article.save()
            article.tags.set(document.tags)
            made = ImportRecord(model=MODEL, path=self._identity(document.path))
            self._remember(article, record or made, document.sha256)
            transaction.set_rollback(self.dry_run)

    def _column(self, document: Document) -> Column:
        if self.column:
            named = rows.find_column(self.column, document.kind) or rows.find_column(self.column)
            return named or rows.column_for(self.column, document.kind)
        return rows.column_for(document.category, document.kind)

    def _cover(self, document: Document) -> StoredPicture | None:
        target = targets.resolve(document.path, document.cover)
        if target is None or not target.path:
            return None
        path = self.linking.file(document.path, target)
        if path is None:
            self.report.warn(Warned.MISSING_PICTURE, document.path, document.cover)
            return None
        try:
            return self.pictures.take(path)
        except PictureRefused as refused:
            detail = f"{document.cover}: {refused}"
            self.report.warn(Warned.REFUSED_PICTURE, document.path, detail)
            return None

    def _check_untouched(self, article: Article, content_sha256: str) -> None:
        """An editor may have saved, or an admin decided, since the plan was made."""
        present = Article.objects.select_for_update().filter(pk=article.pk).first()
        if present is None or present.is_taken_down:
            raise FileRefused(_("It was taken down or deleted during the import."))
        if rows.fingerprint(present) != content_sha256:
            raise FileRefused(_("An editor changed it during the import."))

    def _remember(self, article: Article, record: ImportRecord, source_sha256: str = "") -> None:
        # Tags were written past a cache of them.
        present = Article.objects.prefetch_related("tags").get(pk=article.pk)
        record.object_id = article.pk
        record.source_sha256 = source_sha256 or record.source_sha256
        record.content_sha256 = rows.fingerprint(present)
        record.save()
        if not self.dry_run:
            self.records[record.path.removeprefix(self._identity(""))] = record
            self.rows[article.pk] = present

    def _unlink_refused(self, documents: list[Document]) -> None:
        """Texts that link to a file refused since keep the link as it was written."""
        refused = {outcome.path for outcome in self.report.ended(Result.REFUSED)}
        refused -= set(self.library.slugs)
        if self.dry_run or not refused:
            return
        for document in documents:
            is_there = document.path in self.records
            if is_there and self.linked.get(document.path, set()) & refused:
                record = self.records[document.path]
                article = self.rows[record.object_id or 0]
                article.body, _linked = Linking(self.library, self.pictures, Report()).whole(
                    document
                )
                article.render_body()
                with transaction.atomic():
                    article.save()
                    self._remember(article, record)
                for path in sorted(self.linked[document.path] & refused):
                    self.report.warn(Warned.DEAD_LINK, document.path, path)


def _free_slug(document: Document, taken: set[str]) -> str:
    """The address the file asks for, else one from its title; numbered while it is taken."""
    base = document.slug or slugify(document.title, max_length=SLUG_MAX_LENGTH - 20) or "article"
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = numbered(base, number, SLUG_MAX_LENGTH)
    return slug
