"""Load an encoder or a stance model by its name."""

from __future__ import annotations

from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compare.models.protocols import Encoder, StanceModel

ENCODER = "all-MiniLM-L6-v2"
"""The English encoder that comes with the program."""

LANGUAGES_ENCODER = f"{ENCODER}+languages"
"""The same with its companion for five other languages: what is used if no encoder is named."""

CASCADE = "cascade"
"""Both in turn: what is used if no model is named."""

STANCE_MODELS = {
    "fast": "compare.models.stance:load_fast",
    "accurate": "compare.models.stance:load_accurate",
    CASCADE: "compare.models.stance:load_cascade",
}
"""What loads each stance model, by the name for `--stance-model`: a function or a class that is
called without arguments. Each passes `tests/models/test_contract.py`."""


def load_encoder(name_or_path: str | None = None) -> Encoder:
    """Load a shipped encoder, or a sentence-transformers model by folder or name.

    >>> load_encoder().encode(["Two sentences.", "Two vectors."]).shape
    (2, 384)

    Args:
        name_or_path: None for the one of six languages, which gives English texts the same vectors
            as "all-MiniLM-L6-v2", the shipped one for English alone. Another name is looked up on
            this machine only, unless the environment sets `COMPARE_HUB=1`.

    Raises:
        ModelError: The model is not there or is damaged.
    """
    from compare.models.encoder import LanguagesEncoder, OnnxEncoder
    from compare.models.runtime import MANIFEST

    if name_or_path is None or name_or_path == LANGUAGES_ENCODER:
        return LanguagesEncoder()
    if name_or_path == ENCODER:
        return OnnxEncoder()
    if (Path(name_or_path) / MANIFEST).is_file():
        return OnnxEncoder(Path(name_or_path))
    from compare.models.huggingface import SentenceTransformerEncoder

    return SentenceTransformerEncoder(name_or_path)


def load_stance_model(name_or_path: str | None = None) -> StanceModel:
    """Load a registered stance model, or a Hugging Face NLI cross-encoder by folder or name.

    The weights of a shipped model are loaded once in a process.

    >>> load_stance_model("fast").name
    'compare-stance-fast'

    Args:
        name_or_path: A name in `STANCE_MODELS`; None means "cascade". The columns of another
            model are mapped by its `config.id2label` (entailment, contradiction, neutral or agree,
            oppose, neither).

    Raises:
        ModelError: The model is not there, is damaged, or its labels are others.
    """
    name = name_or_path or CASCADE
    if name in STANCE_MODELS:
        model: StanceModel = resolve_name(STANCE_MODELS[name])()
        return model
    from compare.models.huggingface import HuggingFaceStance

    return HuggingFaceStance(name)
