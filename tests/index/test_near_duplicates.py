"""Near copies share a group, others do not, and a group outlives whoever it is named by."""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import closing
from pathlib import Path

import numpy as np
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.near_duplicates import alike, bands, sketch
from index.store.database import SqliteDatabase
from index.terms import index_terms

WORDS = "tin silver copper mine harvest river winter council railway bridge market glass paper salt".split()


def prose(seed: int, count: int = 300) -> list[str]:
    return [f"{WORDS[(seed * 7 + n * n * seed + n) % len(WORDS)]}{(seed + n * seed) % 23}" for n in range(count)]


def with_changes(words: list[str], count: int) -> str:
    step = len(words) // count
    return " ".join("changed" if n % step == 1 and n // step < count else word for n, word in enumerate(words))


def test_few_changed_words_are_alike_and_other_texts_are_not() -> None:
    words = prose(3)
    copy, other = sketch(with_changes(words, 5)), sketch(" ".join(prose(5)))
    assert alike(sketch(" ".join(words)), copy)
    assert set(bands(copy)) & set(bands(sketch(" ".join(words))))
    assert not alike(sketch(" ".join(words)), other)
    assert not alike(sketch(" ".join(words)), sketch(with_changes(words, 100)))


def test_texts_without_blanks_and_of_no_words_have_sketches() -> None:
    chinese = "小米汽车发布了新车并且公布了价格引起了广泛关注市场反应热烈订单数量超过预期" * 3
    assert alike(sketch(chinese), sketch(chinese + "。完"))
    assert not alike(sketch(chinese), sketch("北京今天下雪了气温降到零下五度交通受到影响学校停课一天"))
    assert sketch("") == sketch("...") != sketch("one")


@given(st.text(max_size=200) | st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
def test_sketches_are_those_of_datasketch_with_which_earlier_stores_were_built(text: str) -> None:
    words = re.findall(r"\w+", index_terms(text).lower())
    theirs = MinHash(num_perm=126, seed=1, scheme="affine32")
    theirs.update_batch([" ".join(words[at : at + 5]).encode() for at in range(max(1, len(words) - 4))])
    assert sketch(text) == np.asarray(theirs.hashvalues, dtype="<u4").tobytes()


def groups(database: SqliteDatabase) -> set[frozenset[str]]:
    found = defaultdict(set)
    for info in database.articles():
        found[info.near].add(info.title)
    return {frozenset(titles) for near, titles in found.items() if near}


def test_groups_form_join_and_shrink(tmp_path: Path) -> None:
    words = prose(3)
    with closing(SqliteDatabase(tmp_path / "file", create=True)) as database:

        def put(name: str, text: str) -> str:
            article = Article(name, name, text, "0" * 64)
            with database.writing():
                database.put_article(article, name, [])
                database.put_sketch(article.id, sketch(text))
            return article.id

        ids = {name: put(name, with_changes(words, n)) for n, name in enumerate("abcd", start=1)}
        put("other", " ".join(prose(5)))
        assert groups(database) == {frozenset("abcd")}
        put("b", " ".join(prose(6)))
        assert groups(database) == {frozenset("acd")}
        leader = min("acd", key=lambda name: ids[name])
        put(leader, " ".join(prose(9)))  # the group is named by its id
        assert groups(database) == {frozenset("acd") - {leader}}
        with database.writing():
            database.drop_article(ids[max("acd", key=lambda name: ids[name])])
        assert groups(database) == set()
        assert database.articles_without_sketch() == []


def test_the_same_text_joins_the_group_of_its_near_copies(tmp_path: Path) -> None:
    """Of its own words one is enough to find the group, whichever came first."""
    words = prose(3)
    with closing(SqliteDatabase(tmp_path / "file", create=True)) as database:
        for name, text in (("a", with_changes(words, 1)), ("b", with_changes(words, 2)), ("c", with_changes(words, 1))):
            article = Article(name, name, text, "0" * 64)
            with database.writing():
                database.put_article(article, name, [])
                database.put_sketch(article.id, sketch(text))
        assert groups(database) == {frozenset("abc")}
