"""Read corpora: one reader per file format, one place where rows become statements."""

from compare.corpus.read import SUFFIXES, read_corpus
from compare.corpus.values import BadFileError, Corpus, Problem, Row

__all__ = [
    "SUFFIXES",
    "BadFileError",
    "Corpus",
    "Problem",
    "Row",
    "read_corpus",
]
