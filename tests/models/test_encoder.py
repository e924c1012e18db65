"""The shipped encoder, and other encoders."""

import json
import re
import shutil

import numpy as np
import pytest

from compare.errors import ModelError
from compare.models import load_encoder
from compare.models.encoder import (
    WEIGHTS,
    OnnxEncoder,
)
from compare.models.huggingface import folder_sha256, model_folder
from compare.models.runtime import read_manifest
from tests.models.classifiers import tiny_encoder
from training import backbones
from training.encoder import (
    EXACT,
    EXACT_COUNT,
    LEAST_RECALL,
    PROBE,
    PROBES,
    digest,
    exact_sentences,
)
from training.probes import neighbour_recall, sentences


@pytest.fixture(scope="module")
def shipped():
    return load_encoder("all-MiniLM-L6-v2")


def test_rows_have_unit_length(shipped):
    vectors = shipped.encode(
        ["Valdoria rejects the claim.", "", "🙂 مرحبا \x00 \ud800", "a" * 100_000]
    )
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert shipped.encode([]).shape == (0, 384)


def test_a_text_gets_the_same_vector_whatever_stands_beside_it(shipped):
    texts = sentences(40)
    assert np.array_equal(shipped.encode(texts)[7], shipped.encode([texts[7]])[0])


def test_eight_bits_keep_the_neighbours_of_full_precision(shipped):
    exact = np.load(EXACT).astype(np.float32)
    assert exact.shape == (EXACT_COUNT, shipped.dim)
    assert np.allclose(np.linalg.norm(exact, axis=1), 1, atol=1e-3)
    ours = shipped.encode(exact_sentences())
    assert (exact * ours).sum(1).mean() > 0.99
    assert neighbour_recall(exact, ours) >= LEAST_RECALL


def test_this_processor_gives_the_recorded_vectors(shipped):
    recorded, ours = np.load(WEIGHTS / PROBE), shipped.encode(sentences(PROBES))
    assert recorded.shape == (PROBES, shipped.dim)
    assert (recorded * ours).sum(1).min() > 0.99
    assert neighbour_recall(recorded, ours) > 0.95


def test_progress_counts_to_the_end(shipped):
    seen = []
    shipped.encode(sentences(130), lambda done, total: seen.append((done, total)))
    assert seen == [(64, 130), (128, 130), (130, 130)]


def test_the_manifest_says_what_the_vectors_rest_on(shipped):
    manifest = read_manifest(WEIGHTS)
    assert (shipped.name, shipped.digest) == ("all-MiniLM-L6-v2", digest())
    assert manifest["backbone"]["sha256"] == backbones.DIGESTS["minilm"]
    assert manifest["backbone"]["licence"] == "Apache-2.0"
    assert "Apache License" in (WEIGHTS / "LICENSE").read_text()
    assert manifest["int8_neighbour_recall"] >= LEAST_RECALL


@pytest.fixture
def copied(tmp_path):
    return shutil.copytree(WEIGHTS, tmp_path / "encoder")


@pytest.mark.parametrize("name", ["onnx/model.onnx", "tokenizer.json"])
def test_damaged_files_are_refused(copied, name):
    (copied / name).write_bytes((copied / name).read_bytes()[:-10])
    encoder = OnnxEncoder(copied)
    assert encoder.encode([]).shape == (0, 384)
    with pytest.raises(ModelError, match=rf"{name} has the sha256 .*: install the program again"):
        encoder.encode(["words"])
    (copied / name).unlink()
    with pytest.raises(ModelError, match=rf"{name} is missing: install the program again"):
        encoder.encode(["words"])


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda text: "{", "expecting property name"),
        (lambda text: "[]", "it is not an object"),
        (lambda text: text.replace('"dim": 384', '"dim": 0'), "dim: .* equal to 1, not 0"),
        (lambda text: text.replace('"dim": 384', '"dim": "384"'), 'dim: .* integer, not "384"'),
        (lambda text: text.replace('"dim": 384,', ""), "dim: Field required"),
        (
            lambda text: text.replace('"dim": 384', '"dim": 384, "dim": 384'),
            "the field 'dim' twice",
        ),
        (lambda text: text.replace('"max_tokens": 256', '"max_tokens": NaN'), "max_tokens: NaN is"),
        (lambda text: text.replace('.json": "', '.json": "0'), "files.tokenizer.json: .*pattern"),
        (lambda text: text.replace("0.9795", "[" * 90_000), "nested too deeply"),
    ],
)
def test_a_damaged_manifest_is_one_clear_sentence(copied, edit, said):
    path = copied / "manifest.json"
    path.write_text(edit(path.read_text()))
    with pytest.raises(ModelError) as told:
        load_encoder(str(copied))
    sentence = rf"{path}: the model's manifest cannot be read \(.*{said}.*\): install the program"
    assert re.match(sentence, str(told.value))


def test_a_damaged_tokenizer_that_no_manifest_names_is_one_clear_sentence(copied):
    path = copied / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "files": {}}))
    (copied / "tokenizer.json").write_text("{")
    with pytest.raises(ModelError, match=r"tokenizer\.json cannot be loaded \(.*\): install the"):
        load_encoder(str(copied)).encode(["words"])


def test_a_folder_like_the_shipped_one_is_opened_by_its_manifest(copied, shipped):
    manifest = json.loads((copied / "manifest.json").read_text())
    manifest |= {"name": "other", "digest": "0" * 64}
    (copied / "manifest.json").write_text(json.dumps(manifest))
    encoder = load_encoder(str(copied))
    assert (encoder.name, encoder.digest, encoder.dim) == ("other", "0" * 64, 384)
    assert np.array_equal(encoder.encode(["words"]), shipped.encode(["words"]))


def test_sentence_transformers_opens_the_shipped_folder(shipped):
    from sentence_transformers import SentenceTransformer

    texts = [*sentences(40), "", "a" * 10_000]
    model = SentenceTransformer(str(WEIGHTS), trust_remote_code=True, device="cpu")
    assert np.array_equal(model.encode(texts), shipped.encode(texts))
    assert np.array_equal(model.encode("words"), shipped.encode(["words"])[0])
    assert model.get_embedding_dimension() == shipped.dim
    with pytest.raises(ValueError, match="trust_remote_code=True"):
        SentenceTransformer(str(WEIGHTS))


def test_any_folder_of_sentence_transformers_does(tmp_path):
    folder = tiny_encoder(tmp_path / "tiny")
    encoder = load_encoder(folder)
    assert encoder.name == folder
    assert encoder.dim == 16
    assert encoder.digest == folder_sha256(tmp_path / "tiny")
    seen = []
    vectors = encoder.encode(["b", "a longer text", "c"], lambda *at: seen.append(at))
    assert vectors.shape == (3, 16)
    assert seen == [(3, 3)]
    assert np.array_equal(vectors[1], encoder.encode(["a longer text"])[0])


def test_a_name_that_is_not_here_is_one_clear_sentence():
    with pytest.raises(
        ModelError, match=r"There is no model 'valdoria/none' on this machine: .*HUB=1"
    ):
        load_encoder("valdoria/none")


def test_a_folder_without_a_model_is_one_clear_sentence(tmp_path):
    with pytest.raises(ModelError, match="is not a sentence-transformers model"):
        load_encoder(str(tmp_path))
    assert model_folder(str(tmp_path)) == tmp_path


def test_the_digest_of_a_folder_sees_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("1")
    first = folder_sha256(tmp_path)
    (tmp_path / ".hidden").write_text("2")
    assert folder_sha256(tmp_path) == first
    (tmp_path / "a").write_text("2")
    second = folder_sha256(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({first, second, folder_sha256(tmp_path)}) == 3
