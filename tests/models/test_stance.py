"""The shipped stance models, and the cascade of the two."""

import json
import shutil

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification

from compare.errors import ModelError
from compare.files import file_sha256
from compare.models import ModelInput, SameActor, Use, load_stance_model, signature
from compare.models.rationale import find_rationale
from compare.models.runtime import read_manifest
from compare.models.stance import (
    OUTPUTS,
    TIERS,
    WEIGHTS,
    CascadeStance,
    ShippedStance,
    shipped_manifests,
    softmax,
)
from compare.results import Stance
from compare.results.provenance import screening
from tests.fakes import OneStage
from tests.models.classifiers import PAIRS
from training.engine import WordsHead
from training.probes import probe_pairs
from training.quantize import export_graph
from training.ship import Scorer

FAST = WEIGHTS / "fast"


@pytest.fixture(scope="module", params=TIERS)
def shipped(request):
    model = load_stance_model(request.param)
    model.tier = request.param
    return model


def swapped(pairs):
    return [(b, a) for a, b in pairs]


def test_columns_are_in_the_order_of_stance():
    assert list(Stance) == ["agree", "oppose", "neither"]


def test_rows_are_probabilities(shipped):
    scores = shipped.score(PAIRS)
    assert scores.shape == (len(PAIRS), 3)
    assert scores.dtype == np.float32
    assert np.allclose(scores.sum(1), 1, atol=1e-5)
    assert (scores >= 0).all()
    assert shipped.score([]).shape == (0, 3)


def test_swapping_the_sides_changes_nothing(shipped):
    assert np.array_equal(shipped.score(PAIRS), shipped.score(swapped(PAIRS)))


def test_a_pair_is_scored_the_same_alone_and_in_company(shipped):
    together = shipped.score(PAIRS * 2)
    alone = np.concatenate([shipped.score([pair]) for pair in PAIRS])
    assert np.array_equal(together[: len(PAIRS)], alone)


def test_plain_agreement_and_plain_opposition_are_told_apart():
    # The fast model by itself takes the second for agreement.
    agree, oppose = load_stance_model("accurate").score([PAIRS[1], PAIRS[0]])
    assert agree[0] > agree[1]
    assert oppose[1] > oppose[0]


def test_this_processor_gives_the_recorded_probabilities(shipped):
    recorded = np.array(read_manifest(WEIGHTS / shipped.tier)["probe"])
    assert np.abs(shipped.score(probe_pairs()) - recorded).max() < 0.05


def test_progress_counts_pairs(shipped):
    seen = []
    shipped.score(PAIRS[:2] * 50, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (100, 100)


def test_softmax_by_hand():
    logits = np.array([[0.0, np.log(2), np.log(5)]])
    assert softmax(logits)[0] == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    cooler = softmax(logits, 0.5)[0]
    root = np.sqrt([1, 2, 5])
    assert cooler == pytest.approx(root / root.sum())


def copy_of_weights(tmp_path):
    return shutil.copytree(FAST, tmp_path / "weights")


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_changed_weights_are_refused(tmp_path, name):
    folder = copy_of_weights(tmp_path)
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[:-1] + b"?")
    with pytest.raises(ModelError, match=rf"{name} has the sha256 .* install the program again"):
        ShippedStance(folder)


def test_missing_weights_are_one_clear_sentence(tmp_path):
    folder = copy_of_weights(tmp_path)
    (folder / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"model\.onnx is missing: install the program again"):
        ShippedStance(folder)
    (folder / "manifest.json").write_text("{")
    with pytest.raises(ModelError, match="manifest cannot be read"):
        ShippedStance(folder)


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("calibrations", None, "calibrations: Input should be an object, not null"),
        ("calibrations.pair", None, "calibrations.pair: Input should be an object, not null"),
        ("calibrations.pair.scale", [1, 1], "calibrations.pair.scale: it has 2 numbers, not 3"),
        ("calibrations.pair.shift", [1, "1", 1], "1: Input should be a valid number, not "),
        ("calibrations.quote.more", 1, "calibrations.quote.more: Extra inputs"),
        ("calibrations.quote.same_actor.weight", 1e9, "less than or equal to 100, not 1"),
        ("calibrations.quote.same_actor.shift", [1], "calibrations.quote.shift: it has 1 numbers"),
        ("calibrations.quote.same_actor", 2.0, "calibrations.quote.same_actor: "),
        ("max_tokens", True, "max_tokens: Input should be a valid integer, not true"),
    ],
)
def test_a_wrong_manifest_is_one_clear_sentence(tmp_path, place, value, said):
    folder = copy_of_weights(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    *above, name = place.split(".")
    at = manifest
    for step in above:
        at = at[step]
    at[name] = value
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError) as told:
        ShippedStance(folder)
    assert f"{folder / 'manifest.json'}: the model's manifest cannot be read (" in str(told.value)
    assert said in str(told.value)


def test_the_digest_covers_the_calibration(tmp_path):
    shipped, folder = load_stance_model("fast"), copy_of_weights(tmp_path)
    assert ShippedStance(folder).digest == shipped.digest
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["calibrations"]["pair"]["scale"] = [0.4] * 3
    (folder / "manifest.json").write_text(json.dumps(manifest))
    warmer = ShippedStance(folder)
    assert warmer.digest != shipped.digest
    assert warmer.score(PAIRS[:1]).max() < shipped.score(PAIRS[:1]).max()


def test_each_use_has_a_calibration_of_its_own(tmp_path):
    folder = copy_of_weights(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    for n, use in enumerate(Use):
        manifest["calibrations"][use] = {
            "scale": [1.0] * 3, "shift": [0.0, float(n), 0.0],
            "same_actor": {"weight": n / 10, "scale": [1.0] * 3, "shift": [0.0] * 3},
        }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    model = ShippedStance(folder)
    named, typed = PAIRS[0], (ModelInput("Ships must pass."), ModelInput("They must not."))
    opposed = {use: model.for_use(use).score([named])[0, 1] for use in Use}
    assert sorted(opposed, key=lambda use: opposed[use]) == list(Use)
    assert model.score([named])[0, 1] == opposed[Use.PAIR]
    assert (model.score([typed]) == model.for_use(Use.CLAIM).score([typed])).all()
    cascade = CascadeStance(model, model).for_use(Use.TIMELINE)
    assert cascade.use is Use.TIMELINE
    assert cascade.same_actor == model.for_use(Use.TIMELINE).same_actor
    assert cascade.same_actor == SameActor(0.9)
    assert model.use is None
    del manifest["calibrations"]["sides"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="has no calibration for sides: install the program again"):
        ShippedStance(folder)


def test_the_weights_are_small_enough_to_live_with():
    most = {"fast": 25_000_000, "accurate": 95_000_000}
    for tier in shipped_manifests():
        size = sum(path.stat().st_size for path in (WEIGHTS / tier).iterdir())
        assert size <= most[tier]


def test_signs_and_control_characters_hide_no_word():
    accurate = load_stance_model("accurate")
    treaty, ban = ModelInput("We will leave the treaty."), ModelInput("We support the ban.")
    plain = [
        (treaty, ModelInput("We won't leave the treaty.")),
        (ban, ModelInput("We reject the ban.")),
    ]
    odd = [
        (treaty, ModelInput("We wonʼt leave the treaty.")),
        (ban, ModelInput("We reject👎 the ban.")),
    ]
    odd.append((treaty, ModelInput("We will never\x0cleave the treaty.")))
    assert accurate.score(plain).argmax(1).tolist() == [1, 1]
    assert accurate.score(odd).argmax(1).tolist() == [1, 1, 1]


# -- The cascade ------------------------------------------------------------------------------


class Table(OneStage):
    """Gives pair n the n-th row, and remembers what it was asked."""

    def __init__(self, name, rows):
        self.name, self.digest, self.rows, self.asked = name, name * 64, rows, []

    def score(self, pairs, on_progress=None):
        numbers = [int(a.text) for a, _ in pairs]
        self.asked += numbers
        if on_progress:
            on_progress(len(pairs), len(pairs))
        return np.array([self.rows[n] for n in numbers], np.float32).reshape(-1, 3)


def numbered(count):
    return [(ModelInput(str(n)), ModelInput("b")) for n in range(count)]


def test_a_pair_by_itself_is_the_accurate_models():
    fast, accurate = Table("f", []), Table("a", [(0.9, 0.05, 0.05)])
    cascade = CascadeStance(fast, accurate)
    assert np.array_equal(cascade.score(numbered(1)), accurate.score(numbered(1)))
    assert cascade.score_parts(numbered(1))[1] == numbered(1)
    assert fast.asked == []


def test_it_is_named_after_the_model_that_gives_its_verdicts():
    cascade = CascadeStance(Table("f", []), Table("a", []))
    assert signature(cascade) == f"a@{'a' * 12}"
    assert screening(cascade) == f"f@{'f' * 12}"
    assert screening(cascade.stages[-1]) == ""


# -- Deciding words --------------------------------------------------------------------------------


def marks_never(folder, tokenizer):
    """Write a graph whose head marks the token "never", and nothing else."""
    vocabulary = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        num_labels=3,
    )
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        for layer in model.bert.encoder.layer:  # each layer leaves the embeddings as they are
            for last in (layer.attention.output.dense, layer.output.dense):
                last.weight.zero_()
                last.bias.zero_()
        model.bert.embeddings.word_embeddings.weight[vocabulary["never"]] = 10 * torch.eye(48)[0]
    model.save_pretrained(folder)
    head = WordsHead(48)
    with torch.no_grad():
        head.weight[0, 0] = 5.0
        head.bias.fill_(-15.0)
    torch.save(head.state_dict(), folder / WordsHead.FILE)
    graph = export_graph(Scorer(folder), ("input_ids", "token_type_ids"), OUTPUTS)
    (folder / "model.onnx").write_bytes(graph.SerializeToString())


def test_the_characters_of_deciding_words_are_marked_in_either_order(tmp_path):
    folder = copy_of_weights(tmp_path)
    marks_never(tmp_path, folder / "tokenizer.json")
    shutil.copyfile(tmp_path / "model.onnx", folder / "model.onnx")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["model.onnx"] = file_sha256(folder / "model.onnx")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    model = ShippedStance(folder)
    a = ModelInput("It cost £9 and ½ a day; we will never pay.", country="Valdoria", date="2021")
    b = ModelInput("They never asked, and never will", "on the toll, never paid")
    marks = model.mark((a, b))
    for side, mark in zip((a, b), marks, strict=True):
        assert mark.shape == (len(side.text),)
        marked = "".join(
            one if weight > 0.5 else " " for one, weight in zip(side.text, mark, strict=True)
        )
        assert set(marked.split()) == {"never"}
        assert marked.count("never") == side.text.count("never")
    for mark, turned in zip(marks, reversed(model.mark((b, a))), strict=True):
        np.testing.assert_array_equal(mark, turned)
    _, why = find_rationale(model, a, b)
    heaviest = max(why.a, key=lambda span: span.weight)
    assert "never" in a.text[heaviest.start : heaviest.end]


def test_the_shipped_weights_are_loaded_once() -> None:
    fast, accurate = load_stance_model().stages
    assert load_stance_model("fast") is fast
    assert load_stance_model("accurate") is accurate
