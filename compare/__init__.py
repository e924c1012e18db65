"""Find who agrees with a quote and who opposes it, side by side, in officials' own words.

    from compare import Library, search

    result = search(Library.open("my-library"), "We will not hesitate to impose costs.")
    for pair in result.oppose:
        print(pair.probabilities.oppose, pair.b.statement.speaker, pair.b.text)

Importing this package is light: each name below loads its module when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from compare.adapt.corrections import append_correction
    from compare.comparison.counts import by_year, matrix, random_sample
    from compare.comparison.explain import explain_listed, explain_pair
    from compare.comparison.positions import PositionTable, position_table, positions
    from compare.comparison.reproduce import Reproduction, reproduce
    from compare.comparison.search import search
    from compare.comparison.sides import Comparison, compare_sides, timeline
    from compare.corpus import Corpus, Problem, read_corpus
    from compare.corpus.importing import Import, import_corpus
    from compare.errors import (
        AdaptError,
        CompareError,
        CorpusError,
        ExportError,
        LibraryError,
        ModelError,
        QueryError,
        ReviewError,
    )
    from compare.export.dictionary import pair_schema, search_schema
    from compare.export.json_files import (
        load_result,
        public_json,
        result_from_json,
        result_to_json,
        save_result,
    )
    from compare.export.report import report_html, write_report
    from compare.library.filters import Filters
    from compare.library.library import Library
    from compare.library.locations import default_library, sample_library
    from compare.models import Encoder, StanceModel, load_encoder, load_stance_model
    from compare.models.values import ModelInput, Probabilities, Rationale, Span, Stance
    from compare.results.positions import Positions
    from compare.results.provenance import Provenance
    from compare.results.result import Excerpt, Kind, Pair, Result, Thresholds
    from compare.review.drawing import PairSelection, draw
    from compare.review.exporting import export_review
    from compare.review.figures import Agreement, Estimates, agreement, estimates
    from compare.review.importing import read_answers, read_review_pairs
    from compare.review.review import Review
    from compare.review.reviews import Reviews
    from compare.review.values import Answer, Choice, MachineShown, Order, ReviewPair
    from compare.statements.passages import Passage, split_statement
    from compare.statements.quotes import Quote
    from compare.statements.statement import Country, PartialDate, Precision, Quotation, Statement

__all__ = [
    "AdaptError",
    "Agreement",
    "Answer",
    "Choice",
    "CompareError",
    "Comparison",
    "Corpus",
    "CorpusError",
    "Country",
    "Encoder",
    "Estimates",
    "Excerpt",
    "ExportError",
    "Filters",
    "Import",
    "Kind",
    "Library",
    "LibraryError",
    "MachineShown",
    "ModelError",
    "ModelInput",
    "Order",
    "Pair",
    "PairSelection",
    "PartialDate",
    "Passage",
    "PositionTable",
    "Positions",
    "Precision",
    "Probabilities",
    "Problem",
    "Provenance",
    "QueryError",
    "Quotation",
    "Quote",
    "Rationale",
    "Reproduction",
    "Result",
    "Review",
    "ReviewError",
    "ReviewPair",
    "Reviews",
    "Span",
    "Stance",
    "StanceModel",
    "Statement",
    "Thresholds",
    "agreement",
    "append_correction",
    "by_year",
    "compare_sides",
    "default_library",
    "draw",
    "estimates",
    "explain_listed",
    "explain_pair",
    "export_review",
    "import_corpus",
    "load_encoder",
    "load_result",
    "load_stance_model",
    "matrix",
    "pair_schema",
    "position_table",
    "positions",
    "public_json",
    "random_sample",
    "read_answers",
    "read_corpus",
    "read_review_pairs",
    "report_html",
    "reproduce",
    "result_from_json",
    "result_to_json",
    "sample_library",
    "save_result",
    "search",
    "search_schema",
    "split_statement",
    "timeline",
    "write_report",
]

_NAMES_IN = {
    "comparison.counts": "by_year matrix random_sample",
    "corpus": "Corpus Problem read_corpus",
    "corpus.importing": "Import import_corpus",
    "export.dictionary": "pair_schema search_schema",
    "comparison.explain": "explain_listed explain_pair",
    "errors": (
        "AdaptError CompareError CorpusError ExportError LibraryError ModelError QueryError "
        "ReviewError"
    ),
    "adapt.corrections": "append_correction",
    "export.json_files": "load_result public_json result_from_json result_to_json save_result",
    "library.library": "Library",
    "library.locations": "default_library sample_library",
    "comparison.sides": "Comparison timeline compare_sides",
    "statements.passages": "Passage split_statement",
    "comparison.positions": "PositionTable position_table positions",
    "results.positions": "Positions",
    "export.report": "report_html write_report",
    "comparison.reproduce": "Reproduction reproduce",
    "results.result": ("Excerpt Kind Pair Result Thresholds"),
    "results.provenance": "Provenance",
    "library.filters": "Filters",
    "statements.quotes": "Quote",
    "review.figures": "Agreement Estimates agreement estimates",
    "review.review": "Review",
    "review.drawing": "PairSelection draw",
    "review.exporting": "export_review",
    "review.importing": "read_answers read_review_pairs",
    "review.reviews": "Reviews",
    "review.values": "Answer Choice MachineShown Order ReviewPair",
    "comparison.search": "search",
    "models.values": "ModelInput Probabilities Rationale Span Stance",
    "models": "Encoder StanceModel load_encoder load_stance_model",
    "statements.statement": "Country PartialDate Precision Quotation Statement",
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
