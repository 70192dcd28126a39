from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evaluation.beir import _document, read_beir, write_corpus
from evaluation.questions import Row
from index.errors import UsageError
from index.readers import read_article
from index.readers.decode import clean
from settings import HOME

SCIFACT = HOME.parent / "shared" / "data" / "scifact"
DOCUMENTS = [
    {"_id": "d1", "title": "Ships", "text": "*Ships* <b>sail</b> & [sink](x).\n\n    1. # Slowly\n---\n| a | b |"},
    {"_id": "../d/2", "title": "", "text": "Cats: sleep"},
    {"_id": "d3", "title": "Only a title", "text": ""},
]
QUERIES = [{"_id": "q1", "text": "Do they sail?"}, {"_id": "q2", "text": "Unjudged?"}, {"_id": 3, "text": "Cats?"}]


def folder(path: Path, **changes: str) -> Path:
    files = {
        "corpus.jsonl": "\n".join(map(json.dumps, DOCUMENTS)),
        "queries.jsonl": "\n".join(map(json.dumps, QUERIES)),
        "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\t../d/2\t0\n3\t../d/2\t1\n3\td3\t1\n",
        "qrels/train.tsv": "query-id\tcorpus-id\tscore\r\nq2\td3\t1\r\n",
    } | changes
    for name, text in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    return path


def test_queries_name_the_files_of_their_documents(tmp_path):
    given = folder(tmp_path / "set")
    rows = read_beir(given).rows
    assert rows == (
        Row("q1", "Do they sail?", articles=("d1.md",)),
        Row("3", "Cats?", articles=("%2E.%2Fd%2F2.md", "d3.md")),
    )
    assert write_corpus(given, tmp_path / "corpus") == 3
    assert {path.name for path in (tmp_path / "corpus").iterdir()} == {name for row in rows for name in row.articles}


def test_a_qrels_file_stands_for_its_split(tmp_path):
    train = folder(tmp_path / "set") / "qrels" / "train.tsv"
    assert read_beir(train).rows == (Row("q2", "Unjudged?", articles=("d3.md",)),)
    assert write_corpus(train, tmp_path / "corpus") == 3


def test_a_document_is_read_as_it_was_written(tmp_path):
    write_corpus(folder(tmp_path / "set"), tmp_path / "corpus")
    articles = [read_article(path.read_bytes(), path.name) for path in sorted((tmp_path / "corpus").iterdir())]
    assert [(article.title, article.text) for article in articles] == [
        ("%2E.%2Fd%2F2", "%2E.%2Fd%2F2\n\nCats: sleep"),
        ("Ships", "Ships\n\n*Ships* <b>sail</b> & [sink](x).\n\n1. # Slowly\n---\n| a | b |"),
        ("Only a title", "Only a title"),
    ]


def test_an_id_too_long_for_a_file_name_is_found_all_the_same(tmp_path):
    document, line = "x" * 999, '{"_id": "%s", "text": "t"}\n'
    qrels = {"qrels/test.tsv": f"q1\t{document}\t1\n", "corpus.jsonl": line % document + line % document[1:]}
    given = folder(tmp_path / "set", **qrels)
    write_corpus(given, tmp_path / "corpus")
    [row] = read_beir(given).rows
    assert (tmp_path / "corpus" / row.articles[0]).is_file()
    assert len(list((tmp_path / "corpus").iterdir())) == 2


@given(st.text(), st.text())
def test_any_document_keeps_its_words(title, text):
    name, markdown = _document({"_id": "d", "title": f"Title: {title}", "text": text})
    assume(not text.lstrip().startswith("Title"))
    article = read_article(markdown.encode("utf-8"), name)
    assert "".join(article.text.split()) == "".join(clean(f"Title: {title} {text}").split())
    assert article.title == " ".join(clean(f"Title: {title}").split())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"queries.jsonl": '{"_id": "q1", "text": "a"}\n{"text": "b"}'}, "queries.jsonl, line 2: no object with `_id`"),
        ({"queries.jsonl": '{"_id": "q1"}'}, "queries.jsonl, line 1: `question` is missing"),
        ({"queries.jsonl": '{"_id": "q1", "text": "a"}'}, "judges query '3', which queries.jsonl has not"),
        ({"queries.jsonl": ""}, "queries.jsonl holds no questions"),
        ({"qrels/test.tsv": "q1\td1\tyes\n"}, "test.tsv, line 1: not three columns"),
        ({"qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1 0 d1 1\n"}, "test.tsv, line 2: not three columns"),
        ({"qrels/test.tsv": "query-id\tcorpus-id\tscore\nq1\td1\t0\n"}, "test.tsv judges nothing relevant"),
    ],
)
def test_a_broken_folder_is_named(tmp_path, changes, says):
    with pytest.raises(UsageError) as caught:
        read_beir(folder(tmp_path, **changes))
    assert says in caught.value.message


def test_without_a_test_split_one_has_to_be_chosen(tmp_path):
    given = folder(tmp_path)
    (given / "qrels" / "test.tsv").rename(given / "qrels" / "dev.tsv")
    with pytest.raises(UsageError, match=r"no qrels/test.tsv \(found: dev.tsv, train.tsv\)"):
        read_beir(given)
    (given / "qrels" / "dev.tsv").unlink()
    assert [row.id for row in read_beir(given).rows] == ["q2"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("[]", "line 4: no object with the text `_id`"),
        ('{"_id": 4, "text": "t"}', "line 4: no object with the text `_id`"),
        ('{"_id": "d4", "text": ["t"]}', "line 4: `text` is no text"),
        ('{"_id": "d1", "text": "t"}', "line 4: `_id` is there twice"),
        ('{"_id": "d4", "text": "\\ud800"}', "line 4: 'utf-8' codec"),
        ("[" * 100_000, "line 4: "),
    ],
)
def test_a_broken_document_is_named(tmp_path, line, says):
    given = folder(tmp_path / "set")
    with (given / "corpus.jsonl").open("a") as file:
        file.write(f"\n{line}\n")
    with pytest.raises(UsageError) as caught:
        write_corpus(given, tmp_path / "corpus")
    assert says in caught.value.message


def test_a_folder_that_is_there_is_not_written_over(tmp_path):
    with pytest.raises(UsageError, match="cannot be written"):
        write_corpus(folder(tmp_path), tmp_path)


@pytest.mark.skipif(not SCIFACT.is_dir(), reason=f"{SCIFACT} is not here")
@pytest.mark.store
def test_a_public_set_comes_in_whole(tmp_path):
    rows = read_beir(SCIFACT).rows
    assert (len(rows), sum(len(row.articles) for row in rows)) == (300, 339)
    assert write_corpus(SCIFACT, tmp_path / "scifact") == 5183
    assert all((tmp_path / "scifact" / name).is_file() for row in rows for name in row.articles)
