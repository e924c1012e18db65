"""The names that stand before turns, and what they tell: who speaks, who asks, who is nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from compare.corpus.importers.account import Account
from compare.corpus.importers.people import has_office
from compare.corpus.importers.turns import MODERATORS, NAMES, QUESTIONS, UNNAMED, Turn
from compare.statements.countries import country_code

UNTOLD = "words whose speaker cannot be told"
"""Why what is behind a label is left out where it may be a heading as well as a name."""

_COLON = r":(?!(?<=\d:)\d) ?"  # and not that of a clock
_SHOUTED = r"[A-ZÀ-ÖØ-ÞĀ-Ž][A-ZÀ-ÖØ-ÞĀ-Ž’'.\-]*"
_IN_CAPITALS = re.compile(
    rf"(?P<label>{_SHOUTED}(?: (?:{_SHOUTED}|M[ac]+[A-Z]+|#?\d)){{0,6}})"
    rf"(?: (?P<note>\([^()]*\)))?{_COLON}"
)
_STOPPED = re.compile(r"(?P<label>(?:M[RS]|MRS|DR)\. [A-Z’'\-]{3,})\. (?=[A-Z])")
"""A label with a full stop in the place of the colon, as a transcript has it now and then."""
_QUESTION = re.compile(r"Q(?:UESTIONS?)?(?: ?:(?: |$)| |$)")
_LEFT_OUT = {
    MODERATORS: re.compile(
        r"M[OD]*ERATOR|OPERATOR|ANNOUNCER|INTERPRETER|TRANSLATOR|(?:[A-Z]+ )*(?:AIDE|STAFF|STAFFER)"
        r"|.*\bCREW(?: MEMBER)?"
    ),
    UNNAMED: re.compile(
        r"AUDIEN\w+(?: MEMBERS?)?|PARTIC\w+|(?:AN? )?(?:CHILD|CHILDREN|STUDENT|CUSTOMER|REPORTER)S?"
        r"|MEMBERS? OF .*|CROWD|ALL|PROTEST[EO]RS?|UNIDENTIFIED .*|VOICES?"
    ),
}  # fmt: skip

_WORD = r"[A-Z0-9À-ÖØ-ÞĀ-Ž][\w’'.&/-]*"
_CAPITALISED = re.compile(
    rf"(?P<label>{_WORD}(?: (?:{_WORD}|of|the|and|de|for))*)(?: \([^()]*\))?{_COLON}"
)
ASKERS = frozenset({"q", "question", "questions", "journalist", "reporter", "follow-up"})
ANSWERS = frozenset({"a", "answer", "spokesperson", "spokeswoman", "spokesman"})
_OPENER = re.compile(
    r"(?:First|Second|Third|Four|Fif|Six|Last|Final|One|Two|Three|Note|Source|Photo|Link)\w*"
    r"(?: (?:Aspect|Element|Issue|Pillar|Point|Priority|Principle|Reason|Step|Thing|of All))?"
    r"|(?:Again|Also|And|Because|But|Conclusion|Example|Here|However|Indeed|Look|No|Now|Remember|So"
    r"|That|Then|There|Therefore|This|Thus|Yes|Yet)"
)
_POSSESSIVE = re.compile(r"[’']s?$")
_LOWER = re.compile(r"[\W\d_]*[^\W\d_]")
MOST_WORDS = 6
_LONGEST_CODE = 3  # "CRI" is a radio, not Costa Rica

_HONORIFIC = re.compile(r"(?:M[RS]S?|DR)\.? ")
_OFFICE = re.compile(
    r"(?:(?:THE|FORMER|DEPUTY|ASSISTANT|ACTING|STATE|LT\.|VICE|PRIME|FIRST|SURGEON|ATTORNEY|FOREIGN"
    r"|SPECIAL|UNDER) |SECRETARY[ -](?=GENERAL))*"
    r"(?:PRESIDENT|SECRETARY|GENERAL|GOVERNOR|SENATOR|REPRESENTATIVE|CONGRESS(?:WO)?MAN|MAYOR"
    r"|ADMINISTRATOR|AMBASSADOR|DIRECTOR|CHAIR(?:MAN|WOMAN)?|ADVISOR|MINISTER|CHANCELLOR|KING|QUEEN"
    r"|AMIR|LADY|GENTLEM[AE]N|SPEAKER|LEADER|JUSTICE|JUDGE|COMMISSIONER|COLONEL|ADMIRAL|MAJOR|CHIEF"
    r"|COUNSEL|COORDINATOR|ENVOY|RABBI|CHAPLAIN|PRINCE(?:SS)?|POPE|ASSISTANT) "
)
_RANK = re.compile(
    r"[DV]?FM|D?PM|SG|HRVP|HR/VP|MP|MEP|(?:GEN|ADM|COL|MAJ|CAPT|CMDR|LT|BRIG|SGT|VADM|RADM)\.?"
    r"|COUNCILL?OR|CHANCELLERY|TAOISEACH|HIGHNESS|MAJESTY|EXCELLENCY|SHEIKH|CROWN|ENVOY|DELEGATE"
)
_AT_HOME = {
    "United States": re.compile(
        r"(?:THE )?(?:(?:DEPUTY|ACTING|ASSISTANT|UNDER|PRINCIPAL|PENTAGON|PRESS|U\.?S\.?)[ -])*"
        r"(?:SECRETARY(?! GENERAL\b)(?: OF (?:STATE|DEFENSE|WAR|(?:THE )?TREASURY|COMMERCE|ENERGY"
        r"|LABOR|AGRICULTURE|HOMELAND SECURITY|THE (?:INTERIOR|ARMY|NAVY|AIR FORCE)))?"
        r"|AMBASSADOR|SPOKES(?:PERSON|MAN|WOMAN)|SENATOR|REPRESENTATIVE|CONGRESS(?:WO)?MAN"
        r"|ADMINISTRATOR|COUNSELOR)(?: (?!OF |FOR )|$)"
        r"|(?:AN? )?(?:SENIOR )?(?:(?:STATE|DEFENSE|DEPARTMENT|ADMINISTRATION|MILITARY|WHITE|HOUSE"
        r"|U\.?S\.?|GOVERNMENT) )*OFFICIAL(?: |$)"
    ),
    "China": re.compile(r"SPOKES(?:PERSON|MAN|WOMAN)(?: |$)"),
}
_ADDRESSED = frozenset({"PRESIDENT", "MINISTER", "CHANCELLOR", "COMMISSIONER", "AMBASSADOR"})
_ABROAD = re.compile(
    r"(?:VICE )?PRESIDENT|PRIME MINISTER|(?:FOREIGN )?MINISTER|CHANCELLOR|KING|QUEEN|AMIR|POPE"
    r"|PRINCE(?:SS)?|SECRETARY[ -]GENERAL|FIRST LADY"
)


def shouted(text: str, line: int, account: Account) -> Turn | None:
    """Return the turn that a paragraph starts where its label is in capitals ("MS. ROE: ...").

    "Q" and "QUESTION" start a question. The label goes to the account.
    """
    if found := _QUESTION.match(text):
        account.leave(NAMES, found[0])
        return Turn("", text[found.end() :], line, QUESTIONS)
    found = _IN_CAPITALS.match(text) or _STOPPED.match(text)
    if found is None:
        return None
    account.leave(NAMES, found[0])
    label = found["label"]
    reason = next((why for why, who in _LEFT_OUT.items() if who.fullmatch(label)), "")
    return Turn(label, text[found.end() :], line, reason, found.groupdict().get("note") or "")


def capitalised(text: str) -> re.Match[str] | None:
    """Return the label a paragraph starts with: capitalised words, and no "First:"."""
    found = _CAPITALISED.match(text)
    if found is None or is_opener(found["label"]) or found["label"].isdecimal():
        return None
    return found if len(found["label"].split()) <= MOST_WORDS else None


def is_opener(label: str) -> bool:
    """Say whether words before a colon count or open a sentence: "First:", "Second Point:"."""
    return bool(_OPENER.fullmatch(label))


def is_heading(label: str, words: str) -> bool:
    """Say whether a colon stands in a sentence: it goes on in lower case, or starts with a country.

    "Valdoria’s Position: ..." is no name, and neither is "The Roads: they are open."
    """
    first = _LOWER.match(words)
    if first and first[0][-1].islower():
        return True
    parts = label.removeprefix("The ").partition(" and ")[0].split()
    possessive = (at for at, part in enumerate(parts, start=1) if _POSSESSIVE.search(part))
    named = _POSSESSIVE.sub("", " ".join(parts[: next(possessive, len(parts))]))
    return len(named) > _LONGEST_CODE and bool(country_code(named))


def before_answers(labels: Iterable[tuple[int, bool]]) -> dict[int, bool]:
    """Return for the line of each label whether the next is the speaker's own.

    Whoever speaks is not named again before somebody else has spoken. All is empty where no label
    is the speaker's: who speaks alone needs none.

    Args:
        labels: The line of each label, and whether it is the speaker's.
    """
    listed = [*labels]
    if not any(own for _, own in listed):
        return {}
    following = [own for _, own in listed[1:]] + [False]
    return {line: own for (line, _), own in zip(listed, following, strict=True)}


def answered(lines: Sequence[tuple[str, int]], speaker: str) -> dict[int, bool]:
    """Return `before_answers` for a text where one speaks and all others ask."""
    labels = ((found["label"], line) for text, line in lines if (found := capitalised(text)))
    return before_answers((line, _is_own(label, speaker)) for label, line in labels)


def voice(
    found: re.Match[str], line: int, speaker: str, account: Account, followed: bool | None = True
) -> Turn | None:
    """Return the turn behind such a label: the one speaker's, or a question of anybody else.

    It is left out where it may be a heading as well, and None where it is no label but words of a
    sentence. The label goes to the account.

    Args:
        followed: Whether the speaker's own label is the next; None where he has none.
    """
    label, words = found["label"], found.string[found.end() :]
    turn = Turn(label, words, line, QUESTIONS)
    if _is_own(label, speaker):
        turn = Turn(speaker, words, line)
    elif label.casefold() in ASKERS:
        turn = Turn("", words, line, QUESTIONS)
    else:
        asks, sentence = followed or "?" in words, is_heading(label, words)
        if not asks and (sentence or followed is None):
            return None
        if sentence or not asks:
            turn = Turn("", words, line, UNTOLD)
    account.leave(NAMES, found[0])
    return turn


def _is_own(label: str, speaker: str) -> bool:
    return label.casefold() in ANSWERS | {speaker.casefold()}


def split_label(label: str) -> tuple[str, str]:
    """Return office and surname of a label in capitals, the whole as surname where it has none."""
    if found := _HONORIFIC.match(label):
        return "", label[found.end() :]
    found = _OFFICE.match(label)
    return (found[0].strip(), label[found.end() :]) if found else ("", label)


def is_abroad(office: str) -> bool:
    """Say whether an office in capitals is a guest's in a transcript of the United States."""
    return bool(_ABROAD.fullmatch(office))


def is_at_home(label: str, country: str) -> bool:
    """Say whether a label in capitals is of somebody who speaks for the country of the transcript.

    That is who has no office ("MS ROE"), or one of its own ("SECRETARY ROE"). Whoever has another
    may be a guest.
    """
    found = _HONORIFIC.match(label)
    rest = label[found.end() :] if found else label
    if found and " " not in rest and rest not in _ADDRESSED:
        return True
    words = re.split(r"[ -]", rest)
    if not (has_office(words) or any(map(_RANK.fullmatch, words))):
        return True
    office = _AT_HOME[country].match(rest) if country in _AT_HOME else None
    if office is None:
        return False
    return not has_office(re.split(r"[ -]", rest[office.end() :])[:-1])
