"""The first pairs of a result as a notebook shows them: side by side, quiet, and safe.

Statements are untrusted, and a notebook runs what it is given: every word is escaped, and the signs
that begin a formula stand each in an element of its own, since notebooks look for formulas in what
they are shown. Nothing is fetched. Text has the notebook's own colour, so that it is read in light
and dark ones; where styles are taken away, a plain table is left.
"""

from __future__ import annotations

from collections.abc import Sequence

from compare.export.cards import link_html, read_as, text_html, time_html
from compare.export.pair_cards import SIDE_NAMES
from compare.export.rows import CHANGED
from compare.export.words import SIGN, VERDICT, counted, percent
from compare.results.result import Pair, Probabilities, Result, Stance
from compare.statements.statement import Quotation, Statement

MOST_SHOWN = 10
"""Pairs shown, the first of those that oppose and of those that agree."""

LONGEST = 600
"""Characters of a text that are shown."""

_FORMULA = str.maketrans({sign: f"<span>{sign}</span>" for sign in "$\\"})
_STYLE = """
.cp-nb { max-width: 70rem; line-height: 1.45; container-type: inline-size; }
.cp-nb p { margin: 0.2em 0; }
.cp-nb .cp-nb-head { font-weight: 600; font-size: 1.1em; overflow-wrap: anywhere; }
.cp-nb table { border-collapse: collapse; width: 100%; table-layout: fixed; margin: 0.5em 0; }
.cp-nb :is(tr, th, td) { background: none !important; color: inherit; font-size: 1em; }
.cp-nb :is(th, td) {
  text-align: left !important; vertical-align: top; white-space: normal !important;
  padding: 0.5em 0.9em 0.5em 0.7em; overflow-wrap: anywhere; border: 0;
}
.cp-nb tr { border: 0; border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
.cp-nb :is(th, td):first-child { width: 8.5em; max-width: none; }
.cp-nb a { color: inherit; text-decoration: underline; }
.cp-nb small { display: block; opacity: 0.8; font-size: 0.88em; margin-top: 0.25em; }
.cp-nb td.cp-nb-agree { border-left: 4px solid #2f86c9; }
.cp-nb td.cp-nb-oppose { border-left: 4px double #cf5a1c; }
.cp-nb td.cp-nb-neither { border-left: 4px dotted #88837a; }
@container (max-width: 36rem) {
  .cp-nb :is(table, tbody) { display: block; }
  .cp-nb thead { display: none; }
  .cp-nb tr { display: grid; grid-template-columns: 1fr 1fr; }
  .cp-nb td:first-child { grid-column: 1 / -1; width: auto; padding-bottom: 0; }
}
"""


def notebook_html(result: Result, most: int = MOST_SHOWN) -> str:
    """Return at most `most` pairs as HTML, and how many there are besides."""
    stances = result.usual_lists
    shown = _first(result, stances, most)
    number = sum(len(result.listed(stance)) for stance in stances)
    names = [name.removeprefix("Side ") for name in SIDE_NAMES[result.kind]]
    rows = "".join(_row(result, stance, entry) for stance, entry in shown)
    table = (
        f"<table><thead><tr><th>Verdict</th><th>{names[0]}</th><th>{names[1]}</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )
    left = number - len(shown)
    more = f"<p>… and {left:,} more: <code>.to_pandas()</code> has them all.</p>" if left else ""
    notes = "".join(f"<p><small>{text(note)}</small></p>" for note in result.notes)
    counts = f"<p>{_counts(result, stances)}</p>"
    body = f"{_asked(result)}{counts}{table if shown else ''}{more}{notes}"
    return wrapped(result.subject, body)


def wrapped(heading: str, body: str) -> str:
    """Return HTML under a heading, with the style, and kept from what looks for formulas."""
    return (
        f'<div class="cp-nb tex2jax_ignore mathjax_ignore"><style>{_STYLE}</style>'
        f'<p class="cp-nb-head" dir="auto">{text(heading)}</p>{body}</div>'
    )


def _asked(result: Result) -> str:
    """Return who said the quote, as far as that is known."""
    who = _who(result.asked) if result.asked else ""
    return f"<p><small>{who}</small></p>" if who else ""


def _first(result: Result, stances: Sequence[Stance], most: int) -> list[tuple[Stance, Pair]]:
    """Return the first of each list, those that decide ahead of those that do neither."""
    lists = {stance: result.listed(stance) for stance in stances}
    decided = [lists[stance] for stance in (Stance.AGREE, Stance.OPPOSE)]
    half = (most + 1) // 2
    room = max(half, most - min(len(entries) for entries in decided))
    chosen: list[tuple[Stance, Pair]] = []
    for stance in stances:
        left = most - len(chosen)
        chosen += [(stance, entry) for entry in lists[stance][: min(room, left)]]
    return chosen


def _row(result: Result, stance: Stance, entry: Pair) -> str:
    read = read_as(stance, entry.probabilities)
    verdict = f"<b>{SIGN[read]} {_word(result, read)}</b>"
    below = "" if read is stance else ", below the least probability"
    a, b = _halves(result, entry)
    odds = f"<small>{_odds(entry.probabilities, read)}{below}</small>"
    return f'<tr><td class="cp-nb-{stance.value}">{verdict}{odds}</td><td>{a}</td><td>{b}</td></tr>'


def _halves(result: Result, entry: Pair) -> tuple[str, str]:
    a = _words(entry.a.text) if result.quote else half_html(entry.a.statement, entry.a.text)
    return a, half_html(entry.b.statement, entry.b.text)


def half_html(statement: Statement, words: str) -> str:
    """Return words, in quotation marks where they are quoted, with who, when and where."""
    shown = _words(words) if statement.quotation is Quotation.DIRECT else text(words)
    context = f"<small>Context: {text(statement.context)}</small>" if statement.context else ""
    who = _who(statement)
    below = f"<small>{who}</small>" if who else ""
    return f'<span dir="auto">{shown}</span>{context}{below}'


def _words(words: str) -> str:
    return f"“{text(words)}”"


def _who(statement: Statement) -> str:
    """Return who, when and where, as far as it is known."""
    who = [text(part) for part in (statement.speaker, statement.countries) if part]
    if statement.date:
        who.append(time_html(statement.date))
    source = statement.title or statement.source
    if source or statement.url:
        url = statement.url if len(statement.url) <= LONGEST else ""
        who.append(formulas(link_html(url, short(source or statement.url))))
    return ", ".join(who)


def _odds(probabilities: Probabilities, stance: Stance) -> str:
    return f"probability {percent(probabilities.of(stance))}"


def _counts(result: Result, stances: Sequence[Stance]) -> str:
    what = "statement" if result.quote else "pair"
    counts = [
        f"{_word(result, stance).lower()}: {counted(len(result.listed(stance)), what)}"
        for stance in stances
    ]
    return f"{'; '.join(counts)}."


def _word(result: Result, stance: Stance) -> str:
    if stance is Stance.OPPOSE and result.over_time:
        return CHANGED.capitalize()
    return VERDICT[stance]


def short(words: str) -> str:
    """Return a text as far as it is shown."""
    return words if len(words) <= LONGEST else f"{words[:LONGEST]} …"


def text(words: str) -> str:
    """Return untrusted text as HTML in which nothing acts, formulas included."""
    return formulas(text_html(short(words)))


def formulas(markup: str) -> str:
    """Keep a notebook from taking what stands between two signs for a formula."""
    return markup.translate(_FORMULA)
