import pycountry
import pytest

from benchmarks.cow import CODES
from benchmarks.votes import (
    Asked,
    Correlation,
    correlation,
    in_words,
    main,
    mean_votes,
    read_map,
    read_votes,
)
from compare.errors import CorpusError
from compare.facade import Library
from compare.statements.countries import name_entries
from tests.fakes import HashingEncoder, WordJudge, statement

VOTES = """rcid,iso,vote
1,CUB,1
1,USA,3
1,FRA,2
1,BRA,1
1,DEU,8
2,CUB,1
2,USA,2
2,FRA,9
2,Brazil,3
"""
MAP = "rcid,proposition,yes\n1,The canal must open.,\n2,The canal must open.,oppose\n"


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def test_votes_count_as_the_public_layout_says(write):
    votes, left_out = read_votes(write("votes.csv", VOTES))
    assert left_out == []
    assert votes == {
        "1": {"CUB": 1, "USA": -1, "FRA": 0, "BRA": 1},
        "2": {"CUB": 1, "USA": 0, "BRA": -1},
    }
    [asked] = read_map(write("map.csv", MAP), votes)
    assert asked == Asked("The canal must open.", {"1": 1, "2": -1})
    assert mean_votes(asked, votes) == {"CUB": 0, "USA": -0.5, "FRA": 0, "BRA": 1}


def test_names_are_read_where_there_is_no_code(write):
    text = (
        "rcid,ccode,Countryname,vote\n1,40,Cuba,1\n1,2,United States of America,3\n"
        "1,1,Atlantis,2\n1,3,Republic of Cuba,3\n1,4,Lemuria,9\n"
    )
    votes, left_out = read_votes(write("votes.csv", text))
    assert votes == {"1": {"CUB": 1, "USA": -1}}
    assert left_out == ["Atlantis", "Republic of Cuba"]


def test_numbers_are_read_where_there_is_neither_code_nor_name(write):
    text = "rcid,ccode,vote\n1,40,1\n1,2.0,3\n1,1,2\n1,265,1\n1,260,3\n1,255,9\n"
    votes, left_out = read_votes(write("votes.csv", text))
    assert votes == {"1": {"CUB": 1, "USA": -1, "DDR": 1, "DEU": -1}}
    assert left_out == ["1"]
    known = {country.alpha_3 for country in pycountry.countries} | {
        entry.code for entry in name_entries() if not entry.successor
    }
    assert set(CODES.values()) <= known
    assert len(CODES) > 190
    assert all(number.isdecimal() for number in CODES)


def test_a_correlation_is_that_of_ranks_with_n_and_interval():
    places = {"A": 0.9, "B": 0.5, "C": 0.1, "D": -0.2, "E": -0.9, "Z": 0.3}
    voted = {"A": 1.0, "B": 0.0, "C": 0.5, "D": -0.5, "E": -1.0, "Y": 1.0}
    found = correlation(places, voted)
    assert found.n == 5
    assert found.rho == pytest.approx(1 - 6 * 2 / (5 * 24))  # 1 - 6 Σd² / (n (n² - 1))
    # atanh(0.9) = 1.4722; sqrt((1 + 0.405) / 2) * 1.96 = 1.6428
    assert (found.low, found.high) == (
        pytest.approx(-0.169, abs=2e-3),
        pytest.approx(0.996, abs=2e-3),
    )
    assert in_words(found) == "rho 0.90 (95 % interval -0.17 to 1.00), n = 5"


@pytest.mark.parametrize(
    ("places", "found"),
    [
        ({}, Correlation(0, None)),
        ({"A": 1.0, "B": 0.5}, Correlation(2, 1.0)),
        ({"A": 0.5, "B": 0.5, "C": 0.5}, Correlation(3, None)),
    ],
)
def test_what_is_not_defined_is_not_given(places, found):
    got = correlation(places, {"A": 1.0, "B": 0.0, "C": -1.0})
    assert (got.n, got.low, got.high) == (found.n, None, None)
    assert got.rho == (found.rho and pytest.approx(found.rho))
    assert "n = " in in_words(found)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rcid,member,vote\n1,40,1\n", "has no column iso"),
        ("rcid,iso\n1,CUB\n", "has no column vote"),
        ("rcid,iso,vote\n1,CUB,yes\n", "line 2.*1 yes, 2 abstain"),
        ("rcid,iso,vote\n1,CUB,1\n1,Atlantis,1\n", "line 3.*Atlantis.*not a known country"),
        ("rcid,iso,vote\n1,CUB,1\n1,Cuba,3\n", "voted in roll call 1 before"),
        ("rcid,iso,vote\n1,CUB\n", "2 cells"),
    ],
)
def test_bad_votes_are_one_sentence(write, text, sentence):
    with pytest.raises(CorpusError, match=sentence):
        read_votes(write("votes.csv", text))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("rcid\n1\n", "has no column proposition"),
        ("rcid,proposition\n1, \n", "proposition is empty"),
        ("rcid,proposition\n9,Open it.\n", "no vote of this roll call"),
        ("rcid,proposition,yes\n1,Open it.,maybe\n", 'write "agree" or "oppose"'),
    ],
)
def test_a_bad_map_is_one_sentence(write, text, sentence):
    with pytest.raises(CorpusError, match=sentence):
        read_map(write("map.csv", text), {"1": {"CUB": 1.0}})


def test_the_benchmark_prints_it(write, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "cache"))
    said = [
        statement(
            code,
            f"The canal must {'not ' if code == 'USA' else ''}open now.",
            country=f"{code}={code}",
        )
        for code in ("CUB", "USA", "FRA", "BRA")
    ]
    Library.build(said, tmp_path / "library", HashingEncoder(256)).close()
    monkeypatch.setattr("compare.library.library.encoder_of", lambda *_: HashingEncoder(256))
    monkeypatch.setattr("benchmarks.votes.load_stance_model", lambda name: WordJudge())
    votes, asked = write("votes.csv", VOTES), write("map.csv", MAP)
    given = ["--library", tmp_path / "library", "--votes", votes, "--map", asked]
    assert main([str(entry) for entry in given]) == 0
    out = capsys.readouterr().out
    assert out.startswith("The canal must open.\n  rho ")
    assert "n = 4" in out
    asked.write_text("rcid\n1\n")
    assert main([str(entry) for entry in given]) == 2
    assert capsys.readouterr().err.startswith("Error: ")
