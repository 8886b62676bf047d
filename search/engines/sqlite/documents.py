"""Write documents into an index file, and take them out: rows, values and tokens together."""

# ruff: noqa: S608 - names of our own columns are put together here; every value is a parameter

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from haystack import indexes
from haystack.constants import DJANGO_CT, DJANGO_ID, ID

from search.engines import preparing, values
from search.engines.fields import fields_of, roles_in
from search.engines.preparing import RESERVED
from search.engines.sqlite.schema import COLUMNS
from search.folding import fold
from search.indexes import Role
from search.segmentation import GAP, Tokens, tokenize

_MARKS = ", ".join("?" * len(COLUMNS))
_NAMES = ", ".join(COLUMNS)
# Long texts and lists of file names are searched by their tokens, not compared as values.
_NOT_COMPARED = (Role.BODY, Role.NAMES)


@dataclass(frozen=True)
class Document:
    """One prepared object: its tokens are made only when they must be written."""

    id: str
    django_ct: str
    django_id: str
    version: str
    recency: str
    stored: str
    data: dict[str, Any]
    index: indexes.SearchIndex

    @cached_property
    def columns(self) -> list[str]:
        """The text of each column of the token table; the costly part of a document."""
        return self._cut[0]

    @cached_property
    def words(self) -> set[str]:
        """The words that a mistyped one may have been meant to be."""
        return self._cut[1]

    @cached_property
    def _cut(self) -> tuple[list[str], set[str]]:
        return token_columns(self)


def prepared(index: indexes.SearchIndex, data: dict[str, Any]) -> Document:
    """The document of what `full_prepare()` returned."""
    data = preparing.plain(data)
    recency_field = getattr(index, "recency_field", "")
    recency = values.comparable(data.get(recency_field), index.fields.get(recency_field))
    return Document(
        id=data[ID],
        django_ct=data[DJANGO_CT],
        django_id=data[DJANGO_ID],
        version=preparing.version_of(index, data),
        recency="" if recency is None else str(recency),
        stored=preparing.stored(index, data),
        data=data,
        index=index,
    )


def write(connection: sqlite3.Connection, batch: Iterable[tuple[Document | None, str]]) -> None:
    """Put documents, and drop those identifiers that have none."""
    words: set[str] = set()
    for document, identifier in batch:
        if document is None:
            drop(connection, [identifier])
        elif put(connection, document):
            words |= document.words
    add_words(connection, words)


def put(connection: sqlite3.Connection, document: Document) -> bool:
    """Write a document, replacing what was there; whether its text is new.

    Tokens are left alone if it did not change.
    """
    row = connection.execute(
        "SELECT doc, version, stored FROM documents WHERE id = ?", [document.id]
    ).fetchone()
    if row is None:
        doc = connection.execute(
            "INSERT INTO documents (id, django_ct, django_id, version, recency, stored)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [document.id, document.django_ct, document.django_id, document.version,
             document.recency, document.stored],
        ).lastrowid  # fmt: skip
        _add_tokens(connection, doc, document.columns)
    elif (row[1], row[2]) == (document.version, document.stored):
        return False
    else:
        doc = row[0]
        connection.execute(
            "UPDATE documents SET version = ?, recency = ?, stored = ? WHERE doc = ?",
            [document.version, document.recency, document.stored, doc],
        )
        if row[1] != document.version:
            _drop_tokens(connection, doc)
            _add_tokens(connection, doc, document.columns)
        connection.execute("DELETE FROM field_values WHERE doc = ?", [doc])
    connection.executemany(
        "INSERT OR IGNORE INTO field_values (field, value, doc, folded) VALUES (?, ?, ?, ?)",
        [(field, value, doc, folded) for field, value, folded in comparables(document)],
    )
    note_change(connection, [document.id])
    return row is None or row[1] != document.version


def cut_changed(connection: sqlite3.Connection, batch: Iterable[Document]) -> None:
    """Make the tokens of what will be written anew, before the writers' lock is taken."""
    for document in batch:
        row = connection.execute(
            "SELECT 1 FROM documents WHERE id = ? AND version = ?", [document.id, document.version]
        ).fetchone()
        if row is None:
            _ = document.columns


def drop(connection: sqlite3.Connection, identifiers: Iterable[str]) -> None:
    """Take documents out; those that are not there are no error."""
    for identifier in identifiers:
        row = connection.execute("SELECT doc FROM documents WHERE id = ?", [identifier]).fetchone()
        if row is not None:
            _drop_tokens(connection, row[0])
            connection.execute("DELETE FROM field_values WHERE doc = ?", row)
            connection.execute("DELETE FROM documents WHERE doc = ?", row)
        note_change(connection, [identifier])


def drop_all(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO changes SELECT id FROM documents"
        " WHERE EXISTS (SELECT 1 FROM building)"
    )
    connection.execute("INSERT INTO tokens (tokens) VALUES ('delete-all')")
    for table in ("document_tokens", "field_values", "documents", "words"):
        connection.execute(f"DELETE FROM {table}")


def copy(source: sqlite3.Connection, target: sqlite3.Connection, identifier: str) -> None:
    """Bring one document of another file up to what it is in this one."""
    drop(target, [identifier])
    row = source.execute(
        "SELECT doc, id, django_ct, django_id, version, recency, stored"
        " FROM documents WHERE id = ?",
        [identifier],
    ).fetchone()
    if row is None:
        return
    doc = target.execute(
        "INSERT INTO documents (id, django_ct, django_id, version, recency, stored)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        row[1:],
    ).lastrowid
    columns = source.execute(
        f"SELECT {_NAMES} FROM document_tokens WHERE doc = ?",
        row[:1],
    ).fetchone()
    _add_tokens(target, doc, list(columns))
    target.executemany(
        "INSERT INTO field_values (field, value, doc, folded) VALUES (?, ?, ?, ?)",
        [
            (field, value, doc, folded)
            for field, value, folded in source.execute(
                "SELECT field, value, folded FROM field_values WHERE doc = ?", row[:1]
            )
        ],
    )


def add_words(connection: sqlite3.Connection, words: Iterable[str]) -> None:
    """Remember words; none is forgotten, for a word is only offered where it has results."""
    connection.executemany(
        "INSERT INTO words (word, sound) SELECT ?1, sound(?1)"
        " WHERE NOT EXISTS (SELECT 1 FROM words WHERE word = ?1)",
        [(word,) for word in words],
    )


def note_change(connection: sqlite3.Connection, identifiers: list[str]) -> None:
    """Remember what a rebuild that is under way must catch up with."""
    connection.executemany(
        "INSERT OR IGNORE INTO changes SELECT ? WHERE EXISTS (SELECT 1 FROM building)",
        [(identifier,) for identifier in identifiers],
    )


def token_columns(document: Document) -> tuple[list[str], set[str]]:
    """The text of each column of the token table, and the words in it."""
    columns: dict[str, list[str]] = {column: [] for column in COLUMNS}
    whole = Tokens()
    for name, role in roles_in(document.index).items():
        value = document.data.get(name)
        for text in value if isinstance(value, list) else [value]:
            if text is None or text == "":
                continue
            tokens = tokenize(str(text))
            column = columns[role.value]
            column.extend([GAP, *tokens.words] if column else tokens.words)
            columns["parts"].extend([GAP, *tokens.parts] if tokens.parts else [])
            whole.words.extend(tokens.words)
            whole.straddles.update(tokens.straddles)
            whole.known |= tokens.known
    columns["spelled"] = whole.only_spelled()
    words = {word for word in whole.known if len(word) > 1}
    return [" ".join(columns[column]) for column in COLUMNS], words


def comparables(document: Document) -> list[tuple[str, values.Comparable, str | None]]:
    """Field, value and folded text of everything that a filter may compare."""
    roles, fields = roles_in(document.index), fields_of(document.index)
    rows = []
    for name, value in document.data.items():
        field = fields.get(name)
        if name in RESERVED or field is None or not field.indexed:
            continue
        if roles.get(name) in _NOT_COMPARED:
            continue
        for item in value if isinstance(value, list) else [value]:
            compared = values.comparable(item, field)
            if compared is not None:
                rows.append((name, compared, fold(compared) if isinstance(compared, str) else None))
    return rows


def _add_tokens(connection: sqlite3.Connection, doc: int | None, columns: list[str]) -> None:
    connection.execute(
        f"INSERT INTO document_tokens (doc, {_NAMES}) VALUES (?, {_MARKS})",
        [doc, *columns],
    )
    connection.execute(
        f"INSERT INTO tokens (rowid, {_NAMES}) VALUES (?, {_MARKS})",
        [doc, *columns],
    )


def _drop_tokens(connection: sqlite3.Connection, doc: int) -> None:
    connection.execute(
        f"INSERT INTO tokens (tokens, rowid, {_NAMES})"
        f" SELECT 'delete', doc, {_NAMES} FROM document_tokens WHERE doc = ?",
        [doc],
    )
    connection.execute("DELETE FROM document_tokens WHERE doc = ?", [doc])
