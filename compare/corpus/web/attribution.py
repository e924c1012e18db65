"""Find the speaker of a quotation from the verb of saying and the name beside it.

Each word of a sentence becomes a letter (`Token.kind`), and a few patterns over the letters find
the speaker. `“We stay,” said Minister Ada Lorn.` becomes `QVRNN.`: after a verb (V), an office (R)
and a name (NN) are its subject. If no pattern matches, the speaker stays empty, which is better
than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from compare.corpus.web import words
from compare.corpus.web.proposals import Confidence
from compare.statements import country_code

# -- words ---------------------------------------------------------------------------------------

_TITLE = re.compile(
    r"(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Capt|Sen|Rep|Gov|St|Hon|Messrs|Mme|Adm|Maj|Sgt|Amb|Rev)\."
)
_CAPITAL = r"[^\W\d_a-zß-ÿ]"
_PARTICLE = (
    rf"(?:(?:van|von|de) (?:de[rn]?|l[ao]s?)(?= {_CAPITAL})"
    rf"|(?:d[aeiou]|del|della|d[eo]s|de[nr]|v[ao]n|bin|bint|ibn|[ae]l|l[ae]|ter|y)(?= {_CAPITAL}))"
)
_TOKEN = re.compile(
    rf"(?:[^\W\d_]\.){{2,}}|{_TITLE.pattern}|{_CAPITAL}\.(?=\s)"
    r"|such as\b|[Aa]ccording to\b|[Ii]n the words of\b|(?:quoted|cited) as(?= saying)"
    rf"|(?P<particle>{_PARTICLE})|\w+(?:[’'‑-]\w+)*(?:(?<=s)[’'](?=\s))?|\S"
)
_NAME = re.compile(rf"(?:(?:al|el|ad|as|at|az|an|ul|d|l)[-’'‑])?{_CAPITAL}")
_POSSESSIVE = re.compile(r"(?:[’']s|(?<=s)[’'])\Z")
_KIND_OF = {word: kind for kind, known in reversed(words.KINDS.items()) for word in known}
_KIND_OF |= {**dict.fromkeys(".!?…", "."), **dict.fromkeys("—–", "-"), **{s: s for s in ",;:()"}}
_LONGEST_COUNTRY = 6
_LONGEST_SENTENCE = 300  # words; a longer one is read in pieces


class Quoted(NamedTuple):
    """The span between quotation marks; not `closed` if the closing mark is missing."""

    start: int
    end: int
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a sign, or a whole quotation.

    Attributes:
        kind: One letter. In names and offices: N name, K country, P possessive of a name, R role
            ("minister"), I institution, T word of an office, w another word, d determiner, a "and",
            o "of", f "for", "to" or "at". H "he" or "she". V verb of saying, G its participle,
            S "according to". b adverb, h auxiliary, x denial, t time, s scene, c opens a clause,
            r "that" or "who", g "-ing", p another function word. Q quotation; # number; signs.
    """

    text: str
    start: int
    end: int
    kind: str
    quoted: Quoted | None = None

    @property
    def lower(self) -> str:
        """Return the word in lower case, as in the word lists."""
        return self.text.casefold()


def _kind(text: str) -> str:
    """Return the kind of a word or sign; quotations and countries are found elsewhere."""
    lower, named = text.casefold(), _NAME.match(text) is not None
    known = _KIND_OF.get(lower)
    if named and lower in words.KINDS["t"]:
        return "t"  # "May" is the month, not the verb
    if known and not (named and known == "s"):
        return known
    if not text[0].isalpha():
        return "#"
    if lower.endswith(("n’t", "n't")):
        return "x"
    if _POSSESSIVE.search(lower):
        return "P" if named else "w"
    if any(part.removesuffix("s") in words.ROLES for part in (lower, *lower.split("-"))):
        return "R"
    if lower in words.INSTITUTIONS or lower in words.TITLES:
        return "I" if lower in words.INSTITUTIONS else "T"
    adverb = lower.endswith("ly") and lower != "ally"
    return "N" if named else "b" if adverb else "g" if lower.endswith("ing") else "w"


def tokens(text: str, quoted: Sequence[Quoted]) -> list[Token]:
    """Return the words, signs, quotations and countries of a paragraph."""
    found: list[Token] = []
    place = 0
    for quotation in [*quoted, None]:
        end = quotation.start - 1 if quotation else len(text)
        for match in _TOKEN.finditer(text, place, end):
            named = match["particle"] or (found and _TITLE.fullmatch(found[-1].text))  # "Ms. May"
            kind = "N" if named else _kind(match[0])
            found.append(Token(match[0], match.start(), match.end(), kind))
        if quotation:
            place = quotation.end + quotation.closed
            found.append(Token(text[end], end, place, "Q", quotation))
    merged: list[Token] = []
    at = 0
    while at < len(found):
        first, end = found[at], _country_end(text, found, at)
        stop = found[end - 1].end if end > at else 0
        merged.append(Token(text[first.start : stop], first.start, stop, "K") if stop else first)
        at = max(end, at + 1)
    return merged


def _country_end(text: str, found: Sequence[Token], first: int) -> int:
    """Return the end of the country that starts at token `first`, or `first` if none does."""
    end = first
    for at, token in enumerate(found[first : first + _LONGEST_COUNTRY], start=first):
        if token.text[0].isupper():
            end = at + 1 if is_country(text[found[first].start : token.end]) else end
        elif at == first or token.text not in ("of", "the", "and"):
            break
    return end


def is_country(text: str) -> bool:
    """Return whether a text names a country, and is not a short word that happens to be a code."""
    letters = text.replace(".", "")
    if len(letters) <= 3:
        return letters in words.SHORT_COUNTRIES
    return country_code(text) is not None


# -- names and offices -----------------------------------------------------------------------------

_OFFICE = r"[PKNTIw]{0,5}R{1,2}(?:[of]d?[PKTIwRa]{1,6}){0,2}"
_NAMES = r"(?:N[NKT]{0,5}|KN[NK]{0,4})"
_PERSON = rf"(?:d?{_OFFICE})?{_NAMES}"
_SHAPES = [
    re.compile(shape)
    for shape in (
        rf"(?:d?(?P<role>{_OFFICE}))?(?P<name>{_NAMES})(?:o(?P<of>K)|o[NI]{{1,4}})?",
        rf"d?(?:[NKPTwIR]{{0,5}}[wIR]|P)(?P<name>N{_NAMES})",
        rf"d?(?P<name>{_PERSON}a{_PERSON})",
        r"d?(?P<name>K)",
        rf"d?(?P<role>{_OFFICE.replace('Ra]', 'RaN]')})",
        r"d?(?P<name>[PKNTw]{0,5}I(?:[of]d?[PKNTIa]{1,7}){0,2})",
        r"d(?P<name>N{1,4})",
    )
]
"""Kinds of words that name a speaker; the first two shapes are persons."""

# A phrase ends at the first word outside names and offices. It has to match a shape as a whole.
_PHRASE = r"d?[NKPTRIw](?:[NKPTRIw]|(?:(?<=[RIwT])f|o)d?(?=[NKPTRIw])|a(?=d?[NKPTRI])){0,14}"
_WHO = rf"(?P<who>{_PHRASE}|H)(?:\((?P<bracket>[^()]{{1,12}})\))?"
_ASIDE = r"(?P<comma>[,-])(?P<aside>[^-,;:.Q]{1,25})"
# Before a verb: at the start of a clause, with an aside in commas and with adverbs.
_AHEAD = re.compile(
    rf"(?:^|(?<=[-,;:.Qactb])){_WHO}(?:{_ASIDE}(?P=comma))?(?P<between>(?:[bhx]|p?t){{0,6}})\Z"
)
# After a verb, with an aside that ends the clause: "said Lorn, the minister."
_BEHIND = re.compile(rf"{_WHO}(?:{_ASIDE}(?=[-,;:.Q]|\Z))?(?![NKPTRIwgoaH])")
_MENTION = re.compile(
    rf"(?<![NKR])(?P<who>{_PERSON.replace('Iw]', 'I]')}(?:oK)?)"
    rf"(?:(?P<comma>,)(?P<aside>d?{_OFFICE})(?=[-,;:.Q]|\Z))?(?![NKP])"
)
# A sentence that only says who spoke: "Lorn asked."
_SPEAKER_ONLY = re.compile(rf"(?:{_PHRASE}|H)(?:,[^-,;:.Q]{{1,25}},)?[bh]{{0,4}}V(?=[.,pts]|\Z)")
_OFFICE_BEHIND = re.compile(r"d?(?P<role>(?:(?<=d)[g#])?[PKNTIw]{0,6}R[^rVGS]*)")
_OWN_COUNTRY = re.compile(r"(?:^[dwT]{0,3}|od?)(?P<country>[KP])")
_LOOK_BACK = 45  # tokens before a verb; limits the time of the search
_PASSIVE = frozenset({"is", "was", "were", "been", "being"})

# Between a verb and the words: when, where and to whom. Anything else can mean another speaker.
WHEN_AND_WHERE = r"(?:p?t|p?#|b|[pf]?d?(?:s|[Pw]?[IR]|K|N{1,3})){0,6}"
_DIRECTLY = re.compile(rf"{WHEN_AND_WHERE}[,:r]?")
_REPORTING = words.REPORTING | words.KINDS["G"]
_NAMED = re.compile("[^VGSrxQ:;(),-]{1,12}")
_LOOSELY = re.compile(rf"{WHEN_AND_WHERE}r?[^PVGSrxcQ:;(),-]{{1,12}}:?")


@dataclass(frozen=True, slots=True)
class Who:
    """A speaker as the page names it: a person, an institution, an office; falsy if unknown.

    Attributes:
        first: The first token of the name; `last` is its last token.
        person: Whether the name seems to be a person's.
        pronoun: Whether the speaker is "he" or "she".
    """

    first: int
    last: int
    name: str = ""
    role: str = ""
    country: str = ""
    person: bool = False
    pronoun: bool = False

    def __bool__(self) -> bool:
        """Return whether it is anybody."""
        return bool(self.name or self.role or self.pronoun)


NOBODY = Who(0, 0)


@dataclass(frozen=True, slots=True)
class Act:
    """A verb of saying and its subject.

    Attributes:
        first: The first token of the two, or the verb if the subject is implied.
        verb: The token of the verb or of "according to".
        last: The last token of the two.
        denied: Whether the sentence denies or leaves open that something was said.
    """

    first: int
    verb: int
    last: int
    who: Who
    denied: bool = False


class Sentence:
    """A sentence of a paragraph: its tokens, their kinds as a string, and its acts of saying."""

    def __init__(self, text: str, found: Sequence[Token]) -> None:
        """Find the verbs of saying and their subjects."""
        self.text, self.tokens = text, found
        self.kinds = "".join(token.kind for token in found)
        if self.kinds[:1] == "N" and (plain := _kind(found[0].lower)) != "w":
            # a capital says nothing about the first word: "Currently" is an adverb
            self.kinds = plain + self.kinds[1:]
        self.acts: list[Act] = []
        for verb, kind in enumerate(self.kinds):
            if kind in "VGS" and (act := self._act(verb)):
                self.acts.append(act)

    def span(self, first: int, end: int) -> str:
        """Return the text from token `first` to before token `end`."""
        return self.text[self.tokens[first].start : self.tokens[end - 1].end] if first < end else ""

    def named(self, first: int, end: int) -> Who:
        """Return the speaker that the tokens name; an empty one if they match no shape."""
        kinds = self.kinds[first:end]
        found = next((found for shape in _SHAPES if (found := shape.fullmatch(kinds))), None)
        if found is None:
            return Who(first, end - 1, pronoun=kinds == "H")
        name, role, country = (
            self.span(first + found.start(part), first + found.end(part))
            if found.groupdict().get(part)
            else ""
            for part in ("name", "role", "of")
        )
        if name.islower() and " " not in name:  # "the ministry"
            name, role = "", name
        country = country or self._own_country(first, end)
        return Who(first, end - 1, name, role, country, person=found.re in _SHAPES[:2])

    def _own_country(self, first: int, end: int) -> str:
        """Return the country in the name of an office or institution, "" for none."""
        found = _OWN_COUNTRY.search(self.kinds[first:end])
        if not found or any(token.lower in words.OF_A_PROVINCE for token in self.tokens[first:end]):
            return ""
        name = _POSSESSIVE.sub("", self.tokens[first + found.start("country")].text)
        return name if is_country(name) else ""

    def _named_in(self, found: re.Match[str]) -> Who:
        """Return the speaker of a match, with a country in brackets and an office in an aside."""
        who, parts = self.named(*found.span("who")), found.groupdict()
        if parts.get("bracket") and is_country(inside := self.span(*found.span("bracket"))):
            who = replace(who, country=inside)
        if not parts.get("aside"):
            return who
        first, end = found.span("aside")
        aside, office = self.named(first, end), _OFFICE_BEHIND.match(self.kinds, first, end)
        if aside.name and not re.search("[of]", self.kinds[first:end]):
            office = None  # "Lorn, Minister Tal, …" are two people
        if who.name and office and not who.role:
            country = who.country or self._own_country(first, end)
            return replace(who, last=end - 1, role=self.span(*office.span("role")), country=country)
        if aside.name and not who.name and (who.role or self.kinds[who.first] == "d"):
            country = who.country or aside.country
            return replace(aside, first=who.first, role=who.role, country=country)
        listed = found.re is _AHEAD and (aside.name or self.kinds[first] == "a")
        return Who(who.first, who.last) if listed else who

    def mentions(self) -> list[Who]:
        """Return everybody who is named."""
        return [
            who for found in _MENTION.finditer(self.kinds) if (who := self._named_in(found)).name
        ]

    def can_be_subject(self, who: Who) -> bool:
        """Return whether a name is at the start of a clause."""
        return who.first == 0 or self.kinds[who.first - 1] in ",;-crtab"

    def signer(self) -> Who:
        """Return the name at the start if a comma, bracket or stop follows, else an empty one."""
        found = _BEHIND.match(self.kinds)
        return self._named_in(found) if found and self.kinds[found.end() :][:1] in ",.(" else NOBODY

    def _act(self, verb: int) -> Act | None:
        """Return the act of a verb of saying, None if its subject is not clear."""
        kind, ahead = self.kinds[verb], self.kinds[max(verb - 2, 0) : verb]
        if kind in "VS" and (found := _BEHIND.match(self.kinds, verb + 1)):
            who = self._named_in(found)
            quoted = ahead.endswith("Q") or ahead in ("Q,", "Q-")
            closes = ahead.endswith(",") and not self.kinds[found.end() :].strip(".")
            if kind == "S" or quoted or (closes and who.name):
                return Act(verb, verb, who.last, who)
        if kind != "S" and (found := _AHEAD.search(self.kinds, max(verb - _LOOK_BACK, 0), verb)):
            between = found["between"]
            said = {token.lower for token in self.tokens[verb - len(between) : verb]}
            quoted_as = not said.isdisjoint(("quoted as", "cited as"))
            if not quoted_as and (said & _PASSIVE or (kind == "G" and "x" not in between)):
                return None
            return Act(found.start(), verb, verb, self._named_in(found), denied="x" in between)
        # "Lorn rejected the plan, saying …", "Lorn called for calm and said …"
        sign = self.kinds[:verb].rstrip("b")[-1:]
        joined = sign and sign in ("a,-" if kind == "G" else "a")
        return Act(verb, verb, verb, self.acts[-1].who) if self.acts and joined else None

    def speaker(self, quotation: int) -> tuple[Who, Confidence] | None:
        """Return the speaker of the quotation at a token, None if the sentence names none."""
        act = next((act for act in reversed(self.acts) if act.verb < quotation), None)
        if act and not act.denied and _DIRECTLY.fullmatch(self.kinds, act.last + 1, quotation):
            return act.who, Confidence.BESIDE
        after = self.speaker_after(quotation)
        if act:  # a second possible speaker follows, so no one is named
            included = after is None and self._includes(act, quotation)
            return (act.who, Confidence.IN_SENTENCE) if included else None
        if after is not None:
            return after, Confidence.BESIDE
        if self.kinds[max(quotation - 1, 0)] == ":":
            return self.named(0, quotation - 1), Confidence.BESIDE
        for later in self.acts:  # "They must “share the sea” with others, Lorn said."
            if self.kinds[later.first - 1] == ",":
                return NOBODY if later.denied else later.who, Confidence.IN_SENTENCE
        return None

    def _includes(self, act: Act, quotation: int) -> bool:
        """Return whether a quotation is part of an act: "Lorn said the port “belongs to us”".

        It is not if the words in between introduce someone else's: "said the slogan “…” was wrong".
        """
        between = [token.lower for token in self.tokens[act.last + 1 : quotation]]
        kinds, verb = self.kinds[act.last + 1 : quotation], self.tokens[act.verb].lower
        if act.denied or not between:
            return False
        if verb in words.NAMING or between[-1] == "as":  # "called Tal’s plan “a gift to them”"
            return _NAMED.fullmatch(kinds) is not None
        claimed = any(word.removesuffix("s") in words.CLAIMS for word in between)
        return verb in _REPORTING and not claimed and _LOOSELY.fullmatch(kinds) is not None

    def speaker_after(self, quotation: int) -> Who | None:
        """Return who is named right after a quotation: "said Lorn", "Lorn said", "— Lorn"."""
        at = quotation + 1
        dashed = self.kinds[at : at + 1] == "-"
        at += self.kinds[at : at + 1] in (",", "-")
        act = next((act for act in self.acts if act.verb > quotation), None)
        if act is not None and act.first == at:
            return Who(at, at) if act.denied else act.who
        found = _BEHIND.match(self.kinds, at) if dashed else None
        who = self._named_in(found) if found else None
        return who if who and who.name else None


def sentences(text: str, found: Sequence[Token]) -> Iterator[Sentence]:
    """Split a paragraph into sentences, and an endless one into pieces."""
    kinds = "".join(token.kind for token in found)
    start = 0
    for end, token in enumerate(found, start=1):
        ends = end == len(found) or _may_end(text, token, found[end])
        # "“Why?” Lorn asked." is one sentence
        ends &= not (token.quoted and _SPEAKER_ONLY.match(kinds, end))
        if ends or end - start == _LONGEST_SENTENCE:
            yield Sentence(text, found[start:end])
            start = end


def _may_end(text: str, token: Token, following: Token) -> bool:
    last = text[token.quoted.end - 1] if token.quoted else token.text
    starts = not following.text[0].islower() and following.kind not in ",;:-)."
    return last in ".!?…" and starts and following.start > token.end
