"""The quote that a user searches for, and the cleaning of pasted text."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from compare.errors import QueryError
from compare.statements.duplicates import words_key
from compare.statements.languages import language_name, language_names, language_of
from compare.statements.statement import Country, PartialDate, Statement

LONGEST = 20_000
"""Characters of the longest quote: about ten pages."""

_HYPHEN_BREAK = re.compile(r"(?<!\w)(\w+)[-\u00ad\u2010]\s*\n\s*([a-zà-ÿа-яё]\w*)")
PREFIXES = re.compile("all|anti|co|cross|ex|far|long|multi|non|post|pre|pro|self|semi|short|well")
"""First parts of words that keep their hyphen at the end of a line."""

_SHOWN = 20  # characters in an error

_DETAILS = ("speaker", "role", "country", "date", "context")
_QUOTED = re.compile(
    r'(?:"([^"]*)"|“([^“”]*)”|„([^„“”]*)[“”]|«([^«»]*)»|‘([^‘]*)’'
    r"|「([^「」]*)」|『([^『』]*)』|＂([^＂]*)＂|‹([^‹›]*)›)([.,。，،]?)\Z"
)
_HALF_QUOTED = re.compile(r'["“„«「『]([^"“”„«»「」『』]*)\Z')
_LINE_END = re.compile("\r\n?|[\x0b\x0c]")
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u2060\ufeff]")
_CONTROL = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Quote:
    """The quote that a user searches for, with optional details on who said it and when.

    >>> quote = Quote("We reject this.", context="On the report of military aid.")
    >>> library.search(quote).quote == quote
    True
    """

    text: str
    speaker: str = ""
    role: str = ""
    country: tuple[Country, ...] = ()
    date: PartialDate | None = None
    context: str = ""
    statement_id: str | None = None
    """The statement of the corpus that the quote was taken from, if any."""
    opposite: str = ""
    """What someone who disagrees would say: passages are compared with both."""

    @property
    def ends(self) -> tuple[str, ...]:
        """Return the words, and the opposite if it has one."""
        return (self.text, self.opposite) if self.opposite else (self.text,)

    @classmethod
    def from_statement(cls, statement: Statement) -> Quote:
        """Return a statement of the corpus as a quote; a very long one is cut.

        The quote has the words that models read: those of an English translation, if there is one.
        """
        details = {name: getattr(statement, name) for name in _DETAILS}
        text = statement.translation if statement.is_read_in_translation else statement.text
        return cls(_beginning(text), **details, statement_id=statement.id)

    def as_statement(self, source: Statement | None = None) -> Statement:
        """Return the quote as a statement, completed from `source`, one with the same words.

        Details given with the quote override those of the source. A quote that has details but was
        not taken from the source is not completed.
        """
        given = {name: value for name in _DETAILS if (value := getattr(self, name))}
        if source is None or (given and self.statement_id != source.id):
            return Statement(id=self.statement_id or "", text=self.text, **given)
        return replace(source, **given)

    def to_dict(self) -> dict[str, Any]:
        """Return the quote as plain data, without an opposite if it has none."""
        data = {
            **asdict(self),
            "country": [asdict(entry) for entry in self.country],
            "date": self.date.iso if self.date else "",
        }
        return {name: value for name, value in data.items() if name != "opposite" or value}

    def cleaned(self, what: str = "The quote") -> Quote:
        """Return the quote with its words, and its opposite, as `clean_quote` returns them.

        `what` is what errors call it.

        Raises:
            QueryError: Either has no word or is too long, or both have the same words.
        """
        text = clean_quote(self.text, what)
        opposite = clean_quote(self.opposite, "The opposite") if self.opposite.strip() else ""
        if opposite and words_key(opposite) == words_key(text):
            raise QueryError(
                f"The opposite has the words of {what[0].lower()}{what[1:]}: say what someone who "
                "disagrees would say."
            )
        return replace(self, text=text, opposite=opposite)


def _beginning(text: str) -> str:
    """Return as many whole sentences as fit into a quote."""
    if len(text) <= LONGEST:
        return text
    cut = text[:LONGEST]
    end = max(cut.rfind(mark) for mark in (". ", "! ", "? ", "؟ ", "。", "！", "？"))
    return cut[: end + 1] if end > 0 else cut.rpartition(" ")[0] or cut


def clean_quote(text: str, name: str = "The quote") -> str:
    """Return a pasted quote on one line, without quotation marks around it.

    Words hyphenated at a line end are joined ("mili-⏎tary"), but prefixes keep their hyphen
    ("self-⏎determination"). Invisible characters are dropped; control characters become blanks.

    Args:
        text: The quote.
        name: What to call it in an error: "The proposition".

    Raises:
        QueryError: It holds no word, or is longer than `LONGEST`.
    """
    if len(text) > LONGEST:
        raise QueryError(
            f"{name} has {len(text):,} characters, more than {LONGEST:,}: give a part of it, "
            "or add the text as a statement."
        )
    text = _HYPHEN_BREAK.sub(_join, _LINE_END.sub("\n", text))
    text = " ".join(_CONTROL.sub(" ", _INVISIBLE.sub("", text)).split())
    while (inner := _unquoted(text)) != text:
        text = inner
    if not text:
        raise QueryError(f"{name} is empty: give its words.")
    if not re.search(r"\w", text):
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        raise QueryError(f"{name} has no words, only {shown!r}: give at least one word.")
    return text


def unread_language(text: str, languages: tuple[str, ...]) -> str:
    """Return the code of a text's language if it clearly is none of these; "" if any can be read.

    >>> unread_language("Россия не передавала снаряды Ирану.", ("en",))
    'ru'
    """
    language = language_of(text, languages[0]) if languages else ""
    return "" if language in languages else language


def check_languages(*named: tuple[str, str], languages: tuple[str, ...]) -> None:
    """Refuse texts in a language that the stance model clearly does not read.

    Args:
        named: Pairs of a name ("The quote") and a text.
        languages: ISO 639-1 codes of the languages that the model reads; empty if it reads any.

    Raises:
        QueryError: Names the first such text, its language, and what to do.
    """
    for name, text in named:
        if language := unread_language(text, languages):
            raise QueryError(
                f"{name} looks {language_name(language)}. The stance model reads "
                f"{language_names(languages)} and would only guess: give a translation."
            )


def _join(match: re.Match[str]) -> str:
    first, second = match.groups()
    return f"{first}-{second}" if PREFIXES.fullmatch(first.casefold()) else first + second


def _unquoted(text: str) -> str:
    """Remove quotation marks around the whole text, or one that is never closed; one pair only."""
    if match := _QUOTED.match(text):
        *bodies, point = match.groups()
        return ("".join(body or "" for body in bodies) + point).strip()
    if match := _HALF_QUOTED.match(text):
        return match[1].strip()
    return text
