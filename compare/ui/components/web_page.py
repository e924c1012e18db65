"""Statements out of a web page: its quotations as proposals, each confirmed by the reader."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import PurePath

import streamlit as st

from compare.corpus.web import Page, Proposal, propose, statements_of
from compare.corpus.web.opening import fetched_page, saved_page
from compare.export.cards import Words, text_html, words_html
from compare.export.pieces import facts_html
from compare.export.words import counted
from compare.statements.statement import Quotation, Statement
from compare.ui.components.layout import notice, small

FETCHED = "fetched-page"
"""Session state: the page that was fetched last."""

_BATCH = "batch-of-pages"
"""Session state: how many pages were taken over; each has fields of its own."""

_AT_FIRST = 20
_WHO = ("speaker", "role", "country")


def ask_for_page() -> Page | None:
    """Show the fields for an address and for a saved page; return the page, if one is there.

    Raises:
        CorpusError: It cannot be fetched or read.
    """
    batch = st.session_state.get(_BATCH, 0)
    with st.form(f"page-{batch}", border=False):
        address = st.text_input(
            "Address of the page", key=f"page-url-{batch}", placeholder="https://", max_chars=2000
        )
        pressed = st.form_submit_button("Fetch the page", key=f"page-go-{batch}")
    file = st.file_uploader(
        "Or a saved page (.html, or its text as .txt)",
        type=["html", "htm", "xhtml", "txt"],
        key=f"page-file-{batch}",
    )
    if pressed and address.strip():
        st.session_state.pop(FETCHED, None)
        with st.spinner("Fetching the page…"):
            st.session_state[FETCHED] = fetched_page(address.strip())
        st.session_state[_BATCH] = batch + 1  # a file that was there before makes way
        st.rerun()
    if file is not None:
        content = file.getvalue()
        return _saved(hashlib.sha256(content).hexdigest(), content, PurePath(file.name).name)
    page: Page | None = st.session_state.get(FETCHED)
    return page


def page_done() -> None:
    """Empty the fields: what was accepted is in the library."""
    st.session_state.pop(FETCHED, None)
    st.session_state[_BATCH] = st.session_state.get(_BATCH, 0) + 1


@st.cache_resource(show_spinner="Reading the page…", max_entries=4)
def _saved(key: str, _content: bytes, name: str) -> Page:
    return saved_page(_content, name)


@st.cache_resource(show_spinner="Looking for quotations…", max_entries=4)
def _proposals(key: str, _page: Page) -> tuple[Proposal, ...]:
    return tuple(propose(_page))


def confirm(page: Page) -> list[Statement]:
    """Show what the page says, quotation by quotation; return the statements that are accepted."""
    key = hashlib.sha256(repr(page).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    proposals = _proposals(key, page)
    st.html(
        facts_html(
            [
                ("Page", page.title),
                ("Published", ", ".join(part for part in (page.site, page.date) if part)),
                ("Address", page.url),
            ]
        )
    )
    if not proposals:
        notice("No quotation was found in this page.")
        return []
    small(
        f"{counted(len(proposals), 'quotation')} found. Speakers are guessed from the words around "
        "them: compare each with its sentence, put right what is wrong, and take what you stand by."
    )
    more = f"page-more-{key}"
    number = int(st.session_state.get(more, _AT_FIRST))
    taken = [
        found
        for n, proposal in enumerate(proposals[:number])
        if (found := _proposal(proposal, f"{key}-{n}")) is not None
    ]
    if len(proposals) > number:

        def show_more() -> None:
            st.session_state[more] = number + _AT_FIRST

        left = len(proposals) - number
        label = f"Show {min(left, _AT_FIRST)} more of {left}"
        st.button(label, key=f"{more}-go", on_click=show_more)
    return statements_of([(page, proposal) for proposal in taken])


def _proposal(proposal: Proposal, key: str) -> Proposal | None:
    """Show a proposal; return it, put right where it was, if it is taken."""
    guessed = {name: getattr(proposal, name) for name in _WHO}
    speaker, role, country = (
        str(st.session_state.get(f"page-{name}-{key}", was)).strip()
        for name, was in guessed.items()
    )
    now = replace(proposal, speaker=speaker, role=role, country=country)
    with st.container(key=f"card-page-{key}", gap="xxsmall"):
        st.html(_card(now))
        with st.container(
            key=f"actions-page-{key}", horizontal=True, gap="small", vertical_alignment="center"
        ):
            taken = st.checkbox("Take it", key=f"page-take-{key}")
            with st.popover("Put right who said it", type="tertiary"):
                for name, was in guessed.items():
                    field = f"page-{name}-{key}"
                    st.text_input(name.capitalize(), was, key=field, max_chars=300)
    return now if taken else None


def _card(proposal: Proposal) -> str:
    """Return a proposal as HTML: the words, who is taken to have said them, and the sentence."""
    words = Statement(id="", text=proposal.text, quotation=proposal.quotation)
    who = ", ".join(filter(None, (proposal.role, proposal.country)))
    name = text_html(proposal.speaker) or "Speaker not named"
    office = f'<p class="cp-office"><bdi>{text_html(who)}</bdi></p>' if who else ""
    sentence = ""
    if proposal.context != proposal.text or proposal.quotation is Quotation.REPORTED:
        sentence = (
            '<p class="cp-context"><span>Sentence</span> '
            f'<bdi dir="auto">{text_html(proposal.context)}</bdi></p>'
        )
    return (
        f'<article class="cp-card cp-plain">{words_html(words, Words(proposal.text))}'
        f'<div class="cp-who"><h3 class="cp-name"><bdi>{name}</bdi></h3>{office}</div>'
        f'{sentence}<p class="cp-note">{text_html(proposal.confidence.capitalize())}</p></article>'
    )
