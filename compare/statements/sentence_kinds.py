"""Sentences whose words are not the speaker's own assertion: questions, conditions, reports.

Rules on English words tell them apart; they miss what has no such words, such as irony.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache


class SentenceKind(StrEnum):
    """What a sentence does, if it does not simply assert what its speaker holds."""

    QUESTION = "question"
    CONDITION = "condition"
    REPORT = "report"
    """Somebody other than the speaker says or believes it."""
    DENIAL = "denial"
    """The speaker rejects what others say."""
    QUOTATION = "quotation"
    """Words of others, in quotation marks."""


_PEOPLE = (
    r"government|president|premier|chancellor|king|minister|secretary|secretary-general|regime|"
    r"leader|leadership|representative|authorities|spokesman|spokesperson|spokeswoman|"
    r"official|ambassador|general|newspaper|media|press|expert|scientist|critic|opponent|"
    r"politician|analyst|observer|administration|aggressor|separatist|senator|colleague|people"
)
# A name begins with a capital letter, and so do these words at the start of a sentence.
_NO_NAME = (
    r"I|We|You|It|This|That|These|Those|There|As|And|But|Or|So|Let|If|When|What|Which|Who|Nobody|"
    r"No|Not|Never|To|Please|One|My|Our|Here|Having|Being|Q|MR|MS|MRS|Mr|Mrs|Ms|Madam|Sir|"
    r"Excellency|Delegation|Just|Also|Well|Then|How|Why|Where|Say|Now|Yes|Nothing"
)
_OTHERS = r"\b(?:[Tt]hey|[Hh]e|[Ss]he|[Ss]ome|[Oo]thers|[Mm]any|(?:[Tt]hose|[Pp]eople) who)"
_NAMED = (
    r"(?<!\b[Mm]y )(?<!\b[Oo]ur )\b(?!(?:[Tt]he )?(?:(?:[Vv]ice )?[Pp]resident|[Gg]overnment|"
    r"[Mm]inister|[Aa]dministration|[Ll]eadership) (?!of\b))"  # mostly the speaker's own
    rf"(?:(?!my|our|My|Our)\w+ )?(?:{_PEOPLE})s?"
    r"(?: of(?: the)?(?: [A-Z][\w’'.-]*)+)?"
    rf"|(?<!\b[Mm]y )(?<!\b[Oo]ur )\b(?!(?:{_NO_NAME}|President|Government|"
    r"Administration)\b)[A-Z][\w’'.-]+"
)
_BETWEEN = (
    r"(?:,? (?:has|have|had|also|once|again|still|now|even|often|already|just|himself|herself|"
    r"themselves|yesterday|then|always|sometimes|would|may|might|\w+ly),?){0,3} "
)
_SAYS = (
    r"(?:(?:(?<=[sy] )say|(?<=who )say|says|said)\b(?! (?:to be|so|yes|no|nothing)\b)"
    r"|(?:claim(?:s|ed)?|pretends?|allege[sd]?) (?:that|they|he)\b"
    r"|claim(?:s|ed)? to (?:be|have|want|represent|support|act|seek)\b"
    r"|(?:argue[sd]?|(?:assert|contend)(?:s|ed)?|stated|warned|admit(?:s|ted)|complained|"
    r"denie[sd]) that\b|told (?:us|me|you|them|him|her|reporters|the|this)\b"
    r"|accus(?:e[sd]?|ing) (?!of))"
)
_FALSE = (
    r"(?:false|baseless|groundless|unfounded|slanderous|absurd|ridiculous|unsubstantiated|"
    r"fabricated|untrue|preposterous|malicious|spurious|mendacious)"
)
_CLAIM = r"(?:allegation|accusation|assertion|contention|insinuation|claim|argument|charge)s?"
_NOT_LAND = r"(?! (?:to|on|over|upon)\b)"
_RULES = {
    SentenceKind.QUESTION: re.compile(r"(?<!, right)(?<!, okay)(?<!guess what)\?[\"”’')\]]*$"),
    SentenceKind.CONDITION: re.compile(
        r"(?<!\bas )(?<!\beven )(?<!\bonly )(?<!\bsee )(?<!\bask )(?<!\basked )(?<!\bwonder )"
        r"(?<!\bknow )(?<!\bsure )\bif\b"
        r"(?! (?:not|any|anyone|only|necessary|possible|ever|so|you|I|we may|at all|indeed)\b)"
        r"(?!.* (?:it is|that is|this is|it was) (?:because|due|that|thanks)\b)"
        r"|\bunless\b|\bprovided that\b|\b(?:as|so) long as\b(?! (?:it takes|necessary|possible))"
        r"|\bin the event that\b",
        re.IGNORECASE,
    ),
    SentenceKind.REPORT: re.compile(
        rf"(?:{_OTHERS}|{_NAMED}){_BETWEEN}{_SAYS}"
        rf"|{_OTHERS}{_BETWEEN}(?:(?:believe|believed|think|thought|insist) that|tell us)\b"
        r"|\b[Ii]t (?:is|was|has been) (?:\w+ )?(?:said|claimed|alleged|argued) that\b"
    ),
    SentenceKind.DENIAL: re.compile(
        rf"\b{_FALSE} (?:and \w+ )?(?:(?!territorial|maritime|terri)\w+ )?{_CLAIM}\b{_NOT_LAND}"
        r"|\b(?:claim|allegation|accusation|assertion|contention|argument|idea|notion)s? "
        r"(?:that|of|against|about|made|by)\b.*\b(?:is|are|as) (?:\w+ ){0,2}"
        r"(?:false|untrue|baseless|groundless|unfounded|lies?|absurd)\b"
        r"|\b(?:reject(?:s|ed)?|deny|denies|refute[sd]?|dismiss(?:es)?)"
        rf"(?: \w+){{0,4}} {_CLAIM}\b{_NOT_LAND}"
        rf"|\bcontrary to (?:what (?!we|I\b)|(?:\w+ ){{0,3}}{_CLAIM})"
        r"|\b(?:it is|that is|it’s|it's|that’s|is) (?:simply |just |absolutely )?"
        r"(?:not (?:true|correct) that|untrue|(?:a lie|absurd|wrong|false|a mistake|a fallacy|"
        r"nonsense|incorrect) to (?:claim|say|argue|suggest|believe|think|assume|assert))\b"
        r"|\bfalsely (?:claim|accus|alleg|say|assert|portray)\w*"
        r"|\bthe (?:false|absurd|mistaken) (?:notion|idea|belief) that\b|\bmyth that\b"
        r"|\bno truth (?:in|to)\b|\b(?:would have|wants?) us (?:to )?believe\b|\blie that\b",
        re.IGNORECASE,
    ),
}
_QUOTED = re.compile(
    r"“([^“”\"]+)(?:[”\"]|$)|(?<![\w“),.;\"])\"(?! )([^“”\"]+)(?<! )[”\"]|«([^«»]+)(?:»|$)"
)
_WHAT = re.compile(r"\b(?:what|which)\b[^,;:]{0,80}?\b(?:said|says?|told|tells?|claims?)\b", re.I)
_NOT_OTHERS = re.compile(  # titles and terms; what the speaker said before
    r"\b(?:entitled|titled|headed|called|named|known as|so-called|item|document|theme|themed|"
    r"slogan|topic|terms?|conference|campaign|declaration|goals?|draft|question of|principle of|"
    r"initiative|notion|veil|cover|policy|concept|programme|strategy)\b[^“\"]{0,90}$"
    r"|\b(?:I|we|my|our)\b[^“\"]{0,60}(?:said|told|asked|say|saying|quote|words)\b[^“\"]{0,40}$",
    re.IGNORECASE,
)
_LEAST_QUOTED = 5  # words; shorter ones are mostly names and terms
_LONGEST = 5_000  # characters that are read; passages are far shorter

_MEASURED = ((48, 50), (45, 50), (45, 50), (45, 46), (43, 50))
PRECISION = dict(zip(SentenceKind, _MEASURED, strict=True))
"""New passages that a rule named rightly, and how many it named: `python -m benchmarks.kinds`."""


@lru_cache(maxsize=100_000)
def sentence_kinds(text: str) -> tuple[SentenceKind, ...]:
    """Return the kinds of a passage, in the order of `SentenceKind`; () if it asserts plainly.

    >>> sentence_kinds("They claim that the canal is closed.")
    (<SentenceKind.REPORT: 'report'>,)
    >>> sentence_kinds("We say that the canal must be open.")
    ()
    """
    text = text[:_LONGEST].strip()
    found = {kind for kind, rule in _RULES.items() if rule.search(text)}
    # "On what the minister said" does not say what that was.
    if not _RULES[SentenceKind.REPORT].search(_WHAT.sub("", text)) or SentenceKind.DENIAL in found:
        found.discard(SentenceKind.REPORT)
    if SentenceKind.QUESTION in found:
        found.discard(SentenceKind.CONDITION)
    if _quotes(text):
        found.add(SentenceKind.QUOTATION)
    return tuple(kind for kind in SentenceKind if kind in found)


def _quotes(text: str) -> bool:
    """Tell whether a text quotes a phrase of others: not a title, a theme or a term."""
    for match in _QUOTED.finditer(text):
        words = (match[1] or match[2] or match[3]).split()
        long = [word for word in words[1:] if len(word) > 3]
        is_title = sum(word[0].isupper() for word in long) > len(long) / 2
        is_whole = match.start() < 3 and match.end() > len(text) - 3
        is_own = _NOT_OTHERS.search(text[: match.start()])
        if len(words) >= _LEAST_QUOTED and not (is_title or is_whole or is_own):
            return True
    return False
