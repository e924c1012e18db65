"""Positions on propositions against votes in the UN General Assembly, as rank correlations.

    python -m benchmarks.votes --library DIR --votes votes.csv --map propositions.csv

`votes.csv` has the columns `rcid` (the roll call), `iso` (ISO 3166 alpha-3) and `vote`: 1 yes, 2
abstain, 3 no, 8 absent, 9 not a member. Instead of `iso`, the public files have names
(`Countryname`) or Correlates of War numbers (`ccode`); numbers are read only if there are no names.
Unknown names and numbers are left out and reported, and so is a second name for a country that has
already voted. `propositions.csv` has `rcid` and `proposition`, and `yes` with "oppose" if "yes" to
the resolution means "no" to the proposition. A proposition may have several roll calls.

A country's vote on a proposition is the mean over its roll calls of 1 for yes, 0 for an abstention
and -1 for no; absences are ignored. The output is Spearman's rank correlation with the positions,
over the countries that voted and take a side, with a 95 % interval by Fisher's transformation and
the standard error of Bonett and Wright (2000), sqrt((1 + r² / 2) / (n - 3)).
"""

from __future__ import annotations

import argparse
import math
import sys
import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cow import CODES
from compare import Library, load_stance_model
from compare.batch.tables import cell, read_rows
from compare.comparison.positions import positions
from compare.errors import CompareError, CorpusError
from compare.statements import country_code

VALUES = {"1": 1.0, "2": 0.0, "3": -1.0, "8": None, "9": None}
"""The value of a vote; None is ignored."""

_NAME = "countryname"

FEWEST = 4
"""Countries needed for an interval."""

Votes = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Asked:
    """A proposition and its roll calls, each with 1, or -1 if "yes" opposes the proposition."""

    proposition: str
    roll_calls: Mapping[str, int]


@dataclass(frozen=True)
class Correlation:
    """Spearman's rho over n countries with its interval; None if undefined."""

    n: int
    rho: float | None
    low: float | None = None
    high: float | None = None


def read_votes(path: Path) -> tuple[dict[str, dict[str, float]], list[str]]:
    """Return the values of votes by roll call and country code, and the names that are left out.

    Raises:
        CorpusError: A column is missing, a vote or a code is unknown, or a code votes twice in a
            roll call.
    """
    votes: dict[str, dict[str, float]] = defaultdict(dict)
    seen, left_out = set(), set()
    for row in read_rows(path):
        named = next((c for c in ("iso", _NAME, "ccode") if cell(row, c) is not None), "iso")
        by_name = named != "iso"
        rcid, country, vote = (_cell(row, c) for c in ("rcid", named, "vote"))
        if vote not in VALUES:
            raise _wrong(row, "a vote is 1 yes, 2 abstain, 3 no, 8 absent or 9 no member", "vote")
        code = CODES.get(country) if named == "ccode" else country_code(country)
        value = VALUES[vote]
        if by_name and (code is None or (rcid, code) in seen):
            if value is not None:
                left_out.add(country)
            continue
        if code is None:
            raise _wrong(row, "this is not a known country; write ISO 3166 alpha-3", "iso")
        if (rcid, code) in seen:
            raise _wrong(row, f"this country has voted in roll call {rcid} before", "iso")
        if value is not None:
            votes[rcid][code] = value
        if value is not None or not by_name:
            seen.add((rcid, code))
    return dict(votes), sorted(left_out)


def read_map(path: Path, votes: Votes) -> list[Asked]:
    """Return the propositions in the order of the file.

    Raises:
        CorpusError: A column is missing, a roll call has no votes, or `yes` is neither "agree" nor
            "oppose".
    """
    found: dict[str, dict[str, int]] = {}
    for row in read_rows(path):
        rcid, proposition = _cell(row, "rcid"), _cell(row, "proposition")
        if not proposition:
            raise _wrong(row, "the proposition is empty", "proposition")
        if rcid not in votes:
            raise _wrong(row, "no vote of this roll call is in the votes file", "rcid")
        way = {"": 1, "agree": 1, "oppose": -1}.get((cell(row, "yes") or "").strip().casefold())
        if way is None:
            raise _wrong(row, 'write "agree" or "oppose"', "yes")
        found.setdefault(proposition, {})[rcid] = way
    return [Asked(proposition, calls) for proposition, calls in found.items()]


def _cell(row, name: str) -> str:
    found = cell(row, name)
    if found is None:
        raise CorpusError(f"{row.file} has no column {name}: see `python -m benchmarks.votes -h`.")
    return found.strip().removesuffix(".0")  # some programs write ids as numbers


def _wrong(row, message: str, name: str) -> CorpusError:
    return CorpusError(str(row.problem(message, name, cell(row, name) or "")))


def mean_votes(asked: Asked, votes: Votes) -> dict[str, float]:
    """Return the mean vote of each country on a proposition."""
    given = defaultdict(list)
    for rcid, way in asked.roll_calls.items():
        for code, value in votes[rcid].items():
            given[code].append(way * value)
    return {code: sum(values) / len(values) for code, values in given.items()}


def correlation(places: Mapping[str, float], voted: Mapping[str, float]) -> Correlation:
    """Return the rank correlation over the countries in both."""
    from scipy.stats import ConstantInputWarning, spearmanr

    both = sorted(places.keys() & voted.keys())
    if len(both) < 2:
        return Correlation(len(both), None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConstantInputWarning)
        rho = float(spearmanr([places[c] for c in both], [voted[c] for c in both]).statistic)
    if math.isnan(rho):
        return Correlation(len(both), None)
    if len(both) < FEWEST or abs(rho) >= 1:
        return Correlation(len(both), rho)
    wide = 1.959964 * math.sqrt((1 + rho**2 / 2) / (len(both) - 3))
    low, high = (math.tanh(math.atanh(rho) + way * wide) for way in (-1, 1))
    return Correlation(len(both), rho, low, high)


def in_words(found: Correlation) -> str:
    """Return a correlation on one line."""
    if found.rho is None:
        return f"undefined (n = {found.n}; too few, or all positions or votes are equal)"
    between = "" if found.low is None else f" (95 % interval {found.low:.2f} to {found.high:.2f})"
    return f"rho {found.rho:.2f}{between}, n = {found.n}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--votes", type=Path, required=True)
    parser.add_argument("--map", type=Path, required=True)
    parser.add_argument("--stance-model")
    given = parser.parse_args(arguments)
    try:
        votes, left_out = read_votes(given.votes)
        if left_out:
            print(
                f"Left out as unknown or as a second name: {', '.join(left_out)}.", file=sys.stderr
            )
        asked = read_map(given.map, votes)
        library = Library.open(given.library)
        model = load_stance_model(given.stance_model)
        for one in asked:
            found = positions(library, one.proposition, stance_model=model)
            places = {position.actor.key: position.score.mean for position in found.placed}
            print(f"{one.proposition}\n  {in_words(correlation(places, mean_votes(one, votes)))}")
    except CompareError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
