"""Turn the trained model into the shipped weights: quantise, gate, calibrate, write the manifest.

python -m training.export --data DIR
"""

from __future__ import annotations

import argparse
import datetime
import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from compare.encoder import file_sha256
from compare.quantize import export_graph, quantize, smooth
from compare.runtime import Feed, GraphRunner
from compare.stance.shipped import WEIGHTS as ALL_WEIGHTS
from compare.stance.shipped import ShippedStance, probe_pairs
from compare.tracing import read_tokens
from training import pairs as pair_files
from training.calibration import temperature
from training.card import card
from training.figures import dev_figures
from training.pairs import LABELS, LabelledPair
from training.train import GENERAL_FILES, GENERAL_PAIRS, RUNS, SEED, STAGES

NAME = "compare-stance-minilm"
WEIGHTS = ALL_WEIGHTS / "fast"
MAX_TOKENS = 256
LEAST_SAME_LABEL = 0.98
MOST_BYTES = 25_000_000
CALIBRATION_PAIRS = 300
INPUTS = ("input_ids", "token_type_ids")


class Scorer(torch.nn.Module):
    """The classifier on one text, of which it reads the first token alone."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.whole = AutoModelForSequenceClassification.from_pretrained(folder)

    def forward(
        self, input_ids: torch.Tensor, token_type_ids: torch.Tensor | None = None
    ) -> torch.Tensor:
        whole = self.whole
        first = read_tokens(whole.base_model, input_ids, token_type_ids, first_only=True)
        pooler = getattr(whole.base_model, "pooler", None)
        return whole.classifier(first if pooler is None else pooler(first))


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
    with tempfile.TemporaryDirectory(dir=WEIGHTS.parent.parent) as scratch:
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
        fitted = temperature(logits, gold)
        stages = [json.loads((RUNS / name / "stage.json").read_text()) for name in STAGES]
        manifest = {
            "name": NAME,
            "made": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "labels": list(LABELS),
            "max_tokens": MAX_TOKENS,
            "calibration": asdict(fitted),
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
            "dev": dev_figures(fitted.apply(logits), gold),
            "int8_same_label": round(same, 4),
        }
        manifest["probe"] = probe(folder, manifest)
        text = json.dumps(manifest, indent=1) + "\n"
        (folder / "manifest.json").write_text(text, encoding="utf-8")
        (ALL_WEIGHTS / "MODEL_CARD.md").write_text(card(manifest), encoding="utf-8")
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
