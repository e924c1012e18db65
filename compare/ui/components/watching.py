"""Watch a search, run watches, and show what they found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from compare.export import counted, table_html
from compare.export.html import found_card
from compare.export.words import shortened
from compare.facade import Library
from compare.library import Facets
from compare.library.filters import FACETED
from compare.results import Result
from compare.safe_text import LONGEST_NAME, one_line
from compare.ui import CORPUS_PAGE, SEARCH_PAGE, WATCH_PAGE
from compare.ui.components.downloads import file_download
from compare.ui.components.layout import (
    card,
    confirmed,
    errors_as_sentences,
    notice,
    notice_next_run,
    progress,
    row,
    small,
    widget_key,
    with_more,
)
from compare.ui.components.quote_form import CHOSEN, OPPOSITE
from compare.ui.components.service import library_link, may_change, stance_model
from compare.watch import Entry, FeedFormat, Run, Watch, Watches, feed_bytes

KEPT = "watch"
"""The name of the notice that the page shows on its next run."""

_AT_FIRST = 10  # cards, before "Show more"
_QUOTE_SHOWN = 80
_NAME_FROM_QUOTE = 40  # characters of the quote that a watch is called by unless renamed
_NOT_ON_SEARCH_PAGE = ("statement_ids", "not_speakers", "not_countries")


def watch_button(library: Library, result: Result) -> None:
    """Offer to watch the search of a result; the button is off if nothing can be saved.

    What the result lists now is the baseline of the watch, so nothing is scored again.
    """
    unweighed = st.session_state.get("same") is False  # by `filter_panel.same_actor_toggle`
    if unweighed or not may_change(library):
        why = "Searches of a library that is read-only cannot be watched."
        if unweighed:
            why = "A watch weighs a country’s statements together: turn that on to save one."
        st.button("Watch this search", key="watch-off", type="tertiary", disabled=True, help=why)
        return
    with st.popover("Watch this search", type="tertiary", key="watch-search"):
        small("After the library has changed, run the watch: it lists what is new.")
        with st.form("watch-form", border=False):
            name = st.text_input(
                "Name",
                shortened(one_line(result.subject), _NAME_FROM_QUOTE),
                key=f"watch-name-{widget_key(result.subject)}",
                max_chars=LONGEST_NAME,
            )
            if not st.form_submit_button("Save the watch", key="watch-save"):
                return
        with errors_as_sentences():
            watch = library.watches.add(name or "", result, stance_model=stance_model())
            listed = counted(len(result.agree) + len(result.oppose), "statement")
            notice(f"“{watch.name}” is watched. The {listed} listed now will not be reported.")
            library_link(WATCH_PAGE, "Open the watch", watch=watch.name)


def watch_table(watches: Watches, listed: Sequence[Watch]) -> None:
    """Show each watch with its last run and what it found."""
    head = ("Name", "Quote", "Last run", "Library since then", "Found then", "Found in all")
    rows = [
        (
            one.name,
            shortened(one.quote.text, _QUOTE_SHOWN),
            _day(one.last_run.date)
            if one.last_run
            else f"none since it was saved, {_day(one.created)}",
            "changed" if watches.are_behind else "unchanged",
            f"{one.last_run.new:,}" if one.last_run else "–",
            f"{one.total:,}" if one.last_run else "–",
        )
        for one in listed
    ]
    st.html(table_html("Watches", head, rows))


def run_button(watches: Watches) -> None:
    """Offer to run all watches; run them, and open the page anew."""
    if not st.button("Run now", type="primary", key="watch-run"):
        return
    with progress("Looking for new statements", "read") as on_progress:
        run = watches.run(stance_model=stance_model, on_progress=on_progress)
    notice_next_run(KEPT, run_in_words(run))
    st.rerun()


def run_in_words(run: Run) -> str:
    """Return what a run found in a sentence or two."""
    if run.unchanged:
        return "Nothing is new: the library has not changed."
    listed = ", ".join(f"{name} ({len(new):,})" for name, new in run.entries.items() if new)
    news = f"New entries: {listed}." if listed else "No watch lists any of them."
    return f"{counted(run.read, 'statement is', 'statements are')} new or changed. {news}"


def show_watch(watches: Watches, watch: Watch, entries: Sequence[Entry]) -> None:
    """Show one watch: its search, downloads, and its entries as cards."""
    library = watches.library
    against = [f"Opposite: “{watch.quote.opposite}”."] if watch.quote.opposite else []
    small(f"Quote: “{watch.quote.text}”", *against, f"Searched in: {watch.filters.in_words()}.")
    with row():
        library_link(SEARCH_PAGE, "Open the search", **search_address(watch, library.facets()))
        for format in FeedFormat:
            content = partial(feed_bytes, [(watch, entries)], format)
            name, key = f"watch{format.suffix}", f"watch-download-{format}"
            file_download(f"Download {format.label}", name, content, key, format.mime)
        if may_change(library):
            warning = f"“{watch.name}” is removed for good, with all that it found."
            if confirmed("Remove this watch", warning, "Remove it for good", "watch-remove"):
                watches.remove(watch.name)
                notice_next_run(KEPT, f"“{watch.name}” was removed.")
                st.rerun()
    if any(getattr(watch.filters, name) for name in _NOT_ON_SEARCH_PAGE):
        small("The search page lacks some of these filters, so it may list more.")
    if not entries:
        small(
            "Nothing new yet."
            if watch.last_run
            else "It has not been run yet. When the library is updated, press Run now."
        )
    for entry in with_more(entries, f"watch-{widget_key(watch.name)}-more", _AT_FIRST):
        _show_entry(watch, entry)


def _show_entry(watch: Watch, entry: Entry) -> None:
    is_last = watch.last_run is not None and entry.found == watch.last_run.date
    note = f"Found on {_day(entry.found)}{', at the last run' if is_last else ''}."
    html = found_card(entry.pair, entry.stance, watch.quote.text)
    with card(f"watch-{entry.id[:12]}", html, note):
        library_link(CORPUS_PAGE, "Open statement", id=entry.statement.id)


def search_address(watch: Watch, facets: Facets) -> dict[str, str | list[str]]:
    """Return the address of the search page with the search of a watch."""
    quote, filters, least = watch.quote, watch.filters, watch.thresholds
    state: dict[str, str | list[str]] = {
        "q": quote.text,
        "by": quote.speaker,
        "role": quote.role,
        "country": "; ".join(entry.name for entry in quote.country),
        "date": quote.date.iso if quote.date else "",
        "context": quote.context,
        OPPOSITE: quote.opposite,
        CHOSEN: quote.statement_id or "",
        "from": filters.date_from.iso if filters.date_from else "",
        "to": filters.date_to.iso if filters.date_to else "",
        "words": " ".join(filters.words),
        "other_speaker": "true" if filters.not_own_speaker else "",
        "other_country": "true" if filters.not_own_country else "",
        "p": str(least.probability),
        "s": str(least.similarity),
        "without": list(map(str, least.without_kinds)),
    }
    for name in FACETED:
        labels = {facet.value: facet.label for facet in facets[name]}
        state[name] = [labels.get(value, value) for value in getattr(filters, name)]
    return {name: value for name, value in state.items() if value}


def _day(time: str) -> str:
    return time[:16].replace("T", " ") + " UTC"
