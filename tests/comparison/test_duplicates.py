"""A repeated sentence counts once among the nearest, as it was said next in time."""

import numpy as np
import pytest

from compare.comparison import Comparison
from compare.comparison import nearest_pairs as module
from compare.comparison.nearest_pairs import DuplicateGroups, nearest_pairs
from compare.library import Filters
from compare.library.library import Library
from compare.library.passage_store import PassageMetadata
from tests.fakes import HashingEncoder, WordJudge, statement

UNDATED = 0


def known_of(words, days, statements=None, *, last_days=None):
    count = len(words)
    numbers = np.arange(count) if statements is None else np.asarray(statements)
    first = np.asarray(days)
    last = first if last_days is None else np.asarray(last_days)
    return PassageMetadata(numbers, first, last, np.asarray(words))


def next_in_time(known, row, others, over_time):
    """By hand: of the duplicates in other statements the nearest in time, the earlier if two are.

    Over time it was surely said before or after, and that is how far apart they are.
    """
    day, last = known.first_day, known.last_day
    apart = {}
    for other in others:
        if known.statement[other] == known.statement[row]:
            continue
        if not over_time:
            apart[other] = abs(day[other] - day[row]), day[other]
        elif last[other] < day[row]:
            apart[other] = day[row] - last[other], 0
        elif day[other] > last[row]:
            apart[other] = day[other] - last[row], 1
    return [other for other, at in apart.items() if at == min(apart.values())]


@pytest.mark.parametrize("over_time", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_the_duplicate_is_the_next_in_time(seed, over_time):
    rng = np.random.default_rng(seed)
    statements = np.sort(rng.integers(0, 25, 60))
    days = rng.choice([UNDATED, 730_000, 730_001, 730_003, 730_010, 3_652_000], 25)
    last_days = np.where(days, days + rng.choice([0, 0, 2, 30], 25), days)[statements]
    words = rng.integers(-3, 4, 60) * 2**60
    known = known_of(words, days[statements], statements, last_days=last_days)
    rows = np.sort(rng.permutation(60)[:40])
    groups = DuplicateGroups(known, rows, over_time)
    assert sorted(known.words[groups.first]) == sorted({*known.words[rows].tolist()})
    pairs = np.array([(row, other) for row in range(60) for other in groups.first])
    chosen = dict.fromkeys(map(tuple, pairs.tolist()))
    for row, found in groups.nearest_in_time(pairs).tolist():
        of_word = next(n for n in groups.first.tolist() if known.words[n] == known.words[found])
        chosen[row, of_word] = found
    for (row, other), found in chosen.items():
        said = [n for n in rows.tolist() if known.words[n] == known.words[other]]
        allowed = next_in_time(known, row, said, over_time)
        assert found in allowed if allowed else found is None


def unit(rows, dim=16):
    vectors = np.random.default_rng(0).standard_normal((rows, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


def test_a_sentence_said_every_year_does_not_crowd_out_the_others():
    claim, other, repeated = 0, 6, np.arange(7, 47)
    vectors = np.zeros((47, 3), np.float16)
    vectors[claim] = vectors[repeated] = (1, 0, 0)
    vectors[other] = (0.5, 0.75**0.5, 0)
    vectors[1:6] = (0, 0.8, 0.6)  # nearer to the other than the claim is
    words = np.array([*range(7), *[7] * 40])
    known = known_of(words, [730_020] * 7 + list(range(730_001, 730_041)))
    sides = np.arange(6), np.arange(6, 47)

    def beside_the_claim(**more):
        near = nearest_pairs(vectors.__getitem__, *sides, least=0.3, most_each=5, **more)
        return set(near.b[near.a == claim].tolist())

    assert beside_the_claim() == {*repeated.tolist()}
    assert beside_the_claim(metadata=known) == {*repeated.tolist(), other}


def test_the_size_of_a_block_changes_nothing(monkeypatch):
    vectors = unit(90)
    vectors[30:60] = vectors[3]
    words = np.arange(90)
    words[30:60] = 3
    known = known_of(words, 730_000 + np.arange(90) * 7 % 40, np.arange(90) // 2)
    whole = nearest_pairs(
        vectors.__getitem__, np.arange(50), np.arange(20, 90), least=0.1, metadata=known
    )
    monkeypatch.setattr(module, "_BLOCK", 3)
    parts = nearest_pairs(
        vectors.__getitem__, np.arange(50), np.arange(20, 90), least=0.1, metadata=known
    )
    assert all(np.array_equal(one, other) for one, other in zip(whole, parts, strict=True))


def said(n, country, year, text):
    speaker = f"Envoy of {country}"
    return statement(f"s{n}", text, speaker=speaker, country=country, date=str(year))


def compared(folder, statements, *countries):
    """Return the pairs that are read, and when both sides of them were said."""
    sides = [Filters(countries=(name,)) for name in countries]
    library = Library.build(statements, folder, HashingEncoder(256))
    table = Comparison(library, *sides, stance_model=WordJudge(either=True)).run()
    library.close()
    return {pair.ids: (pair.a.statement.date, pair.b.statement.date) for pair in table.pairs}


@pytest.mark.usefixtures("cache")
def test_two_sides_are_compared_beyond_the_sentence_that_one_repeats(tmp_path):
    claim = said(60, "Valdoria", 1999, "The canal of Meren must be shut to all ships.")
    repeated = [
        said(n, "Ostravia", 1980 + n, "The canal of Meren must be open to all ships.")
        for n in range(30)
    ]
    other = said(50, "Ostravia", 1990, "The canal of Meren is no matter for ships of Valdoria.")
    pairs = compared(tmp_path / "library", [claim, *repeated, other], "Valdoria", "Ostravia")
    assert ("s60", "s50") in pairs
    assert pairs["s60", "s19"]  # said in 1999, too


@pytest.mark.usefixtures("cache")
def test_a_duplicate_of_a_vaguer_date_does_not_stand_in_the_way(tmp_path):
    open_, shut = "The canal of Meren must be open.", "The canal of Meren must be shut."
    said_ = [said(1, "Valdoria", "2014-03-05", open_)]
    said_ += [said(2, "Valdoria", "2014", shut), said(3, "Valdoria", "2012-06-01", shut)]
    assert set(compared(tmp_path / "library", said_, "Valdoria")) == {("s3", "s1")}


@pytest.mark.usefixtures("cache")
def test_a_change_lies_between_the_last_and_the_first_time(tmp_path):
    before = [said(n, "Valdoria", 1980 + n, "The canal must be open.") for n in range(10)]
    after = [said(20 + n, "Valdoria", 2000 + n, "The canal must be shut.") for n in range(10)]
    pairs = compared(tmp_path / "library", [*before, *after], "Valdoria")
    assert ("s9", "s20") in pairs
    assert len(pairs) == 19  # each with the nearest of the others, not with all ten
