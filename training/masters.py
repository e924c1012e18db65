"""AdamW on float32 copies of a model's bf16 parameters, lower layers learning more slowly."""

from __future__ import annotations

from typing import Any

import torch
from transformers import PreTrainedModel


class Masters:
    """AdamW on float32 copies of the learnt parameters."""

    def __init__(
        self, model: PreTrainedModel, rate: float, layer_decay: float, *, frozen_embeddings: bool
    ) -> None:
        groups = _groups(model, rate, layer_decay, frozen_embeddings=frozen_embeddings)
        self.parameters = [entry for members, _ in groups for entry in members]
        copies = [[entry.detach().float().clone() for entry in members] for members, _ in groups]
        self.copies = [entry for members in copies for entry in members]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": members, "lr": rate, "peak": rate}
                for members, (_, rate) in zip(copies, groups, strict=True)
            ],
            weight_decay=0.01,
            fused=True,
        )
        self.sums: list[torch.Tensor] | None = None
        self.summed = 0

    def step(self, factor: float) -> None:
        for parameter, copy in zip(self.parameters, self.copies, strict=True):
            copy.grad = None if parameter.grad is None else parameter.grad.float()
            parameter.grad = None
        torch.nn.utils.clip_grad_norm_(self.copies, 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        self.optimizer.step()
        for copy in self.copies:
            copy.grad = None
        self.write()

    @torch.no_grad()
    def write(self) -> None:
        """Copy the masters into the model."""
        for parameter, copy in zip(self.parameters, self.copies, strict=True):
            parameter.copy_(copy)

    @torch.no_grad()
    def add_to_average(self) -> None:
        if self.sums is None:
            self.sums = [torch.zeros_like(copy) for copy in self.copies]
        torch._foreach_add_(self.sums, self.copies)
        self.summed += 1

    @torch.no_grad()
    def take_average(self) -> None:
        """Make the masters the average, if there is one."""
        for copy, total in zip(self.copies, self.sums or [], strict=self.sums is not None):
            copy.copy_(total / self.summed)
        self.write()

    def state(self) -> dict[str, Any]:
        return {
            "copies": self.copies,
            "optimizer": self.optimizer.state_dict(),
            "sums": self.sums,
            "summed": self.summed,
        }

    @torch.no_grad()
    def load_state(self, state: dict[str, Any]) -> None:
        for copy, value in zip(self.copies, state["copies"], strict=True):
            copy.copy_(value)
        self.optimizer.load_state_dict(state["optimizer"])
        self.sums, self.summed = state["sums"], state["summed"]
        self.write()


def _groups(
    model: PreTrainedModel, peak: float, layer_decay: float, *, frozen_embeddings: bool
) -> list[tuple[list[torch.nn.Parameter], float]]:
    """Return the learnt parameters with their peak rates: lower layers learn more slowly."""
    body = model.base_model
    layers = list(body.encoder.layer)
    lowest = peak * layer_decay ** len(layers)
    if frozen_embeddings:
        body.embeddings.requires_grad_(False)
    groups = [([*body.embeddings.parameters()], lowest)]
    groups += [
        ([*layer.parameters()], peak * layer_decay ** (len(layers) - 1 - n))
        for n, layer in enumerate(layers)
    ]
    held = {id(entry) for members, _ in groups for entry in members}
    groups.append(([entry for entry in model.parameters() if id(entry) not in held], peak))
    kept = [([p for p in members if p.requires_grad], rate) for members, rate in groups]
    return [(members, rate) for members, rate in kept if members]
