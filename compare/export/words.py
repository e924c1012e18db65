"""Numbers, dates and verdicts in words."""

from __future__ import annotations

from collections.abc import Sequence

from compare.results.result import Stance
from compare.statements.statement import PartialDate, Statement

NO_BREAK = "\N{NO-BREAK SPACE}"

# The scale of the IPCC's guidance on uncertainty (Mastrandrea et al. 2010), each word from the
# probability given upwards.
LIKELIHOOD = (
    (0.99, "virtually certain"),
    (0.90, "very likely"),
    (0.66, "likely"),
    (0.50, "more likely than not"),
    (0.33, "about as likely as not"),
    (0.10, "unlikely"),
    (0.01, "very unlikely"),
    (0.0, "exceptionally unlikely"),
)

VERDICT = {Stance.AGREE: "Agrees", Stance.OPPOSE: "Opposes", Stance.NEITHER: "Neither"}
SIGN = {Stance.AGREE: "=", Stance.OPPOSE: "≠", Stance.NEITHER: "–"}
"""Shown in a disc, a diamond and a square, so that no verdict rests on its colour."""


def likelihood(probability: float) -> str:
    """Return the words for a probability (`LIKELIHOOD`)."""
    return next(words for least, words in LIKELIHOOD if probability >= least or least == 0.0)


def percent(probability: float) -> str:
    """Return whole percent; what rounds to 0 or 100 without being so is "<1 %" or ">99 %"."""
    rounded = round(probability * 100)
    if rounded == 100 and probability < 1:
        return f">99{NO_BREAK}%"
    if rounded == 0 and probability > 0:
        return f"<1{NO_BREAK}%"
    return f"{rounded}{NO_BREAK}%"


def date_in_words(date: PartialDate) -> str:
    """Return "18 March 2022", "March 2022" or "2022": as much as is known."""
    return date.in_words


def counted(number: int, one: str, many: str = "") -> str:
    """Return "1 statement", "1,204 statements"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """Return about how long something takes, in words."""
    if seconds < 1:
        return "less than a second"
    if seconds < 90:
        return counted(round(seconds), "second")
    if seconds < 90 * 60:
        return counted(round(seconds / 60), "minute")
    return counted(round(seconds / 3600), "hour")


def repeats_in_words(repeats: Sequence[Statement]) -> str:
    """Return how often else the words were said, and when."""
    times = "once more" if len(repeats) == 1 else f"{len(repeats)} times more"
    years = sorted(entry.date.year for entry in repeats if entry.date)
    if not years:
        return f"Said {times}"
    return f"Said {times}, {years[0]}" + (f" to {years[-1]}" if years[-1] > years[0] else "")
