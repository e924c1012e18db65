"""Characters that a model's vocabulary lacks, written so that the word about them can be read.

One unknown character makes a whole word unknown, digits included: "£3" and "£30" would be one. So a
sign that has no spelling, an emoji say, is set apart from the words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Container

_LETTERS = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ħ": "h", "ŧ": "t",
    "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ŋ": "ng",
}  # fmt: skip
_SIGNS = {
    "£": " pounds ", "¥": " yen ", "₹": " rupees ", "₽": " rubles ", "₩": " won ",
    "₪": " shekels ", "₴": " hryvnias ", "₺": " lira ", "₦": " naira ", "§": " section ",
    "±": " plus or minus ", "×": " times ", "−": "-", "‐": "-", "‑": "-", "‒": "-", "―": "-",
    "ʼ": "'", "ʻ": "'",
    "«": '"', "»": '"', "„": '"', "‚": "'", "‹": "'", "›": "'", "′": "'", "″": '"',
}  # fmt: skip


class Spelling(dict[int, str]):
    """What `str.translate` puts for a character: itself, unless the vocabulary lacks it."""

    def __init__(self, vocabulary: Container[str]) -> None:
        """Take the words and pieces ("##e") that a model knows, in small letters."""
        super().__init__()
        self._vocabulary = vocabulary

    def __missing__(self, code: int) -> str:
        """Return and remember what stands for a character."""
        self[code] = found = self._spelled(chr(code))
        return found

    def _spelled(self, character: str) -> str:
        kind = unicodedata.category(character)
        if kind in {"Cc", "Cs"}:
            return " "  # a tokenizer leaves control characters out and joins what stands about them
        if character.isascii() or character.isspace() or self._known(character):
            return character
        small = character.lower()
        if plain := _LETTERS.get(small) or _SIGNS.get(small):
            return plain
        apart = unicodedata.normalize("NFKD", character)
        if "⁄" in apart:
            return f" {apart.replace('⁄', '/')} "
        if unicodedata.decomposition(character).startswith("<super>"):
            return f" {apart}"  # a note's mark or a power is no digit of the number ahead of it
        if all(map(self._known, apart)):
            return apart
        return f" {character} " if kind[0] in "SP" else character

    def _known(self, character: str) -> bool:
        """Tell whether the vocabulary has a character, in small letters and without accents."""
        bare = unicodedata.normalize("NFD", character.lower())
        letters = [one for one in bare if not unicodedata.combining(one)]
        return all(
            one.isascii() or one in self._vocabulary or f"##{one}" in self._vocabulary
            for one in letters
        )
