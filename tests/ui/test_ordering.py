import pytest

from compare.results import Stance
from compare.statements import PartialDate, Quote, Statement
from compare.ui.components.filter_panel import NEWEST, OLDEST, PROBABILITY, RANK, SIMILARITY
from compare.ui.components.result_lists import in_order
from tests.fabricate import a_search, found_pair, pair_of, two_sides


def said(name, date):
    return Statement(name, name, date=PartialDate(date) if date else None)


FOUND = (
    (said("a", "2020"), 0.7, 0.9),
    (said("b", ""), 0.9, 0.15),
    (said("c", "2021-03"), 0.8, 0.2),
    (said("d", "2019-05-01"), 0.6, 0.4),
)
ASKED = Quote("Open it.", date=PartialDate("2022"))
SEARCH = a_search(
    *(found_pair(b, (p, 0.0, 1 - p), similarity=s) for b, p, s in FOUND), quote=ASKED
).rethreshold(similarity=0)
SIDES = two_sides(
    *(pair_of(said("z", "2018"), b, (p, 0.0, 1 - p), similarity=s) for b, p, s in FOUND[:3])
).rethreshold(similarity=0)


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
    found = in_order(SEARCH, order, Stance.AGREE)
    assert "".join(pair.b.statement.id for pair in found) == names


def test_a_pair_of_two_sides_has_the_date_of_the_later_statement():
    found = in_order(SIDES, NEWEST, Stance.AGREE)
    assert "".join(pair.b.statement.id for pair in found) == "cab"


@pytest.mark.parametrize("order", [RANK, PROBABILITY, SIMILARITY, NEWEST, OLDEST])
def test_what_only_fills_a_short_list_stands_at_its_end(order):
    unsure = found_pair(said("u", "2023"), (0.3, 0.0, 0.7), similarity=0.95)
    made = a_search(*SEARCH.pairs, unsure, quote=ASKED).rethreshold(similarity=0)
    assert [pair.b.statement.id for pair in in_order(made, order, Stance.AGREE)][-1] == "u"
