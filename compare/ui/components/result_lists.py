"""The lists of a result as cards or as a table, their order, and corrections of verdicts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from compare.comparison import sides_taken
from compare.errors import QueryError
from compare.export import VERDICT, counted, verdict_word
from compare.export.citations import Citation, bibtex, reference
from compare.export.html import list_head, listed_card, unjudged_card, unsure_card
from compare.export.markdown import inert
from compare.export.words import (
    LIST_TITLES,
    UNCLEAR,
    below_note,
    left_out_note,
    list_note,
    measured_note,
    page_numbers,
    read_as,
    read_of,
    unclear_words,
    unjudged_note,
    unjudged_title,
)
from compare.library.actors import actor_keys
from compare.results import MOST_OF_STATEMENT, Pair, Result, Stance
from compare.review import append_correction
from compare.safe_text import one_line
from compare.ui import CORPUS_PAGE
from compare.ui.components.filter_panel import NEWEST, OLDEST, PROBABILITY, SIMILARITY
from compare.ui.components.layout import (
    card,
    errors_as_sentences,
    is_read_only,
    notice,
    show_html,
    show_table,
    small,
    widget_key,
    with_more,
)
from compare.ui.components.quote_form import OPPOSITE, fill_from
from compare.ui.components.service import explain_pairs, library_link, with_known_words

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

LISTS = (Stance.AGREE, Stance.OPPOSE)  # that stand side by side
_AT_FIRST = 10  # cards of a list, before "Show more"
_FEW = 2  # cards that fit a screen
_LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """A result and how it is shown."""

    result: Result
    order: str  # one of `filter_panel.ORDERS`
    prefix: str  # of the keys of widgets
    with_words: bool = False  # whether the deciding words are marked
    takes_opposite: bool = False  # whether a passage can become the opposite of the quote
    folded: bool = False  # whether a country's statements stand under its first
    bar: DeltaGenerator | None = None  # where the progress of the deciding words is shown
    places: dict[int, tuple[Pair, DeltaGenerator]] = field(default_factory=dict)
    """By the identity of a pair: where its card is, so that words can be marked once all stand."""


def side_by_side(shown: Shown, *, as_table: bool = False) -> Result:
    """Show the lists of a search; return the result with its deciding words."""
    result = shown.result
    # The card above the lists already shows the source of the quote.
    known = f"(statement {result.source.id})" if result.source else None
    notice(*(note for note in result.notes if known is None or known not in note))
    if left := left_out_note(result):
        small(left)
    if result.quote_language or (result.unjudged and not result.pairs):
        pass  # the note above says why nothing was judged
    elif not (result.agree or result.oppose):
        near = len(result.neither)
        on_topic = f"{counted(near, 'is', 'are') if near else 'None is'} near the topic"
        read = f"{read_of(result)}."
        none_pass = not result.pairs and bool(result.provenance.filters)
        below = below_note(result, *LISTS)
        show_html("nothing", read, on_topic, near, result.thresholds.probability, below, none_pass)
    elif (taken := sides_taken(result)).in_words():
        settings = result.provenance.settings
        read_again = (settings.get(f"read_again_{one.value}", 0) for one in LISTS)
        show_html("sides_taken", taken, sum(map(int, read_again)))
    if as_table:
        lists_table(shown)
        latest = result
    else:
        latest = three_lists(shown, "statement", "near the topic")
    if result.unjudged:
        alone = not result.pairs
        # Streamlit keeps what is unfolded by key.
        key = "unjudged-alone" if alone else "unjudged"
        with st.expander(unjudged_title(result), expanded=alone, key=key):
            small(unjudged_note(result))
            for one in result.unjudged:
                st.html(unjudged_card(one))
    return latest


def three_lists(
    shown: Shown,
    what: str,
    near: str,
    none: Callable[[str], str] | None = None,
    *,
    unfold: bool = False,
) -> Result:
    """Show the agree and oppose lists side by side, then neither, folded unless `unfold`.

    On a narrow page one of the two is shown at a time. Returns the result with its deciding words.
    `what` names an entry of a list, `near` ends the label of the last list, and `none` makes the
    sentence for an empty list from its verb, "agrees with" or "opposes". Without `none`, a short
    list is followed by the pairs that come near it.
    """
    result, is_search = shown.result, none is None
    close = {stance: result.near(stance) if is_search else () for stance in LISTS}
    bar = shown.bar or st.container()
    if result.agree or result.oppose or any(close.values()):
        on_narrow = _choose_list(shown)
        for column, stance in zip(st.columns(2, gap="large"), LISTS, strict=True):
            listed = result.listed(stance)
            state = "on" if stance is on_narrow else "off"
            if len(listed) + len(close[stance]) <= _FEW:
                state += "-few"  # the style sheet keeps it beside a longer list
            with column, st.container(key=f"{shown.prefix}list-{stance.value}-{state}"):
                st.html(list_head(stance, len(result.sure(stance)), what=what))
                if none and not listed:
                    small(none("agrees with" if stance is Stance.AGREE else "opposes"))
                elif is_search and result.sure(stance):
                    small(measured_note(result, stance))
                list_cards(shown, stance)
                if is_search and (note := list_note(result, stance)):
                    small(note)
                for pair in close[stance]:
                    key = f"{shown.prefix}near-{stance.value}-{widget_key(pair.key)}"
                    _card(shown, pair, key, near=stance)
    if neither := result.neither:
        label = f"Neither: {counted(len(neither), what)} {near}"
        with st.expander(label, expanded=unfold, key=f"{shown.prefix}neither"):
            list_cards(replace(shown, with_words=False), Stance.NEITHER)
    with bar:
        return mark_words(shown)


def _choose_list(shown: Shown) -> Stance:
    """Show the tabs of a narrow page, which the style sheet hides on a wide one."""
    numbers = {stance: len(shown.result.sure(stance)) for stance in LISTS}
    with st.container(key=f"{shown.prefix}narrow"):
        chosen = st.segmented_control(
            "List",
            LISTS,
            default=Stance.AGREE if numbers[Stance.AGREE] else Stance.OPPOSE,
            required=True,
            format_func=lambda stance: f"{LIST_TITLES[stance]} {numbers[stance]}",
            key=f"{shown.prefix}tab",
            persist_state="session",
            label_visibility="collapsed",
        )
    return chosen or Stance.AGREE


def pair_list(shown: Shown, stance: Stance) -> Result:
    """Show one list with its head; return the result with its deciding words."""
    result = shown.result
    listed, every = result.listed(stance), result.listed(stance, all_of_it=True)
    st.html(list_head(stance, len(listed), verdict_word(result, stance), "pair"))
    if not listed and result.over_time:
        verb = "opposes" if stance is Stance.OPPOSE else "repeats"
        small(f"No passage read {verb} an earlier one at these thresholds.")
    elif not listed:
        verb = "oppose each other" if stance is Stance.OPPOSE else "agree"
        small(f"None of the pairs read {verb} at these thresholds.")
    elif len(every) > len(listed):
        small(
            f"{len(every):,} pairs have this verdict. Pairs with the same words are shown once, "
            f"and each statement at most {MOST_OF_STATEMENT} times. Samples are drawn from all."
        )
    place = st.container()
    list_cards(shown, stance)
    with place:
        return mark_words(shown)


def lists_table(shown: Shown) -> None:
    """Show both lists as one table, in the order chosen."""
    result = shown.result
    rows = [
        _row(result, stance, pair)
        for stance in (LISTS if result.quote else reversed(LISTS))
        for pair in in_order(result, shown.order, stance)
    ]
    if not rows:
        if not result.quote:
            small("Neither list has a pair at these thresholds.")
        return
    what = "statements" if result.quote else "pairs"
    alt = f"{len(rows)} {what}: the same as in the two lists"
    show_table(rows, alt, f"{shown.prefix}table", Probability="%.2f", Similarity="%.2f")


def _row(result: Result, stance: Stance, pair: Pair) -> dict[str, Any]:
    word = verdict_word(result, stance)
    sides = {"": pair.b}
    if not result.quote:
        names = (", before", ", after") if result.over_time else (", A", ", B")
        sides = dict(zip(names, pair.excerpts, strict=True))
    row: dict[str, Any] = {
        "Verdict": unclear_words(stance) if result.is_unsure(pair) else word,
        "Probability": pair.probabilities.of(stance),
    }
    for name, side in sides.items():
        statement = side.statement
        row |= {
            f"Words{name}": side.text,
            f"Speaker{name}": statement.speaker or "not named",
            f"Country{name}": statement.countries,
            f"Date{name}": statement.date.iso if statement.date else "",
            f"Source{name}": ", ".join(filter(None, [statement.title, statement.source])),
            f"Pages{name}": page_numbers(side.pages),
        }
        if side.passage.translation:
            row[f"Translation{name}"] = side.passage.translation
    row["Similarity"] = pair.similarity
    return row


def list_cards(shown: Shown, stance: Stance) -> None:
    """Show the cards of the first pairs of a list, and “Show more”.

    If the lists are folded, the further statements of a country stand under its first, closed and
    without marks. `mark_words` marks the deciding words afterwards, if `shown` asks for them.
    """
    pairs, key = in_order(shown.result, shown.order, stance), f"{shown.prefix}{stance.value}"
    groups = _by_country(pairs) if shown.folded else [[pair] for pair in pairs]
    more = f"{key}-more-{widget_key(shown.result.subject)}"
    for first, *others in with_more(groups, more, _AT_FIRST):
        under = f"{key}-{widget_key(first.key)}"
        _card(shown, first, under)
        if others:
            label = f"{len(others)} more by {inert(first.b.statement.countries)}"
            with st.expander(label, key=f"{under}-others"):
                for pair in others:
                    unmarked = replace(shown, with_words=False)
                    _card(unmarked, pair, f"{key}-{widget_key(pair.key)}")


def _by_country(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """Return the pairs grouped by the countries of statement b, groups in the order of pairs."""
    groups: dict[tuple[str, ...], list[Pair]] = {}
    for number, pair in enumerate(pairs):
        countries = tuple(sorted(actor_keys(pair.b.statement, "country"))) or ("", str(number))
        groups.setdefault(countries, []).append(pair)
    return list(groups.values())


def mark_words(shown: Shown) -> Result:
    """Find and mark the deciding words in the cards that stand; return the result with them."""
    marked: dict[int, Pair] = {}
    missing = []
    for key, (pair, _) in shown.places.items():
        if known := with_known_words(shown.result, pair):
            marked[key] = known
        else:
            missing.append(pair)
    if missing:
        for pair, with_words in explain_pairs(shown.result, missing):
            shown.places[id(pair)][1].html(_card_html(shown, with_words))
            marked[id(pair)] = with_words
    return shown.result.replacing(marked)


def _card(shown: Shown, pair: Pair, key: str, near: Stance | None = None) -> None:
    """Show a pair as an entry of its list, or as one that comes near the list `near`."""
    result = shown.result
    called: Stance | None = near or read_as(
        result.stance_of(pair) or Stance.NEITHER, pair.probabilities
    )
    if result.is_unsure(pair) or pair.probabilities.is_unclear:
        called = None
    links = {"Open statement": pair.b}
    if not result.quote:
        names = ("earlier", "later") if result.over_time else ("A", "B")
        links = {f"Open {name}": side for name, side in zip(names, pair.excerpts, strict=True)}
    is_marked = shown.with_words and not near
    known = with_known_words(result, pair) if is_marked else None
    with card(key, _card_html(shown, known or pair, near)) as place:
        if is_marked:
            shown.places[id(pair)] = pair, place
        for label, side in links.items():
            at = f"{side.passage.start}-{side.passage.end}"
            library_link(CORPUS_PAGE, label, id=side.statement.id, at=at)
        if shown.takes_opposite and _may_be_opposite(result, pair):
            help = "Read every passage against these words, too: they oppose the quote."
            fill, opposite = st.session_state.update, {OPPOSITE: pair.b.passage.completed}
            _action("Use as opposite", f"{key}-opposite", help, fill, opposite)
        if result.quote:
            help = "Search with these words: who agrees with them, and who opposes them."
            words = pair.b.statement, pair.b.read
            _action("More like this", f"{key}-like", help, fill_from, *words)
        with st.popover("Cite", type="tertiary"):
            for side in links.values():
                cited = Citation(side.statement, (side,))
                small(reference(cited), one_line(side.statement.url))
                st.code(bibtex([cited]), language=None, wrap_lines=True)
        with st.popover("Correct this label", type="tertiary"):
            correction_form(
                key, called, lambda right, note: append_correction(result, pair, right, note=note)
            )


def _action(label: str, key: str, help: str, do: Callable[..., None], *values: Any) -> None:
    st.button(label, key=key, help=help, type="tertiary", on_click=do, args=values)


def _may_be_opposite(result: Result, pair: Pair) -> bool:
    """Tell whether a passage is called opposing and is not yet the quote's opposite."""
    opposes = result.stance_of(pair) is Stance.OPPOSE and not result.is_unsure(pair)
    return bool(opposes and result.quote and result.quote.opposite != pair.b.passage.completed)


def _card_html(shown: Shown, pair: Pair, near: Stance | None = None) -> str:
    result = shown.result
    stance = result.column_of(pair) or Stance.NEITHER
    if near:
        return unsure_card(pair, near, result.thresholds, result.subject)
    return listed_card(result, pair, stance)


def in_order(result: Result, order: str, stance: Stance) -> list[Pair]:
    """Return a list of a result in an order of `ORDERS`; pairs without a date come last by date.

    A pair has the date of the later statement; the date of a quote does not count. What only fills
    a short list stands at its end in every order.
    """

    def day(pair: Pair, sign: int) -> float:
        sides = pair.excerpts if result.quote is None else (pair.b,)
        days = [side.statement.date.first.toordinal() for side in sides if side.statement.date]
        return sign * max(days) if days else math.inf

    keys: dict[str, Callable[[Pair], float]] = {
        PROBABILITY: lambda pair: -pair.probabilities.of(stance),
        SIMILARITY: lambda pair: -pair.similarity,
        NEWEST: partial(day, sign=-1),
        OLDEST: partial(day, sign=1),
    }
    key = keys.get(order)  # None: a list is ranked already
    return sorted(
        result.listed(stance),
        key=lambda pair: (result.is_unsure(pair), key(pair) if key else 0),
    )


def correction_form(base: str, stance: Stance | None, keep: Callable[[Stance, str], Path]) -> None:
    """Ask for another label than `stance`, or for any if the verdict is unclear.

    `keep` writes it with a note and returns the file.
    """
    if is_read_only():
        small("No correction can be kept here: this app is read-only.")
        return
    others = {VERDICT[other]: other for other in Stance if other is not stance}
    with st.form(f"wrong-{base}", border=False):
        label = st.radio(
            f"The label shown is “{VERDICT[stance] if stance else UNCLEAR}”. Which is right?",
            list(others),
            index=None,
            key=f"right-{base}",
        )
        note = st.text_input("Why (optional)", key=f"note-{base}", max_chars=_LONGEST_NOTE)
        if not st.form_submit_button("Keep this correction"):
            return
    with errors_as_sentences():
        if label not in others:
            raise QueryError("Choose the right label.")
        path = keep(others[label], (note or "")[:_LONGEST_NOTE])
        notice(f"Kept in {path}. It stays on this machine and changes nothing shown here.")
