"""Filters, thresholds and order. Values are checked, as any may come from an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from compare.errors import QueryError
from compare.export.words import shortened
from compare.library import FILTERS, Facets, Filters
from compare.library.filters import FACETED, Facet, required_words
from compare.models import LEAST_CALLED
from compare.results import Result, Stance, Thresholds
from compare.statements import PartialDate, SentenceKind, Statement
from compare.ui.charts.counts import years_of_result
from compare.ui.components.layout import (
    notice,
    row,
    show_chart,
    show_html,
    small,
    text_field,
    widget_key,
)
from compare.ui.components.quote_form import partial_date
from compare.ui.components.service import kept

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

Period = tuple[PartialDate | None, PartialDate | None]

RANK, PROBABILITY, SIMILARITY = "Rank", "Probability", "Similarity"
NEWEST, OLDEST = "Newest first", "Oldest first"
# The first order is the default.
ORDERS = (RANK, PROBABILITY, SIMILARITY, NEWEST, OLDEST)
TIMELINE_ORDERS = (OLDEST, NEWEST, RANK, PROBABILITY, SIMILARITY)

_FIRST = ("countries", "speakers", "sources")
_MORE = tuple(name for name in FACETED if name not in (*_FIRST, "languages"))
SIDE_KEYS = (*_FIRST, *_MORE, "words")  # the widgets of `choose_side`, without their prefix
_COUNTED = ("speakers", "countries", "sources")  # the filters that show counts of a result
_PILLS = 8  # values of a filter that are shown with their counts; the others are in its menu
_LONGEST_PILL = 34
_PERIOD = "period"

Places = dict[str, "DeltaGenerator"]
"""Where the sidebar has room for the counts of a result, by the name of the filter."""

_IN_MENU = 2000  # if a library has more values, the others can be typed


def choose_filters(facets: Facets, prefix: str = "", places: Places | None = None) -> Filters:
    """Show all filters in the sidebar.

    Those of a search have `places`, which is filled with the places where `show_counts` puts the
    counts of the result, and filters that exclude the quote’s own side.
    """
    with st.sidebar:
        show_html("sidebar_heading", "Filters")
        if places is not None:
            small("Numbers count what is listed. A filter searches again, and may find more.")
        chosen = _menus(("speakers", "countries"), facets, prefix, places=places)
        since, until = choose_period(prefix)
        if places is not None:
            places[_PERIOD] = st.container()
        chosen |= _menus(("sources", "languages"), facets, prefix, places=places)
        if places is not None:
            for name in ("speaker", "country"):
                label, key = f"Not the quote’s own {name}", f"other_{name}"
                chosen[f"not_own_{name}"] = bool(st.checkbox(label, key=key, bind="query-params"))
        chosen |= _more_menus(facets, prefix)
        if places is not None:  # the corpus has a field of its own
            chosen["words"] = _words(prefix)
    return Filters(date_from=since, date_to=until, **chosen)


def choose_side(facets: Facets, prefix: str, name: str = "") -> Filters:
    """Show the filters that choose a side; `name` ends their labels."""
    menus = _menus(_FIRST, facets, prefix, name) | _more_menus(facets, prefix, name)
    return Filters(**menus, words=_words(prefix, name))


def _words(prefix: str, name: str = "") -> tuple[str, ...]:
    """Show the field for words that passages must hold; ignore invalid ones with a notice."""
    typed = text_field(
        f"{FILTERS['words'].label}{name}",
        f"{prefix}words",
        'veto "Security Council" OR UNSC',
        "Only passages with all of these words, in any inflection. Quotation marks keep words "
        "together, and OR allows either of its neighbours.",
    ).strip()
    try:
        required_words([typed] if typed else [])
    except QueryError as error:
        notice(f"{error} The words are ignored.", error=True)
        return ()
    return (typed,) if typed else ()


def choose_period(prefix: str = "", name: str = "") -> Period:
    """Show the fields for a period and return its ends; `name` ends their labels."""
    left, right = st.columns(2)
    with left:
        since = _date(f"From{name}", f"{prefix}from")
    with right:
        until = _date(f"To{name}", f"{prefix}to")
    if since and until and since.first > until.last:
        notice(f"No date is from {since} to {until}: both are ignored.", error=True)
        return None, None
    return since, until


def _menus(
    names: Sequence[str], facets: Facets, prefix: str, name: str = "", places: Places | None = None
) -> dict[str, Any]:
    chosen = {}
    for field in names:
        chosen[field] = _menu(f"{FILTERS[field].label}{name}", facets[field], f"{prefix}{field}")
        if places is not None and field in _COUNTED:
            places[field] = st.container()
    return chosen


# -- Counts of a result --------------------------------------------------------------------------


def show_counts(result: Result, filters: Filters, facets: Facets, places: Places) -> None:
    """Show how many listed statements that take a side have each value, and their years.

    A press on a value filters by it, or no longer; dragging across the years sets the period. The
    counts of a filter that is set are those from before, so that a second value can be pressed.
    """
    for name, place in places.items():
        counted = _without(result, filters, name)
        with place:
            if name == _PERIOD:
                _show_years(counted)
            else:
                _show_values(name, facets[name], counted)


def _without(result: Result, filters: Filters, name: str) -> Result:
    """Return the latest result of the same search without the filter `name`, if there was one."""
    names = ("date_from", "date_to") if name == _PERIOD else (name,)
    wider = replace(filters, **{one: getattr(Filters(), one) for one in names})
    key = repr((result.subject, result.provenance.library_digest, wider))
    if wider == filters:
        st.session_state[f"wide-{name}"] = key, result
    return kept(f"wide-{name}", key) or result


def _show_values(name: str, facets: Sequence[Facet], result: Result) -> None:
    labels = {spelling: facet.label for facet in facets for spelling in facet.spellings}
    counts = Counter(
        labels[value]
        for stance in (Stance.AGREE, Stance.OPPOSE)
        for pair in result.sure(stance)
        for value in {*_VALUES[name](pair.b.statement)}
        if value in labels
    )
    chosen = [value for value in st.session_state.get(name, ()) if value in counts]
    each_once = name == "sources" and all(count == 1 for count in counts.values())
    if not chosen and (len(counts) < 2 or each_once):  # such as a source for each statement
        return
    ordered = sorted(counts, key=lambda value: (value not in chosen, -counts[value], value))
    ordered = ordered[:_PILLS]
    key = f"count-{name}-{widget_key((ordered, chosen))}"
    st.pills(
        f"{FILTERS[name].label} of the statements found",
        ordered,
        selection_mode="multi",
        default=[value for value in ordered if value in chosen],
        format_func=lambda value: f"{shortened(value, _LONGEST_PILL)} {counts[value]}",
        key=key,
        label_visibility="collapsed",
        on_change=lambda: filter_by(name, ordered, st.session_state[key]),
    )


def filter_by(menu: str, offered: Sequence[str], pressed: Iterable[str]) -> None:
    """Set a filter’s menu to the values pressed, and to those it has that were not offered."""
    others = [value for value in st.session_state.get(menu, ()) if value not in offered]
    st.session_state[menu] = [*others, *pressed]


_VALUES: Mapping[str, Callable[[Statement], Iterable[str]]] = {
    "countries": lambda statement: [entry.name for entry in statement.country],
    "speakers": lambda statement: [statement.speaker],
    "sources": lambda statement: [statement.source],
}


def _show_years(result: Result) -> None:
    """Show the years of the statements as bars, and what ends a chosen period."""
    period = [st.session_state.get(end) or "" for end in ("from", "to")]
    if chart := years_of_result(result):
        key = f"years-{widget_key((result.subject, *period))}"
        alt = (
            "The years of the statements found; to choose a period with the keyboard, use From "
            "and To"
        )
        show_chart(chart, key, alt, on_select=lambda: _choose_years(key))
    if any(period):
        empty = {"from": "", "to": ""}
        st.button("All dates", key="all-dates", on_click=st.session_state.update, args=(empty,))


def _choose_years(key: str) -> None:
    if years := st.session_state[key].selection.get(_PERIOD, {}).get("year", []):
        st.session_state["from"], st.session_state["to"] = str(min(years)), str(max(years))


def say_what_filters(filters: Filters, *, weighed: bool = False) -> None:
    """Name the filters that are set, with a button that clears them; nothing if none is.

    `weighed` tells whether verdicts are weighed with those on passages that filters can leave out.
    """
    if filters == Filters():
        return
    own = [name for name in ("speaker", "country") if getattr(filters, f"not_own_{name}")]
    words = [f"not the quote’s own {name}" for name in own]
    if filters.in_words() != Filters().in_words():
        words.insert(0, filters.in_words())
    sentences = [f"Filtered by: {'; '.join(words)}."]
    if weighed:
        sentences.append(
            "Filters leave out passages that a verdict would be weighed with, and so may change it."
        )
    with row("filtered"):
        small(*sentences)
        st.button("Clear", key="clear", type="tertiary", on_click=_clear_filters)


def _clear_filters() -> None:
    empty: dict[str, Any] = dict.fromkeys(("from", "to", "words"), "")
    empty |= dict.fromkeys(("other_speaker", "other_country"), False)
    empty |= {name: [] for name in FACETED}
    for name, value in empty.items():
        if name in st.session_state:
            st.session_state[name] = value


# -- Menus ---------------------------------------------------------------------------------------


def _more_menus(facets: Facets, prefix: str, name: str = "") -> dict[str, Any]:
    """Show the less common filters if the library has values for them."""
    if not any(facets[field] for field in _MORE):
        return {}
    labels = ", ".join(FILTERS[field].label for field in _MORE)
    with st.expander(f"{labels.capitalize()}{name}"):
        return _menus(_MORE, facets, prefix, name)


def _menu(label: str, facets: Sequence[Facet], key: str) -> tuple[str, ...]:
    values = {facet.label: facet.value for facet in facets}
    if not values:
        return ()
    chosen = st.multiselect(
        label,
        list(values)[:_IN_MENU],
        key=key,
        bind="query-params",
        placeholder="All",
        wrap=True,
        accept_new_options=len(values) > _IN_MENU,
    )
    return tuple(values.get(name, name) for name in chosen)  # a typed value stays as it was typed


def _date(label: str, key: str) -> PartialDate | None:
    """Show a field for a date; ignore an invalid one with a notice."""
    try:
        return partial_date(text_field(label, key, "2022-03"))
    except QueryError as error:
        notice(f"{error} It is ignored.", error=True)
        return None


def choose_thresholds(prefix: str = "", default: Thresholds | None = None) -> Thresholds:
    """Show the thresholds in the sidebar; changing them never rescores pairs."""
    default = default or Thresholds()
    with st.sidebar:
        show_html("sidebar_heading", "Thresholds")
        probability = _share(
            "Minimum probability",
            default.probability,
            f"{prefix}p",
            "A verdict with a lower probability counts as neither; above one half, no unclear "
            "statement fills a short list.",
            least=LEAST_CALLED,
        )
        help = "Texts less similar in meaning are not shown."
        similarity = _share("Minimum similarity", default.similarity, f"{prefix}s", help)
        without = st.multiselect(
            "Leave out sentences",
            [kind.value for kind in SentenceKind],
            key=f"{prefix}without",
            bind="query-params",
            placeholder="None",
            help="Kinds of sentence that models may misread. A search leaves out a statement whose "
            "strongest passage is of such a kind; positions take its next passage.",
        )
    return Thresholds(probability, similarity, tuple(map(SentenceKind, without)))


def choose_order(
    prefix: str = "", orders: Sequence[str] = ORDERS, *, show_label: bool = True
) -> str:
    """Show the orders of a list; return the chosen one."""
    order = st.selectbox(
        "Order",
        orders,
        key=f"{prefix}sort",
        bind="query-params",
        label_visibility="visible" if show_label else "collapsed",
    )
    return order if order in orders else orders[0]


def fold_countries_toggle() -> bool:
    """Show the switch that folds a country's further statements in a search."""
    help = "A country’s further statements in a list stand under its first."
    return _toggle("Fold a country’s statements", "fold", help)


def same_actor_toggle() -> bool:
    """Show the switch that weighs a verdict with those on the same actor's other passages."""
    return _toggle(
        "Weigh a country’s statements together",
        "same",
        "A country rarely takes both sides, so each verdict is weighed with those on its "
        "other passages. Off, each rests on its own words alone.",
    )


def show_words_toggle(prefix: str = "") -> bool:
    """Show the switch for the deciding words in the sidebar; they are marked unless it is off."""
    return _toggle("Mark the deciding words", f"{prefix}why")


def _toggle(label: str, key: str, help: str | None = None) -> bool:
    return st.sidebar.toggle(label, value=True, key=key, bind="query-params", help=help)


def _share(label: str, default: float, key: str, help: str, least: float = 0.0) -> float:
    value = st.slider(label, least, 1.0, default, 0.01, key=key, bind="query-params", help=help)
    return min(max(float(value), least), 1.0)
