"""Hugging Face pair classifiers in place of the shipped models."""

import json
import re

import numpy as np
import pytest
import torch
from transformers import BertForSequenceClassification
from transformers.utils import logging as transformers_logging

from compare.errors import ModelError
from compare.models import ModelInput, load_stance_model
from compare.models.huggingface import label_columns
from compare.results import Stance
from tests.models.classifiers import NLI, PAIRS, tiny_classifier


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
    assert np.array_equal(scores, model.score([(b, a) for a, b in PAIRS]))
    alone = np.concatenate([model.score([pair]) for pair in PAIRS])
    assert np.allclose(scores, alone, atol=1e-5)


def test_marks_in_a_text_are_words_to_any_model(tmp_path):
    model = load_stance_model(tiny_classifier(tmp_path / "a", NLI))
    told = model._tokenizer("we [SEP] reject", "mines", split_special_tokens=True)["input_ids"]
    marked = [(ModelInput("we [SEP] reject"), ModelInput("mines"))]
    unknown = [(ModelInput("we qqq xxx zzz reject"), ModelInput("mines"))]
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


@pytest.mark.parametrize(
    ("card", "languages"),
    [
        (None, ("en",)),
        ("# A model without front matter", ("en",)),
        ("---\nlicense: mit\n---\n", ("en",)),
        ("---\nlanguage: [\n---\n", ("en",)),
        ("---\nlanguage: fr\n---\n", ("fr",)),
        ("---\nlanguage:\n- en\n- de\n---\n", ("en", "de")),
        ("---\nlanguage: multilingual\n---\n", ()),
        ("---\nlanguage: mul\n---\n", ()),
        ("---\nlanguage: deu\n---\n", ("de",)),
        ("---\nlanguage:\n---\n", ("en",)),
        ("---\nlanguage: no\n---\n", ("no",)),
        ("---\nlanguage: [German, ger, pt-BR, EN, yue]\n---\n", ("de", "pt", "en", "yue")),
    ],
)
def test_languages_are_those_of_the_model_card(tmp_path, card, languages):
    name = tiny_classifier(tmp_path / "a", NLI)
    if card is not None:
        (tmp_path / "a" / "README.md").write_text(card)
    assert load_stance_model(name).languages == languages
