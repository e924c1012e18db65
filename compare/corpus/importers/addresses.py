"""The form of address that a speech in a record of the United Nations starts with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from compare.statements.countries import country_code
from compare.statements.normalize import fold

_START = re.compile(
    r"\s*(?P<name>[^\s():][^():\n]{0,90}?)\s*(?P<notes>(?:\([^()]{1,160}\)\s*)*):\s*"
)
_NOTE = re.compile(r"\(([^()]*)\)")
_LANGUAGE = re.compile(
    r"(?:spoke|speaking|spoken|interpret\w*|translat\w*)\s+(?:in|fro\w)\s+(?P<language>[A-Z]\w+)",
    re.IGNORECASE,
)
_NAME = (
    r"(?:[^\W\d_a-zà-ÿ][\w.,'’-]*|al|as|bin|ben|da|das|de|del|della|den|der|di|do|dos|du|e|el|i|ibn"
    r"|la|le|of|ould|ter|the|van|vom|von|y|zu|(?:al|el|as|an)-\w+)"
)
_TITLED = re.compile(
    r"(?:(?i:The\s+(?:(?:acting|temporary)\s+)?(?:president|chair(?:man|person)?"
    r"|(?:deputy\s+)?secretary-general))"
    r"|(?:Mr|Mrs|Ms|Miss|Messrs|Mme|Dr|Sir|Dame|Lord|Lady|Baron|Baroness|Sheikha?|Nana|Dato|Prof"
    r"|Professor|Prince|Princess|Crown\s+Prince|King|Queen|Archbishop|Bishop|Cardinal|Monsignor"
    r"|Reverend|Judge|Justice|President|Vice-President|Prime\s+Minister|Chief|General"
    rf"|(?:Lieutenant|Major|Brigadier)\s+General|Ambassador)\b[.,]?(?:\s+{_NAME})+)"
)


@dataclass(frozen=True, slots=True)
class Address:
    """A form of address: `Mr. Ilves (Ostravia) (spoke in French):`.

    Attributes:
        length: How many characters of the text it takes, 0 where there is none.
        name: As it stands there, with its title.
        country: What stands in the brackets that do not tell the language.
        language: That the speech was given in, as the record names it.
    """

    length: int = 0
    name: str = ""
    country: str = ""
    language: str = ""


def address_of(text: str, speaker: str = "", country: str = "") -> Address:
    """Return the form of address that a text starts with, an empty one where it has none.

    A title, the speaker's last name or brackets with a country or a language tell it from a
    sentence with a colon.

    Args:
        text: Of a speech, from its start.
        speaker: Who is known to speak, "" where that is not known.
        country: Whom the speaker is known to speak for, or "".
    """
    found = _START.match(text)
    if found is None:
        return Address()
    name = " ".join(found["name"].split())
    notes = [" ".join(note.split()) for note in _NOTE.findall(found["notes"])]
    languages = [said["language"] for note in notes if (said := _LANGUAGE.search(note))]
    places = [note for note in notes if not _LANGUAGE.search(note)]
    last = fold(speaker).split()[-1:]
    if not (
        _TITLED.fullmatch(name)
        or languages
        or (last and last[0] in fold(name).split())
        or any(fold(place) == fold(country) or country_code(place) for place in places)
    ):
        return Address()
    return Address(
        found.end(),
        name,
        places[0] if places else "",
        languages[0].capitalize() if languages else "",
    )
