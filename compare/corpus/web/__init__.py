"""Find the quotations of a web page, and turn those that a person confirms into statements."""

from compare.corpus.web.page import Page
from compare.corpus.web.quotations import Confirmed, Proposal, confirmed_row, propose, statements_of

__all__ = ["Confirmed", "Page", "Proposal", "confirmed_row", "propose", "statements_of"]
