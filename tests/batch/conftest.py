"""Commands run as the tests of labelled pairs run them."""

from tests.evaluate.conftest import encoder, judge, run

__all__ = ["encoder", "judge", "run"]
