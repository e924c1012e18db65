"""Put statements into frames that deny or affirm them, and so turn or keep how a pair relates.

Officials answer claims by naming them: "the claim that … is disinformation". Few labelled pairs do.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from compare.library.fulltext import STOP_WORDS
from training.pairs import LABELS, LabelledPair

DENIALS = (
    "It is not true that {}.",
    "We deny that {}.",
    "The claim that {} is false.",
    "The allegation that {} is a fabrication.",
    "Some say that {}, and that is a lie.",
    "Those who say that {} spread disinformation.",
    "Nobody can seriously believe that {}.",
    "We reject the accusation that {}.",
)
AFFIRMATIONS = (
    "It is true that {}.",
    "Nobody can deny that {}.",
    "We have said all along that {}.",
    "Those who deny that {} do not tell the truth.",
    "There is no doubt that {}.",
    "It is right to say that {}.",
    "The report that {} is correct.",
    "It would be wrong to deny that {}.",
)
MOST_WORDS = 30
_SEED = 13
_OTHER = {"agree": "oppose", "oppose": "agree", "neither": "neither"}
_SPEAKER = {"i", "my", "me", "we", "our", "us", "let", "thank"}


def framed(
    officials: Sequence[LabelledPair], claims: Sequence[LabelledPair], count: int
) -> list[LabelledPair]:
    """Return pairs one side of which is denied or affirmed, always the same ones.

    To deny a typed claim turns agree and oppose round: a matter has two sides. Of two officials'
    statements that oppose each other the one that is left need not agree with the denial of the
    other, so these are affirmed only. The frame takes the place of who and when.
    """
    rng = random.Random(_SEED)
    pool = [*claims, *(_turned(pair) for pair in officials)]
    first_official = len(claims)
    order = list(range(len(pool)))
    rng.shuffle(order)
    found: list[LabelledPair] = []
    for n in order:
        pair = pool[n]
        inner = _inner(pair.a)
        if inner is None:
            continue
        label = LABELS[pair.label]
        denied = rng.random() < 0.5
        if denied and label == "oppose" and n >= first_official:
            continue
        frame = rng.choice(DENIALS if denied else AFFIRMATIONS)
        found.append(
            replace(
                pair,
                a=frame.format(inner),
                who_a="",
                label=LABELS.index(_OTHER[label] if denied else label),
                matter="",
            )
        )
        if len(found) == count:
            break
    return found


def _turned(pair: LabelledPair) -> LabelledPair:
    """Return the pair with the shorter side first."""
    if len(pair.a) <= len(pair.b):
        return pair
    return replace(pair, a=pair.b, b=pair.a, who_a=pair.who_b, who_b=pair.who_a)


def _inner(text: str) -> str | None:
    """Return a statement as a clause; None where it is long, or speaks of its speaker."""
    clause = text.strip()
    if not clause.endswith(".") or any(mark in clause for mark in '"“”;:?!()'):
        return None
    words = clause[:-1].split()
    if len(words) > MOST_WORDS or {word.strip(",").lower() for word in words} & _SPEAKER:
        return None
    if words[0].lower() in STOP_WORDS:
        words[0] = words[0].lower()
    return " ".join(words)
