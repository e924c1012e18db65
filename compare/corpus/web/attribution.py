"""Find who says what is quoted: a quotation, a verb of saying, and the name beside it.

A sentence is read as a string of letters, one for each word (`Token.kind`), and patterns over that
string find who speaks: of `“We stay,” said Minister Ada Lorn.` the string is `QVRNN.`, and behind a
verb (V), an office (R) and a name (NN) are its subject. The patterns are few on purpose: if the
words around a quotation fit none of them, nobody is named, since no speaker is better than
another's name. A person confirms each proposal.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from compare.corpus.web import words
from compare.statements.countries import country_code
from compare.statements.normalize import fold, speaker_key

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
_LONGEST_SENTENCE = 300
"""In words; a longer one is read in pieces."""


class Quoted(NamedTuple):
    """Words between quotation marks: `start` and `end` are theirs, without the marks.

    Attributes:
        closed: Whether the closing mark is there; without it the words go to the paragraph's end.
    """

    start: int
    end: int
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a sign, or a whole quotation.

    Attributes:
        kind: One letter. In names and offices: N name, K country, P possessive of a name, R what a
            person is, I institution, T word of an office, w another word, d determiner, a "and",
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
        """Return the word as the word lists have it."""
        return self.text.casefold()


def _kind(text: str) -> str:
    """Return the kind of a word or sign outside of quotations and names of countries."""
    lower, named = text.casefold(), _NAME.match(text) is not None
    known = _KIND_OF.get(lower)
    if named and lower in words.KINDS["t"]:
        return "t"  # May
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
    adverb = lower.endswith("ly") and lower not in words.NOT_ADVERBS
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
    """Return where the tokens from `first` on that name a country end, `first` if none do."""
    end = first
    for at, token in enumerate(found[first : first + _LONGEST_COUNTRY], start=first):
        if token.text[0].isupper():
            end = at + 1 if known_country(text[found[first].start : token.end]) else end
        elif at == first or token.text not in ("of", "the", "and"):
            break
    return end


def known_country(text: str) -> bool:
    """Say whether a text is the name of a country, and no short word that is a code by chance."""
    letters = text.replace(".", "")
    if len(letters) <= 3:
        return letters in words.SHORT_COUNTRIES
    return country_code(text) is not None


# -- who is named ----------------------------------------------------------------------------------

_OFFICE = r"[PKNTIw]{0,5}R{1,2}(?:[of]d?[PKTIwRag]{1,6}){0,2}"
_NAMES = r"(?:N[NKT]{0,5}|KN[NK]{0,4})"
_PERSON = rf"(?:d?{_OFFICE})?{_NAMES}"
_SHAPES = [
    re.compile(shape)
    for shape in (
        rf"(?:d?(?P<role>{_OFFICE}))?(?P<name>{_NAMES})(?:o(?P<of>K)|o[NI]{{1,4}})?",
        rf"d?(?:(?:Iod?[NK]{{1,4}})?[NKPTwIR]{{0,5}}[wIR]|P)(?P<name>N{_NAMES})",
        rf"d?(?P<name>{_PERSON}a{_PERSON})",
        r"d?(?P<name>K)",
        rf"d?(?P<role>{_OFFICE.replace('Rag', 'RagN')})",
        r"d?(?P<name>[PKNTw]{0,5}I(?:[of]d?[PKNTIa]{1,7}){0,2})",
        r"d(?P<name>N{1,4})",
    )
]
"""Kinds of the words that name somebody; the first two are a person's."""

# A phrase ends where a word of no name or office comes; what fits no shape as a whole is nobody.
_PHRASE = r"d?[NKPTRIw](?:[NKPTRIw]|(?:(?<=[RIwT])f|o)d?(?=[NKPTRIw])|a(?=d?[NKPTRI])){0,14}"
_WHO = rf"(?P<who>{_PHRASE}|H)(?:\((?P<bracket>[^()]{{1,12}})\))?"
_ASIDE = r"(?P<comma>[,-])(?P<aside>[^-,;:.Q]{1,25})"
# Ahead of a verb: where a clause begins, with an aside in commas, and adverbs before the verb.
_AHEAD = re.compile(
    rf"(?:^|(?<=[-,;:.Qactb])){_WHO}(?:{_ASIDE}(?P=comma))?(?P<between>(?:[bhx]|p?t){{0,6}})\Z"
)
# Behind a verb, with an aside that ends the clause: "said Lorn, the minister."
_BEHIND = re.compile(rf"{_WHO}(?:{_ASIDE}(?=[-,;:.Q]|\Z))?(?![NKPTRIwgoaH])")
# At the beginning of a sentence, ahead of any verb: "Lorn left, saying …".
_OPENS = re.compile(rf"(?P<who>{_PERSON}|d?{_OFFICE}|H)(?:{_ASIDE}(?P=comma))?(?=[,(bhxVw])")
_MENTION = re.compile(
    rf"(?<![NKR])(?P<who>{_PERSON.replace('Iw]', 'I]')}(?:oK)?)"
    rf"(?:(?P<comma>,)(?P<aside>d?{_OFFICE})(?=[-,;:.Q]|\Z))?(?![NKP])"
)
# A sentence that only says who spoke: "Lorn asked."
_SPEAKER_ONLY = re.compile(rf"(?:{_PHRASE}|H)(?:,[^-,;:.Q]{{1,25}},)?[bh]{{0,4}}V(?=[.,pts]|\Z)")
_OFFICE_BEHIND = re.compile(r"d?(?P<role>(?:(?<=d)[g#])?[PKNTIw]{0,6}R[^rVGS]*)")
_LOOK_BACK = 45
_PASSIVE = frozenset({"is", "was", "were", "been", "being"})


@dataclass(frozen=True, slots=True)
class Who:
    """A speaker as the page names it: a person, an institution or an office, else nobody.

    Attributes:
        first: The first of the tokens that name it, `last` the last.
        person: Whether the name is a person's, as far as can be told.
        pronoun: Whether it is "he" or "she".
        definite: Whether "the" comes first: "the minister", one who was named before.
    """

    first: int
    last: int
    name: str = ""
    role: str = ""
    country: str = ""
    person: bool = False
    pronoun: bool = False
    definite: bool = False

    def __bool__(self) -> bool:
        """Say whether it is anybody."""
        return bool(self.name or self.role or self.pronoun)


@dataclass(frozen=True, slots=True)
class Act:
    """A verb of saying and its subject.

    Attributes:
        first: The first token of both, the verb's if the subject is only understood.
        verb: The verb's token, or that of "according to".
        last: The last token of both.
        denied: Whether it is denied or open that something was said.
    """

    first: int
    verb: int
    last: int
    who: Who
    denied: bool = False


class Sentence:
    """A sentence of a paragraph: its tokens, their kinds as a string, and who says something."""

    def __init__(self, text: str, found: Sequence[Token]) -> None:
        """Find the verbs of saying and their subjects."""
        self.text, self.tokens = text, found
        self.kinds = "".join(token.kind for token in found)
        if self.kinds[:1] == "N" and (plain := _kind(found[0].lower)) != "w":
            # a first word has a capital in any case: "Currently" is an adverb
            self.kinds = plain + self.kinds[1:]
        self.acts: list[Act] = []
        for verb, kind in enumerate(self.kinds):
            if kind in "VGS" and (act := self._act(verb)):
                self.acts.append(act)

    # -- phrases ---------------------------------------------------------------------------------

    def span(self, first: int, end: int) -> str:
        """Return the paragraph's words from one token up to another."""
        return self.text[self.tokens[first].start : self.tokens[end - 1].end] if first < end else ""

    def named(self, first: int, end: int) -> Who:
        """Return who some tokens name, nobody if they fit no shape of a name or an office."""
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
        person, definite = found.re in _SHAPES[:2], self.tokens[first].lower == "the"
        return Who(first, end - 1, name, role, country, person=person, definite=definite)

    def _own_country(self, first: int, end: int) -> str:
        """Return the country that an office or an institution names as its own."""
        said = [token.lower for token in self.tokens[first : end + 1]]
        for at, token in enumerate(self.tokens[first:end]):
            name = _POSSESSIVE.sub("", token.text) if token.kind in "PK" else ""
            before = [word for word in said[:at] if word != "the"][-2:]
            if not name or not known_country(name) or "affairs" in said[at + 1 : at + 2]:
                continue
            if before[-1:] and before[-1] in words.NOT_ITS_OWN:
                continue
            if words.OF_A_PROVINCE.isdisjoint((*before, *said[at + 1 : at + 2])):
                return name
        return ""

    def _read(self, found: re.Match[str]) -> Who:
        """Return who a pattern found, with what brackets or an aside between commas say of them."""
        who, parts = self.named(*found.span("who")), found.groupdict()
        if parts.get("bracket") and known_country(inside := self.span(*found.span("bracket"))):
            who = replace(who, country=inside)
        if not parts.get("aside"):
            return who
        first, end = found.span("aside")
        aside, office = self.named(first, end), _OFFICE_BEHIND.match(self.kinds, first, end)
        if aside.name and not re.search("[of]", self.kinds[first:end]):
            office = None  # "Lorn, Minister Tal, …" are two
        if who.name and office and not who.role:
            country = who.country or self._own_country(first, end)
            return replace(who, last=end - 1, role=self.span(*office.span("role")), country=country)
        if aside.name and not who.name and (who.role or self.kinds[who.first] == "d"):
            country = who.country or aside.country
            return replace(aside, first=who.first, role=who.role, country=country)
        listed = found.re is _AHEAD and (aside.name or self.kinds[first] == "a")
        return Who(who.first, who.last) if listed else who

    def mentions(self) -> list[Who]:
        """Return the people who are named."""
        return [who for found in _MENTION.finditer(self.kinds) if (who := self._read(found)).name]

    def can_be_subject(self, who: Who) -> bool:
        """Say whether a name stands where a clause begins."""
        return who.first == 0 or self.kinds[who.first - 1] in ",;-crtab"

    def opening(self) -> Who | None:
        """Return who the sentence begins with, if a verb or an aside follows."""
        found = _OPENS.match(self.kinds)
        if found is None:
            return None
        behind = [token.lower for token in self.tokens[found.end() :][:1] if token.kind == "w"]
        verb = all(word.endswith("ed") or word in words.FINITE for word in behind)
        return self._read(found) if verb else None

    def signer(self) -> Who | None:
        """Return who is named at the start, if a comma or nothing follows."""
        found = _BEHIND.match(self.kinds)
        return self._read(found) if found and self.kinds[found.end() :][:1] in ",.(" else None

    # -- verbs and their subjects ----------------------------------------------------------------

    def _act(self, verb: int) -> Act | None:
        """Return what is said by a verb of saying, None if its subject is not clear."""
        kind, ahead = self.kinds[verb], self.kinds[max(verb - 2, 0) : verb]
        if kind in "VS" and (found := _BEHIND.match(self.kinds, verb + 1)):
            who = self._read(found)
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
            return Act(found.start(), verb, verb, self._read(found), denied="x" in between)
        return self._act_of_opening(verb)

    def _act_of_opening(self, verb: int) -> Act | None:
        """Return the act of a verb whose subject comes earlier: "Lorn left, saying …"."""
        sign = self.kinds[:verb].rstrip("b")[-1:]
        who = self.acts[-1].who if self.acts else self.opening()
        joined = sign and sign in ("a,-" if self.kinds[verb] == "G" else "a")
        long_aside = sign == "," and not self.acts and who and self.kinds[who.last + 1] == ","
        if not who or not (joined or long_aside) or self.tokens[verb].lower == "say":
            return None
        return Act(verb, verb, verb, who)

    # -- the speaker of a quotation --------------------------------------------------------------

    def ahead(self, quotation: int) -> tuple[Who, bool] | None:
        """Return who is named ahead of a quotation as its speaker, and whether right ahead."""
        act = next((act for act in reversed(self.acts) if act.verb < quotation), None)
        nobody = Who(quotation, quotation)
        if act is None:
            if self.kinds[max(quotation - 1, 0)] != ":":
                return None
            who = self.named(0, quotation - 1) or self.opening() or nobody
            other = self.is_of_another(None, who.last + 1, quotation)
            return (nobody if other else who), self.behind(quotation) is None
        between = self.kinds[act.last + 1 : quotation]
        of_former = "Q" in self.kinds[max(act.first - 2, 0) : act.first]
        if act.denied or (of_former and not re.fullmatch(r"[-,:astpdb]{0,8}", between)):
            return nobody, True
        if self.is_of_another(act, act.last + 1, quotation):
            return nobody, True
        return act.who, len(between) <= 8 and bool(re.search(r"(?:\A|[:,rc])\Z", between))

    def behind(self, quotation: int) -> Who | None:
        """Return who is named right behind a quotation: "said Lorn", "Lorn said", "— Lorn"."""
        at = quotation + 1
        dashed = self.kinds[at : at + 1] == "-"
        at += self.kinds[at : at + 1] in (",", "-")
        act = next((act for act in self.acts if act.verb > quotation), None)
        if act is not None and act.first == at:
            return Who(at, at) if act.denied else act.who
        found = _BEHIND.match(self.kinds, at) if dashed else None
        who = self._read(found) if found else None
        return who if who and who.name else None

    def further_behind(self, quotation: int) -> Who | None:
        """Return who is named at the sentence's end, behind a comma: "…, Lorn said."."""
        for act in self.acts:
            if act.first > quotation and self.kinds[act.first - 1] == ",":
                return Who(act.first, act.last) if act.denied else act.who
        return None

    def is_of_another(self, act: Act | None, first: int, quotation: int) -> bool:
        """Say whether the words between `first` and a quotation speak of another's words.

        They do if they name a claim ("rejected Tal’s claim that"), unless it is where somebody
        speaks ("in a statement"), if they quote ("citing"), or if another verb of saying follows.
        """
        between, kinds = self.tokens[first:quotation], self.kinds[first:quotation]
        if kinds.endswith("P") or any(token.lower in words.QUOTING for token in between):
            return True
        acts = {known.verb for known in self.acts}
        if any(kind in "VG" and first + at not in acts for at, kind in enumerate(kinds)):
            return True
        verb = self.tokens[act.verb].lower if act else ""
        if verb not in words.TELLING and re.search(r"Pw{0,4}r\Z", kinds):
            return True
        if verb in words.NAMING and not kinds.endswith("r"):
            return False
        for at, token in enumerate(between):
            if token.lower.removesuffix("s") in words.CLAIMS and token.kind in "wsV":
                ahead = [word.lower for word in between[:at] if word.kind in "pof"]
                if not ahead or ahead[-1] not in words.PLACING or "P" in kinds[:at]:
                    return True
        return False


def sentences(text: str, found: Sequence[Token]) -> Iterator[Sentence]:
    """Cut a paragraph into sentences, an endless one into pieces."""
    count = len(found)
    ends = [at + 1 for at in range(count) if _may_end(text, found, at)]
    start = 0
    for end, following in pairwise([*ends, count, count]):
        while end - start > _LONGEST_SENTENCE:
            yield Sentence(text, found[start : start + _LONGEST_SENTENCE])
            start += _LONGEST_SENTENCE
        behind = "".join(token.kind for token in found[end:following])
        spoken = found[end - 1].quoted and _SPEAKER_ONLY.match(behind) if end else None
        if end > start and not spoken:  # "“Why?” Lorn asked." is one sentence
            yield Sentence(text, found[start:end])
            start = end


def _may_end(text: str, found: Sequence[Token], at: int) -> bool:
    """Say whether a sentence can end with the token `at`."""
    token, behind = found[at], found[at + 1] if at + 1 < len(found) else None
    last = text[token.quoted.end - 1] if token.quoted else token.text
    if last not in ".!?…":
        return False
    if behind is None:
        return True
    starts = not behind.text[0].islower() and behind.kind not in ",;:-)."
    return behind.start > token.end and starts


# -- who was named before --------------------------------------------------------------------------

_FAR = 12
"""Sentences over which "she" is told."""

_IN_OFFICE = 50
"""Of how many people "the minister" is told."""


@dataclass(slots=True)
class Person:
    """Someone who was named: the fullest name, and the first office that came with it."""

    name: str
    role: str = ""
    country: str = ""


class People:
    """All who were named on a page so far.

    Attributes:
        subject: Who is meant by "she": who spoke last or was named alone; None if it is not clear.
        subject_at: In which sentence that was, counted over the page.
    """

    def __init__(self) -> None:
        """Know nobody."""
        self.subject: Who | None = None
        self.subject_at = 0
        self._by_key: dict[str, Person] = {}
        self._by_word: dict[str, list[Person]] = {}
        self._in_office: deque[Person] = deque(maxlen=_IN_OFFICE)

    def turn_to(self, who: Who | None, at: int) -> None:
        """Take someone for the one who is meant by "she" from sentence `at` on."""
        self.subject, self.subject_at = who, at

    def meant(self, at: int) -> Who | None:
        """Return who is meant by "she", unless the page has left them too long ago."""
        who = self.subject if at - self.subject_at <= _FAR else None
        return who if who and (who.person or not who.name) else None

    def knows(self, word: str) -> bool:
        """Say whether somebody was named so, in full or by a first or last name."""
        key = speaker_key(word)
        return bool(key) and (key in self._by_key or key in self._by_word)

    def full(self, who: Who) -> Who:
        """Remember a person; return them with the full name, and the office if there is none.

        A single word is taken for the one person whose name begins or ends with it.
        """
        key = speaker_key(who.name)
        if not key or not who.person:
            return who
        person = self._by_key.get(key)
        if person is None and len(named := self._by_word.get(key, [])) == 1:
            person = named[0]
        if person is None:
            person = self._by_key[key] = Person(who.name)
            for word in {key.partition(" ")[0], key.rpartition(" ")[2]} - {key}:
                self._by_word.setdefault(word, []).append(person)
        if who.role and not person.role:
            self._in_office.append(person)
            person.role = who.role
        person.country = person.country or who.country
        return _completed(who, person)

    def in_office(self, who: Who) -> Who | None:
        """Return the one who was named with such an office."""
        if self.subject and _is_that_of(self.subject.role, who.role):
            return self.subject if " and " not in self.subject.name else None
        found = [person for person in self._in_office if _is_that_of(person.role, who.role)]
        return _completed(who, found[0]) if len(found) == 1 else None


def _completed(who: Who, person: Person) -> Who:
    role = who.role if who.name and who.role else person.role
    country = who.country or ("" if role != person.role else person.country)
    return replace(who, name=person.name, role=role, country=country, person=True)


def _is_that_of(known: str, asked: str) -> bool:
    """Say whether a person in an office is meant by some of its words.

    All of them are words of the office, and the noun is the same: "the president" is no spokesman
    for the president, and no vice president either.
    """
    own, said = fold(known).split(), fold(asked).split()
    missing = {word for word in said if _KIND_OF.get(word, "w") not in "dof"} - set(own)
    lesser = words.LESSER.intersection(own) - set(said)
    return bool(said) and not missing and not lesser and _noun(own) == _noun(said)


def _noun(office: Sequence[str]) -> str:
    """Return the last word ahead of "of" and the like."""
    ends = (at for at, word in enumerate(office) if at and _KIND_OF.get(word, "w") in "ofprc")
    return office[next(ends, len(office)) - 1] if office else ""
