#!/usr/bin/env bash
# tantivy 0.27.0 (tantivy-py)
# Two numbers that tantivy-py's tutorial uses as characters are bytes of UTF-8. It slices fragment() by the ranges of a
# snippet's highlighted(): in a text with one umlaut that gives other letters than the word found (to_html() is right).
# And it says that the tokenizers "default" and "en_stem" leave out words of more than 40 characters; it is from 40 bytes
# on. A Russian word of 20 letters and a Chinese clause of 14 characters are thus in no index, and a query for one finds
# nothing and raises nothing, as its only word is left out, too.
# Seen on 2026-11-28:
#   fragment()[start:end]  Köln: 'n'  Brücke: 'rücke f'  Bahn: 'n na'
#   longest word found     39 Latin letters, 19 Cyrillic, 13 Chinese
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check tantivy==0.27.0

PYTHONIOENCODING=utf-8 "$work/venv/bin/python" - <<'PY'
import sys

import tantivy

TEXT = "Über die Brücke fährt die Bahn nach Köln."


def index_of(*texts):
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", stored=True)
    index = tantivy.Index(builder.build())
    writer = index.writer(num_threads=1)
    for text in texts:
        writer.add_document(tantivy.Document(body=text))
    writer.commit()
    index.reload()
    return index


def snippet_of(word):
    index = index_of(TEXT)
    query, searcher = index.parse_query(word, ["body"]), index.searcher()
    found = searcher.doc(searcher.search(query, 1).hits[0][1])
    return tantivy.SnippetGenerator.create(searcher, query, index.schema, "body").snippet_from_doc(found)


sliced = {}
for word in ("Köln", "Brücke", "Bahn"):
    snippet = snippet_of(word)
    (place,) = snippet.highlighted()
    sliced[word] = snippet.fragment()[place.start : place.end]
    print(f"{word}: {sliced[word]!r}  right in to_html: {f'<b>{word}</b>' in snippet.to_html()}")
longest = {}
for script, letter in {"Latin": "w", "Cyrillic": "ж", "Chinese": "桥"}.items():
    for length in range(10, 45):
        index = index_of(letter * length)
        if index.searcher().search(index.parse_query(letter * length, ["body"]), 1).hits:
            longest[script] = length
print("longest word found:", longest)
same = sliced == {"Köln": "n", "Brücke": "rücke f", "Bahn": "n na"} and [*longest.values()] == [39, 19, 13]
sys.exit(0 if same else "changed: not as described")
PY
