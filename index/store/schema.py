"""The tables of a store's SQLite file, and how those of an earlier version become them."""

from __future__ import annotations

VERSION = 5
TOKENIZE = "tokenize='porter unicode61 remove_diacritics 2'"
"""How FTS5 makes terms of words."""

_WORDS = """
CREATE TABLE words (
    stem TEXT NOT NULL, part INTEGER NOT NULL, postings BLOB NOT NULL, PRIMARY KEY (stem, part)
) WITHOUT ROWID;
CREATE TABLE word_parts (
    part INTEGER PRIMARY KEY, chunks INTEGER NOT NULL, tokens INTEGER NOT NULL, postings INTEGER NOT NULL,
    lengths BLOB NOT NULL
);
"""
"""Which chunks have a stem, and of a part how many chunks, tokens and postings it has, and each chunk's tokens."""
_BANDS = """
CREATE TABLE bands (
    band BLOB NOT NULL, article_id TEXT NOT NULL REFERENCES articles (id), PRIMARY KEY (band, article_id)
) WITHOUT ROWID;
CREATE INDEX bands_of_article ON bands (article_id);
CREATE INDEX articles_by_near ON articles (near);
CREATE INDEX articles_without_sketch ON articles (id) WHERE sketch IS NULL;
"""
_COLLECTIONS = "CREATE INDEX articles_by_collection ON articles (id, collection, source, date, tags, near);"
"""With all that an article is chosen by: whether it may be seen, or fits a filter, is found without its text."""

TABLES = f"""
CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, source TEXT NOT NULL UNIQUE, path TEXT NOT NULL, title TEXT NOT NULL, author TEXT,
    date TEXT, language TEXT, sha256 TEXT NOT NULL, headings TEXT NOT NULL, text TEXT NOT NULL,
    link TEXT, near TEXT, sketch BLOB, tags TEXT,
    collection TEXT
);
CREATE TABLE vectors (digest TEXT PRIMARY KEY, vector BLOB NOT NULL);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL REFERENCES articles (id),
    start INTEGER NOT NULL, end INTEGER NOT NULL, digest TEXT NOT NULL REFERENCES vectors (digest)
);
CREATE INDEX chunks_of_article ON chunks (article_id, start);
CREATE INDEX chunks_of_vector ON chunks (digest);
{_WORDS}{_BANDS}{_COLLECTIONS}"""

UPGRADES = {
    1: f"""
ALTER TABLE articles ADD COLUMN link TEXT;
ALTER TABLE articles ADD COLUMN near TEXT;
ALTER TABLE articles ADD COLUMN sketch BLOB;
{_BANDS}""",
    2: "ALTER TABLE articles ADD COLUMN tags TEXT;",
    3: f"ALTER TABLE articles ADD COLUMN collection TEXT; {_COLLECTIONS}",
    4: _WORDS,
}
"""From a version to the next one. Its articles' sketches come when the store is next written, their tags when their
files are next read. FTS5's table of words is taken over by `words.py` in the last step."""
