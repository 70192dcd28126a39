"""The tables of a store in PostgreSQL, and how those of an earlier version become them.

Text has code points' order everywhere (COLLATE "C"), as in SQLite. PostgreSQL's statistics hold samples of a column's
values, which would outlive a removed article, so that there are none of columns with text.
"""

from __future__ import annotations

MIGRATIONS = {
    0: """
CREATE TABLE totals (
    single boolean PRIMARY KEY DEFAULT true CHECK (single), articles bigint NOT NULL DEFAULT 0,
    chunks bigint NOT NULL DEFAULT 0, vectors bigint NOT NULL DEFAULT 0, tokens bigint NOT NULL DEFAULT 0,
    last_chunk bigint NOT NULL DEFAULT 0
);
INSERT INTO totals DEFAULT VALUES;
CREATE TABLE articles (
    id text COLLATE "C" PRIMARY KEY, source text COLLATE "C" NOT NULL, path text COLLATE "C" NOT NULL,
    title text COLLATE "C" NOT NULL, author text COLLATE "C", date text COLLATE "C", language text COLLATE "C",
    sha256 text COLLATE "C" NOT NULL, marks text COLLATE "C" NOT NULL, text text COLLATE "C" NOT NULL,
    characters integer NOT NULL, link text COLLATE "C", tags text COLLATE "C" NOT NULL, near text COLLATE "C",
    sketch bytea, collection text COLLATE "C"
);
ALTER TABLE articles ALTER source SET STATISTICS 0, ALTER path SET STATISTICS 0, ALTER title SET STATISTICS 0,
    ALTER author SET STATISTICS 0, ALTER marks SET STATISTICS 0, ALTER text SET STATISTICS 0,
    ALTER link SET STATISTICS 0, ALTER tags SET STATISTICS 0;
CREATE INDEX articles_by_near ON articles (near);
CREATE INDEX articles_without_sketch ON articles (id) WHERE sketch IS NULL;
CREATE TABLE vectors (digest text COLLATE "C" PRIMARY KEY, vector bytea NOT NULL, near halfvec NOT NULL);
ALTER TABLE vectors ALTER vector SET STORAGE EXTERNAL, ALTER vector SET STATISTICS 0, ALTER near SET STATISTICS 0;
CREATE TABLE chunks (
    id bigint PRIMARY KEY, article_id text COLLATE "C" NOT NULL REFERENCES articles,
    start integer NOT NULL, "end" integer NOT NULL, digest text COLLATE "C" NOT NULL REFERENCES vectors,
    tokens integer NOT NULL
);
CREATE INDEX chunks_of_article ON chunks (article_id, start);
CREATE INDEX chunks_of_vector ON chunks (digest);
CREATE TABLE terms (term text COLLATE "C" PRIMARY KEY, chunks bigint NOT NULL);
CREATE TABLE postings (
    term text COLLATE "C" NOT NULL, chunk bigint NOT NULL, frequency real NOT NULL, tokens integer NOT NULL
);
CREATE UNIQUE INDEX postings_by_term ON postings (term, chunk) INCLUDE (frequency, tokens);
ALTER TABLE terms ALTER term SET STATISTICS 0;
ALTER TABLE postings ALTER term SET STATISTICS 0;
CREATE TABLE bands (
    band bytea NOT NULL, article_id text COLLATE "C" NOT NULL REFERENCES articles, PRIMARY KEY (band, article_id)
);
CREATE INDEX bands_of_article ON bands (article_id);
CREATE TABLE jobs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, path text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL,
    origin text COLLATE "C" NOT NULL, tries integer NOT NULL DEFAULT 0, lease text, until timestamptz,
    error text, hint text
);
CREATE UNIQUE INDEX jobs_by_path ON jobs (md5(path));
CREATE INDEX jobs_waiting ON jobs (id) WHERE error IS NULL;
ALTER TABLE jobs ALTER path SET STATISTICS 0, ALTER name SET STATISTICS 0, ALTER origin SET STATISTICS 0,
    ALTER error SET STATISTICS 0, ALTER hint SET STATISTICS 0;
""",
    1: """
CREATE TABLE records (
    name text COLLATE "C" PRIMARY KEY, number bigint GENERATED ALWAYS AS IDENTITY,
    changed timestamptz NOT NULL DEFAULT clock_timestamp(), body bytea NOT NULL
);
ALTER TABLE records ALTER name SET STATISTICS 0, ALTER body SET STATISTICS 0;
CREATE UNLOGGED TABLE rates (name text COLLATE "C" PRIMARY KEY, uses timestamptz[] NOT NULL);
CREATE INDEX articles_by_collection ON articles (collection, id);
ALTER TABLE chunks ADD COLUMN collection text COLLATE "C";
UPDATE chunks SET collection = articles.collection FROM articles WHERE articles.id = article_id;
""",
    2: """
ALTER TABLE jobs ADD COLUMN kind text NOT NULL DEFAULT 'file', ADD COLUMN size bigint NOT NULL DEFAULT 0;
DROP INDEX jobs_waiting;
CREATE INDEX jobs_waiting ON jobs ((kind = 'file'), id) WHERE error IS NULL;
CREATE TABLE uploads (
    job bigint NOT NULL REFERENCES jobs ON DELETE CASCADE, part integer NOT NULL, body bytea NOT NULL,
    PRIMARY KEY (job, part)
);
ALTER TABLE uploads ALTER body SET STORAGE EXTERNAL, ALTER body SET STATISTICS 0;
CREATE TABLE intake (
    name text COLLATE "C" NOT NULL, number bigint NOT NULL, changed timestamptz NOT NULL DEFAULT clock_timestamp(),
    state text NOT NULL, articles integer NOT NULL, article_id text COLLATE "C", error text, hint text
);
CREATE UNIQUE INDEX intake_by_name ON intake (md5(name));
CREATE INDEX intake_by_number ON intake (number);
ALTER TABLE intake ALTER name SET STATISTICS 0, ALTER error SET STATISTICS 0, ALTER hint SET STATISTICS 0;
CREATE UNLOGGED TABLE workers (name text COLLATE "C" PRIMARY KEY, kinds text[] NOT NULL, seen timestamptz NOT NULL);
ALTER TABLE articles ADD COLUMN place bigint GENERATED ALWAYS AS IDENTITY;
CREATE UNIQUE INDEX articles_by_place ON articles (place);
""",
}
"""From a version to the next one; 0 is a database with `facts` alone."""
VERSION = len(MIGRATIONS)
FACTS = 'CREATE TABLE IF NOT EXISTS facts (name text COLLATE "C" PRIMARY KEY, value bytea NOT NULL)'
FORMAT = "format"
"""The fact that says which version the tables have."""
TABLES = (
    "postings", "terms", "chunks", "bands", "articles", "vectors", "facts", "totals", "uploads", "jobs", "intake",
    "records",
)  # fmt: skip
NEAREST = "vectors_by_nearness"
"""The index of vectors, which is made when there are many."""
