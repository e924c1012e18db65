import json
import re
import shutil

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast
from transformers.utils import logging as transformers_logging

from compare.errors import ModelError
from compare.models import load_stance_model
from compare.models.huggingface import label_columns
from compare.models.load import TIERS, softmax
from compare.models.pairs import side_text, who_when_prefix
from compare.models.runtime import read_manifest
from compare.models.shipped import (
    WEIGHTS,
    ShippedStance,
    shipped_tiers,
)
from compare.results.result import Side, Stance
from training.probes import probe_pairs

PAIRS = [
    (
        Side("Valdoria supports the ban on mines.", country="Valdoria", date="2021-03"),
        Side("We reject the ban on mines.", country="Ostravia", date="1999"),
    ),
    (Side("We welcome the treaty."), Side("The treaty is welcome to us, and we will sign it.")),
    (Side("malicious disinformation", "the report of mines"), Side("Mines were laid.")),
    (Side(""), Side("Rain fell on the harbour. " * 300)),
    (Side("\x00 🙂 مرحبا \ud800"), Side("a" * 50_000)),
]


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
    together = shipped.score(PAIRS * 3)
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
    shipped.score(PAIRS * 20, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (100, 100)


@pytest.mark.parametrize(
    ("country", "date", "prefix"),
    [
        ("Valdoria", "2021-03-04", "Valdoria, 2021: "),
        (" Valdoria ", "", "Valdoria: "),
        ("", "2021", "2021: "),
        ("", "UN document 12345, 18 March 2022", "2022: "),
        ("", "20220318", "2022: "),
        ("", "18032022", ""),
        ("", "", ""),
    ],
)
def test_who_and_when_ahead_of_the_words(country, date, prefix):
    assert who_when_prefix(country, date) == prefix


def test_what_is_read_is_the_words_completed_by_their_context():
    side = Side("disinformation", "of the report of mines", "Valdoria", "2021")
    assert side_text(side) == "Valdoria, 2021: disinformation (of the report of mines)"


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


def test_the_digest_covers_the_calibration(tmp_path):
    shipped, folder = load_stance_model("fast"), copy_of_weights(tmp_path)
    assert ShippedStance(folder).digest == shipped.digest
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["calibration"]["scale"] = [0.4] * 3
    (folder / "manifest.json").write_text(json.dumps(manifest))
    warmer = ShippedStance(folder)
    assert warmer.digest != shipped.digest
    assert warmer.score(PAIRS[:1]).max() < shipped.score(PAIRS[:1]).max()


def test_the_weights_are_small_enough_to_live_with():
    most = {"fast": 25_000_000, "accurate": 95_000_000}
    for tier in shipped_tiers():
        size = sum(path.stat().st_size for path in (WEIGHTS / tier).iterdir())
        assert size <= most[tier]


def test_signs_and_control_characters_hide_no_word():
    accurate = load_stance_model("accurate")
    treaty, ban = Side("We will leave the treaty."), Side("We support the ban.")
    plain = [(treaty, Side("We won't leave the treaty.")), (ban, Side("We reject the ban."))]
    odd = [(treaty, Side("We wonʼt leave the treaty.")), (ban, Side("We reject👎 the ban."))]
    odd.append((treaty, Side("We will never\x0cleave the treaty.")))
    assert accurate.score(plain).argmax(1).tolist() == [1, 1]
    assert accurate.score(odd).argmax(1).tolist() == [1, 1, 1]


def tiny_classifier(folder, labels):
    """Write a classifier whose bias alone prefers the label that opposes."""
    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "we", "reject", "welcome", "mines"]
    (folder / "vocab.txt").write_text("\n".join(words))
    tokenizer = BertTokenizerFast(vocab=str(folder / "vocab.txt"))
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        id2label=dict(enumerate(labels)),
        label2id={label: n for n, label in enumerate(labels)},
    )
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        for n, label in enumerate(labels):
            model.classifier.bias[n] = {"contradiction": 2, "oppose": 2, "neutral": 1}.get(
                label.lower(), 0
            )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def test_columns_of_any_model_are_mapped_by_their_labels(tmp_path):
    first = tiny_classifier(tmp_path / "a", ["CONTRADICTION", "ENTAILMENT", "NEUTRAL"])
    second = tiny_classifier(tmp_path / "b", ["entailment", "neutral", "contradiction"])
    third = tiny_classifier(tmp_path / "c", ["neither", "oppose", "agree"])
    scores = [load_stance_model(name).score(PAIRS[:3]) for name in (first, second, third)]
    for rows in scores[:2]:
        assert (rows.argmax(1) == list(Stance).index(Stance.OPPOSE)).all()
        assert np.allclose(rows, scores[0], atol=1e-6)
        assert (rows[:, 2] > rows[:, 0]).all()
    assert (scores[2].argmax(1) == 1).all()


def test_another_model_is_symmetric_and_independent_of_its_batch(tmp_path):
    name = tiny_classifier(tmp_path / "a", ["entailment", "neutral", "contradiction"])
    model = load_stance_model(name)
    assert model.name == name
    assert len(model.digest) == 64
    scores = model.score(PAIRS)
    assert np.array_equal(scores, model.score(swapped(PAIRS)))
    alone = np.concatenate([model.score([pair]) for pair in PAIRS])
    assert np.allclose(scores, alone, atol=1e-5)


def test_marks_in_a_text_are_words_to_any_model(tmp_path):
    model = load_stance_model(tiny_classifier(tmp_path / "a", NLI))
    told = model._tokenizer("we [SEP] reject", "mines", split_special_tokens=True)["input_ids"]
    marked = [(Side("we [SEP] reject"), Side("mines"))]
    unknown = [(Side("we qqq xxx zzz reject"), Side("mines"))]
    assert told.count(model._tokenizer.sep_token_id) == 2
    assert np.allclose(model.score(marked), model.score(unknown), atol=1e-6)


def test_labels_of_another_task_are_refused():
    with pytest.raises(ModelError, match=r"'mood' has the labels \['bad', 'good'\].*entailment"):
        label_columns({0: "good", 1: "bad"}, "mood")
    with pytest.raises(ModelError, match="entailment, contradiction and neutral"):
        label_columns({0: "entailment", 1: "neutral", 2: "agree"}, "twice")


def test_a_model_that_is_not_here_is_one_clear_sentence(tmp_path):
    with pytest.raises(ModelError, match="There is no model 'valdoria/none'"):
        load_stance_model("valdoria/none")
    with pytest.raises(ModelError, match="is not a pair classifier"):
        load_stance_model(str(tmp_path))


NLI = ["entailment", "neutral", "contradiction"]


def changed_weights(name, change):
    """Write a model's weights as `change` leaves the dictionary of them; return its folder."""
    model = BertForSequenceClassification.from_pretrained(name)
    weights = dict(model.state_dict())
    change(weights)
    model.save_pretrained(name, state_dict=weights)
    return name


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("label", range(3))
def test_numbers_that_are_not_finite_are_refused(tmp_path, value, label):
    def spoil(weights):
        weights["classifier.bias"][label] = value

    model = load_stance_model(changed_weights(tiny_classifier(tmp_path / "a", NLI), spoil))
    with pytest.raises(
        ModelError, match=r"^The model .* not finite.*: get its files again, [^\n]*$"
    ):
        model.score(PAIRS[:1])
    assert model.score([]).shape == (0, 3)


def test_the_largest_numbers_are_no_overflow(tmp_path):
    def enlarge(weights):
        weights["classifier.bias"][0] = 3e38

    model = load_stance_model(changed_weights(tiny_classifier(tmp_path / "a", NLI), enlarge))
    assert model.score(PAIRS[:1]).tolist() == [[1, 0, 0]]


def test_an_encoder_without_a_head_is_refused(tmp_path):
    def behead(weights):
        del weights["classifier.weight"], weights["classifier.bias"]

    name = changed_weights(tiny_classifier(tmp_path / "a", NLI), behead)
    says = r"^The model .* head \(classifier\.bias, classifier\.weight\): name one [^\n]*$"
    with pytest.raises(ModelError, match=says):
        load_stance_model(name)


def test_a_base_model_may_lack_a_weight(tmp_path):
    def drop(weights):
        del weights["bert.pooler.dense.bias"]

    name = changed_weights(tiny_classifier(tmp_path / "a", NLI), drop)
    assert load_stance_model(name).score(PAIRS[:1]).argmax() == 1


def test_weights_of_another_size_are_named(tmp_path):
    name = tiny_classifier(tmp_path / "a", NLI)
    config = json.loads((tmp_path / "a/config.json").read_text())
    (tmp_path / "a/config.json").write_text(json.dumps(config | {"hidden_size": 32}))
    says = r"^Weights of the model .* \(bert\.[^ ]*, .* and 19 more\): get its files again, [^\n]*$"
    with pytest.raises(ModelError, match=says):
        load_stance_model(name)


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("config.json", '{"model_type": "vit"}', "for this kind of AutoModel: Auto[A-Za-z]*"),
        ("config.json", '{"model_type": "valdoria"}', "does not recognize this architecture"),
        ("model.safetensors", "?" * 50, "header[^.]*"),
        ("tokenizer.json", "{", "[^.]*"),
    ],
)
def test_what_the_library_says_is_cut_to_one_sentence(tmp_path, file, content, says):
    name = tiny_classifier(tmp_path / "a", NLI)
    (tmp_path / "a" / file).write_text(content)
    with pytest.raises(ModelError) as caught:
        load_stance_model(name)
    remedy = "give the folder or name of a Hugging Face sequence classification model."
    assert re.fullmatch(
        rf"'[^']*' is not a pair classifier \([^\n]*{says}\): {remedy}", str(caught.value)
    )


@pytest.mark.parametrize("lines", ["", "First.\n\nSecond.", "One,\n  two e.g. this. Then 3."])
def test_lines_of_an_error_become_one(monkeypatch, tmp_path, lines):
    def fail(*_, **__):
        raise ValueError(lines)

    monkeypatch.setattr("transformers.AutoTokenizer.from_pretrained", fail)
    said = {"": "ValueError", "F": "First", "O": "One, two e.g. this"}[lines[:1]]
    with pytest.raises(ModelError, match=rf"classifier \({said}\): give"):
        load_stance_model(str(tmp_path))


@pytest.mark.parametrize("bars", [True, False])
def test_loading_shows_nothing_of_the_library(tmp_path, capfd, bars):
    def add(weights):
        weights["valdoria.weight"] = torch.zeros(2)

    name = changed_weights(tiny_classifier(tmp_path / "a", NLI), add)
    (tmp_path / "empty").mkdir()
    verbosity = transformers_logging.get_verbosity()
    shown = transformers_logging.is_progress_bar_enabled()
    switch = {
        True: transformers_logging.enable_progress_bar,
        False: transformers_logging.disable_progress_bar,
    }
    try:
        transformers_logging.set_verbosity_info()
        switch[bars]()
        capfd.readouterr()
        load_stance_model(name)
        with pytest.raises(ModelError):
            load_stance_model(str(tmp_path / "empty"))
        assert capfd.readouterr() == ("", "")
        assert transformers_logging.get_verbosity() == transformers_logging.INFO
        assert transformers_logging.is_progress_bar_enabled() == bars
    finally:
        transformers_logging.set_verbosity(verbosity)
        switch[shown]()
