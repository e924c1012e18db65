"""The form for a quote and who said it. It checks the values, which may come from an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import streamlit as st

from compare.errors import LibraryError, QueryError
from compare.export import counted
from compare.export.markdown import inert
from compare.export.words import shortened
from compare.facade import Library
from compare.library.filters import FACETED
from compare.models.third_reader import ThirdReader
from compare.statements import PartialDate, Quote, Statement, parse_countries
from compare.ui import ADD_PAGE
from compare.ui.components.layout import DISAGREES, is_read_only, row, small, text_field
from compare.ui.components.service import SAMPLE, ask_for_opposite, offers_for

CHOSEN = "sid"  # in the address: the id of the library statement that was chosen
OPPOSITE = "opposite"  # in the address: what someone who disagrees would say
FILLED = "filled-from"  # in the session: the id of the statement that last filled the fields
SEARCH = "search"  # the page
_SHARED = ("q", OPPOSITE, "from", "to", "words", *FACETED)  # of a search and of a proposition
_WHO = ("by", "role", "country", "date", "context")  # fields of a search only
_ASKED = "asked"  # in the session: the page that asked last, and what the fields of each held
_OPEN = "who-open"  # in the session: whether the fields of `_WHO` are open
IN_MENU = 300  # statements; the others of a larger library are reached from the Corpus page

# From the sample corpus, so that the first screen is never empty.
EXAMPLE_QUOTE = (
    "EU leaders have very reliable evidence that China is considering providing military aid to "
    "Russia"
)
EXAMPLE_CONTEXT = "said of the war; denying the allegation that …"


def partial_date(text: str) -> PartialDate | None:
    """Parse a date as it was typed; None for an empty field, QueryError for anything else."""
    if not (text := text.strip()):
        return None
    try:
        return PartialDate(text)
    except ValueError as error:
        raise QueryError(
            f"“{text[:40]}” is not a date: write 2022, 2022-03 or 2022-03-18."
        ) from error


def checked_quote(text: str, who: Mapping[str, str], source: Statement | None = None) -> Quote:
    """Make a quote of the fields' values, any of which may be missing; `search` checks the words.

    `source` is the library statement that filled the fields, if one did.
    """
    speaker, role, country, date, context = (
        who.get(name, "").strip() for name in ("by", "role", "country", "date", "context")
    )
    same = source is not None and Quote.from_statement(source).text.strip() == text.strip()
    countries = parse_countries(country) if country else ()
    source_id = source.id if same and source else None
    who_and_when = speaker, role, countries, partial_date(date), context
    return Quote(text, *who_and_when, source_id, who.get(OPPOSITE, "").strip())


def choose_statement(
    label: str,
    statements: Sequence[Statement],
    key: str,
    placeholder: str,
    on_change: Callable[[], None] | None = None,
) -> Statement | None:
    """Show a menu of statements and return the one chosen."""
    by_id = {statement.id: statement for statement in statements}
    chosen = st.selectbox(
        label,
        list(by_id),
        index=None,
        key=key,
        format_func=lambda id: _label(by_id[id]) if id in by_id else str(id),
        placeholder=placeholder,
        on_change=on_change,
    )
    return by_id.get(chosen or "")


def _label(statement: Statement) -> str:
    who = statement.speaker or statement.countries or "Speaker not named"
    when = f", {statement.date.iso}" if statement.date else ""
    return f"{who}{when}: {shortened(statement.text, 60)}"


def ask_quote(library: Library) -> Quote:
    """Show the form and return its quote."""
    statements = _statements_for_menu(library)
    by_id = {statement.id: statement for statement in statements}
    wanted = st.query_params.get(CHOSEN, "")
    if "q" not in st.query_params:
        if wanted in by_id and st.session_state.get(FILLED) != wanted:
            fill_from(by_id[wanted])
        elif "q" not in st.session_state:
            st.session_state["q"] = EXAMPLE_QUOTE if _is_sample() else ""

    def fill() -> None:
        chosen = st.session_state.get("pick")
        if chosen in by_id:
            fill_from(by_id[chosen])

    with st.form("ask", border=False):
        text = st.text_area(
            "Quote", key="q", bind="query-params", height="content", placeholder="Paste the words"
        )
        hint = "One sentence: passages are then compared with both"
        opposite = text_field(DISAGREES, OPPOSITE, hint)
        with row():
            close, state = st.session_state.update, {_OPEN: False}
            st.form_submit_button("Search", type="primary", key="go", on_click=close, args=(state,))
            with st.popover("Who said it, and when", key=_OPEN, on_change="rerun"):
                who = _who_fields()
            if text == EXAMPLE_QUOTE:  # gone once there is another quote
                small("This is an example: paste your own quote over it.")
    with row("searched"):
        _say_what_is_searched(library)
        with st.popover("Choose a statement of this library", type="tertiary"):
            hint = "Its words and speaker fill the fields"
            choose_statement("Statement", statements, "pick", hint, on_change=fill)
    source = by_id.get(st.query_params.get(CHOSEN, ""))
    return checked_quote(text or "", {**who, OPPOSITE: opposite}, source)


def take_question_along(page: str) -> None:
    """Fill the fields of a page on return to it, unless the address asks something.

    A search and a comparison share filters. Each keeps its own question; the first time, it takes
    the other's, but a search cannot take several propositions, nor a comparison who said a quote.
    Call this before the fields are shown, and `keep_question` after.
    """
    asked_on, asked = st.session_state.get(_ASKED, (page, {}))
    if asked_on == page or any(key in st.query_params for key in (*_SHARED, CHOSEN)):
        return
    fields, own = dict(asked[asked_on]), asked.get(page, {})
    if page == SEARCH:
        fields |= dict.fromkeys(_WHO, "")
    if page in asked:
        keys = ("q", OPPOSITE, *_WHO) if page == SEARCH else ("q", OPPOSITE)
        fields |= {key: own.get(key) or "" for key in keys}
    elif page == SEARCH and "\n" in (fields.get("q") or "").strip():
        fields |= {"q": "", OPPOSITE: ""}
    st.session_state.update(fields)


def keep_question(page: str) -> None:
    """Keep what is asked on a page for `take_question_along`."""
    session = st.session_state
    keys = (*_SHARED, *_WHO) if page == SEARCH else _SHARED
    fields = {key: session[key] for key in keys if key in session}
    session[_ASKED] = page, session.get(_ASKED, (page, {}))[1] | {page: fields}


def offer_opposites(
    library: Library, quote: Quote, reader: ThirdReader | None, *, press: str = ""
) -> None:
    """Offer what someone who disagrees may say, unless the quote has an opposite.

    A press fills the field; nothing offered is used without one. `press` names the button that then
    has to be pressed, if there is one. A third reader is asked only if that is pressed, too.
    """
    if quote.opposite or not quote.text.strip():
        return
    offers = [offer.text for offer in offers_for(library, quote)]
    if reader:
        with st.container(key="offers-asked"):
            offers += filter(None, [ask_for_opposite(reader, quote)])
    if not offers:
        return
    then = f" Then press {press}." if press else ""
    with st.container(key=f"offers-{OPPOSITE}", gap="xxsmall"):
        small(f"Someone who disagrees may say this. A press puts it into the field above.{then}")
        for number, text in enumerate(offers):
            st.button(
                inert(f"“{text}”"),
                key=f"offer-{OPPOSITE}-{number}",
                type="tertiary",
                on_click=st.session_state.update,
                args=({OPPOSITE: text},),
            )


def _say_what_is_searched(library: Library) -> None:
    """Say how many statements a search covers, of whom, of when, and how old the library is."""
    facets, period = library.facets(), library.period()
    parts = [
        counted(len(library), "statement"),
        counted(len(facets["speakers"]), "speaker"),
        counted(len(facets["countries"]), "country or organisation", "countries or organisations"),
        counted(len(facets["sources"]), "source"),
    ]
    if period:
        parts.append(" to ".join(dict.fromkeys(str(day.year) for day in period)))
    searched = f"This library holds {', '.join(parts)}; built on {library.built:%-d %B %Y}."
    if not _is_sample() or is_read_only():
        small(searched)
        return
    small(searched, "This is a sample of eleven statements on one question.")
    st.page_link(
        ADD_PAGE, label="Get a real collection", query_params={"add_from": "A public collection"}
    )


def _statements_for_menu(library: Library) -> list[Statement]:
    """Return the statements to choose from, and the one that the address names."""
    statements, _ = library.browse(limit=IN_MENU)
    wanted = st.query_params.get(CHOSEN, "")
    if wanted and all(statement.id != wanted for statement in statements):
        with suppress(LibraryError):  # the address may come from another library
            return [library.statement(wanted), *statements]
    return statements


def _is_sample() -> bool:
    return bool(st.session_state["library"] == SAMPLE)


def fill_from(statement: Statement, words: str = "") -> None:
    """Fill the fields from a statement; `words` are the part of it that was chosen, if any."""
    values = {
        "q": words or Quote.from_statement(statement).text,
        "by": statement.speaker,
        "role": statement.role,
        "country": statement.countries,
        "date": statement.date.iso if statement.date else "",
        "context": statement.context,
        OPPOSITE: "",
    }
    for key, value in {FILLED: statement.id, **values}.items():
        st.session_state[key] = value
    st.query_params[CHOSEN] = statement.id


def _who_fields() -> dict[str, str]:
    fields = {}
    with st.grid(2, min_column_width=120):
        fields["by"] = text_field("Speaker", "by")
        fields["role"] = text_field("Role", "role")
        fields["country"] = text_field("Country or organisation", "country", "A; B")
        fields["date"] = text_field("Date", "date", "2022, 2022-03 or 2022-03-18")
    fields["context"] = text_field("Context that completes the words", "context", EXAMPLE_CONTEXT)
    return fields
