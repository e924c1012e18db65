"""Read a pair of statements: agree, oppose or neither, and how sure."""

from compare.stance.load import StanceModel, load_stance_model, signature
from compare.stance.why import deciding_words

__all__ = ["StanceModel", "deciding_words", "load_stance_model", "signature"]
