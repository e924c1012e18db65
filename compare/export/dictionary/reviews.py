"""The columns of an exported review, and of its history."""

from __future__ import annotations

from dataclasses import replace

from compare.export.dictionary.columns import PAIRS
from compare.export.dictionary.fields import Field, Kind, Table, share, text

_LABELS = ("agree", "oppose", "neither")
_GIVEN = (*_LABELS, "skip", "")
_NO_MACHINE = "where there is none, or the reader may not see it yet"
_UNSEEN = "where there is none, or it may not be seen yet"
_OLDER = "of imported pairs, and of reviews made before it was kept"
_UNDECIDED = "where nothing was decided"
_STATES = ("unchanged", "changed", "details changed", "not in the library", "of no library", "")


def _number(
    name: str, meaning: str, empty: str, least: float, most: float | None = None, whole: bool = True
) -> Field:
    kind = Kind.INTEGER if whole else Kind.NUMBER
    return Field(name, kind, meaning, empty, least=least, most=most, nullable=empty != "never")


def _reader(number: int) -> tuple[Field, ...]:
    alone = "where one reads alone" if number == 2 else "never"
    return (
        text(f"reader_{number}", f"reader {number}’s name", alone),
        text(
            f"answer_{number}",
            f"what reader {number} says; `skip`: it cannot be judged",
            _UNSEEN,
            values=_GIVEN,
        ),
        _number(
            f"confidence_{number}", "how sure: 1 unsure, 2 fairly, 3 sure", "where not said", 1, 3
        ),
        text(f"note_{number}", f"reader {number}’s note", "where there is none"),
        Field(f"answered_{number}", Kind.TIME, "when the answer was given", _UNSEEN),
        text(
            f"first_answer_{number}",
            f"what reader {number} said first, which was without knowledge of the model’s label "
            "where `machine_shown` is not `before`",
            _UNSEEN,
            values=_GIVEN,
        ),
    )


def _sides() -> list[Field]:
    """Return the columns of both sides, those of the pairs without the deciding words."""
    fields = [field for field in PAIRS.fields if field.name[:2] in ("a_", "b_")]
    fields = [f for f in fields if not f.name.endswith("_words") and f.name != "b_also_said"]
    typed = "where it was typed in or imported without one"
    told = {"id": typed, "quotation": typed}
    return [replace(f, empty=told.get(f.name[2:], f.empty)) for f in fields]


REVIEW = Table(
    "review",
    "Written by `review export` and under **Files** of a review in the app, as CSV and JSONL. One "
    "row is one pair, in the order of reading. Until all readers have handed in, only the answers "
    "of the reader who exports are there.",
    (
        text("review", "the name of the review"),
        _number("place", "of the pair, in the order of reading", "never", 1),
        text("pair", "the pair’s id, unique in the review"),
        text("topic", "of the pair", "where it has none"),
        text("machine", "the model’s label", _NO_MACHINE, values=(*_LABELS, "")),
        share("p_agree", "the model’s probability that the two agree", _NO_MACHINE),
        share("p_oppose", "that they oppose each other", _NO_MACHINE),
        share("p_neither", "that they do neither", _NO_MACHINE),
        share("similarity", "cosine of the two passages", "where it is not known", least=-1),
        share(
            "divergence",
            "half the sum of the differences between the probabilities of the fast and of the "
            "accurate model",
            "where not both read the pair",
        ),
        text("label_source", "who gave the model’s label: name and digest", _NO_MACHINE),
        *_sides(),
        text(
            "a_state",
            "what became of side a’s statement in the library since; the words are those that were "
            "read. `details changed`: text, context, countries and date are the same, something "
            "else, as its source, is not",
            "where no library was looked at",
            values=_STATES,
        ),
        text("b_state", "of side b’s", "where no library was looked at", values=_STATES),
        *_reader(1),
        *_reader(2),
        text("decision", "what was decided where the readers differ", _UNDECIDED, values=_GIVEN),
        _number("decision_confidence", "how sure, as of an answer", _UNDECIDED, 1, 3),
        text("decision_note", "the note on it", _UNDECIDED),
        text("decided_by", "who decided", _UNDECIDED),
        Field("decided", Kind.TIME, "when", _UNDECIDED),
        text(
            "final",
            "what people say in the end: the readers where they agree, else the decision",
            "until all readers have handed in, and where it is to be decided",
            values=_GIVEN,
        ),
        text(
            "answers_shown", "whose answers the file holds: `all`, `only of` a reader, `none yet`"
        ),
        text(
            "machine_shown",
            "when readers saw the model’s label: after answering the pair, at the end, or before",
            values=("after", "end", "before"),
        ),
        text(
            "chosen",
            "how the pairs were chosen; estimates can be made from `random` and `stratified` only",
            values=("random", "stratified", "whole", "imported"),
        ),
        _number("chosen_seed", "of the draw", "where nothing was drawn", 0),
        text(
            "chosen_from",
            "how many pairs of each label the choice was from: `agree 12; oppose 5; neither 83`",
            "of imported pairs",
        ),
        _number(
            "left_out",
            "how many more there were that could not be drawn, as a finished review held them",
            "never",
            0,
        ),
        _number(
            "read_before",
            "how many pairs of the review a finished one held already when it was made",
            _OLDER,
            0,
        ),
        text(
            "stratum",
            "the label a stratified sample drew the pair from",
            _NO_MACHINE,
            values=(*_LABELS, ""),
        ),
        _number("weight", "how many pairs this one stands for", _NO_MACHINE, 0, whole=False),
        text("order", "of reading", values=("random", "uncertain", "informative", "given")),
        _number("order_seed", "of a random order", "where the order is another", 0),
        text("subject", "what was compared or asked, in words", "where that is not known"),
        _number(
            "least_probability",
            "from which the model’s label holds",
            "of imported pairs",
            0,
            whole=False,
        ),
        _number(
            "least_similarity",
            "least cosine of a pair with a label",
            "of imported pairs",
            -1,
            whole=False,
        ),
        text(
            "filters",
            "of the search or comparison that the pairs come from, as JSON",
            _OLDER,
        ),
        text("settings", "what else decided what was read there, as JSON", _OLDER),
        Field("searched_on", Kind.TIME, "when that was", _OLDER),
        text("library_digest", "sha256 of what the library held", "of imported pairs"),
        text("version", "of the program that wrote the file"),
    ),
)

HISTORY = Table(
    "review history",
    "Written by `review export --to history` and under **Files**, as CSV. One row is one event, "
    "the oldest first; nothing is ever changed or removed. `before` and `after` are JSON: "
    "`answer`, `confidence`, `note`, `at` and, of a decision, `who`; of the codebook its text.",
    (
        Field("at", Kind.TIME, "when"),
        text("who", "who did it"),
        text(
            "what",
            "what was done; `import`: an answer out of a file, which tells when it was given",
            values=("answer", "import", "undo", "hand in", "codebook", "decision", "undo decision"),
        ),
        text("pair", "the pair’s id", "where the whole review is meant"),
        text("before", "what stood there", "where nothing did"),
        text("after", "what stands there since", "where nothing does"),
    ),
)

REVIEWS = (REVIEW, HISTORY)
