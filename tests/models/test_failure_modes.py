"""The set of failure modes: its shape, and a floor that a broken export cannot reach."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from compare.evaluate import gold_of, read_labelled, report
from compare.models import load_stance_model
from compare.models.runtime import read_manifest
from compare.models.stance import WEIGHTS
from compare.results import Stance
from compare.statements import parse_countries

FILE = Path(__file__).parents[1] / "data" / "failure_modes.tsv"
MODES = [
    "negation",
    "denial",
    "reported_speech",
    "conditionals_threats",
    "concession",
    "numbers_dates",
    "quantifiers",
    "antonyms",
    "same_topic",
    "same_blame",
    "mutual_blame",
    "euphemism",
    "double_negation",
    "agency_swap",
    "changed_position",
]


@pytest.fixture(scope="module")
def by_mode():
    found = defaultdict(list)
    for pair in read_labelled(FILE):
        found[pair.mode].append(pair)
    return found


def test_every_mode_has_enough_pairs_of_at_least_two_labels(by_mode):
    assert list(by_mode) == MODES
    for pairs in by_mode.values():
        counts = Counter(pair.label for pair in pairs)
        assert len(pairs) >= 20
        assert set(counts) == set(Stance)
        assert max(counts.values()) <= 0.6 * len(pairs)


def test_no_text_stands_in_two_pairs(by_mode):
    texts = Counter(
        side.text for pairs in by_mode.values() for pair in pairs for side in (pair.a, pair.b)
    )
    assert max(texts.values()) == 1


def test_the_states_are_made_up(by_mode):
    names = {
        side.country for pairs in by_mode.values() for pair in pairs for side in (pair.a, pair.b)
    }
    known = [name for name in names for entry in parse_countries(name) if entry.code]
    assert known == []


VERDICTS = {
    "fast": (
        "nonnnannnnonnnnnnnooonnnnnonnnonnnnnnnnnnnnnnnnnnanonannonoaononnannonnonannnnn"
        "nnnnonnnannnonnnnoannnnaoaonoononnnoanaonannnnnnnnnnnnonnannnnnnnnnonnnannnonon"
        "nnnonnnnnnoannannnnoannnnnnononnannannnnnnnnonnnonnnnnnnanannnnnnnnonnnnnnonnnn"
        "nnnnonnonnoaanaoonnonnnnnnnoonnnooonnaananaaannnnnnonnnoaonannononnooonnnnnoooo"
        "nanooonnnonnooonnnnnnnnooonnononnnaannnnnnnn"
    ),
    "accurate": (
        "onaonaoanaannnoannoanannoooannoaaonnnonoannonnonnaanooaaaoaaonoaaonaoanonaonaaa"
        "naaaonnoaonaonnnnoaoannaaoonoaoaannoanoanannaoonoanaonaonanoanoaonnonanaonaoaao"
        "nnaanonaonoaonanoanaanaaaonaooanannonannonnnannnonannnonanonoanoaonanaoanaonana"
        "aonoooooooooooaooaooonnnnnnooonooonooaanaaanaanonnnaaaaaaaaaooooonoooonnnnnaoao"
        "aaaaoaoaaoooooonnnnnooaoaaoooaoaaaaaaannnnnn"
    ),
}
"""What the weights say of each pair: a agree, o oppose, n neither."""


@pytest.mark.parametrize(("tier", "least"), [("fast", 0.3), ("accurate", 0.75)])
def test_the_weights_do_as_well_as_their_manifest_says(tier, least):
    pairs = read_labelled(FILE)
    scores = load_stance_model(tier).score([(pair.a, pair.b) for pair in pairs])
    told = "".join("aon"[column] for column in scores.argmax(axis=1))
    same = sum(one == other for one, other in zip(told, VERDICTS[tier], strict=True))
    assert same >= 0.97 * len(pairs)  # processors round differently
    found = report(scores, gold_of([pair.label for pair in pairs])).macro_f1
    recorded = read_manifest(WEIGHTS / tier)["failure_modes"]["all"]["macro_f1"]
    assert found > least
    assert found == pytest.approx(recorded, abs=0.03)
