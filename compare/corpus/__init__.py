"""Read corpora: one reader per file format, one place where rows become statements."""

from __future__ import annotations

from compare.corpus.read import SUFFIXES, read_corpus
from compare.corpus.values import Corpus, Problem

__all__ = ["SUFFIXES", "Corpus", "Problem", "read_corpus"]
