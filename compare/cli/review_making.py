"""`compare review create`: which pairs, for whom, and how they were chosen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from compare.cli import options as shared
from compare.cli.output import progress, remark, say, say_json
from compare.cli.review import named, open_reviews, told_of
from compare.results.result import Stance

if TYPE_CHECKING:
    from compare.library.library import Library
    from compare.review.drawing import Drawn

_CHOICES = ("random", "stratified", "whole")
_ORDERS = ("random", "uncertain", "informative", "given")
_SHOWN = ("after", "end", "before")
_OF_A_RESULT = ("choose", "size", "labels", "fresh")


@click.command("create")
@named
@click.option(
    "--result",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Pairs of what `search`, `pairs` or `timeline --out RESULT.json`, or `positions "
    "--passages RESULT.json`, kept.",
)
@click.option(
    "--pairs",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="All pairs of a CSV, TSV or JSONL file.",
)
@click.option("--reader", "readers", type=shared.text, multiple=True, help="One or two names.")
@click.option(
    "--choose",
    type=click.Choice(_CHOICES),
    default="random",
    help="Drawn at random, as many of each label, or all. Of a --result [random].",
)
@click.option("--size", type=click.IntRange(1), default=100, help="Pairs to draw [100].")
@click.option("--seed", type=click.IntRange(0), default=0, help="Of draw and order [0].")
@click.option(
    "--label",
    "labels",
    type=click.Choice([stance.value for stance in Stance]),
    multiple=True,
    help="Only pairs that the model labels so; may be given again [all].",
)
@click.option(
    "--fresh",
    is_flag=True,
    help="Draw none of the pairs that a finished review beside the library holds.",
)
@click.option(
    "--order",
    type=click.Choice(_ORDERS),
    default="random",
    help="Uncertain: the least sure first. Informative: where fast and accurate model differ "
    "most first [random].",
)
@click.option(
    "--machine",
    type=click.Choice(_SHOWN),
    default="after",
    help="When readers see the model's label: after they answered a pair, at the end, or before "
    "[after].",
)
@click.option(
    "--codebook",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A text that readers go by [the project's own].",
)
@shared.library_folder
@shared.as_json
def create(
    name: str,
    result: Path | None,
    file: Path | None,
    readers: tuple[str, ...],
    codebook: Path | None,
    library: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Make a review: pairs, readers, and how the pairs were chosen.

    \b
      compare review create canal --result result.json --size 200 --reader Ada --reader Bren
      compare review create canal --pairs pairs.csv --reader Ada --order given

    Only pairs drawn at random (random, stratified) say how often the model is right.
    """
    from compare.review.codebook import CODEBOOK
    from compare.review.values import Order

    if (result is None) == (file is None):
        raise click.UsageError("Name the pairs by one of --result and --pairs.")
    given = click.get_current_context().get_parameter_source
    if file and any(given(name) is ParameterSource.COMMANDLINE for name in _OF_A_RESULT):
        raise click.UsageError(
            "--choose, --size, --label and --fresh draw from a --result; --pairs are all."
        )
    reviews, opened = open_reviews(library)
    text = CODEBOOK if codebook is None else _text_of(codebook)
    finished = reviews.finished_pairs() if options["fresh"] else frozenset()
    drawn = _drawn(result, file, opened, finished, options)
    if options["order"] == Order.INFORMATIVE:
        drawn = _read_by_both(drawn)
    review = reviews.create(
        name,
        drawn,
        readers,
        order=options["order"],
        seed=options["seed"],
        machine_shown=options["machine"],
        codebook=text,
    )
    if as_json:
        say_json(told_of(review))
    else:
        say(f"{review.name}: {len(review)} pairs for {' and '.join(review.readers)}.")
        remark(f"Kept in {reviews.path}.")
    if number := review.settings.read_before:
        remark(
            f"Note: {number} of the pairs were read in a finished review before; what was learned "
            "from them is not tested by them."
            + ("" if drawn.choice.value == "imported" else " --fresh draws others.")
        )


def _drawn(
    result: Path | None,
    file: Path | None,
    library: Library,
    finished: frozenset[str],
    options: Any,
) -> Drawn:
    from compare.export.saved import load_result
    from compare.review.drawing import draw, imported
    from compare.review.importing import read_review_pairs

    if result is not None:
        labels = [Stance(label) for label in options["labels"]] or list(Stance)
        kept = load_result(result)
        choose, size, seed = options["choose"], options["size"], options["seed"]
        return draw(kept, choose, size, seed, labels, without=finished)
    found = read_review_pairs(file or Path(), library)
    if found.unread:
        remark(f"Note: Columns that are not read: {', '.join(found.unread)}.")
    return imported(found.pairs, str(file and file.name))


def _read_by_both(drawn: Drawn) -> Drawn:
    from dataclasses import replace

    from compare.models import load_stance_model
    from compare.review.drawing import with_divergence

    with progress("Reading pairs with both models") as on_progress:
        pairs = with_divergence(
            drawn.pairs, load_stance_model("fast"), load_stance_model("accurate"), on_progress
        )
    return replace(drawn, pairs=tuple(pairs))


def _text_of(path: Path) -> str:
    from compare.corpus.text_files import read_text
    from compare.corpus.values import BadFileError
    from compare.errors import ReviewError

    try:
        return read_text(path).strip() + "\n"
    except (BadFileError, OSError) as error:
        said = getattr(error, "strerror", None) or str(error)
        raise ReviewError(f"{path}: the codebook cannot be read ({said}): name another.") from error
