"""A transformer's layers in a form that exports lean: texts of one length, no mask, no cache.

Read are the modules of BERT and MPNet as transformers makes them; what is computed is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def read_tokens(
    body: Any,
    input_ids: torch.Tensor,
    token_type_ids: torch.Tensor | None = None,
    *,
    first_only: bool = False,
) -> torch.Tensor:
    """Return what the layers make of the tokens, float32 [texts, tokens, width].

    Args:
        body: A `BertModel` or an `MPNetModel`.
        input_ids: int64 [texts, tokens].
        token_type_ids: int64 [texts, tokens], where the model has them.
        first_only: Compute the last layer for the first token alone: [texts, 1, width].
    """
    import torch

    if hasattr(body.encoder, "compute_position_bias"):
        first = body.embeddings.padding_idx + 1
        places = torch.arange(input_ids.shape[1])[None] + first
        hidden = body.embeddings(input_ids=input_ids, position_ids=places)
        bias = body.encoder.compute_position_bias(hidden)
    else:
        hidden = body.embeddings(input_ids=input_ids, token_type_ids=token_type_ids)
        bias = None
    *layers, last = body.encoder.layer
    for layer in layers:
        hidden = _layer(layer, hidden, hidden, bias)
    if not first_only:
        return _layer(last, hidden, hidden, bias)
    return _layer(last, hidden[:, :1], hidden, bias if bias is None else bias[:, :, :1])


@dataclass(frozen=True, slots=True)
class _Attention:
    """The parts of a layer's attention, whatever the architecture calls them."""

    query: Any
    key: Any
    value: Any
    out: Any
    norm: Any
    heads: int
    width: int


def _attention(layer: Any) -> _Attention:
    if hasattr(layer.attention, "attn"):
        read, norm = layer.attention.attn, layer.attention.LayerNorm
        parts = read.q, read.k, read.v, read.o, norm
    else:
        read, out = layer.attention.self, layer.attention.output
        parts = read.query, read.key, read.value, out.dense, out.LayerNorm
    return _Attention(*parts, read.num_attention_heads, read.attention_head_size)


def _layer(
    layer: Any, asked: torch.Tensor, hidden: torch.Tensor, bias: torch.Tensor | None
) -> torch.Tensor:
    """Return what a layer makes of the tokens `asked` among those of `hidden`."""
    import torch

    parts = _attention(layer)
    texts = asked.shape[0]

    def heads(values: torch.Tensor) -> torch.Tensor:
        return values.reshape(texts, -1, parts.heads, parts.width).transpose(1, 2)

    query, key, value = parts.query(asked), parts.key(hidden), parts.value(hidden)
    scores = heads(query) @ heads(key).transpose(2, 3) * parts.width**-0.5
    shares = torch.softmax(scores if bias is None else scores + bias, dim=-1)
    read = (shares @ heads(value)).transpose(1, 2).reshape(texts, -1, parts.heads * parts.width)
    attended = parts.norm(parts.out(read) + asked)
    found: torch.Tensor = layer.output(layer.intermediate(attended), attended)
    return found
