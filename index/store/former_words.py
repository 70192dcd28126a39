"""The words of a store of an earlier version, which FTS5 kept, as `words.py` keeps them."""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter
from operator import itemgetter

from index.store.tokenizer import storable_term
from index.store.word_writer import count_chunks, put_stem
from index.store.words import PART

WITH_FTS5 = 4
"""The last format with a table of FTS5's."""


def take_over_words(sql: sqlite3.Connection) -> None:
    """Fill the tables of words from FTS5's, which goes. No text is read."""
    sql.execute("CREATE VIRTUAL TABLE temp.former USING fts5vocab(main, terms, instance)")
    tokens = {chunk: 0 for (chunk,) in sql.execute("SELECT id FROM chunks")}
    postings: Counter[int] = Counter()
    every = sql.execute("SELECT term, doc, col FROM temp.former")
    for term, instances in itertools.groupby(every, key=itemgetter(0)):
        times: dict[int, int] = {}
        for _, chunk, column in instances:
            if chunk not in tokens:  # as in a store that is damaged
                continue
            times[chunk] = times.get(chunk, 0) + (1 if column == "title" else 2)
            tokens[chunk] += 1
        postings.update(chunk // PART for chunk in times)
        put_stem(sql, storable_term(term), times)
    count_chunks(sql, tokens, postings, 1)
    sql.execute("DROP TABLE temp.former")
    sql.execute("DROP TABLE terms")
