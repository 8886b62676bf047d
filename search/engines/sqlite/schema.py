"""The tables of an index file, and how a file is known to be one of ours."""

import sqlite3

from search.engines.errors import IndexUnusable
from search.segmentation import GAP

APPLICATION_ID = 0x53656131
# Raised when tables or tokens change: an older file must be rebuilt, never read.
VERSION = 2

# What a reader's query searches, in the order of the columns: the roles, and what Latin words
# are also found by. `spelled` holds what a text only spells across the border of two words.
TEXT_COLUMNS = ("title", "body", "names", "tags", "parts")
COLUMNS = (*TEXT_COLUMNS, "spelled")

_TABLES = f"""
CREATE TABLE documents (
    doc INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    django_ct TEXT NOT NULL,
    django_id TEXT NOT NULL,
    version TEXT NOT NULL,
    recency TEXT NOT NULL,
    stored TEXT NOT NULL
);
CREATE INDEX documents_django_ct ON documents (django_ct, django_id);
-- Few documents are not due yet: they are listed instead of looking at all the others.
CREATE INDEX documents_recency ON documents (recency);

-- What filters, facets and orders compare. No declared type: 1 is a number and '1' a text.
CREATE TABLE field_values (
    field TEXT NOT NULL,
    value NOT NULL,
    doc INTEGER NOT NULL,
    folded TEXT,
    PRIMARY KEY (field, value, doc)
) WITHOUT ROWID;
CREATE INDEX field_values_doc ON field_values (doc, field);

-- The tokens themselves: FTS5 can only forget what it is shown again, word for word.
CREATE TABLE document_tokens (doc INTEGER PRIMARY KEY, {", ".join(COLUMNS)});
CREATE VIRTUAL TABLE tokens USING fts5 (
    {", ".join(COLUMNS)},
    content='document_tokens', content_rowid='doc', tokenize="ascii tokenchars '.-+#_{GAP}'"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (tokens, row);
CREATE VIRTUAL TABLE instances USING fts5vocab (tokens, instance);

-- Words of the dictionary and Latin words that some text has or had, and how they sound: what
-- a mistyped word may have been meant to be.
CREATE TABLE words (word TEXT PRIMARY KEY, sound TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX words_sound ON words (sound);

-- While another file is being built: what changed here meanwhile.
CREATE TABLE building (started TEXT NOT NULL);
CREATE TABLE changes (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


def create(connection: sqlite3.Connection) -> None:
    """Make the tables in an empty file, all or none of them."""
    connection.executescript(
        f"BEGIN IMMEDIATE; {_TABLES}"
        f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={VERSION}; COMMIT"
    )


def is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0


def check(connection: sqlite3.Connection) -> None:
    """IndexUnusable for a file of another version or another program."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if (application, version) != (APPLICATION_ID, VERSION):
        raise IndexUnusable(
            f"The index file has version {version}, this program needs {VERSION}: rebuild it."
        )
