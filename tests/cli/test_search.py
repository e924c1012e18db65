"""`compare search`: its options and its output."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from compare.cli import options
from tests.cli.conftest import BLOCKADE, Run, command_line
from tests.fakes import Ran


def test_verdicts_can_rest_on_their_own_words(run: Run) -> None:
    plain = run("search", BLOCKADE, "--no-same-actor", "--json")
    assert plain.code == 0
    assert "same_actor" not in plain.json["provenance"]["settings"]
    assert {entry["p_agree_alone"] for entry in plain.json["results"]} == {None}


def test_search_prints_plain_text_into_a_pipe(run: Run) -> None:
    told = run("search", BLOCKADE)
    assert told.code == 0
    assert "AGREE\n  1. 0.70 “We say that the blockade of Port Meren must end now.”" in told.out
    assert "Bren Tal, Envoy, Ostravia, 2021-06-01, Pier of Meren, Bulletin, [agree-1]" in told.out
    assert "https://example.org/1" in told.out
    assert "OPPOSE\n  1. 0.80 “The blockade of Port Meren will not end" in told.out
    assert "context: asked by Valdoria" in told.out
    assert "Note:  The quote is in the library" in told.out
    assert "\x1b" not in told.out + told.err


def test_search_json_has_the_lists_in_order(run: Run) -> None:
    data = run("search", BLOCKADE, "--json").json
    assert list(data) == ["query", "outcome", "model", "provenance", "results", "unjudged"]
    assert (data["query"], data["outcome"]) == (BLOCKADE, "found")
    assert data["model"] == "judge@555555555555"
    assert [(entry["stance"], entry["statement"]["id"]) for entry in data["results"]] == [
        ("agree", "agree-1"),
        ("oppose", "oppose-1"),
    ]
    assert all(entry["why"] is None for entry in data["results"])
    assert data["provenance"]["source"]["id"] == "own"


def test_why_is_found_when_it_is_asked_for(run: Run) -> None:
    first = run("search", BLOCKADE, "--json", "--why").json["results"][0]
    (span,) = first["why"]["passage"]
    assert "must" in span["text"]
    assert first["passage"][span["start"] : span["end"]] == span["text"]
    assert f"deciding in statement: {span['text']}" in run("search", BLOCKADE, "--why").out


def test_the_quote_is_read_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def with_stdin(data: bytes) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return run("search", "-", "--json")

    assert with_stdin(b"\xef\xbb\xbf" + BLOCKADE.encode() + b"\n").json["query"] == BLOCKADE
    told = with_stdin(b"caf\xe9")
    assert (told.code, told.out) == (2, "")
    assert told.err == (
        "Error: Standard input is not UTF-8 text (byte 4): convert it, or give the quote as an "
        "argument.\n"
    )
    assert "The quote is empty" in with_stdin(b"").err


def test_a_statement_of_the_library_is_asked_about_by_its_id(run: Run) -> None:
    quote = run("search", "--id", "own", "--json").json["provenance"]["quote"]
    assert quote["speaker"] == "Ms. Ada Lorn"
    assert quote["country"] == [{"name": "Valdoria", "code": "VLD"}]
    assert quote["date"] == "2021-05"
    given = run("search", "--id", "own", "--date", "1999", "--json").json["provenance"]["quote"]
    assert (given["date"], given["statement_id"]) == ("1999", "own")
    assert "Give one of a quote" in run("search", BLOCKADE, "--id", "own").err
    told = run("search", "--id", "nobody")
    assert (told.code, "There is no statement 'nobody'" in told.err) == (2, True)


@pytest.mark.parametrize(
    ("who", "countries", "date"),
    [
        ("China, 2022", ["China"], "2022"),
        ("Korea, Republic of, 2022-03", ["Korea, Republic of"], "2022-03"),
        ("Russia; China,2022-03-18", ["Russia", "China"], "2022-03-18"),
        ("China", ["China"], ""),
        ("2022", [], "2022"),
        ("Korea, Republic of", ["Korea, Republic of"], ""),
    ],
)
def test_who_is_short_for_country_and_date(
    run: Run, who: str, countries: list[str], date: str
) -> None:
    quote = run("search", BLOCKADE, "--who", who, "--json").json["provenance"]["quote"]
    assert [country["name"] for country in quote["country"]] == countries
    assert quote["date"] == date


def test_who_said_it_travels_with_the_result(run: Run) -> None:
    told = run(
        *(
            "search",
            BLOCKADE,
            "--quote-speaker",
            "Eve",
            "--quote-role",
            "Judge",
            "--quote-country=Japan",
        ),
        *("--quote-date", "2001-02", "--quote-context", "of the war", "--json"),
    )
    quote = told.json["provenance"]["quote"]
    assert quote == {
        "text": BLOCKADE,
        "speaker": "Eve",
        "role": "Judge",
        "country": [{"name": "Japan", "code": "JPN"}],
        "date": "2001-02",
        "context": "of the war",
        "statement_id": None,
    }


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--only-speaker", "Bren Tal"], ["agree-1"]),
        (["--only-country", "Norland", "--only-country", "Ostravia"], ["agree-1", "oppose-1"]),
        (["--from", "2022"], ["oppose-1"]),
        (["--to", "2021-06"], ["agree-1"]),
        (["--source", "Bulletin"], ["agree-1"]),
        (["--language", "en"], ["agree-1"]),
        (["--only-role", "envoy"], ["agree-1"]),
        (["--venue", "PIER OF MEREN"], ["agree-1"]),
        (["--party", "Reeds"], ["agree-1"]),
        (["--only-id", "oppose-1"], ["oppose-1"]),
        (["--not-speaker", "Mr. Bren Tal"], ["oppose-1"]),
        (["--words", "asked OR canal"], ["oppose-1"]),
        (["--not-country", "NOR"], ["agree-1"]),
        (["--speaker", "Bren Tal", "--not-own-speaker"], ["own", "oppose-1"]),
        (["--country", "Ostravia", "--not-own-country"], ["own", "oppose-1"]),
        (["--min-probability", "0.75"], ["oppose-1", "agree-1"]),
        (["--min-similarity", "1"], []),
        (["--without-kind", "question", "--without-kind", "denial"], ["agree-1", "oppose-1"]),
        (["--limit", "1"], ["agree-1", "oppose-1"]),
    ],
)
def test_filters_and_thresholds_are_obeyed(run: Run, options: list[str], found: list[str]) -> None:
    data = run("search", BLOCKADE, "--json", *options).json
    assert [entry["statement"]["id"] for entry in data["results"]] == found
    assert data["outcome"] == ("found" if data["results"] else "nothing")


def test_nothing_found_is_said(run: Run) -> None:
    told = run("search", BLOCKADE, "--min-similarity", "1")
    assert told.code == 0
    assert (
        "Read 3 of 4 passages. None agrees with the quote or opposes it "
        "(none is near its topic; " in told.out
    )
    told = run("search", BLOCKADE, "--min-probability", "0.9")
    assert "(2 are near its topic; minimum probability 0.9, minimum similarity 0.35)" in told.out
    assert "NEAR THE TOPIC, NEITHER" in told.out


def test_what_comes_near_a_short_list_is_shown_apart(run: Run) -> None:
    out = run("search", BLOCKADE, "--min-probability", "0.75").out
    near = out[out.index("Read 3 of 4 passages. None agrees") : out.index("OPPOSE")]
    assert near.startswith(
        "Read 3 of 4 passages. None agrees with the quote at these thresholds; 1 comes near:\n"
        "AGREE, BELOW THE MINIMUM PROBABILITY\n  1. 0.70 “We say that the blockade"
    )
    assert "agree 0.70, oppose 0.10, neither 0.20" in near
    assert "AGREE\n" not in out
    data = run("search", BLOCKADE, "--min-probability", "0.75", "--json").json
    assert [entry["stance"] for entry in data["results"]] == ["oppose", "neither"]
    assert data["provenance"]["passages_read"] == 3


def test_an_empty_list_says_how_much_was_read(run: Run) -> None:
    out = run("search", BLOCKADE, "--only-country", "Ostravia").out
    sentence = "None opposes the quote at these thresholds, and none comes near."
    assert f"Read 2 of 4 passages, with filters. {sentence}\n" in out


def test_the_sentence_of_the_quote_that_was_read_is_named(run: Run) -> None:
    told = run("search", f"Trade is a good thing for all of us. {BLOCKADE} at once.")
    assert f"compared with: “{BLOCKADE} at once.”" in told.out
    assert "compared with" not in run("search", BLOCKADE).out


def test_old_names_of_options_on_the_quote_are_understood(run: Run) -> None:
    told = run("search", BLOCKADE, "--speaker=Eve", "--country", "Japan", "--json")
    quote = told.json["provenance"]["quote"]
    assert (quote["speaker"], quote["country"][0]["name"]) == ("Eve", "Japan")
    assert "are now called --quote-speaker, … To filter, use --only-speaker" in told.err
    assert not run("search", BLOCKADE, "--quote-speaker", "Eve").err


@pytest.mark.parametrize(
    ("options", "note"),
    [
        (["--only-country", "Norlnd"], "No passage has the country Norlnd: is Norland meant?"),
        (["--only-id", "zzz", "--words", "canal"], "No passage has the id zzz."),
        (["--words", "zebra"], "Loosen the filters."),
    ],
)
def test_filters_that_leave_nothing_are_named(run: Run, options: list[str], note: str) -> None:
    told = run("search", BLOCKADE, *options)
    assert f"No passage passes the filters. {note}" in " ".join(told.out.split())
    assert told.out.endswith("\n\nRead 0 of 4 passages, with filters.\n")


def test_one_of_several_values_that_matches_nothing_is_named(run: Run) -> None:
    told = run("search", BLOCKADE, "--only-country", "Ostravia", "--only-country", "Norlnd")
    assert "No passage has the country Norlnd: is Norland meant?" in told.out


def test_words_to_filter_by_are_checked(run: Run) -> None:
    refused = run("search", BLOCKADE, "--words", "OR canal")
    assert (refused.code, refused.out) == (2, "")
    assert "'OR canal' has OR without a word on both sides: add one." in refused.err


def test_a_filter_that_does_nothing_is_said(run: Run) -> None:
    told = run("search", "End the blockade of Port Meren", "--not-own-country")
    note = "Note:  The quote's country is not known, so its own country could not be left out."
    assert note in told.out


def test_a_list_says_how_much_of_it_is_not_shown(run: Run) -> None:
    told = run("search", BLOCKADE, "--min-probability", "0.9", "--limit", "1")
    assert "… and 1 more (--limit 2)" in told.out


def test_search_answers_soon_and_without_torch(sample: Path) -> None:
    program = (
        "import atexit, sys\nfrom compare.cli.program import main\n"
        "atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))\nmain()"
    )
    quote = "China is considering military aid to Russia."

    def search() -> tuple[float, dict, set[str]]:
        before = os.times()
        done = subprocess.run(
            [sys.executable, "-c", program, "search", quote, "--json", "--library", sample],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        used = sum(os.times()[2:4]) - sum(before[2:4])
        return used, json.loads(done.stdout), set(done.stderr.split())

    seconds, found, modules = min((search() for _ in range(3)), key=lambda ran: ran[0])
    assert seconds < 3, "of processor time, which does not depend on what else runs"
    assert not {"torch", "transformers", "sentence_transformers", "streamlit"} & modules
    assert len(found["results"]) > 3
    for entry in found["results"]:
        assert entry["p_agree"] + entry["p_oppose"] + entry["p_neither"] == pytest.approx(1)


def test_an_invented_model_gets_one_sentence(sample: Path) -> None:
    for option in ("--stance-model", "--encoder"):
        process = command_line("search", "x", option, "nobody/nothing", "--library", sample)
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out) == (2, "")
        assert "nobody/nothing" in err
        assert "Traceback" not in err
        assert err.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize("short", ["G77", "E3", "Valdoria, G7"])
def test_digits_in_a_name_are_no_date(short: str) -> None:
    countries, day = options.country_and_date(short)
    assert [country.name for country in countries] == [short]
    assert day is None


def test_without_a_line_on_the_point_no_opposite_is_offered(run: Run) -> None:
    nothing = run("opposites", BLOCKADE)
    assert (nothing.code, nothing.out) == (0, "")
    assert "is on this point" in nothing.err
    assert run("opposites", " ").code == 2
