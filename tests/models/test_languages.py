"""The encoder of six languages: English as before, the others in the same space."""

import numpy as np
import pytest

from compare.models import load_encoder
from compare.models.encoder import LANGUAGES, LANGUAGES_WEIGHTS
from compare.models.runtime import read_manifest
from training import backbones
from training.languages import LEAST_RECALL, MOST_BYTES
from training.pairs import TRANSLATIONS, own_texts, rows
from training.probes import sentences

COUNT = 60


@pytest.fixture(scope="module")
def six():
    return load_encoder()


def translations(language: str) -> dict[str, str]:
    """The first translations of the project's own texts, by the English text."""
    texts = own_texts()
    read = list(rows(TRANSLATIONS / f"{language}.tsv"))[:COUNT]
    return {texts[row["text"]]: row["translation"] for row in read}


def test_english_texts_keep_their_vectors(six):
    english = load_encoder("all-MiniLM-L6-v2")
    assert (six.dim, six.languages) == (english.dim, LANGUAGES)
    assert (six.name, english.languages) == ("all-MiniLM-L6-v2+languages", ("en",))
    assert six.digest != english.digest
    texts = sentences(40)
    assert np.array_equal(six.encode(texts), english.encode(texts))


@pytest.mark.parametrize("language", sorted({*LANGUAGES} - {"en"}))
def test_a_translation_is_nearest_to_its_english_words(six, language):
    known = translations(language)
    assert len(known) == COUNT
    ours, theirs = six.encode([*known]), six.encode([*known.values()])
    found = (theirs @ ours.T).argmax(1)
    assert (found == np.arange(COUNT)).mean() > 0.9


def test_a_text_gets_the_same_vector_whatever_stands_beside_it(six):
    texts = [*sentences(5), *[*translations("ru").values()][:5], "مرحبا \x00 \ud800", ""]
    vectors = six.encode(texts)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for n in range(len(texts)):
        assert np.array_equal(six.encode([texts[n]])[0], vectors[n])
    assert six.encode([]).shape == (0, six.dim)


def test_progress_counts_texts_of_all_languages(six):
    seen = []
    six.encode([*sentences(66), *[*translations("zh").values()]], lambda *at: seen.append(at))
    assert seen == [(64, 126), (66, 126), (126, 126)]


def test_the_manifest_says_where_the_weights_come_from():
    manifest = read_manifest(LANGUAGES_WEIGHTS, "encoder manifest")
    assert manifest["backbone"]["sha256"] == backbones.DIGESTS["e5"]
    assert manifest["backbone"]["licence"] == "MIT"
    assert "Microsoft" in (LANGUAGES_WEIGHTS / "LICENSE").read_text()
    assert manifest["int8_neighbour_recall"] >= LEAST_RECALL
    files = [path for path in LANGUAGES_WEIGHTS.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES
