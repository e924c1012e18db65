"""Read a pair of statements: agree, oppose or neither, and how sure."""

from compare.models.load import StanceModel, load_stance_model, signature
from compare.models.rationale import deciding_words

__all__ = ["StanceModel", "deciding_words", "load_stance_model", "signature"]
