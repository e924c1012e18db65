"""Judged searches of the benchmarks: files, the library of a collection, and scores of lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.judged import (
    ListedPair,
    ShownList,
    evaluate_search,
    open_collection,
    read_judgements,
    read_queries,
    shown_report,
)
from benchmarks.search import apart
from compare.errors import CorpusError
from compare.results import Stance
from tests.fakes import HashingEncoder, WordJudge

YES, NO, NEITHER = Stance.AGREE, Stance.OPPOSE, Stance.NEITHER
QUERY = "The blockade of Port Meren has to end"
PASSAGES = """id\ttext\tcountry\tdate\tsource
p1\tThe blockade of Port Meren must end.\tValdoria\t2001\tx
p2\tThe blockade of Port Meren must end!\tValdoria\t2001\tx
p3\tThe blockade of Port Meren will not end.\tValdoria\t2001\tx
"""

# -- Files ---------------------------------------------------------------------------------------


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_collection_is_searched_and_its_lists_are_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "cache"))
    path = written(tmp_path / "collection.tsv", PASSAGES)
    library = open_collection(path, HashingEncoder(256))
    assert open_collection(path, HashingEncoder(256)).folder == library.folder
    assert open_collection(path, HashingEncoder(256, "other")).folder != library.folder
    queries = read_queries(written(tmp_path / "q.tsv", f"query_id\tquery\nq1\t{QUERY}\nq2\tx y\n"))
    labels = {"q1": {"p2": YES, "p3": NO}}
    report = evaluate_search(library, queries, labels, WordJudge(either=True))
    assert list(report.queries) == ["q1"]
    agree, oppose = report.lists[YES], report.lists[NO]
    assert (agree.listed, agree.right_of_judged.value, agree.recall_at_10.value) == (1, 1, 1)
    assert (oppose.listed, oppose.claims_with_right, oppose.claims) == (1, 1, 1)


def test_only_labels_that_two_readers_share_count(tmp_path: Path) -> None:
    rows = "q1\tp1\tagree\t\nq1\tp2\tagree\tAgree\nq1\tp3\toppose\tneither\nq1\tp4\t\t\n"
    path = written(
        tmp_path / "a.tsv", f"query_id\tpassage_id\tlabel\tsecond_label\n{rows}q9\tp\tagree\t\n"
    )
    assert read_judgements([path], ["q1"]) == {"q1": {"p1": YES, "p2": YES}}
    other = written(tmp_path / "b.tsv", "query_id\tpassage_id\tlabel\nq1\tp1\toppose\n")
    with pytest.raises(CorpusError, match="labelled agree before"):
        read_judgements([path, other], ["q1"])


# -- As a search shows them ----------------------------------------------------------------------


def shown(known: int, found: int, *pairs: tuple[float, Stance | None]) -> ShownList:
    return ShownList(YES, known, found, [ListedPair(*pair) for pair in pairs])


LISTS = [
    shown(3, 2, (0.95, YES), (0.92, None), (0.9, YES), (0.55, NO)),
    shown(1, 0, (0.5, None)),
    shown(2, 0),  # nothing is listed
    shown(0, 0, (0.9, NEITHER), (1.0, None)),  # nothing is known
]


def test_missing_and_unjudged_places_are_misses() -> None:
    first = LISTS[0]
    assert (first.p_at_5, first.recall_at_10, first.right, first.unjudged) == (2 / 5, 2 / 3, 2, 1)
    assert [one.p_at_5 for one in LISTS[1:]] == [0, 0, 0]
    assert [one.recall_at_10 for one in LISTS[1:]] == [0, 0, None]
    long = shown(9, 9, *[(0.9, NO)] * 4, *[(0.9, YES)] * 5)
    assert (long.p_at_5, long.right, long.right_at_5) == (1 / 5, 5, 1)


def test_figures_of_claims_are_over_claims_with_known_passages() -> None:
    found = shown_report(LISTS)
    assert found.claims == 3
    assert found.p_at_5.value == pytest.approx(2 / 5 / 3)
    assert found.recall_at_10.value == pytest.approx(2 / 3 / 3)
    assert found.claims_with_right == 1


def test_figures_of_what_is_listed_are_over_all_queries() -> None:
    found = shown_report(LISTS)
    assert (found.listed, found.judged) == (7, 4)
    assert found.right_of_judged.value == pytest.approx(2 / 4)
    assert found.probability.value == pytest.approx((0.95 + 0.92 + 0.9 + 0.55 + 0.5 + 0.9 + 1) / 7)


def test_intervals_are_over_queries() -> None:
    found, again = shown_report(LISTS), shown_report(LISTS * 20)
    assert found.p_at_5.low < 0.01
    assert found.p_at_5.high > 0.6  # three queries say little
    assert again.right_of_judged.value == pytest.approx(found.right_of_judged.value)
    assert found.probability == shown_report(LISTS[::-1]).probability


def test_without_lists_there_is_no_figure() -> None:
    found = shown_report([shown(0, 0)])
    assert (found.claims, found.listed) == (0, 0)
    figures = (found.p_at_5, found.recall_at_10, found.right_of_judged, found.probability)
    assert {(one.value, one.low, one.high) for one in figures} == {(None, None, None)}


def test_a_benchmark_ends_with_its_part_that_fails_and_says_no_more(capfd):
    with pytest.raises(SystemExit) as ended:
        apart("benchmarks.judged_by_nobody", {})
    assert ended.value.code == 1
    assert "No module named" in capfd.readouterr().err
