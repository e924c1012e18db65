"""`compare evaluate-search` on a made-up collection, with a hashing encoder and a word judge."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest

from compare.comparison.search import scored_pool, search
from compare.evaluate.searching import open_collection, ranked_ids
from compare.library.library import Library
from compare.models import SameActor
from compare.models.stance import CascadeStance
from compare.results import Stance
from compare.results.pair import ranking_score
from compare.statements import words_key
from tests.evaluate.conftest import Run, WordJudge, assert_one_sentence
from tests.fakes import HashingEncoder

QUERY = "The blockade of Port Meren has to end"
PASSAGES = {
    "p1": "The blockade of Port Meren must end.",
    "p2": "The blockade of Port Meren must end!",
    "p3": "The blockade of Port Meren must end at once, says Valdoria.",
    "p4": "The blockade of Port Meren will not end.",
    "p5": "Ostravia does not see that the blockade of Port Meren has to end.",
    "p6": "Port Meren is not under a blockade. No ship had to turn.",
    "p7": "Timber from Sudland has doubled in price.",
    "p8": "The blockade of Port Meren must not end.",
}
QRELS = {"p1": "agree", "p2": "Agree", "p3": "agree", "p4": "oppose", "p5": "oppose"}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    collection = tmp_path / "collection.jsonl.gz"
    lines = (
        json.dumps({"id": name, "text": text, "country": "Valdoria", "date": "2001", "source": "x"})
        for name, text in PASSAGES.items()
    )
    collection.write_bytes(gzip.compress("\n".join(lines).encode()))
    queries = tmp_path / "queries.tsv"
    queries.write_text(f'query_id\tquery\nq1\t{QUERY}\nq2\t"Not judged" it is\n')
    qrels = tmp_path / "qrels.tsv"
    rows = "".join(f"q1\t{name}\t{label}\t3\n" for name, label in QRELS.items())
    qrels.write_text(f"query_id\tpassage_id\tlabel\tconfidence\n{rows}q9\tp1\tagree\t1\n")
    return {"--collection": collection, "--queries": queries, "--qrels": qrels}


@pytest.fixture
def measure(run: Run, files: dict[str, Path]):
    def measure(*options: str):
        return run("evaluate-search", *(part for pair in files.items() for part in pair), *options)

    return measure


def test_json_has_the_figures_of_both_lists_as_shown(measure, files) -> None:
    told = measure("--json")
    left_out = (
        f"Left out: 1 judgement(s) of queries that are not in {files['--queries']}.\n"
        "In no figure: 1 query without a judgement.\n"
    )
    assert (told.code, told.err) == (0, left_out)
    data = told.json
    made_with = ["model", "screening", "encoder", "seconds", "left_out", "per_query"]
    assert list(data) == ["agree", "oppose", *made_with]
    assert data["model"] == "judge@555555555555"
    assert data["encoder"] == f"hashing@{HashingEncoder(256).digest[:12]}"
    assert data["seconds"] > 0
    assert data["left_out"] == {"unlabelled": 0, "disputed": 0, "of_other_queries": 1}
    agree, oppose = data["agree"], data["oppose"]
    # p1 and p2 have the same words and are listed once.
    assert (agree["claims"], agree["claims_with_right"], agree["listed"]) == (1, 1, 2)
    assert agree["p_at_5"]["value"] == 0.4
    assert agree["p_at_5"]["high"] > 0.9  # one query says next to nothing
    assert agree["recall_at_10"]["value"] == agree["right"]["value"] == 1
    assert agree["probability"]["value"] == pytest.approx(0.7)
    assert (oppose["listed"], oppose["judged"]) == (3, 2)
    assert oppose["right"]["value"] == pytest.approx(2 / 3)
    assert oppose["unjudged"]["value"] == pytest.approx(1 / 3)
    assert oppose["right_of_judged"]["value"] == 1
    (tenth,) = oppose["reliability"]
    assert (tenth["low"], tenth["listed"], tenth["judged"]) == (0.8, 3, 2)
    (entry,) = data["per_query"]
    assert (entry["query_id"], entry["query"]) == ("q1", QUERY)
    assert entry["oppose"] == {
        "known": 2,
        "p_at_5": 0.4,
        "recall_at_10": 1,
        "listed": 3,
        "right": 2,
        "unjudged": 1,
    }


def test_lists_are_those_of_a_search(measure, tmp_path: Path, files: dict[str, Path]) -> None:
    result = search(build(tmp_path, files), QUERY, stance_model=WordJudge())
    data = measure("--json").json
    assert data["agree"]["listed"] == len(result.agree)
    assert data["oppose"]["listed"] == len(result.oppose)


def test_text_shows_both_lists_as_shown(measure) -> None:
    out = measure().out
    assert out.startswith("1 query, 8 passages, model judge@555555555555, encoder hashing@")
    assert "LISTS AS SHOWN\nfigure " in out
    lines = [re.split(r"  +", line) for line in out.splitlines()]
    assert ["claims with one right in the first 5", "1 of 1", "1 of 1"] in lines
    assert ["passages listed", "2", "3"] in lines
    assert ["P@5, unjudged wrong", *["0.400", "0.000 to 0.999"] * 2] in lines
    assert "PROBABILITIES UNDER OPPOSE" in out
    assert ["0.8 to 0.9", "3", "0.800", "0.667", "2", "1.000"] in lines


def test_verbose_shows_each_judged_query(measure) -> None:
    out = measure("--verbose").out
    title = out[out.index("QUERIES") :].splitlines()[1].split()
    assert title[:2] == ["id", "query"]
    assert out.splitlines()[-1].split() == [
        *["q1", *QUERY.split(), "3", "0.40", "2", "2", "0", "2", "0.40", "3", "2", "1"]
    ]
    assert "QUERIES" not in measure().out


def test_the_label_of_a_pair_is_that_of_the_first_judged_with_the_same_words(
    measure, files: dict[str, Path]
) -> None:
    files["--qrels"].write_text("query_id\tpassage_id\tlabel\nq1\tp2\tagree\n")
    agree = measure("--json").json["agree"]
    assert (agree["listed"], agree["judged"]) == (2, 1)  # the one of p1 and p2, not that of p3
    assert agree["recall_at_10"]["value"] == 1


def test_only_labels_that_two_readers_share_count(measure, files: dict[str, Path]) -> None:
    files["--qrels"].write_text(
        "query_id\tpassage_id\tlabel\tsecond_label\n"
        "q1\tp1\tagree\t\nq1\tp3\tagree\tAgree\nq1\tp4\toppose\tneither\nq1\tp5\t\t\n"
    )
    told = measure("--json")
    assert told.err == (
        "Left out: 1 judgement(s) with two different labels.\n"
        "Left out: 1 judgement(s) without a label.\n"
        "In no figure: 1 query without a judgement.\n"
    )
    assert told.json["left_out"] == {"unlabelled": 1, "disputed": 1, "of_other_queries": 0}
    assert (told.json["agree"]["claims"], told.json["oppose"]["claims"]) == (1, 0)
    assert told.json["oppose"]["judged"] == 0


def test_unjudged_pairs_can_be_judged_and_given_back(
    measure, files: dict[str, Path], tmp_path: Path
) -> None:
    files["--queries"].write_text(f"query_id\tquery\nq1\t{QUERY}\n")
    to_judge = tmp_path / "to-judge.csv"
    told = measure("--unjudged", to_judge)
    assert f"Wrote {to_judge}: 1 pair to judge.\n" in told.err
    lines = list(csv.reader(io.StringIO(to_judge.read_text("utf-8-sig"))))
    # The model's verdict is not told to who judges.
    assert lines[0] == [
        *("query_id", "query", "passage_id", "text", "context", "country", "date", "label"),
    ]
    assert lines[1:] == [["q1", QUERY, "p8", PASSAGES["p8"], "", "Valdoria", "2001", ""]]
    told = measure("--qrels", to_judge, "--json")  # not filled in
    assert told.json["left_out"]["unlabelled"] == 1
    to_judge.write_text(to_judge.read_text().replace('"2001",""', '"2001","oppose"'))
    oppose = measure("--qrels", to_judge, "--json").json["oppose"]
    assert (oppose["judged"], oppose["right"]["value"]) == (3, 1)
    assert_one_sentence(
        measure("--unjudged", to_judge),
        f"{to_judge} already exists: choose another name, or overwrite it with --force.",
    )
    assert_one_sentence(
        measure("--unjudged", tmp_path / "a.tsv"),
        f"{tmp_path / 'a.tsv'} does not end in .csv: give it that ending.",
    )
    assert "leave out --pool" in measure("--pool", "--unjudged", tmp_path / "b.csv").err


def test_judging_can_begin_without_judgements(
    measure, files: dict[str, Path], tmp_path: Path
) -> None:
    del files["--qrels"]
    files["--queries"].write_text(f"query_id\tquery\nq1\t{QUERY}\nq2\t{QUERY} now\n")
    assert "a file to judge with --unjudged" in measure().err
    to_judge = tmp_path / "to-judge.csv"
    told = measure("--unjudged", to_judge)
    assert told.code == 0
    assert "In no figure: 2 queries without a judgement." in told.err
    rows = list(csv.DictReader(io.StringIO(to_judge.read_text("utf-8-sig"))))
    names = [(row["query_id"], row["passage_id"]) for row in rows]
    assert {query for query, _ in names} == {"q1", "q2"}
    assert names == sorted(names)  # not in the order of the lists


def test_what_is_to_be_judged_is_safe_in_a_spreadsheet(
    measure, files: dict[str, Path], tmp_path: Path
) -> None:
    text = '=HYPERLINK("http://x.example"),\tThe blockade of Port Meren must not end.'
    line = json.dumps({"id": "-1", "text": text, "country": "Valdoria", "source": "x"})
    files["--collection"].write_bytes(gzip.compress(line.encode()))
    del files["--qrels"]
    to_judge = tmp_path / "to-judge.csv"
    measure("--unjudged", to_judge)
    rows = list(csv.DictReader(io.StringIO(to_judge.read_text("utf-8-sig"))))
    assert {(row["passage_id"], row["text"][:2]) for row in rows} == {("'-1", "'=")}
    to_judge.write_text(to_judge.read_text().replace(',""\n', ',"oppose"\n'))
    assert measure("--qrels", to_judge).code == 0  # with the id as it was


def test_two_files_that_contradict_each_other_are_one_sentence(
    measure, files: dict[str, Path], tmp_path: Path
) -> None:
    more = tmp_path / "more.tsv"
    more.write_text("query_id\tpassage_id\tlabel\nq1\tp4\tneither\n")
    assert_one_sentence(
        measure("--qrels", more),
        f"{more}, line 2, column \"label\", 'neither': this passage is labelled oppose for the "
        f"same query on {files['--qrels']}, line 5; keep one of the two.",
    )


def test_the_pool_is_scored_without_thresholds(measure) -> None:
    data = measure("--pool", "--json").json
    agree = data["agree"]
    assert list(agree) == [
        *("p_at_5", "ndcg_at_10", "p_at_5_ci", "ceiling", "queries", "unjudged_at_5"),
    ]
    assert (agree["p_at_5"], agree["ceiling"], agree["queries"]) == (0.6, 0.6, 1)
    assert agree["ndcg_at_10"] == pytest.approx(1)
    assert agree["p_at_5_ci"][0] < 0.1
    assert data["oppose"]["queries"] == 0  # two passages oppose: too few
    assert data["oppose"]["p_at_5"] is None
    (entry,) = data["per_query"]
    assert (entry["agree"]["p_at_5"], entry["oppose"]["relevant"]) == (0.6, 2)
    out = measure("--pool", "--verbose").out
    assert "list      P@5            95 %  ceiling  nDCG@10  unjudged@5  queries\n" in out
    assert "agree   0.600  0.001 to 1.000    0.600    1.000" in out
    assert "oppose      -               -        -        -           -        0\n" in out
    assert f"q1  {QUERY}      3       0.60" in out


def test_every_passage_keeps_its_own_place(tmp_path: Path, files: dict[str, Path]) -> None:
    library = build(tmp_path, files)
    judge = WordJudge()
    result = search(library, QUERY, stance_model=judge)
    assert [pair.b.repeats for pair in result.pairs if pair.b.repeats]
    pool = scored_pool(library, QUERY, judge)
    assert {pair.b.statement.id for pair in pool} == set(PASSAGES)
    for stance in (Stance.AGREE, Stance.OPPOSE):
        scores = {
            pair.b.statement.id: ranking_score(pair.probabilities.of(stance), pair.similarity)
            for pair in pool
        }
        assert ranked_ids(pool, stance) == sorted(scores, key=lambda name: (-scores[name], name))


def test_statements_scored_only_by_the_fast_model_rank_behind(
    tmp_path: Path, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Doubting(WordJudge):
        def score(self, pairs, on_progress=None):
            return super().score(pairs, on_progress) / 2 + np.float32(1 / 6)

    monkeypatch.setattr("compare.comparison.search.READ_AGAIN", (1, 1))
    library, accurate = build(tmp_path, files), Doubting()
    cascade = CascadeStance(WordJudge(), accurate)
    pool = scored_pool(library, QUERY, cascade)
    order = ranked_ids(pool, Stance.AGREE)
    again = {pair.b.statement.id for pair in pool if not pair.first_stage_only}
    assert set(order[: len(again)]) == again
    words = {words_key(pair.b.text) for pair in pool if not pair.first_stage_only}
    assert len(words) == len(accurate.read) < len(pool)
    listed = search(library, QUERY, stance_model=cascade).agree
    shown = [pair.b.statement.id for pair in listed]
    assert shown == [name for name in order if name in shown]


def test_the_pool_is_what_a_search_reads(tmp_path: Path, files: dict[str, Path]) -> None:
    library = build(tmp_path, files)
    by_search, by_pool = WordJudge(), WordJudge()
    by_search.same_actor = by_pool.same_actor = SameActor(1.0)
    for query in (QUERY, "Timber from Sudland is dear. The blockade of the port has to go on now."):
        result = search(library, query, stance_model=by_search)
        pool = {pair.b.statement.id: pair for pair in scored_pool(library, query, by_pool)}
        assert sorted(by_search.read, key=str) == sorted(by_pool.read, key=str)
        for pair in result.pairs:
            same = pool[pair.b.statement.id]
            assert (same.b.passage, same.a.text) == (pair.b.passage, pair.a.text)
            assert (same.similarity, same.probabilities) == (pair.similarity, pair.probabilities)


def build(tmp_path: Path, files: dict[str, Path]) -> Library:
    from compare.evaluate.searching import read_collection

    statements = read_collection(files["--collection"])
    return Library.build(statements, tmp_path / "library", HashingEncoder(256))


def test_passages_keep_ids_and_who_and_when(tmp_path: Path, files: dict[str, Path]) -> None:
    library = build(tmp_path, files)
    assert [entry.id for entry in library.statements()] == list(PASSAGES)
    first = library.statement("p1")
    assert (first.text, first.countries, str(first.date)) == (PASSAGES["p1"], "Valdoria", "2001")


def test_judgements_of_another_collection_are_refused_before_anything_is_embedded(
    run: Run, encoder: HashingEncoder, files: dict[str, Path], tmp_path: Path
) -> None:
    files["--qrels"].write_text("query_id\tpassage_id\tlabel\nq1\tnone such\tagree\n")
    told = run("evaluate-search", *(part for pair in files.items() for part in pair))
    assert told.code == 2
    assert "the collection has no such passage" in told.err
    assert encoder.encoded == []


def test_vectors_are_made_once(measure, encoder: HashingEncoder, tmp_path: Path) -> None:
    first = measure("--json").json
    assert PASSAGES["p1"] in encoder.encoded
    encoder.encoded.clear()
    again = measure("--json").json
    assert PASSAGES["p1"] not in encoder.encoded
    assert [again[name] for name in ("agree", "oppose")] == [first["agree"], first["oppose"]]
    (folder,) = [path for path in (tmp_path / "cache" / "evaluation").iterdir() if path.is_dir()]
    assert (folder / "CURRENT").is_file()


def test_another_collection_and_another_encoder_have_other_vectors(
    run: Run, files: dict[str, Path], tmp_path: Path
) -> None:
    path = files["--collection"]
    first = open_collection(path, HashingEncoder(256)).folder
    assert open_collection(path, HashingEncoder(256, "other")).folder != first
    path.write_bytes(gzip.compress(b'{"id": "p1", "text": "Another."}\n'))
    assert open_collection(path, HashingEncoder(256)).folder != first


def test_an_incomplete_or_damaged_library_is_rebuilt(run: Run, files: dict[str, Path]) -> None:
    path = files["--collection"]

    class Failing(HashingEncoder):
        def encode(self, texts, on_progress=None):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_collection(path, Failing(256))
    opened = open_collection(path, HashingEncoder(256))
    assert len(opened) == len(PASSAGES)
    (store,) = opened.folder.glob("generations/*/library.sqlite")
    store.write_bytes(b"")
    assert len(open_collection(path, HashingEncoder(256))) == len(PASSAGES)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (
            "--queries",
            "query_id\tquery\nq1\tOne\nq1\tTwo\n",
            "{}, line 3, column \"query_id\", 'q1': this id is used already; give each query its "
            "own.",
        ),
        (
            "--queries",
            "query_id\tquery\nq1\t...\n",
            "{}, line 2, column \"query\", '...': this is empty or too long for a query; give the "
            "words to search for.",
        ),
        (
            "--queries",
            "id\tquery\nq1\tOne\n",
            '{}: there is no column "query_id" (found: id, query); a file of queries has the '
            "columns query_id and query.",
        ),
        (
            "--qrels",
            "query_id\tpassage_id\tlabel\nq1\tp1\tyes\n",
            "{}, line 2, column \"label\", 'yes': this is not a label; write agree, oppose or "
            "neither, or entailment, contradiction or neutral.",
        ),
        (
            "--qrels",
            "query_id\tpassage_id\nq1\tp1\n",
            '{}: there is no column "label" (found: query_id, passage_id); a file of judgements '
            "has the columns query_id, passage_id and label.",
        ),
        (
            "--qrels",
            "query_id\tpassage_id\tlabel\nq1\tp1\tagree\nq1\tp1\toppose\n",
            "{}, line 3, column \"label\", 'oppose': this passage is labelled agree for the same "
            "query on line 2; keep one of the two.",
        ),
        (
            "--qrels",
            "query_id\tpassage_id\tlabel\nq7\tp1\tagree\n",
            "{}: no row judges one of the queries; name the judgements that belong to them.",
        ),
        (
            "--qrels",
            "query_id\tpassage_id\tlabel\nq1\tp99\tagree\n",
            "{}, line 2, column \"passage_id\", 'p99': the collection has no such passage; name "
            "the collection that was judged.",
        ),
    ],
)
def test_mistakes_in_tables_are_one_sentence(
    measure, files: dict[str, Path], name: str, content: str, message: str
) -> None:
    files[name].write_text(content)
    assert_one_sentence(measure("--json"), message.format(files[name]))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "{}: the file is empty; name another, or put rows into it."),
        (
            b'{"id": "p1", "text": "One.", "date": "someday"}\n',
            "{}, line 1, column \"date\", 'someday': ",
        ),
        (
            b'{"id": "p1", "words": "One."}\n',
            "{}, line 1: no column holds words (found: ",
        ),
        (b"{\n", "{}, line 1: this is not JSON ("),
    ],
)
def test_a_bad_collection_is_one_sentence(
    measure, files: dict[str, Path], tmp_path: Path, content: bytes, message: str
) -> None:
    files["--collection"] = tmp_path / "bad.jsonl"
    files["--collection"].write_bytes(content)
    told = measure()
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("Error: " + message.format(files["--collection"]))
    assert told.err.count("\n") == 1
    assert not list((tmp_path / "cache" / "evaluation").glob("*/CURRENT"))


def test_missing_models_and_files_are_one_sentence(
    measure, files: dict[str, Path], tmp_path: Path
) -> None:
    assert_one_sentence(
        measure("--stance-model", "absent"),
        "There is no model 'absent' on this machine: give a folder.",
    )
    files["--collection"] = tmp_path
    assert_one_sentence(measure(), f"{tmp_path}: this is a folder; name a file.")
    files["--collection"] = tmp_path / "none.jsonl"
    assert_one_sentence(
        measure(),
        f"{tmp_path / 'none.jsonl'}: the file cannot be read (No such file or directory); check "
        "that it is there and yours to read.",
    )


def test_a_cache_that_cannot_be_written_is_one_sentence(
    measure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "taken"))
    assert_one_sentence(
        measure(),
        f"The cache {tmp_path / 'taken' / 'evaluation'} cannot be written (Not a directory): name "
        "another folder with COMPARE_CACHE.",
    )


def test_blanks_around_ids_are_ignored(measure, files) -> None:
    wanted = measure("--json").json["agree"]
    qrels = files["--qrels"]
    qrels.write_text(qrels.read_text().replace("q1\tp1", "q1 \t p1"))
    assert measure("--json").json["agree"] == wanted


def test_the_same_bytes_read_in_another_format_are_another_collection(tmp_path: Path) -> None:
    content = 'id\ttext\np1\t"Sanctions must be lifted."\n'
    texts = []
    for name in ("c.tsv", "c.csv"):
        (tmp_path / name).write_text(content)
        library = open_collection(tmp_path / name, HashingEncoder(256))
        texts.append(library.statements(["p1"])[0].text)
    assert texts == ['"Sanctions must be lifted."', "Sanctions must be lifted."]
