"""Positions: which actors agree with a proposition, and which oppose it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from compare.comparison import PositionTable, position_table
from compare.comparison.retrieval import MOST_PER_ACTOR
from compare.errors import QueryError
from compare.export import counted, csv_bytes, export_bytes, section_html, table_csv
from compare.export.rows import position_rows, proposition_rows
from compare.library import Facets
from compare.library.library import Library
from compare.models import signature
from compare.progress import Progress
from compare.results import OF_PLACEMENTS, Positions, Thresholds
from compare.statements import Quote
from compare.ui.components import position_views as views
from compare.ui.components.downloads import file_download, link_and_provenance, other_library_notice
from compare.ui.components.filter_panel import (
    SIDE_KEYS,
    choose_order,
    choose_period,
    choose_side,
    choose_thresholds,
)
from compare.ui.components.layout import (
    DISAGREES,
    choose_one,
    notice,
    page,
    progress,
    small,
    widget_key,
)
from compare.ui.components.position_views import PREFIX
from compare.ui.components.quote_form import offer_opposites
from compare.ui.components.review_setup import review_link
from compare.ui.components.service import choose_library, kept, stance_model

_FILTER_KEYS = (*SIDE_KEYS, "from", "to", "most")
# The widgets that the page's link holds. (Streamlit would show a bare string on the page.)
_KEYS = (
    "library",
    *(
        f"{PREFIX}{name}"
        for name in ("q", "opposite", "by", *_FILTER_KEYS, "p", "s", "sort", "view", "years")
    ),
)
_FOUND = "positions-table"  # in the session: the positions found last
_MOST_AT_ALL = 200
_MOST_PROPOSITIONS = 30
_ACTORS = {"Countries": "country", "Speakers": "speaker"}


def _ask(facets: Facets) -> tuple[dict[str, Any], bool]:
    """Show the form; return the options of `position_table` and whether it was submitted."""
    with st.form("positions", border=False):
        text = _text_area(
            "Proposition",
            "q",
            "Sanctions must be lifted.",
            "One claim or demand, as a sentence. To compare several, write one per line.",
        )
        opposite = _text_area(
            DISAGREES,
            "opposite",
            "Sanctions must stay in force.",
            "One sentence: passages are then read against both. With several propositions, "
            "write one per line, in the same order, for all of them or for none.",
        )
        by = st.radio(
            "Actors", list(_ACTORS), horizontal=True, key=f"{PREFIX}by", bind="query-params"
        )
        filtered = any(f"{PREFIX}{name}" in st.query_params for name in _FILTER_KEYS)
        with st.expander("Filters", expanded=filtered):
            filters = choose_side(facets, PREFIX)
            since, until = choose_period(PREFIX)
            most = st.number_input(
                "Maximum passages per actor",
                1,
                _MOST_AT_ALL,
                MOST_PER_ACTOR,
                key=f"{PREFIX}most",
                bind="query-params",
                help="Reads the most similar, and more that share rare words.",
            )
        pressed = st.form_submit_button("Find positions", type="primary", key="positions-go")
    asked, opposites = _lines(text), _lines(opposite)
    if len(asked) > _MOST_PROPOSITIONS:
        raise QueryError(
            f"{len(asked)} propositions are more than can be read at once: keep at most "
            f"{_MOST_PROPOSITIONS}."
        )
    if opposites and len(opposites) != len(asked):
        raise QueryError(
            f"There are {counted(len(asked), 'proposition')} and {len(opposites)} that disagree: "
            "write one line for each, in the same order."
        )
    return {
        "propositions": asked,
        "opposites": opposites,
        "by": _ACTORS.get(by or "", "country"),
        "filters": replace(filters, date_from=since, date_to=until),
        "most_each": min(max(int(most or MOST_PER_ACTOR), 1), _MOST_AT_ALL),
    }, pressed


def _text_area(label: str, name: str, placeholder: str, help: str) -> str:
    """Show a field for sentences, one per line, which the address holds."""
    return (
        st.text_area(
            label,
            key=f"{PREFIX}{name}",
            bind="query-params",
            height="content",
            placeholder=placeholder,
            help=help,
            max_chars=5_000,
        )
        or ""
    )


def _lines(text: str) -> tuple[str, ...]:
    """Return the lines that are not empty."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _find(library: Library, asked: dict[str, Any], pressed: bool) -> PositionTable | None:
    """Read the passages if `pressed`; return the positions, which the session keeps."""
    if not (pressed or _FOUND in st.session_state):
        return None  # before the model is loaded
    key = repr((library.generation, signature(stance_model()), asked))
    table: PositionTable | None = kept(_FOUND, key)
    if table is None and pressed:
        parts = max(1, len(set(asked["propositions"])))
        with progress("Finding passages on the proposition", "readings") as on_progress:

            def began(part: int, _: str) -> Progress:
                before = f"Proposition {part + 1} of {parts}: "
                return partial(on_progress, part=part, parts=parts, before=before)

            table = position_table(
                library, **asked, stance_model=stance_model(), on_proposition=began
            )
        st.session_state[_FOUND] = key, table
    return table


def _show(table: PositionTable, library: Library, thresholds: Thresholds, order: str) -> None:
    table = table.rethreshold(probability=thresholds.probability, similarity=thresholds.similarity)
    first, *more = table.positions
    of_one = [name for name in views.OF_ONE if name != "Map" or first.by == "country"]
    view = choose_one("Show", [*of_one, *(views.OF_SEVERAL if more else ())], f"{PREFIX}view")
    if view in views.OF_SEVERAL:
        views.OF_SEVERAL[view](table)
    else:
        positions = _choose_proposition(table) if more else first
        _show_summary(positions)
        prefix = f"{PREFIX}{widget_key(positions.proposition)}-"
        views.OF_ONE[view](views.View(positions, prefix, order))
    _show_downloads(table)
    if not more:
        review_link(first.result(), f"{PREFIX}review")
    link_and_provenance(
        first.result(),
        library,
        _KEYS,
        "It holds the question, not the results: whoever opens it reads the passages again.",
        "A position is the mean of p(agree) - p(oppose) over the passages that take a side: one "
        "per statement, and repeated words once. Its interval is the 95 % percentile bootstrap "
        "over those passages: it shows how much the position depends on which statements were "
        "made. It does not include the model’s errors, and for few passages it is too narrow.",
    )


def _choose_proposition(table: PositionTable) -> Positions:
    texts = table.propositions
    number = st.selectbox(
        "Proposition",
        range(len(texts)),
        format_func=lambda n: texts[n] if n < len(texts) else "",
        key=f"{PREFIX}which-{widget_key(repr(texts))}",
    )
    return table.positions[number or 0]


def _show_summary(positions: Positions) -> None:
    passages = sum(position.score.passages for position in positions.placed)
    st.html(section_html(positions.proposition))
    if positions.opposite:
        small(f"Opposite: “{positions.opposite}”")
    small(
        f"{counted(len(positions.placed), *views.actor_words(positions))} placed by "
        f"{counted(passages, 'passage')} that {'takes' if passages == 1 else 'take'} a side. "
        f"On the point, but taking no side: {len(positions.undecided):,}. "
        f"With statements, but none on the point: {len(positions.silent):,}."
    )
    notice(*positions.notes[:-1])  # the last stands under the charts


def _show_downloads(table: PositionTable) -> None:
    """Offer the positions and their passages, and a table if there are several propositions."""
    several = len(table.positions) > 1
    files: dict[str, Callable[[Positions], bytes]] = {
        "positions": lambda positions: table_csv("positions", position_rows(positions)),
        # Pairs with the proposition, which a review can import.
        "passages": lambda positions: export_bytes(positions.result(), "csv"),
    }
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if several:
            content = csv_bytes(*proposition_rows(table))
            file_download(
                "Download the table", "actors-by-proposition.csv", content, f"{PREFIX}table-csv"
            )
        for number, positions in enumerate(table.positions, start=1):
            which = f" {number}" if several else ""
            for what, write in files.items():
                file_download(
                    f"Download the {what}{which}",
                    f"{what}{which.strip()}.csv",
                    partial(write, positions),
                    f"{PREFIX}{what}-csv-{number}",
                )


with page(
    "Positions",
    "Type a claim or a demand. What each country or speaker said on it gives them a position "
    "between opposed and agreeing. Those who said nothing on it are silent, not neutral.",
):
    library = choose_library()
    thresholds = choose_thresholds(PREFIX, OF_PLACEMENTS)
    with st.sidebar:
        order = choose_order(PREFIX)
    other_library_notice(library)
    asked, pressed = _ask(library.facets())
    if pressed and not asked["propositions"]:
        raise QueryError("Type a proposition: one claim or demand, as a sentence.")
    offers = st.container()
    table = _find(library, asked, pressed)
    if len(asked["propositions"]) == 1 and _FOUND in st.session_state:
        quote = Quote(asked["propositions"][0], opposite="".join(asked["opposites"]))
        with offers:
            offer_opposites(library, quote, f"{PREFIX}opposite", press="Find positions")
    if table is not None:
        _show(table, library, thresholds, order)
    else:
        small(
            "Empty filters allow everything. Nothing is read until you ask for it; a large "
            "library takes minutes. Scores are saved: a stopped run resumes where it left off."
        )
