from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.article import Article
from index.embed import DEFAULT, load_embeddings
from rag.retrieve import Passage
from rag.verify.support import BAR, Verifier, supports
from tests.fakes import FakeEmbeddings


def article(text: str, source: str = "a.txt") -> Article:
    return Article(source, "", text, "0" * 64)


QUOTE = (
    "Xiaomi's SU7, first shown in March 2024, cost 215,900 yuan. It did not sell well at first. "
    "Lei Jun called it a dream."
)


@pytest.mark.parametrize(
    "sentence",
    [
        "215,900 yuan",
        "lei  JUN called it\na dream",
        "It did not sell well at first.",
        "“Lei Jun” called it a dream!",
        "Xiaomi’s SU7 first shown in March 2024",
        "In March 2024, Xiaomi's SU7 was first shown, and it cost 215,900 yuan.",
        "It did not, at first, sell well",
    ],
)
def test_what_the_quote_says(sentence):
    assert supports(QUOTE, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "...",
        "the",
        "900 yuan",
        "SU",
        "In April 2024, Xiaomi's SU7 was first shown, and it cost 215,900 yuan.",
        "In March 2023, Xiaomi's SU7 was first shown, and it cost 215,900 yuan.",
        "In March 2024, Huawei's SU7 was first shown, and it cost 215,900 yuan.",
        "In March 2024, Xiaomi's SU7 was not first shown, and it cost 215,900 yuan.",
        "It did sell well at first.",
        "At first it sold badly.",
        "Lei Jun called the 215,900 yuan a dream.",
        "eibo",
    ],
)
def test_what_it_does_not_say(sentence):
    assert not supports(QUOTE, sentence)


PLANT = "Near Berlin, their new battery plant has two big halls and makes small cells that power cheap city cars."


def test_one_word_in_ten_may_differ():
    assert supports("Not far away. " + PLANT, PLANT.replace("makes", "produces"))
    assert not supports("Not far away. " + PLANT, PLANT.replace("makes", "produces").replace("new", "old"))


@pytest.mark.parametrize(("word", "other"), [("Berlin", "Leipzig"), ("two", "three")])
def test_a_name_or_a_number_may_not(word, other):
    assert not supports(PLANT, PLANT.replace(word, other))


def test_a_dropped_negation_is_noticed_in_its_short_form():
    assert not supports("Critics say the car can't charge fast.", "Critics say the car can charge fast.")
    assert supports("Critics say the car can't charge fast.", "The car can't charge fast, critics say.")


def test_chinese():
    premise = "雷军在2021年宣布小米造车。他没有透露价格。"
    assert supports(premise, "雷军在2021年宣布小米造车")
    assert not supports(premise, "雷军在2022年宣布小米造车")
    assert not supports(premise, "他透露价格")


def test_hostile_text_ends():
    assert not supports("a'" * 50_000, "1.1." * 20_000 + "b")


ARTICLE = article(
    "Scotland was invaded by William of Orange in 1072. The king sold 2,500 horses to the French in May 1083.\n\n"
    "Most farmers did not accept the new law. Prices rose after the war. The library opened on 5 March 2024 and holds"
    " about three hundred maps. Critics say it took 20 km of cable. The European Union paid half of it."
)
TRUE = [
    "William of Orange invaded Scotland in 1072.",
    "In 1072 Scotland was invaded by William of Orange.",
    "The king sold 2500 horses to the French.",
    "In May 1083, the king sold the French 2,500 horses.",
    "Most farmers didn't accept the new law.",
    "After the war, prices rose.",
    "Prices increased after the war.",
    "On March 5, 2024 the library opened.",
    "The library opened on 2024-03-05.",
    "The library has about 300 maps.",
    "Critics say that it took 20 kilometres of cable.",
    "The EU paid half of it.",
    "The invasion of Scotland by William of Orange took place in 1072.",
]
FALSE = {
    "number": [
        "The king sold 2,600 horses to the French.",
        "The library has about 400 maps.",
        "It took 20 miles of cable.",
    ],
    "date": [
        "William of Orange invaded Scotland in 1073.",
        "The library opened on 5 April 2024.",
        "The library opened on 2024-03-06.",
    ],
    "name": [
        "In 1072 Harold of Orange invaded Scotland.",
        "Harold invaded Scotland in 1072.",
        "The king sold 2,500 horses to the Spanish.",
        "The UN paid half of it.",
    ],
    "negation": [
        "William of Orange did not invade Scotland in 1072.",
        "William of Orange never invaded Scotland in 1072.",
        "William of Orange failed to invade Scotland in 1072.",
        "Most farmers accepted the new law.",
    ],
    "direction": ["Prices fell after the war.", "Prices rose before the war."],
    "roles": [
        "Scotland invaded William of Orange in 1072.",
        "William of Orange was invaded by Scotland in 1072.",
        "The French sold 2,500 horses to the king in May 1083.",
    ],
    "names only": [
        "William of Orange praised Scotland.",
        "William of Orange was born in Scotland in 1072.",
        "Scotland is the enemy of William of Orange.",
    ],
    "added claim": [
        "The library opened on 5 March 2024, although its director had resigned over unpaid salaries.",
        "Prices rose after the war because factories had lost their workers to neighbouring cities.",
    ],
}


@pytest.fixture(scope="module")
def verifier(models: Path) -> Verifier:
    return Verifier(load_embeddings(DEFAULT, models))


def passage(article: Article, start: int = 0, end: int | None = None) -> Passage:
    return Passage(article, start, len(article.text) if end is None else end, 1.0)


@pytest.mark.parametrize("sentence", TRUE)
def test_a_true_sentence_gets_its_quote(verifier, sentence):
    support = verifier.support(sentence, [passage(ARTICLE)])
    assert support is not None
    assert support.text == ARTICLE.text[support.start : support.end]
    assert support.text.endswith(".")
    assert support.probability >= BAR


@pytest.mark.parametrize(("kind", "sentence"), [(kind, each) for kind, some in FALSE.items() for each in some])
def test_a_false_one_gets_none(verifier, kind, sentence):
    assert verifier.support(sentence, [passage(ARTICLE)]) is None


def test_of_several_passages_the_one_that_says_so(verifier):
    other = article("Nothing to see here. Horses are sold in many places.", source="b.txt")
    found = verifier.support("The king sold 2,500 horses.", [passage(other), passage(ARTICLE, 51)])
    assert found is not None
    assert found.passage.article is ARTICLE
    assert found.text == "The king sold 2,500 horses to the French in May 1083."


def test_it_may_take_two_neighbouring_sentences_but_none_across_a_paragraph(verifier):
    two = "Anna Berg founded the mill in 1901.{}Her son Olaf Berg sold it to a bank in 1950."
    said = "Anna Berg founded the mill in 1901, and her son Olaf Berg sold it to a bank in 1950."
    joined, apart = article(two.format(" ")), article(two.format("\n\n"))
    assert verifier.support(said, [passage(joined)]).text == joined.text
    assert verifier.support(said, [passage(apart)]) is None


def test_a_name_in_the_title_counts_a_name_from_nowhere_does_not(verifier):
    about = Article("m.txt", "Marie Curie", "She was awarded the Nobel Prize in Physics in 1903.", "0" * 64)
    said = "{} was awarded the Nobel Prize in Physics in 1903."
    assert verifier.support(said.format("Marie Curie"), [passage(about)]) is not None
    assert verifier.support(said.format("Lise Meitner"), [passage(about)]) is None


@pytest.mark.parametrize(
    ("said", "supported"),
    [
        ("Isaiah Bowman was appointed to the inquiry in 1917.", True),
        ("Woodrow Bowman was appointed to the inquiry in 1917.", False),
        ("Isaiah Wilson was appointed to the inquiry in 1917.", False),
    ],
)
def test_of_a_name_that_the_text_has_in_full_the_quote_may_have_a_part(verifier, said, supported):
    text = article(
        "Woodrow Wilson wanted an inquiry. Isaiah Bowman was the director of a society."
        " Bowman was appointed to the inquiry in 1917. Nobody else was asked."
    )
    assert (verifier.support(said, [passage(text)]) is not None) == supported


def test_a_name_in_the_title_does_not_take_the_place_of_another(verifier):
    about = Article("b.txt", "How BYD overtook Tesla", "In 2003 it took over a car maker, Qinchuan.", "0" * 64)
    assert verifier.support("BYD took over Qinchuan in 2003.", [passage(about)]) is not None
    assert verifier.support("The car maker that BYD took over in 2003 was Tesla.", [passage(about)]) is None


@pytest.mark.parametrize(
    ("quote", "said"),
    [
        ("The 2007 Lisbon Treaty recognised rights.", "The Lisbon Treaty was created in 2007."),
        ("The Battle of Hastings in 1066 changed England.", "The Battle of Hastings took place in 1066."),
        ("The Eiffel Tower in Paris drew crowds.", "The Eiffel Tower is located in Paris."),
    ],
)
def test_that_something_merely_was_takes_no_word_of_the_quote(verifier, quote, said):
    assert verifier.supports(quote, said)


def test_a_part_cut_out_of_a_denial(verifier):
    assert not supports(QUOTE, "sell well at first")
    assert not verifier.supports(QUOTE, "It sold well at first.")


def test_chinese_needs_nearly_all_characters_whatever_the_vectors_say(verifier):
    text = article("雷军在2021年宣布小米造车。他没有透露价格。")
    assert verifier.support("2021年雷军宣布小米造车。", [passage(text)]).text == "雷军在2021年宣布小米造车。"
    assert verifier.support("雷军在2022年宣布小米造车。", [passage(text)]) is None
    assert verifier.support("他透露价格。", [passage(text)]) is None


def test_the_same_every_time(verifier, models):
    first, second = (
        each.support(TRUE[3], [passage(ARTICLE)]) for each in (verifier, Verifier(load_embeddings(DEFAULT, models)))
    )
    assert first is not None
    assert (first.start, first.end) == (second.start, second.end)
    assert first.probability == pytest.approx(
        second.probability, abs=1e-5
    )  # what is in a batch shows in the last digits


@pytest.mark.parametrize("sentence", ["", " ", "...", "？", "the", "of it is"])
def test_what_says_nothing_is_not_supported(sentence):
    assert Verifier(FakeEmbeddings()).support(sentence, [passage(ARTICLE)]) is None


def test_without_passages_or_text():
    verifier = Verifier(FakeEmbeddings())
    assert verifier.support("Prices rose.", []) is None
    assert verifier.support("Prices rose.", [passage(article(""))]) is None


@settings(max_examples=50)
@given(st.text(max_size=120), st.text(max_size=400), st.integers(0, 100))
@example("Prices rose.", "x Prices rose.\n\nPrices rose. Prices rose", 2)
@example("１２３", "\u0130 \u0130 １２３.", 1)
def test_offsets_are_exact_for_any_text(sentence, text, start):
    whole = article(text)
    start = min(start, len(text))
    found = Verifier(FakeEmbeddings()).support(sentence, [passage(whole, start)])
    if found is not None:
        assert start <= found.start < found.end <= len(text)
        assert found.text == text[found.start : found.end]
        assert found.probability >= BAR


@settings(max_examples=30)
@given(st.lists(st.sampled_from(TRUE), min_size=1, max_size=3))
def test_a_copied_sentence_is_always_supported(sentences):
    text = article(" ".join(sentences))
    found = Verifier(FakeEmbeddings()).support(sentences[-1], [passage(text)])
    assert found is not None
    assert sentences[-1] in found.text


@pytest.mark.parametrize(
    "unit",
    ["a'", "1.1.", "two hundred and ", "not ", "中", "A ", "A of ", "x, ", "(", "1,", "2024-", "no one, ", "by "],
)
def test_100_000_characters_end_soon(unit):
    long = unit * (100_000 // len(unit))
    started = time.process_time()
    verifier = Verifier(FakeEmbeddings())
    assert not supports(long, "Prices rose after the war.")
    assert verifier.support("Prices rose after the war.", [passage(article(long))]) is None
    verifier.support(long[:1_000], [passage(article(long[:3_000]))])
    verifier.support(long, [passage(article(long))])
    assert time.process_time() - started < 20
