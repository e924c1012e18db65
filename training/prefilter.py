"""Train the prefilter, which estimates from two vectors whether passages agree or oppose.

    python -m training.prefilter --data DIR

It learns the fast tier's probabilities of pairs drawn like those of a comparison of two sides
(`unlabelled.mined_pairs`), and the accurate tier's of the pairs that trained the fast tier. A tenth
of the first kind is held out for early stopping. `compare.models.encoder` has the formula.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from compare.models.encoder import PREFILTER, OnnxEncoder
from training.card import write_card
from training.examples import Pool
from training.pairs import LabelledPair
from training.recipes import RECIPES
from training.run import RUNS, check, read_by
from training.unlabelled import HELD_APART, mined_pairs, passages_apart, unlabelled_pairs

STUDENT = "small-student-again"
MINED = 60_000
RANK = 64
EPOCHS = 60
PATIENCE = 6


class Form(torch.nn.Module):
    """`compare.models.encoder.Prefilter` as a torch module."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.product = torch.nn.Parameter(torch.zeros(dim, 2))
        self.difference = torch.nn.Parameter(torch.zeros(dim, 2))
        self.basis = torch.nn.Parameter(torch.randn(dim, RANK) / dim**0.5)
        self.form = torch.nn.Parameter(torch.zeros(RANK, 2))
        self.bias = torch.nn.Parameter(torch.zeros(2))

    def forward(self, u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        drop = torch.nn.functional.dropout
        bilinear = ((u @ self.basis) * (v @ self.basis)) @ self.form
        plain = drop(u * v, 0.1, self.training) @ self.product
        return (
            plain + drop(u - v, 0.1, self.training).abs() @ self.difference + bilinear + self.bias
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    check(data)
    mixture = RECIPES[STUDENT].mixture
    pool = Pool(mixture, data, unlabelled_pairs(data, mixture.unlabelled))
    mined = mined_pairs(data, MINED)
    countries = {passage["text"]: passage["country"] for passage in passages_apart(data)}
    read = [pair for pair in pool.taught() if _sides(pair, countries) != HELD_APART]
    probabilities = read_by("fast", mined, data), read_by("accurate", read, data)
    target = torch.tensor(np.concatenate(probabilities)[:, :2])
    u, v = (torch.tensor(side) for side in _vectors([*mined, *read]))
    torch.manual_seed(7)
    order = torch.randperm(len(target))
    apart = order < len(mined) // 10
    held, rest = order[apart], order[~apart]
    form = Form(u.shape[1])
    optimizer = torch.optim.AdamW(form.parameters(), lr=5e-3, weight_decay=1e-2)
    loss_of = torch.nn.functional.binary_cross_entropy_with_logits
    best, kept, waited = float("inf"), None, 0
    for epoch in range(EPOCHS):
        form.train()
        for part in rest[torch.randperm(len(rest))].split(512):
            optimizer.zero_grad()
            loss_of(form(u[part], v[part]), target[part]).backward()
            optimizer.step()
        form.eval()
        with torch.no_grad():
            logits = form(u[held], v[held])
            loss = loss_of(logits, target[held]).item()
        aucs = [roc_auc_score(target[held][:, n] > 0.5, logits[:, n]) for n in (0, 1)]
        print(f"epoch {epoch}: loss {loss:.4f}, AUC agree {aucs[0]:.3f}, oppose {aucs[1]:.3f}")
        if loss < best:
            best, waited = loss, 0
            kept = {n: p.detach().numpy().astype(np.float16) for n, p in form.named_parameters()}
        elif (waited := waited + 1) == PATIENCE:
            break
    similarity = (u[held] * v[held]).sum(1)
    plain = [roc_auc_score(target[held][:, n] > 0.5, similarity) for n in (0, 1)]
    print(f"similarity alone: AUC agree {plain[0]:.3f}, oppose {plain[1]:.3f}")
    unfinished = RUNS / "prefilter.npz"
    np.savez_compressed(unfinished, encoder=np.str_(OnnxEncoder().digest), **(kept or {}))
    unfinished.replace(PREFILTER)
    write_card()


def _sides(pair: LabelledPair, countries: Mapping[str, str]) -> set[str]:
    """Return the countries of the two sides, even if the pair does not name them."""
    sides = (pair.a, pair.who_a), (pair.b, pair.who_b)
    return {countries.get(text) or re.split(r"[,:]", who)[0] for text, who in sides}


def _vectors(pairs: Sequence[LabelledPair]) -> tuple[np.ndarray, np.ndarray]:
    """Return the vectors of both sides, without prefixes."""
    texts = [*dict.fromkeys(text for pair in pairs for text in (pair.a, pair.b))]
    print(f"{len(pairs):,} pairs of {len(texts):,} texts", flush=True)
    row = {text: n for n, text in enumerate(texts)}
    vectors = OnnxEncoder().encode(texts)
    return vectors[[row[pair.a] for pair in pairs]], vectors[[row[pair.b] for pair in pairs]]


if __name__ == "__main__":
    main()
