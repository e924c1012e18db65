"""From a recipe's mixture to examples: labels, teachers, weights, sides."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from compare.models.stance import TIERS
from training.engine import Example, batches
from training.examples import ARGUMENT_FILE, CLAIMS_FILE, NLI_FILE, OFFICIALS_FILE, Pool
from training.pairs import LABELS, LabelledPair
from training.recipes import BACKBONES, RECIPES, Mixture
from training.run import backbone_of

COLUMNS = ["a", "b", "label", "confidence", "a_country", "a_date", "b_country", "b_date"]


def write(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    lines = ["\t".join(columns), *("\t".join(row.get(c, "") for c in columns) for row in rows)]
    data = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder laid out as the training data, with made-up pairs."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    officials = [
        {
            "a": f"We hold position {n}.",
            "b": f"They hold position {n}, too.",
            "label": LABELS[n % 3],
            "confidence": str(1 + n % 3),
            "a_country": "Valdoria",
            "a_date": "2021-05-03",
            "b_country": "Ostravia",
        }
        for n in range(12)
    ]
    claims = [
        {
            "a": claim,
            "b": f"Passage {n} is about the canal.",
            "label": label,
            "confidence": "3",
        }
        for n in range(8)
        for claim, label in (("The canal is ours.", "agree"), ("It is theirs.", "oppose"))
    ]
    write(folder / OFFICIALS_FILE, COLUMNS, officials)
    write(folder / CLAIMS_FILE, COLUMNS, claims)
    general = [
        {
            "premise": f"Premise {n}.",
            "hypothesis": f"Hypothesis {n}.",
            "label": ("entailment", "contradiction", "neutral")[n % 3],
            "source": "snli" if n % 4 == 0 else "wanli",
        }
        for n in range(40)
    ]
    for name in (NLI_FILE, ARGUMENT_FILE):
        write(folder / name, ["premise", "hypothesis", "label", "source"], general)
    return tmp_path


def test_an_epoch_is_the_same_for_the_same_number(data: Path) -> None:
    pool = Pool(Mixture(nli=5, officials=1.0, claims=True), data)
    assert pool.epoch(1) == pool.epoch(1)
    assert pool.epoch(1) != pool.epoch(2)


def test_image_captions_are_left_out(data: Path) -> None:
    pool = Pool(Mixture(nli=1000), data)
    assert len(pool.pairs) == 30


def test_who_and_when_are_dropped_and_sides_turned_by_chance(data: Path) -> None:
    always = Pool(Mixture(officials=1.0, prefix_drop=0.0, swapped=False), data).epoch(3)
    assert all(e.a.startswith("Valdoria, 2021: We") for e in always)
    never = Pool(Mixture(officials=1.0, prefix_drop=1.0, swapped=False), data).epoch(3)
    assert all(e.a.startswith("We") and e.b.startswith("They") for e in never)
    turned = Pool(Mixture(officials=1.0, prefix_drop=1.0), data).epoch(3)
    assert {e.a.split()[0] for e in turned} == {"We", "They"}


def test_teachers_replace_all_labels_but_those_of_general_pairs(data: Path) -> None:
    unlabelled = [LabelledPair("c", "d", "", "", 2)]
    mixture = Mixture(nli=4, officials=1.0, hard=0.25, swapped=False, teachers=("any",))
    pool = Pool(mixture, data, unlabelled)
    soft = np.array([0.6, 0.3, 0.1], np.float32)
    pool.probabilities = np.tile(soft, (len(pool.taught()), 1))
    assert len(pool.taught()) == 12 + 1
    examples = pool.epoch(0)
    assert all(max(e.target) == 1.0 for e in examples[:4])
    for example, pair in zip(examples[4:-1], pool.pairs[4:-1], strict=True):
        wanted = 0.75 * soft
        wanted[pair.label] += 0.25
        assert example.target == pytest.approx(wanted.tolist())
    assert examples[-1].target == pytest.approx(soft.tolist())


def test_unsure_readings_weigh_what_the_recipe_says(data: Path) -> None:
    pool = Pool(Mixture(officials=1.0, confidence=(0.1, 0.5, 1.0)), data)
    assert {e.weight for e in pool.epoch(0)} == {0.1, 0.5, 1.0}


def test_a_share_of_the_officials_pairs_is_part_of_a_greater_one(data: Path) -> None:
    texts = [
        {pair.a for pair in Pool(Mixture(officials=share), data).pairs} for share in (0.25, 0.5, 1)
    ]
    assert [len(found) for found in texts] == [3, 6, 12]
    assert texts[0] < texts[1] < texts[2]


def test_batches_hold_each_example_once() -> None:
    examples = [Example("x" * (n % 17), "y", (1.0, 0.0, 0.0), weight=n) for n in range(300)]
    cut = batches(examples, 32, seed=2)
    assert sorted(e.weight for batch in cut for e in batch) == list(range(300))
    assert cut == batches(examples, 32, seed=2)


def test_every_recipe_leads_back_to_a_backbone() -> None:
    for recipe in RECIPES.values():
        assert backbone_of(recipe.name) in BACKBONES
        assert set(recipe.mixture.teachers) <= {*RECIPES, *TIERS}
