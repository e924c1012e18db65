"""Take the layout of a printed page off a text; what goes is counted."""

from __future__ import annotations

import re

from compare.corpus.importers.account import Account

_HYPHEN_BREAK = re.compile(r"(?<![^\W_])([^\W_]+)-[ \t]*\r?\n\s*(?=([^\W_]+)(\s?))")
_WORD = re.compile(r"[^\W\d_]+")
_WAITED_FOR = frozenset({"and", "or"})
_BREAK = re.compile(r"[ \t]*\r?\n[ \t]*")
_WIDEST = 120
"""Lines that are often longer than this are paragraphs."""


def joined_hyphens(text: str, account: Account) -> str:
    """Join the words that a hyphen at a line's end parts.

    The hyphen goes only where the text has the word without it elsewhere: most are those of
    compounds ("self-\\ndetermination"). One that waits for its word has a blank behind it
    ("short-\\nand long-term").
    """
    words = set(_WORD.findall(text.casefold())) if _HYPHEN_BREAK.search(text) else set()

    def join(found: re.Match[str]) -> str:
        before, behind, blank = found.groups()
        if blank and behind in _WAITED_FOR:
            return f"{before}- "
        is_cut = behind[0].islower() and (before + behind).casefold() in words
        return before if is_cut else f"{before}-"

    return account.without("hyphens at line ends", _HYPHEN_BREAK, text, join)


def unwrapped(text: str, account: Account) -> str:
    """Return the text with a blank for each line break inside a sentence.

    A break stays where the line before it ends a sentence, where a blank line stands, and in texts
    whose lines are not broken at a width.
    """
    lines = text.splitlines()
    lengths = sorted(len(line) for line in lines if line.strip())
    if not lengths or lengths[len(lengths) * 9 // 10] > _WIDEST:
        return text

    def joint(found: re.Match[str]) -> str:
        before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        after = text[found.end() : found.end() + 1]
        return "\n" if before[-1:] in ("", *".!?") or after in ("", "\n", "\r") else " "

    return account.without("line breaks of the page", _BREAK, text, joint)


_BEFORE_MARKS = re.compile(r"\s+(?=[,.;:?!)\]]|['’]s\b)")
_BEHIND_BRACKETS = re.compile(r"(?<=[(\[])\s+")
_QUOTED = re.compile(r'"\s*([^"]*?)\s*"')
_BLANKS = re.compile(r"\s{2,}")


def untokenised(text: str, account: Account) -> str:
    """Take away the blanks that a tokeniser put around marks: `the Council 's aims ( all ) .`.

    Hyphens and lone quotation marks stay as they are: they could be dashes, and open or close.
    """
    reason = "blanks of the tokeniser"
    for pattern in (_BEFORE_MARKS, _BEHIND_BRACKETS):
        text = account.without(reason, pattern, text)
    if text.count('"') % 2 == 0:
        text = account.without(reason, _QUOTED, text, r'"\1"')
    return account.without(reason, _BLANKS, text, " ")
