"""Files of quotes, each searched for, and of pairs, each scored, in one run."""

from compare.batch.pairs import read_batch, score_file, target_path
from compare.batch.quotes import NamedQuote, SearchedFile, read_quotes, search_file

__all__ = [
    "NamedQuote",
    "SearchedFile",
    "read_batch",
    "read_quotes",
    "score_file",
    "search_file",
    "target_path",
]
