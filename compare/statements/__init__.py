"""Statements, passages and quotes, and their dates, countries, languages and duplicates."""

from compare.statements.countries import country_code, country_key, country_name, parse_countries
from compare.statements.dates import MISSING, parse_date
from compare.statements.duplicates import words_key
from compare.statements.languages import is_language, language_of
from compare.statements.normalize import fold, speaker_key
from compare.statements.passages import (
    Passage,
    WordsRead,
    complete,
    split_quote,
    split_statement,
)
from compare.statements.quotes import Quote, check_languages, clean_quote, unread_language
from compare.statements.sentence_kinds import SentenceKind, sentence_kinds
from compare.statements.statement import (
    Country,
    PartialDate,
    Precision,
    Quotation,
    Statement,
    TranslatedBy,
)

__all__ = [
    "MISSING",
    "Country",
    "PartialDate",
    "Passage",
    "Precision",
    "Quotation",
    "Quote",
    "SentenceKind",
    "Statement",
    "TranslatedBy",
    "WordsRead",
    "check_languages",
    "clean_quote",
    "complete",
    "country_code",
    "country_key",
    "country_name",
    "fold",
    "is_language",
    "language_of",
    "parse_countries",
    "parse_date",
    "sentence_kinds",
    "speaker_key",
    "split_quote",
    "split_statement",
    "unread_language",
    "words_key",
]
