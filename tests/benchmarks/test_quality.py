"""The public sets' layouts in miniature, through the program that measures on them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import lxml.etree
import pytest

from benchmarks import quality
from benchmarks.quality import _figures, main
from benchmarks.reliability import answerable_by_confidence
from benchmarks.results import PUBLIC_SETS, PUBLISHED, write_block
from benchmarks.sets import PARTS, sample
from evaluation.questions import Span
from rag.chain import AnswerChain
from settings import HOME
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.store

BEGIN, END = PUBLIC_SETS.begin, PUBLIC_SETS.end
BEFORE, AFTER = "# Results\n\nBy hand.\n\n", "\n\n## By hand too\n\nText.\n"
PUBLIC = [part.name for part in PARTS if part.name != "seeds"]
CORPUS = "Kites fly high. Owls hunt at night. Kites fly high."


def squad(*articles: tuple[str, str, str | None]) -> dict:
    """One paragraph an article: title, text, and the answer to a question on it; None for one without."""
    return {
        "data": [
            {
                "title": title,
                "paragraphs": [
                    {
                        "context": text,
                        "qas": [
                            {
                                "id": f"{title}-1",
                                "question": f"What is said of {title}?",
                                "answers": [{"text": answer, "answer_start": text.index(answer)}] if answer else [],
                                "is_impossible": answer is None,
                            }
                        ],
                    }
                ],
            }
            for title, text, answer in articles
        ]
    }


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A data folder with every set; the other half of squad2 holds the first paragraph of xquad."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("squad2", "xquad", "scifact/qrels", "clapnq", "chunking_eval/corpora"):
        (folder / name).mkdir(parents=True)

    def write(name: str, *values: object) -> None:
        (folder / name).write_text("\n".join(map(json.dumps, values)) + "\n", encoding="utf-8")

    ants, bees = "Ants carry leaves to the nest.", "Bees dance to tell where nectar is."
    cats, dogs = "Cats sleep most of the day.", "Dogs bark at strangers."
    articles = [("Dogs", dogs, None), ("Bees", bees, "nectar"), ("Ants", ants, "leaves"), ("Cats", cats, "sleep")]
    write("squad2/dev-v2.0.json", squad(*articles))
    write("xquad/xquad.en.json", squad(("Ants", ants, "leaves"), ("Elks", "Elks roam the woods.", "the woods")))
    write(
        "xquad/xquad.zh.json", squad(("Ants", "蚂蚁把叶子搬回巢穴。", "叶子"), ("Elks", "麋鹿在树林里漫游。", "树林"))
    )
    documents = [{"_id": str(n), "title": f"Trial {n}", "text": f"Zinc lowers marker {n}."} for n in range(3)]
    write("scifact/corpus.jsonl", *documents)
    write("scifact/queries.jsonl", {"_id": "7", "text": "Zinc lowers marker 2."})
    (folder / "scifact/qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\n7\t2\t1\n")
    passage = {"title": "Foxes", "text": "Foxes dig dens . They eat mice ."}
    selected = [["Foxes dig dens .", "Not in the passage."], ["They eat mice ."]]
    outputs = [{"answer": "Dens.", "selected_sentences": sentences} for sentences in selected]
    nothing = [{"answer": "", "selected_sentences": []}]
    row = {"id": "1", "input": "What do foxes dig?", "passages": [passage], "output": outputs}
    write("clapnq/clapnq_dev_answerable.jsonl", row)
    write("clapnq/clapnq_dev_unanswerable.jsonl", row | {"id": "2", "input": "Who paid?", "output": nothing})
    (folder / "chunking_eval/corpora/birds.md").write_text(CORPUS, encoding="utf-8")
    with (folder / "chunking_eval/questions_df.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["question", "references", "corpus_id"])
        reference = {"content": "Kites fly high.", "start_index": 36, "end_index": 51}
        rows.writerow(["How do kites fly?", json.dumps([reference]), "birds"])
        reference = {"content": "Owls hunt at night.", "start_index": 16, "end_index": 35}
        rows.writerow(["When do owls hunt?", json.dumps([reference]), "birds"])
    return folder


@pytest.fixture(autouse=True)
def fake_model(monkeypatch, tmp_path):
    monkeypatch.setattr("commands.store.embedding_model", lambda settings: FakeEmbeddings())
    monkeypatch.setattr(quality, "CHARTS", tmp_path / "charts")


def load(name: str, data: Path, scratch: Path) -> list:
    [part] = [part for part in PARTS if part.name == name]
    return list(part.load(data, scratch))


def test_every_set_is_measured_and_the_rest_of_the_file_stays(data, tmp_path):
    out = tmp_path / "RESULTS.md"
    out.write_text(f"{BEFORE}{BEGIN}\n\n### SciFact: retrieval\n\nan earlier run\n\n{END}{AFTER}", encoding="utf-8")
    assert main(["--data", str(data), "--out", str(out), "--parts", *PUBLIC]) == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith(BEFORE + BEGIN)
    assert text.endswith(END + AFTER)
    assert "an earlier run" not in text
    assert "Skipped" not in text
    for part in PARTS:
        assert text.count(f"### {part.title}\n") == (part.name != "seeds")
    assert "| article_ndcg@10 | 1.000 | 1.000 to 1.000 | 1 | BM25 0.661 to 0.687 |" in text
    assert "2 questions over 1 articles" in text
    assert "| f1_overall | " in text
    assert "--parts squad2-reading`" in text
    assert str(data) not in text
    drawn = {path.name for path in (tmp_path / "charts").iterdir()}
    assert drawn == {"reliability-squad2.svg", "reliability-clapnq.svg"}
    svg = lxml.etree.parse(tmp_path / "charts" / "reliability-clapnq.svg").getroot()
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert svg.findtext("{*}desc").endswith(" answerable")


def test_reliability_counts_the_refused_too():
    asked = [(0.12, 0.0), (0.18, 1.0), (0.16, 0.0), (0.9, 1.0)]
    points = answerable_by_confidence([{"confidence": p, "answerable": a} for p, a in asked])
    assert points == [pytest.approx((0.46 / 3, 1 / 3, 3)), (0.9, 1.0, 1)]


def test_a_second_run_replaces_its_own_part_alone(data, tmp_path, capsys):
    out = tmp_path / "RESULTS.md"
    words = ["--data", str(data), "--out", str(out)]
    assert main([*words, "--parts", "clapnq", "squad2"]) == 0
    assert main([*words, "--parts", "clapnq", "--most", "1"]) == 0
    text = out.read_text(encoding="utf-8")
    assert text.count("###") == 2
    assert text.index("### SQuAD") < text.index("### CLAPnq")
    assert "1 questions (a seeded sample of 2)" in text
    assert "--parts clapnq --most 1`" in text


def test_a_missing_set_is_skipped_with_its_reason_but_takes_no_figures_away(data, tmp_path, capsys):
    out, empty = tmp_path / "RESULTS.md", tmp_path / "empty"
    empty.mkdir()
    words = ["--out", str(out), "--parts", "squad2", "clapnq"]
    assert main(["--data", str(data), "--out", str(out), "--parts", "clapnq"]) == 0
    assert main(["--data", str(empty), *words]) == 0
    text = out.read_text(encoding="utf-8")
    assert "refusing\n\nSkipped: the data folder has no squad2/dev-v2.0.json." in text
    assert "evidence_recall" in text
    assert "clapnq: Skipped" in capsys.readouterr().err


def test_an_interrupted_run_keeps_the_parts_that_are_through_and_goes_on(data, tmp_path, monkeypatch, capsys):
    asked = []
    honest = AnswerChain.invoke

    def invoke(self, question, *rest):
        asked.append(question["question"])
        if question["question"].startswith("When do owls") and len(asked) < 5:
            raise KeyboardInterrupt
        return honest(self, question, *rest)

    monkeypatch.setattr(AnswerChain, "invoke", invoke)
    monkeypatch.setattr("evaluation.run.WORKERS", 1)
    out, store = tmp_path / "RESULTS.md", tmp_path / "stores"
    words = ["--data", str(data), "--out", str(out), "--store", str(store), "--parts"]
    assert main([*words, "clapnq", "chunking_eval"]) == 130
    assert "CLAPnq" in out.read_text(encoding="utf-8")
    assert "goes on" in capsys.readouterr().err
    asked[:] = ["a", "b", "c", "d"]
    assert main([*words, "chunking_eval"]) == 0
    assert asked[4:] == ["When do owls hunt?"]
    assert "retrieved_recall@5" in out.read_text(encoding="utf-8")


@pytest.mark.parametrize("section", [BEGIN, END, END + BEGIN, BEGIN + END + END, BEGIN + BEGIN + END])
def test_a_file_with_broken_marks_is_left_as_it_is(section, tmp_path, data, capsys):
    out = tmp_path / "RESULTS.md"
    out.write_text(section)
    assert main(["--data", str(data), "--out", str(out), "--parts", "clapnq"]) == 2
    assert out.read_text() == section
    assert capsys.readouterr().err.count("\n") == 1


def test_a_damaged_set_is_named(tmp_path, capsys):
    (tmp_path / "squad2").mkdir()
    (tmp_path / "squad2/dev-v2.0.json").write_text('{"data": [{"paragraphs": []}]}')
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "out.md"), "--parts", "squad2"]) == 2
    assert capsys.readouterr().err.startswith("quoth: squad2: its files are not in the set's layout")
    assert main(["--data", str(tmp_path / "nowhere")]) == 2


def test_the_section_is_put_at_the_end_of_a_file_without_one(tmp_path):
    out = tmp_path / "RESULTS.md"
    out.write_text("By hand.\n")
    write_block(out, ["A", "B"], "B", "### B\n\nb")
    write_block(out, ["A", "B"], "A", "### A\n\na")
    text = out.read_text()
    assert text.startswith(f"By hand.\n\n{BEGIN}\n\n## ")
    assert text.endswith(f"### A\n\na\n\n### B\n\nb\n\n{END}\n")


def test_only_the_second_fourth_and_so_on_of_squad2_is_reported(data, tmp_path):
    rows = load("squad2", data, tmp_path)
    assert [(row.id, row.answerable) for row in rows] == [("Bees-1", True), ("Dogs-1", False)]


def test_retrieval_is_asked_over_all_paragraphs_and_only_what_they_answer(data, tmp_path):
    [row] = load("squad2-retrieval", data, tmp_path)
    assert (row.contexts, row.articles) == (None, ("0001.txt",))
    texts = [path.read_text() for path in sorted((tmp_path / "corpus").iterdir())]
    assert texts == ["Bees dance to tell where nectar is.", "Dogs bark at strangers."]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_xquad_is_read_without_the_paragraphs_that_may_be_trained_on(language, data, tmp_path):
    assert [row.id for row in load(f"xquad-{language}-reading", data, tmp_path)] == ["Elks-1"]


def test_clapnqs_evidence_is_what_stands_in_the_passage(data, tmp_path):
    answerable, unanswerable = load("clapnq", data, tmp_path)
    assert answerable.evidence == ("Foxes dig dens .", "They eat mice .")
    assert (answerable.answerable, unanswerable.answerable, unanswerable.evidence) == (True, False, ())


def test_chunking_evals_offsets_are_those_of_the_articles(data, tmp_path):
    rows = load("chunking_eval", data, tmp_path)
    assert rows[0].evidence == (Span("birds.txt", 36, 51),)
    assert (tmp_path / "corpus" / "birds.txt").read_text() == CORPUS


def test_f1_overall_counts_a_right_refusal_as_one():
    answered = {"answerable": 1.0, "refused": 0.0, "confidence": 0.9, "f1": 0.5}
    refused = {"answerable": 0.0, "refused": 1.0, "confidence": 0.1}
    values = [answered, refused, refused | {"refused": 0.0, "confidence": 0.6}]
    card = {"figures": [{"name": "f1", "value": 0.5}], "results": [{"values": each} for each in values]}
    found = _figures(card)
    assert found["f1"]["value"] == 0.5
    assert (found["f1_overall"]["value"], found["f1_overall"]["rows"]) == (pytest.approx(0.5), 3)


def test_a_sample_is_the_same_each_time_and_in_order():
    drawn = sample(range(1000), 30)
    assert drawn == sample(range(1000), 30) == sorted(set(drawn))
    assert len(drawn) == 30
    assert sample("ab", 3) == ["a", "b"]


def test_what_is_published_stands_beside_a_figure_and_the_docs_know_every_part():
    shown = {(part.name, figure) for part in PARTS for figure in part.figures}
    assert set(PUBLISHED) <= shown
    text = (HOME / "docs" / "quality.md").read_text(encoding="utf-8")
    for part, figure in shown:
        assert f"`{part}`" in text, part
        assert f"`{figure}`" in text, figure


def test_a_setting_that_is_no_number_and_a_sample_of_none_are_refused(data, tmp_path, monkeypatch, capsys):
    words = ["--data", str(data), "--out", str(tmp_path / "out.md"), "--parts", "clapnq"]
    with pytest.raises(SystemExit):
        main([*words, "--most", "0"])
    monkeypatch.setenv("QUOTH_PASSAGES_READ", "many")
    assert main(words) == 2
    assert "QUOTH_PASSAGES_READ" in capsys.readouterr().err
    assert not (tmp_path / "out.md").exists()
