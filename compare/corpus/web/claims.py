"""Tell the words of somebody else in a sentence: "Lorn rejected Tal’s claim that …"."""

from __future__ import annotations

from collections.abc import Sequence

from compare.corpus.web import words
from compare.corpus.web.tokens import Token

_OPENERS = ("that", ":", ",")
_NEAR = 10
_STOPS = (".", ";", ":")


def is_of_another(tokens: Sequence[Token], verb: int, first: int, quotation: int) -> bool:
    """Say whether the words at token `quotation` are those of a claim that somebody else made.

    Args:
        tokens: The paragraph's.
        verb: That of who is named ahead, -1 where the sentence has no verb of saying.
        first: Where the words between that verb, or the sentence's start, and the quotation begin.
        quotation: Where the words begin, the "that" or the colon ahead of them.
    """
    said = tokens[verb].lower if verb >= 0 else ""
    opener = tokens[quotation - 1].lower if quotation > first else ""
    end = quotation - 1 - (opener in _OPENERS)
    if _names_quoted(tokens[max(first - 1, 0) : quotation]):
        return True
    if first > end or opener == "as" or (said in words.NAMING and opener != "that"):
        return False
    claim = _claim(tokens, first, end)
    if claim < 0:
        return _is_owned(tokens, said, first, end, opener)
    begin = _begin(tokens, first, claim)
    ahead = tokens[begin - 1].lower if begin > first else ""
    owned = any(_is_owner(token) for token in tokens[begin:claim])
    by = any(token.lower == "by" for token in tokens[claim + 1 : end + 1])
    if owned or (by and said):
        return opener != ":" or not said or said in words.REJECTING
    if said in words.REJECTING or (not said and opener not in (",", ":")):
        return ahead not in words.MAKING
    return ahead in words.ABOUT and opener not in (":", ",")


def is_claim(token: Token) -> bool:
    """Say whether a noun stands for what somebody claims, "statement" or "rumours"."""
    if token.is_name:
        return False
    return token.lower in words.CLAIMS or token.lower.removesuffix("s") in words.CLAIMS


def _names_quoted(between: Sequence[Token]) -> bool:
    """Say whether someone is named behind "quoting"."""
    quoting = next((i for i, t in enumerate(between) if t.lower in words.QUOTING), len(between))
    return any(token.is_name for token in between[quoting:])


def _claim(tokens: Sequence[Token], first: int, end: int) -> int:
    """Return where the nearest noun of claiming is, -1 for nowhere."""
    for at in range(end, max(first, end - _NEAR) - 1, -1):
        if tokens[at].quoted or tokens[at].text in _STOPS:
            break
        if is_claim(tokens[at]):
            return at
    return -1


def _begin(tokens: Sequence[Token], first: int, noun: int) -> int:
    """Return where the words that belong to a noun begin: "his old" ahead of "claim"."""
    begin = noun
    while begin > first and _belongs(tokens[begin - 1]):
        begin -= 1
    return begin


def _belongs(token: Token) -> bool:
    if token.lower in words.MAKING:
        return False
    return token.is_noun or token.is_possessive or token.lower in words.DETERMINERS


def _is_owned(tokens: Sequence[Token], said: str, first: int, end: int, opener: str) -> bool:
    """Say whether a name in the possessive tells whose words they are: "Tal’s jibe that"."""
    if opener not in _OPENERS:
        return _is_owner(tokens[end]) and (not said or said in words.REJECTING)
    if opener != "that" or said in words.ADDRESSING:
        return False
    begin = _begin(tokens, first, end)
    ahead = tokens[begin - 1].lower if begin > first else ""
    about = ahead in words.NO_SUBJECT_BEHIND and said not in words.REJECTING
    return not about and any(_is_owner(token) for token in tokens[begin:end])


def _is_owner(token: Token) -> bool:
    return token.is_possessive and token.text[0].isupper()
