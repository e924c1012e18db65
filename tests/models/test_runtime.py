import os
import subprocess
import sys

import numpy as np
import pytest

from compare.errors import ModelError
from compare.models.encoder import token_feeds
from compare.models.runtime import (
    GraphRunner,
    _saturates,
    clean_text,
    load_tokenizer,
    thread_count,
)
from compare.models.stance import WEIGHTS as ALL_WEIGHTS
from training.probes import sentences

WEIGHTS = ALL_WEIGHTS / "fast"


def test_the_runtime_keeps_no_usage_data(tmp_path):
    """ONNX Runtime would write events, to be sent, below the user's cache at once."""
    program = (
        "from compare import ModelInput, load_stance_model\n"
        "load_stance_model('fast').score([(ModelInput('We stay.'), ModelInput('We go.'))])\n"
    )
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"} | home
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
    assert not [path for path in tmp_path.rglob("*") if "onnxruntime" in str(path)]


def test_thread_count_follows_the_environment(monkeypatch):
    monkeypatch.setenv("COMPARE_THREADS", "3")
    assert thread_count() == 3
    monkeypatch.setenv("COMPARE_THREADS", "none")
    assert thread_count() >= 1


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fma avx2 bmi2", True),
        ("avx2 avx512f avx512_vnni", False),
        ("avx2 avx_vnni", False),
        ("asimd asimddp", False),
    ],
)
def test_weights_are_unsigned_only_on_processors_that_would_saturate(tmp_path, flags, expected):
    path = tmp_path / "cpuinfo"
    path.write_text(f"processor : 0\nflags : fpu {flags}\n")
    assert _saturates(path) is expected
    assert not _saturates(tmp_path / "missing")


def test_lone_surrogates_are_made_harmless():
    assert clean_text("a\ud800b") == "a\N{REPLACEMENT CHARACTER}b"
    assert clean_text("naïve 🙂") == "naïve 🙂"


def test_a_damaged_graph_is_one_clear_sentence(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not a graph")
    with pytest.raises(ModelError, match=r"model\.onnx cannot be loaded .*install the program"):
        GraphRunner(path)


def test_results_come_in_the_order_given_whatever_the_lengths_and_threads(monkeypatch):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    texts = [" ".join(sentences(n + 1)) for n in range(12)][::-1]
    feeds = [
        {**feed, "token_type_ids": np.zeros_like(feed["input_ids"])}
        for feed in token_feeds(tokenizer, texts)
    ]
    runner = GraphRunner(WEIGHTS / "model.onnx")
    seen = []
    monkeypatch.setenv("COMPARE_THREADS", "1")
    alone = np.concatenate([runner.run([feed]) for feed in feeds])
    monkeypatch.setenv("COMPARE_THREADS", "4")
    together = runner.run(feeds, lambda done, total: seen.append((done, total)))
    assert np.array_equal(alone, together)
    assert seen[-1] == (12, 12)


@pytest.mark.parametrize("mark", ["[SEP]", "</s>", "[PAD]", "<s>", "[CLS]"])
@pytest.mark.parametrize("tier", ["fast", "accurate"])
def test_marks_in_a_text_are_words(tier, mark):
    tokenizer = load_tokenizer(ALL_WEIGHTS / tier / "tokenizer.json", 64)
    plain, marked = (tokenizer.encode(text, "rain") for text in ("snow", f"snow {mark} snow"))
    assert sum(marked.special_tokens_mask) == sum(plain.special_tokens_mask)
