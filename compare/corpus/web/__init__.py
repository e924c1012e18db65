"""Propose the quotations of a web page, and turn those that a person confirms into statements."""

from compare.corpus.web.page import Page
from compare.corpus.web.proposals import Confidence, Proposal, confirmed_row, statements_of
from compare.corpus.web.quotations import propose

__all__ = ["Confidence", "Page", "Proposal", "confirmed_row", "propose", "statements_of"]
