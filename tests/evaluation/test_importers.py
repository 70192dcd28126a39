from __future__ import annotations

import json
import sys

import pytest

from evaluation.importers import FORMATS, import_set
from evaluation.questions import Row
from index.errors import UsageError
from settings import HOME

DATA = HOME.parent / "shared" / "data"
CONTEXT = "Ships sail. The Ada left Oslo in 1912, and sank. Nobody drowned."


def squad(*questions: object, context: object = CONTEXT) -> dict[str, object]:
    return {
        "version": "v2.0",
        "data": [{"title": "Ships", "paragraphs": [{"context": context, "qas": list(questions)}]}],
    }


def test_our_own_format_is_the_default(tmp_path):
    file = tmp_path / "set"
    file.write_text('{"question": "q"}')
    assert import_set(file).rows == import_set(file, "jsonl").rows == (Row("1", "q"),)


@pytest.mark.parametrize("name", ["set.csv", "Set.CSV", "set.tsv"])
def test_csv_is_known_by_its_ending(tmp_path, name):
    file = tmp_path / name
    file.write_text("question;answers\nWho?;Ada|Bo")
    assert import_set(file).rows == (Row("2", "Who?", answers=("Ada", "Bo")),)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("data", [b"", b"\xff\xfe\0", b"\0" * 100, b"[" * 100_000, b"nonsense\n" * 3, b"caf\xe9"])
def test_what_is_no_question_set_is_refused_in_one_line(tmp_path, format, data):
    if format == "datasets":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    file = tmp_path / "set"
    file.write_bytes(data)
    for path in (file, tmp_path, tmp_path / "missing"):
        with pytest.raises(UsageError) as caught:
            import_set(path, format)
        assert str(path if path != file or format not in ("beir", "datasets") else tmp_path) in caught.value.message
        assert "\n" not in str(caught.value)


def test_csv(tmp_path):
    file = tmp_path / "set.csv"
    file.write_text(
        "\ufeffid,question ,answers,answerable,evidence,contexts,tags,note,draft\r\n"
        'a,"Who, then?",Ada | Bo ,TRUE,"A | B",,"[""x|y""]",n,\r\n'
        "\r\n"
        ',"Two\nlines?",,no,[1] is a note,"[""one"", ""two""]",,,\r\n'
        "b,Short row\r\n"
        ",A draft,,,,,,,yes\r\n",
        encoding="utf-8",
        newline="",
    )
    found = import_set(file, "csv")
    assert found.rows == (
        Row("a", "Who, then?", answers=("Ada", "Bo"), evidence=("A | B",), tags=("x|y",)),
        Row("4", "Two\nlines?", answerable=False, evidence=("[1] is a note",), contexts=("one", "two")),
        Row("b", "Short row"),
    )
    assert found.drafts == 1


def test_what_the_answer_has_to_be_like_comes_from_csv_too(tmp_path):
    file = tmp_path / "set.csv"
    file.write_text(
        "question,intent,not,need,items,sides,evidence,standalone\n"
        'q,list,a | b,2,"[[""one"", ""1""], [""two""]]","[[""l""], [""r""]]","[""e"", ""f""]",whole q\n'
        "r,,,,,,,\n"
    )
    assert import_set(file, "csv").rows == (
        Row(
            "2",
            "q",
            evidence=("e", "f"),
            intent="list",
            rejected=("a", "b"),
            need=2,
            items=(("one", "1"), ("two",)),
            sides=(("l",), ("r",)),
            standalone="whole q",
        ),
        Row("3", "r"),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("text,answers\nq,a\n", "no column is called `question`"),
        ("question;answers\nq;a;b\n", "line 2: 3 cells for 2 columns"),
        ("question\nq\n", None),
        ("question,answers\n\nq,a,b\n", "line 3: 3 cells for 2 columns"),
        ("question,answers\n,a\n", "line 2: `question` is missing"),
        ('question\n"a\nb"\n"c\n', "line 4: unexpected end"),
        ("question,answerable\nq,perhaps\n", "line 2: `answerable` is neither"),
        ('question,answers\nq,"[1]"\n', "line 2: `answers` is no list of texts"),
        ("question,history\nq,before\n", "line 2: `history` is no list"),
        ("question,items\nq,before\n", "line 2: `items` is no list"),
        ("question,need\nq,some\n", "line 2: `need` is no whole number"),
        ("question,id\nq,1\nr,1\n", "line 3: id '1' is there twice, first in line 2"),
        ("question\n" + "x" * 200_000, "line 2: field larger"),
    ],
)
def test_a_csv_row_that_is_wrong_is_named_by_its_line(tmp_path, text, says):
    file = tmp_path / "set.csv"
    file.write_text(text, newline="")
    if says is None:
        assert import_set(file, "csv").rows == (Row("2", "q"),)
    else:
        with pytest.raises(UsageError) as caught:
            import_set(file, "csv")
        assert says in caught.value.message


def test_squad(tmp_path):
    file = tmp_path / "set.json"
    answers = [
        {"text": "1912", "answer_start": 33},
        {"text": "1912", "answer_start": 33},
        {"text": "in 1912", "answer_start": 0},
    ]
    file.write_text(
        json.dumps(
            squad(
                {"id": "a", "question": "When?", "answers": answers},
                {"question": "Why?", "is_impossible": True, "answers": [], "plausible_answers": answers},
                {
                    "question": "What?",
                    "is_impossible": False,
                    "answers": [{"text": "sank. Nobody", "answer_start": 43}],
                },
                {"question": "Lost?", "answers": [{"text": "elsewhere", "answer_start": -1}]},
            )
        )
    )
    rows = import_set(file, "squad").rows
    sentence = "The Ada left Oslo in 1912, and sank."
    assert rows == (
        Row("a", "When?", contexts=(CONTEXT,), answers=("1912", "in 1912"), evidence=(sentence,)),
        Row("2", "Why?", contexts=(CONTEXT,), answerable=False),
        Row("3", "What?", contexts=(CONTEXT,), answers=("sank. Nobody",), evidence=(f"{sentence} Nobody drowned.",)),
        Row("4", "Lost?", contexts=(CONTEXT,), answers=("elsewhere",)),
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "the file has no list `data`"),
        ({"data": {}}, "the file has no list `data`"),
        ({"data": [1]}, "article 1 has no list `paragraphs`"),
        ({"data": [{"paragraphs": [{"context": "c"}]}]}, "article 1, paragraph 1 has no list `qas`"),
        (squad({"question": "q"}, context=3), "article 1, paragraph 1: `context` is no text"),
        (squad(3), "article 1, paragraph 1, question 1: not a JSON object"),
        (squad({"answers": []}), "question 1: `question` is missing"),
        (squad({"question": "q", "answers": [{"text": "a"}]}), "question 1: `answers` is no list of {text"),
        (squad({"question": "q", "answers": [{"text": "", "answer_start": 1}]}), "question 1: `answers` is no list"),
        (squad({"question": "q", "answers": {"text": "a"}}), "question 1: `answers` is no list"),
        (squad({"question": "q", "is_impossible": "no"}), "question 1: `is_impossible` is neither"),
        (squad({"question": "q", "id": "a"}, {"question": "q", "id": "a"}), "question 2: id 'a' is there twice"),
        (squad({"question": "\ud800"}), "question 1: 'utf-8' codec"),
        (squad({"question": "q"}, context="\udfff"), "question 1: 'utf-8' codec"),
    ],
)
def test_a_squad_record_that_is_wrong_is_named(tmp_path, data, says):
    file = tmp_path / "set.json"
    file.write_text(json.dumps(data))
    with pytest.raises(UsageError) as caught:
        import_set(file, "squad")
    assert says in caught.value.message


@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not here")
@pytest.mark.parametrize(
    ("name", "questions", "answerable"),
    [
        ("squad2/dev-v2.0.json", 6078, 2910),
        ("xquad/xquad.en.json", 1190, 1190),
        ("xquad/xquad.zh.json", 1190, 1190),
        ("cmrc2018/cmrc2018_dev.json", 3219, 3219),
        ("drcd/DRCD_dev.json", 3524, 3524),
    ],
)
def test_public_squad_files_come_in_whole(name, questions, answerable):
    rows = import_set(DATA / name, "squad").rows
    assert (len(rows), sum(row.answerable for row in rows)) == (questions, answerable)
    for row in rows:
        assert row.contexts
        assert all(str(evidence) in row.contexts[0] for evidence in row.evidence)
        assert bool(row.evidence) == row.answerable
        assert not row.answerable or any(answer in str(each) for each in row.evidence for answer in row.answers)


@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not here")
def test_a_public_csv_file_comes_in_whole():
    rows = import_set(DATA / "chunking_eval" / "questions_df.csv", "csv").rows
    assert len(rows) == 472
    assert rows[0].question.startswith("What significant regulatory changes")


def test_ragas(tmp_path):
    file = tmp_path / "set.jsonl"
    records = [
        {
            "user_input": "New?",
            "reference": "gold",
            "reference_contexts": ["words"],
            "response": "not gold",
            "id": None,
        },
        {"question": "Old?", "ground_truth": "gold", "contexts": ["its words", "b"], "answer": "not gold"},
        {"question": "Older?", "ground_truths": ["g", "h"]},
        {"user_input": "Both?", "retrieved_contexts": ["its words"], "reference_contexts": ["words", "lost"]},
    ]
    file.write_text("\n".join(map(json.dumps, records)))
    assert import_set(file, "ragas").rows == (
        Row("1", "New?", answers=("gold",), evidence=("words",)),
        Row("2", "Old?", answers=("gold",), contexts=("its words", "b")),
        Row("3", "Older?", answers=("g", "h")),
        Row("4", "Both?", contexts=("its words",), evidence=("words",)),
    )


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ([], "holds no questions"),
        ([[]], "record 1: not a JSON object"),
        ({"response": "r"}, "line 1: `question` is missing"),
        ({"user_input": [{"content": "Hi", "type": "human"}]}, "line 1: `question` is missing"),
        ({"question": "q", "reference": 3}, "line 1: `answers` is no list"),
        ({"question": "q", "contexts": "c"}, "line 1: `retrieved_contexts` is no list of texts"),
        (
            {"question": "q", "contexts": ["c"], "reference_contexts": "c"},
            "line 1: `reference_contexts` is no list of texts",
        ),
        ({"question": "\ud800"}, "line 1: 'utf-8' codec"),
    ],
)
def test_a_ragas_line_that_is_wrong_is_named(tmp_path, record, says):
    file = tmp_path / "set.jsonl"
    file.write_text(json.dumps(record))
    with pytest.raises(UsageError) as caught:
        import_set(file, "ragas")
    assert says in caught.value.message


RECORDS = [
    {
        "id": "a",
        "title": "Ships",
        "context": CONTEXT,
        "question": "When?",
        "answers": {"text": ["1912", "1912"], "answer_start": [33, 33]},
    },
    {"id": None, "title": "", "context": CONTEXT, "question": "Why?", "answers": {"text": [], "answer_start": []}},
]
ROWS = (
    Row("a", "When?", contexts=(CONTEXT,), answers=("1912",), evidence=("The Ada left Oslo in 1912, and sank.",)),
    Row("2", "Why?", contexts=(CONTEXT,), answerable=False),
)


def test_a_folder_of_datasets(tmp_path):
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    for part, records in enumerate((RECORDS[:1], RECORDS[1:])):
        table = pyarrow.Table.from_pylist(records, schema=pyarrow.Table.from_pylist(RECORDS).schema)
        with (
            (tmp_path / f"data-{part}.arrow").open("wb") as file,
            pyarrow.ipc.new_stream(file, table.schema) as stream,
        ):
            stream.write_table(table)
    (tmp_path / "cache-0.arrow").write_bytes(b"not a part of it")
    names = [{"filename": "data-0.arrow"}, {"filename": "../elsewhere/data-1.arrow"}]
    (tmp_path / "state.json").write_text(json.dumps({"_data_files": names}))
    assert import_set(tmp_path, "datasets").rows == ROWS


def test_a_folder_of_parquet_files(tmp_path):
    pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    rows = [{"question": "q", "answers": ["a", "b"], "context": "c", "answerable": None}, {"question": " "}]
    parquet.write_table(pyarrow.Table.from_pylist(rows[:1]), tmp_path / "0.parquet")
    assert import_set(tmp_path, "datasets").rows == (Row("1", "q", answers=("a", "b"), contexts=("c",)),)
    parquet.write_table(pyarrow.Table.from_pylist(rows[1:]), tmp_path / "1.parquet")
    with pytest.raises(UsageError, match="record 2: `question` is missing"):
        import_set(tmp_path, "datasets")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("dataset_dict.json", '{"splits": ["train", "test"]}', "holds the splits train, test: give the folder of one"),
        ("dataset_dict.json", "[]", "no folder of `datasets`"),
        ("state.json", "{}", "no folder of `datasets`"),
        ("state.json", '{"_data_files": [{"filename": "a.arrow"}]}', "a.arrow cannot be read"),
        ("a.parquet", "PAR1", "a.parquet cannot be read"),
    ],
)
def test_a_folder_that_is_none_of_datasets_is_named(tmp_path, name, text, says):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError) as caught:
        import_set(tmp_path, "datasets")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_without_pyarrow_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.ipc", None)
    with pytest.raises(UsageError, match="needs the package pyarrow: run `pip install pyarrow`"):
        import_set(tmp_path, "datasets")


CASES = HOME.parent / "shared" / "cases"
EXCEL = 'Question;Answers;Not\r\n"Who; then?";Ada|Bo;\r\nWhy?;"No ""reason""";x | y\r\n'
FROM_EXCEL = (
    ("Who; then?", ("Ada", "Bo"), ()),
    ("Why?", ('No "reason"',), ("x", "y")),
)


@pytest.mark.parametrize(
    "data",
    [
        EXCEL.encode(),
        EXCEL.encode("utf-8-sig"),
        ("sep=;\r\n" + EXCEL).encode("utf-8-sig"),
        ("SEP=;\n" + EXCEL).encode(),
        EXCEL.replace(";", "\t").replace("Who\t", "Who;").encode("utf-16"),
        b"\xfe\xff" + EXCEL.encode("utf-16-be"),
        EXCEL.replace("Who;", "\0").replace(";", ",").replace("\0", "Who;").encode(),
    ],
)
def test_csv_as_excel_writes_it(tmp_path, data):
    file = tmp_path / "set.csv"
    file.write_bytes(data)
    rows = import_set(file, "csv").rows
    assert tuple((row.question, row.answers, row.rejected) for row in rows) == FROM_EXCEL


def test_the_lines_of_a_csv_file_are_counted_from_its_first(tmp_path):
    file = tmp_path / "set.csv"
    file.write_text("sep=;\nquestion;id\nq;1\n;2\n")
    with pytest.raises(UsageError, match="line 4: `question` is missing"):
        import_set(file, "csv")


@pytest.mark.parametrize("data", [b"\xff\xfe\0", "question\nq\0\n".encode("utf-16"), b"\xff\xfe\x00\xd8q\0"])
def test_broken_utf_16_is_refused(tmp_path, data):
    file = tmp_path / "set.csv"
    file.write_bytes(data)
    with pytest.raises(UsageError, match="not UTF"):
        import_set(file, "csv")


@pytest.mark.parametrize("name", ["set.csv", "set-utf16.csv"])
def test_the_cases_from_excel(name):
    [row] = import_set(CASES / "eval-csv-excel" / name, "csv").rows
    assert (row.question, row.answers) == ("When did deliveries of the HiPhi X begin?", ("May 2021",))


@pytest.mark.parametrize("name", ["testset.csv", "testset.jsonl"])
def test_the_cases_from_ragas(name):
    [row] = import_set(CASES / "eval-ragas-csv" / name, "ragas").rows
    evidence = "Deliveries began in May 2021, at prices between 570,000 and 800,000 yuan."
    assert (row.answers, row.evidence, row.contexts) == (("In May 2021.",), (evidence,), None)


RAGAS = {
    "user_input": "Who?",
    "reference": "Ada",
    "reference_contexts": ["<1-hop>\n\nIt's Ada.", "<2-hop>\n\nBo left."],
}
FROM_RAGAS = Row("1", "Who?", answers=("Ada",), evidence=("It's Ada.", "Bo left."))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([RAGAS]),
        json.dumps([RAGAS], indent=1),
        json.dumps(RAGAS) + "\n",
        'user_input,reference,reference_contexts,id\nWho?,Ada,"[""It\'s Ada."", \'Bo left.\']",1\n',
        'sep=;\nquestion;ground_truth;reference_contexts;id\nWho?;Ada;"[""It\'s Ada."", ""Bo left.""]";1\n',
    ],
)
def test_ragas_as_it_is_exported(tmp_path, text):
    file = tmp_path / "testset"
    file.write_text(text)
    assert import_set(file, "ragas").rows == (FROM_RAGAS,)


def test_a_ragas_cell_that_spells_no_list_is_named(tmp_path):
    file = tmp_path / "testset.csv"
    for cell in ("['a'", "__import__('os')", "(" * 300, "[" * 5_000, "3"):
        file.write_text(f"user_input,reference_contexts\nWho?,{cell}\n")
        with pytest.raises(UsageError, match="line 2: `reference_contexts` is no list of texts"):
            import_set(file, "ragas")


def test_llamaindex(tmp_path):
    file = tmp_path / "set.json"
    example = {
        "query": "Who?",
        "query_by": {"model_name": "m", "type": "ai"},
        "reference_contexts": ["It is Ada."],
        "reference_answer": "Ada",
        "reference_answer_by": {"model_name": "m", "type": "ai"},
    }
    file.write_text(json.dumps({"examples": [example, {"query": "Why?", "reference_contexts": None}]}))
    assert import_set(file, "llamaindex").rows == (
        Row("1", "Who?", answers=("Ada",), evidence=("It is Ada.",)),
        Row("2", "Why?"),
    )
    pairs = {"queries": {"a": "Who?", "b": "Why?"}, "corpus": {"n": " It is Ada.\n"}, "relevant_docs": {"a": ["n"]}}
    file.write_text(json.dumps(pairs | {"mode": "text"}))
    assert import_set(file, "llamaindex").rows == (Row("a", "Who?", evidence=("It is Ada.",)), Row("b", "Why?"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([], "neither `examples` nor `queries`"),
        ({"queries": {"a": "q"}}, "neither `examples` nor `queries`"),
        ({"examples": []}, "holds no questions"),
        ({"examples": [3]}, "example 1: not a JSON object"),
        ({"examples": [{"query": ""}]}, "example 1: `question` is missing"),
        ({"examples": [{"query": "q", "reference_answer": 3}]}, "example 1: `reference_answer` is no text"),
        ({"examples": [{"query": "q", "reference_contexts": "c"}]}, "example 1: `reference_contexts` is no list"),
        ({"queries": {"a": "q"}, "corpus": {}, "relevant_docs": {"a": ["n"]}}, "query 1: `relevant_docs` names"),
        ({"queries": {"a": "q"}, "corpus": {}, "relevant_docs": {"a": [3]}}, "query 1: `relevant_docs` names"),
    ],
)
def test_a_llamaindex_file_that_is_wrong_is_named(tmp_path, data, says):
    file = tmp_path / "set.json"
    file.write_text(json.dumps(data))
    with pytest.raises(UsageError) as caught:
        import_set(file, "llamaindex")
    assert says in caught.value.message


def test_columns_of_one_answer_and_one_article_are_known(tmp_path):
    file = tmp_path / "set.csv"
    file.write_text("Question,Answer,Article,Tag\nWho?,Ann|Ann Lee,a.md,x\n")
    [row] = import_set(file).rows
    assert (row.answers, row.articles, row.tags) == (("Ann", "Ann Lee"), ("a.md",), ("x",))
    file.write_text("question,answer,answers\nWho?,what a system said,Ann\n")
    assert import_set(file).rows[0].answers == ("Ann",)
