"""Let one reader or more label pairs blind to each other, and measure how far they agree.

    reviews = Reviews.of(Library.open("my-library"))
    review = reviews.create("canal", draw(result, Choice.RANDOM, 200), ["Ada", "Bren"])
    review.answer("Ada", 1, Stance.AGREE, confidence=3)

`values` defines pairs, answers and settings, `store` where they are kept, and `stored` reads and
writes their rows. `drawing` plans reviews and chooses pairs, `reviews` and `review` create and run
reviews, `reliability` computes agreement and `accuracy` estimates of the model, `exporting` and
`importing` write and read files. `corrections` writes the file of verdicts that users corrected.
"""

from compare.models import CODEBOOK
from compare.review.accuracy import Estimates, corrected, estimates
from compare.review.corrections import append_correction, append_typed_correction
from compare.review.drawing import (
    PairSelection,
    Plan,
    draw,
    followed,
    half_width,
    labels_for,
    plan,
    with_divergence,
)
from compare.review.exporting import ReviewFormat, export_review, review_bytes
from compare.review.importing import ImportedPairs, read_answers, read_review_pairs
from compare.review.reliability import FINAL, Agreement, Confusion, Reliability, agreement
from compare.review.review import Review
from compare.review.reviews import Reviews
from compare.review.values import (
    CONFIDENCE,
    STATE_NOTES,
    Answer,
    AnswerChange,
    Choice,
    MachineShown,
    Order,
    ReviewPair,
    ReviewSettings,
    StatementState,
)

__all__ = [
    "CODEBOOK",
    "CONFIDENCE",
    "FINAL",
    "STATE_NOTES",
    "Agreement",
    "Answer",
    "AnswerChange",
    "Choice",
    "Confusion",
    "Estimates",
    "ImportedPairs",
    "MachineShown",
    "Order",
    "PairSelection",
    "Plan",
    "Reliability",
    "Review",
    "ReviewFormat",
    "ReviewPair",
    "ReviewSettings",
    "Reviews",
    "StatementState",
    "agreement",
    "append_correction",
    "append_typed_correction",
    "corrected",
    "draw",
    "estimates",
    "export_review",
    "followed",
    "half_width",
    "labels_for",
    "plan",
    "read_answers",
    "read_review_pairs",
    "review_bytes",
    "with_divergence",
]
