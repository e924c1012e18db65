"""Turn the trained model into the shipped weights: quantise, gate, calibrate, write the manifest.

python -m training.export --data DIR
"""

from __future__ import annotations

import argparse
import datetime
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, log_loss, roc_auc_score
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from compare.encoder import file_sha256
from compare.quantize import export_graph, quantize, smooth
from compare.runtime import Feed, GraphRunner
from compare.stance.load import softmax
from compare.stance.shipped import WEIGHTS, ShippedStance, probe_pairs
from training import pairs as pair_files
from training.card import card
from training.pairs import LABELS, LabelledPair
from training.train import GENERAL_FILES, GENERAL_PAIRS, RUNS, SEED, STAGES

NAME = "compare-stance-minilm"
MAX_TOKENS = 256
LEAST_SAME_LABEL = 0.98
MOST_BYTES = 25_000_000
CALIBRATION_PAIRS = 300
INPUTS = ("input_ids", "token_type_ids")


class Scorer(torch.nn.Module):
    """The classifier on a batch of one, which needs no attention mask.

    Only the first token is classified, so the last layer computes that token alone.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.body = AutoModelForSequenceClassification.from_pretrained(
            folder, attn_implementation="eager"
        )

    def forward(self, input_ids: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
        bert = self.body.bert
        hidden = bert.embeddings(input_ids=input_ids, token_type_ids=token_type_ids)
        *layers, last = bert.encoder.layer
        for layer in layers:
            hidden = layer(hidden)
        return self.body.classifier(bert.pooler(first_token(last, hidden)))


def first_token(layer: Any, hidden: torch.Tensor) -> torch.Tensor:
    """Return what a layer makes of a text's first token, float32 [1, 1, width]."""
    first, attention = hidden[:, :1], layer.attention.self

    def heads(values: torch.Tensor) -> torch.Tensor:
        shape = (1, -1, attention.num_attention_heads, attention.attention_head_size)
        return values.reshape(shape).transpose(1, 2)

    query, key = heads(attention.query(first)), heads(attention.key(hidden))
    shares = torch.softmax(query @ key.transpose(2, 3) * attention.scaling, dim=-1)
    read = (shares @ heads(attention.value(hidden))).transpose(1, 2).reshape(1, 1, -1)
    return layer.feed_forward_chunk(layer.attention.output(read, first))


def feeds(tokenizer: Any, pool: list[LabelledPair]) -> list[Feed]:
    """Return what the graph reads: each pair in its order, then all of them swapped."""
    texts = [pair.texts(None, 0.0) for pair in pool]
    both = texts + [(b, a) for a, b in texts]
    encoded = tokenizer(
        [a for a, _ in both], [b for _, b in both], truncation=True, max_length=MAX_TOKENS
    )
    return [
        {name: np.asarray([encoded[name][n]], np.int64) for name in INPUTS}
        for n in range(len(both))
    ]


def symmetric(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Average the logits of the two orders."""
    half = len(logits) // 2
    return (logits[:half] + logits[half:]) / 2


def fit_temperature(logits: NDArray[np.float32], gold: NDArray[np.int64]) -> float:
    """Return the temperature with the least log loss (Guo et al. 2017, section 4.2)."""
    found = minimize_scalar(
        lambda log_t: log_loss(gold, softmax(logits, float(np.exp(log_t))), labels=[0, 1, 2]),
        bounds=(-1.5, 2.0),
        method="bounded",
    )
    return round(float(np.exp(found.x)), 4)


def expected_calibration_error(
    probabilities: NDArray[np.float32], gold: NDArray[np.int64], bins: int = 10
) -> float:
    """Return the ECE of the top label over equal-width bins (Guo et al. 2017, equation 3)."""
    top = probabilities.max(1)
    right = probabilities.argmax(1) == gold
    place = np.minimum((top * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(right[place == n].mean() - top[place == n].mean()) * (place == n).mean()
            for n in range(bins)
            if (place == n).any()
        )
    )


def interval(gold: NDArray[np.int64], guess: NDArray[np.int64]) -> list[float]:
    """Return the bootstrap 95 % interval of macro-F1."""
    rng = np.random.default_rng(0)
    draws = rng.integers(0, len(gold), (1000, len(gold)))
    scores = [f1_score(gold[d], guess[d], average="macro") for d in draws]
    return [round(float(value), 3) for value in np.percentile(scores, [2.5, 97.5])]


def report(probabilities: NDArray[np.float32], gold: NDArray[np.int64]) -> dict[str, Any]:
    """Return the figures of the card."""
    guess = probabilities.argmax(1)
    each = f1_score(gold, guess, average=None, labels=[0, 1, 2])
    taken = gold < 2
    return {
        "pairs": len(gold),
        "accuracy": round(float(accuracy_score(gold, guess)), 3),
        "macro_f1": round(float(each.mean()), 3),
        "macro_f1_interval_95": interval(gold, guess),
        "f1": {name: round(float(value), 3) for name, value in zip(LABELS, each, strict=True)},
        "ece": round(expected_calibration_error(probabilities, gold), 3),
        "polarity_auc": round(
            float(
                roc_auc_score(gold[taken] == 0, (probabilities[:, 0] - probabilities[:, 1])[taken])
            ),
            3,
        ),
        "confusion_rows_gold": confusion_matrix(gold, guess, labels=[0, 1, 2]).tolist(),
    }


def probe(folder: Path, manifest: dict[str, Any]) -> list[list[float]]:
    """Return what the weights say of the first probe pairs, to be checked on other processors."""
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = ShippedStance(folder).score(probe_pairs())
    return [[round(float(value), 4) for value in row] for row in found]


def write_tokenizer(source: Path, target: Path) -> None:
    """Write the tokenizer without padding or truncation: the program sets its own."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(source))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(target), pretty=False)


def export(data: Path, stage: str) -> None:
    """Write the weights beside `compare/stance/`, or stop where a gate is not passed."""
    source = RUNS / stage
    tokenizer = AutoTokenizer.from_pretrained(source)
    train = pair_files.officials(data / "pairs" / "officials.train.tsv")
    dev = pair_files.agreed_dev(data / "pairs" / "officials.dev.tsv")
    gold = np.asarray([pair.label for pair in dev])
    dev_feeds = feeds(tokenizer, dev)
    model = export_graph(Scorer(source), INPUTS)
    exact = symmetric(GraphRunner(model.SerializeToString()).run(dev_feeds))
    with tempfile.TemporaryDirectory(dir=WEIGHTS.parent) as scratch:
        folder = Path(scratch) / "weights"
        folder.mkdir()
        smooth(model, feeds(tokenizer, train[:CALIBRATION_PAIRS]))
        quantize(model, folder / "model.onnx", tables=True)
        logits = symmetric(GraphRunner(folder / "model.onnx").run(dev_feeds))
        same = float((exact.argmax(1) == logits.argmax(1)).mean())
        write_tokenizer(source / "tokenizer.json", folder / "tokenizer.json")
        size = sum(path.stat().st_size for path in folder.iterdir())
        print(f"8 bits against full precision: same label on {same:.4f} of dev; {size:,} bytes")
        if same < LEAST_SAME_LABEL or size > MOST_BYTES:
            raise SystemExit("The export does not pass its gate; nothing was written.")
        temperature = fit_temperature(logits, gold)
        stages = [json.loads((RUNS / name / "stage.json").read_text()) for name in STAGES]
        manifest = {
            "name": NAME,
            "made": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "labels": list(LABELS),
            "max_tokens": MAX_TOKENS,
            "temperature": temperature,
            "files": {path.name: file_sha256(path) for path in sorted(folder.iterdir())},
            "backbone": {
                "name": "all-MiniLM-L6-v2",
                "licence": "Apache-2.0",
                "sha256": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            },
            "stages": stages,
            "data_files": {
                path.name: file_sha256(path)
                for path in sorted((data / "pairs").glob("*.tsv*"))
                if path.name.startswith(("nli", "argument", "officials", "claims.train"))
                and "why" not in path.name
            },
            "general_sources": pair_files.general_sources(
                [data / "pairs" / name for name in GENERAL_FILES], GENERAL_PAIRS, SEED
            ),
            "dev": report(softmax(logits, temperature), gold),
            "int8_same_label": round(same, 4),
        }
        manifest["probe"] = probe(folder, manifest)
        text = json.dumps(manifest, indent=1) + "\n"
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        (folder / "MODEL_CARD.md").write_text(card(manifest), encoding="utf-8")
        old = Path(scratch) / "old"
        if WEIGHTS.exists():
            WEIGHTS.replace(old)
        folder.replace(WEIGHTS)
    print(text)


def main() -> None:
    """Export the weights of the last stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--stage", default=list(STAGES)[-1], choices=sorted(STAGES))
    arguments = parser.parse_args()
    export(arguments.data, arguments.stage)


if __name__ == "__main__":
    main()
