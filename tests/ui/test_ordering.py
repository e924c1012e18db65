import pytest

from compare.results.result import Match, Probabilities, Stance
from compare.statements.passages import Passage
from compare.statements.statement import PartialDate, Statement
from compare.ui.components.filter_panel import NEWEST, OLDEST, PROBABILITY, RANK, SIMILARITY
from compare.ui.components.lists import in_order


def match(name, agree, similarity, date):
    statement = Statement(name, name, date=PartialDate(date) if date else None)
    return Match(
        statement,
        Passage(name, 0, 1, name),
        Probabilities(agree, 0.0, 1 - agree),
        similarity,
        "quote",
    )


MATCHES = [
    match("a", 0.7, 0.9, "2020"),
    match("b", 0.9, 0.5, ""),
    match("c", 0.8, 0.6, "2021-03"),
    match("d", 0.6, 0.7, "2019-05-01"),
]


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (RANK, "abcd"),
        (PROBABILITY, "bcad"),
        (SIMILARITY, "adcb"),
        (NEWEST, "cadb"),
        (OLDEST, "dacb"),
        ("no such order", "abcd"),
    ],
)
def test_orders(order, names):
    assert "".join(m.statement.id for m in in_order(MATCHES, order, Stance.AGREE)) == names
