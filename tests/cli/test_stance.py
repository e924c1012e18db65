"""`compare stance`: two statements, or a file of pairs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.cli.conftest import Run
from tests.fakes import WordJudge


def test_stance_prints_the_verdict(run: Run) -> None:
    told = run("stance", "It must end", "It will not end")
    assert told.out == (
        "oppose (probability 0.80)\nagree 0.10  oppose 0.80  neither 0.10\n"
        "model judge@555555555555\n"
    )
    assert (
        "deciding in B: will not\n" in run("stance", "It must end", "It will not end", "--why").out
    )


def test_stance_json(run: Run) -> None:
    data = run("stance", "It must end", "It will not end", "--json").json
    assert data == {
        "stance": "oppose",
        "p_agree": pytest.approx(0.1),
        "p_oppose": pytest.approx(0.8),
        "p_neither": pytest.approx(0.1),
        "unsure": False,
        "model": "judge@555555555555",
    }
    why = run("stance", "It must end", "  “It will not end”", "--json", "--why").json["why"]
    (span,) = why["b"]
    assert why["b_text"][span["start"] : span["end"]] == span["text"] == "will not"


def test_stance_gives_no_verdict_on_a_language_that_it_does_not_read(run: Run) -> None:
    german = "Die Blockade des Hafens ist nicht hinnehmbar und muss enden."
    told = run("stance", german, "It will not end")
    assert (told.code, told.out) == (2, "")
    assert "Statement A looks German. The stance model reads English" in told.err


def test_stance_names_the_sentences_that_decide_a_long_pair(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class ShortSighted(WordJudge):
        def score_parts(self, pairs, on_progress=None):
            read = [(replace(a, text=a.text[-11:]), b) for a, b in pairs]
            return self.score(read), read

    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: ShortSighted())
    long = "Rain fell on the harbour. It must end"
    told = run("stance", long, "It will not end")
    assert told.out.splitlines()[2:5] == [
        "The pair is longer than the model reads at once. It was decided by these sentences:",
        "  A: It must end",
        "  B: It will not end",
    ]
    data = run("stance", long, "It will not end", "--json", "--why").json
    assert data["decided_by"] == {"a": "It must end", "b": "It will not end"}
    assert all(span["start"] >= len(long) - 11 for span in data["why"]["a"])


def test_stance_tells_the_model_who_and_when(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple] = []

    class Listening(WordJudge):
        def score(self, pairs, on_progress=None):
            read.extend(pairs)
            return super().score(pairs, on_progress)

    monkeypatch.setattr("compare.models.load_stance_model", lambda name=None: Listening())
    run(
        *("stance", "“It must\nend”", "No", "--who-a", "Valdoria, 2021", "--a-context", "the war"),
        *("--b-country", "Ostravia", "--b-date", "2022-01", "--b-speaker", "Eve"),
    )
    ((a, b),) = read
    assert (a.text, a.country, a.date, a.context) == ("It must end", "Valdoria", "2021", "the war")
    assert (b.text, b.country, b.date) == ("No", "Ostravia", "2022-01")
