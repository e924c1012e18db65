"""Find who agrees with a quote and who opposes it, side by side, in officials' own words.

    from compare import Library, search

    result = search(Library.open("my-library"), "We will not hesitate to impose costs.")
    for match in result.oppose:
        print(match.probabilities.oppose, match.statement.speaker, match.passage.text)

Importing this package is light: each name below loads its module when it is first used.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from compare.aggregate import by_year, matrix, random_sample
    from compare.corpus import Corpus, Problem, read_corpus
    from compare.corpus.importing import Import, import_corpus
    from compare.encoder import Encoder, load_encoder
    from compare.errors import (
        CompareError,
        CorpusError,
        ExportError,
        LibraryError,
        ModelError,
        QueryError,
    )
    from compare.export import export, export_bytes
    from compare.feedback import append_correction
    from compare.kept import keep_result, load_result, public_json, result_from_json, result_to_json
    from compare.library import Library
    from compare.locations import default_library
    from compare.mine import Comparison, changed_positions, compare_sides
    from compare.pair_table import Pair, PairTable
    from compare.passages import Passage, split_statement
    from compare.results import (
        Filters,
        Match,
        Outcome,
        Probabilities,
        Provenance,
        Quote,
        SearchResult,
        Side,
        Span,
        Stance,
        Thresholds,
        Why,
    )
    from compare.search import explain, search
    from compare.stance import StanceModel, load_stance_model
    from compare.statement import Country, PartialDate, Precision, Quotation, Statement

__all__ = [
    "CompareError",
    "Comparison",
    "Corpus",
    "CorpusError",
    "Country",
    "Encoder",
    "ExportError",
    "Filters",
    "Import",
    "Library",
    "LibraryError",
    "Match",
    "ModelError",
    "Outcome",
    "Pair",
    "PairTable",
    "PartialDate",
    "Passage",
    "Precision",
    "Probabilities",
    "Problem",
    "Provenance",
    "QueryError",
    "Quotation",
    "Quote",
    "SearchResult",
    "Side",
    "Span",
    "Stance",
    "StanceModel",
    "Statement",
    "Thresholds",
    "Why",
    "append_correction",
    "by_year",
    "changed_positions",
    "compare_sides",
    "default_library",
    "explain",
    "export",
    "export_bytes",
    "import_corpus",
    "keep_result",
    "load_encoder",
    "load_result",
    "load_stance_model",
    "matrix",
    "public_json",
    "random_sample",
    "read_corpus",
    "result_from_json",
    "result_to_json",
    "search",
    "split_statement",
]

_NAMES_IN = {
    "aggregate": "by_year matrix random_sample",
    "corpus": "Corpus Problem read_corpus",
    "corpus.importing": "Import import_corpus",
    "encoder": "Encoder load_encoder",
    "errors": "CompareError CorpusError ExportError LibraryError ModelError QueryError",
    "export": "export export_bytes",
    "feedback": "append_correction",
    "kept": "keep_result load_result public_json result_from_json result_to_json",
    "library": "Library",
    "locations": "default_library",
    "mine": "Comparison changed_positions compare_sides",
    "pair_table": "Pair PairTable",
    "passages": "Passage split_statement",
    "results": (
        "Filters Match Outcome Probabilities Provenance Quote SearchResult Side Span Stance "
        "Thresholds Why"
    ),
    "search": "explain search",
    "stance": "StanceModel load_stance_model",
    "statement": "Country PartialDate Precision Quotation Statement",
}
_MODULE_OF = {name: module for module, names in _NAMES_IN.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Load the module that holds `name` and keep what it gives."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List what is here, loaded or not."""
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """This package: the functions `search` and `export` are not hidden by their modules."""

    def __setattr__(self, name: str, value: Any) -> None:
        """Keep a submodule from taking the name of a function once it is imported."""
        if not (name in _MODULE_OF and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
