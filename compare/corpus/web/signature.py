"""Find who signs a quotation that is a paragraph of its own: "— Ada Lorn, the minister"."""

from __future__ import annotations

from collections.abc import Sequence

from compare.corpus.web.marks import Quoted, quotations
from compare.corpus.web.naming import Names
from compare.corpus.web.tokens import tokens
from compare.corpus.web.who import Kind, Who

_DASHES = ("—", "–", "―", "-", "‒")
_STOPS = (".", "!", "?", "…", ":")
_BETWEEN = " \u00a0.,;!?…"
_LONGEST = 200
_NOBODY = Who(Kind.OTHER, 0, 0)


def signers(paragraphs: Sequence[str]) -> list[Who | None]:
    """Return who signs each paragraph in the one behind it; a quotation can fill several.

    None where nobody does. `OTHER` where someone does who cannot be told: a signature that cannot
    be read, or a name without a dash, since that can be of whoever speaks next.
    """
    following = (*paragraphs[1:], "")
    quoted = [quotations(text) for text in paragraphs]
    goes_on = list(map(_goes_on, paragraphs, quoted, following))
    found: list[Who | None] = [None] * len(paragraphs)
    for at in range(len(paragraphs) - 2, -1, -1):
        if _is_nothing_else(paragraphs[at], quoted[at]):
            found[at] = found[at + 1] if goes_on[at] else _signer(following[at])
    for at in range(1, len(paragraphs)):
        if found[at] and goes_on[at - 1] and found[at - 1] is not found[at]:
            found[at] = _NOBODY  # the words began where another is named
    return found


def _goes_on(text: str, quoted: Sequence[Quoted], following: str) -> bool:
    """Say whether a paragraph ends within a quotation that the following one goes on with."""
    open_end = bool(quoted) and not quoted[-1].closed
    return open_end and text[quoted[-1].start - 1] == following[:1]


def _is_nothing_else(text: str, quoted: Sequence[Quoted]) -> bool:
    """Say whether a paragraph is a quotation, or several, and no other words."""
    end = 0
    for quotation in quoted:
        if text[end : quotation.start - 1].strip(_BETWEEN):
            return False
        end = quotation.end + quotation.closed
    return bool(quoted) and not text[end:].strip(_BETWEEN)


def _signer(text: str) -> Who | None:
    if not text or len(text) > _LONGEST:
        return None
    names = Names(text, tokens(text, []))
    end = len(names.tokens)
    dashed = names.tokens[0].text in _DASHES
    who = names.after(int(dashed), end)
    behind = names.tokens[who.last + 1].text if who and who.last + 1 < end else ","
    if dashed:
        is_told = who and (" " in who.name or who.role) and behind in (",", "(", ".")
        return who if is_told else _NOBODY
    alone = who and (" " in who.name or who.kind is Kind.ROLE) and behind == ","
    stops = names.tokens[-1].text in _STOPS
    return _NOBODY if alone and not stops else None
