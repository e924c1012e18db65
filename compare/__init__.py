"""Find who agrees with a quote and who opposes it, side by side, in officials' own words.

>>> from compare import Library
>>> library = Library.sample()
>>> result = library.search("EU leaders have very reliable evidence that China is considering "
...                         "providing military aid to Russia")
>>> for pair in result.oppose:
...     print(pair.b.statement.speaker, "-", pair.b.text)
Chinese Embassy - malicious disinformation

Less common functions are in the subpackages `compare.comparison`, `compare.export`,
`compare.review` and `compare.evaluate`.
"""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

# ONNX Runtime would send its maker usage data. It reads this once, when it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

if TYPE_CHECKING:
    from compare.comparison import load_third_reader
    from compare.corpus import Corpus, read_corpus
    from compare.errors import CompareError
    from compare.facade import Library
    from compare.library import Filters
    from compare.models import Encoder, ModelInput, StanceModel, load_encoder, load_stance_model
    from compare.results import (
        Excerpt,
        Pair,
        Positions,
        Probabilities,
        Result,
        Stance,
        Thresholds,
    )
    from compare.statements import Country, PartialDate, Quote, Statement

__all__ = [
    "CompareError",
    "Corpus",
    "Country",
    "Encoder",
    "Excerpt",
    "Filters",
    "Library",
    "ModelInput",
    "Pair",
    "PartialDate",
    "Positions",
    "Probabilities",
    "Quote",
    "Result",
    "Stance",
    "StanceModel",
    "Statement",
    "Thresholds",
    "load_encoder",
    "load_stance_model",
    "load_third_reader",
    "read_corpus",
]

_NAMES_IN = {
    "comparison": "load_third_reader",
    "corpus": "Corpus read_corpus",
    "errors": "CompareError",
    "facade": "Library",
    "library": "Filters",
    "models": "Encoder ModelInput StanceModel load_encoder load_stance_model",
    "results": "Excerpt Pair Positions Probabilities Result Stance Thresholds",
    "statements": "Country PartialDate Quote Statement",
}
_PACKAGE_OF = {name: package for package, names in _NAMES_IN.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import compare` stays fast."""
    if name not in _PACKAGE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_PACKAGE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List all public names, imported or not."""
    return sorted({*globals(), *__all__})
