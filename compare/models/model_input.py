"""The input of a stance model: the form of each side, and the parts of a pair that is too long.

Characters that a vocabulary lacks are spelled with others. A plain denial is read as what it
denies, and "there would be no A without B" as "there is A because of B", since models hear the
topic better than a "not". A pair longer than the model's window is
read sentence by sentence, and the pair of sentences with the strongest verdict counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compare.models.values import ModelInput
from compare.statements import complete, language_of, split_quote, words_key
from compare.statements.normalize import content_words

if TYPE_CHECKING:
    from compare.models.values import InputPair
    from compare.progress import Progress

MOST_SENTENCES = 1000
"""Sentences of a side that are considered."""

MOST_PAIRS = 256
"""Pairs of sentences that are read of a long pair: those that share most words. Those that tie with
the last are read, too, so that the sides can be swapped."""

MOST_PARTS = 512
"""Parts of a long pair after which no further sentences are halved."""

_BLANK = re.compile(r"(?<=\S)\s+(?=\S)")
_YEAR = re.compile(
    r"(?<!\d)(?:(?:1[5-9]|20)\d\d(?!\d)|(?:19|20)\d\d(?=\d{4}(?!\d)))"  # 2022, or 20220318
)
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


# -- One side ------------------------------------------------------------------------------------


def who_when_prefix(country: str, date: str) -> str:
    """Return "Country, year: " as far as they are known, "" if neither is."""
    year = _YEAR.search(date or "")
    known = [part for part in (country.strip(), year.group() if year else "") if part]
    return ", ".join(known) + ": " if known else ""


def side_text(side: ModelInput) -> str:
    """Return a side as the shipped models read it: who and when, the words, their context."""
    return who_when_prefix(side.country, side.date) + complete(side.text, side.context)


def reading_order(a: str, b: str) -> tuple[str, str]:
    """Return the shorter text first, so that swapping the sides changes nothing."""
    return (a, b) if (len(a), a) <= (len(b), b) else (b, a)


class Spelling(dict[int, str]):
    """A table for `str.translate` that spells characters which a vocabulary lacks.

    One unknown character makes a whole word unknown, digits included: "£3" and "£30" would be the
    same. A sign without a spelling, such as an emoji, gets blanks around it.
    """

    def __init__(self, vocabulary: Container[str]) -> None:
        """Take the words and pieces ("##e") of a model, in lower case."""
        super().__init__()
        self._vocabulary = vocabulary

    def __missing__(self, code: int) -> str:
        """Return and remember the spelling of a character."""
        self[code] = found = self._spelled(chr(code))
        return found

    def _spelled(self, character: str) -> str:
        kind = unicodedata.category(character)
        if kind in {"Cc", "Cs"}:
            return " "  # tokenizers drop control characters, which would join the words around them
        if character.isascii() or character.isspace() or self._known(character):
            return character
        lower = character.lower()
        if plain := _LETTERS.get(lower) or _SIGNS.get(lower):
            return plain
        apart = unicodedata.normalize("NFKD", character)
        if "⁄" in apart:
            return f" {apart.replace('⁄', '/')} "
        if unicodedata.decomposition(character).startswith("<super>"):
            return f" {apart}"  # a note's mark or a power is no digit of the number before it
        if all(map(self._known, apart)):
            return apart
        return f" {character} " if kind[0] in "SP" else character

    def _known(self, character: str) -> bool:
        """Tell whether the vocabulary has a character, in lower case and without accents."""
        bare = unicodedata.normalize("NFD", character.lower())
        letters = [one for one in bare if not unicodedata.combining(one)]
        return all(
            one.isascii() or one in self._vocabulary or f"##{one}" in self._vocabulary
            for one in letters
        )


# -- Plain denials -------------------------------------------------------------------------------

_AUXILIARY = (
    "must|should|shall|will|would|can|could|may|might|ought|need|am|is|are|was|were|be|has|have|"
    "had|do|does|did"
)
_DENIED = re.compile(
    rf"\b(?P<verb>{_AUXILIARY})(?P<adverb> (?:now|also|still|ever|simply|therefore))? not\b"
    r"|\b(?P<one_word>can)not\b"
    r"|\b(?P<short>wo|ca|sha|must|should|would|could|might|need|is|are|was|were|has|have|had|do|"
    r"does|did)n['’]t\b",
    re.I,
)
_WHOLE = {"wo": "will", "ca": "can", "sha": "shall"}
_NEGATIVE = re.compile(
    r"\b(?:not|cannot|no|never|nor|neither|without|nobody|none|nothing|nowhere|unless|but)\b"
    r"|n['’]t\b",
    re.I,
)
_OF_A_PART = re.compile(
    r" (?:only|just|merely|simply|solely|yet|until|because|all|always|necessarily|every\w*|so much"
    r"|whether|enough|know)\b",
    re.I,
)
"""What follows a "not" that does not deny the sentence."""
_OTHER_CLAUSE = re.compile(
    r"\b(?:we|us|ours?|i|my|mine|me|that|who|whom|whose|which|what|where|when|while|because|since"
    r"|if|whether|although|though|unless|until|as long as|how|why|says?|said|saying|claims?"
    r"|claimed|den(?:y|ies|ied)|denying|false|wrong)\b|,|\b(?:and|or)(?: \w+ly)? $",
    re.I,
)
"""What comes before a "not" of a clause that is not the whole sentence, or of the speaker."""
_JOINED = re.compile(r"\b(?:and|or|nor) (?:[\w'’]+ ){0,6}$", re.I)
_NOT_DENIED = re.compile(
    r"\b(?:and|or|because|since|while|when|so|for it|as it)\b.*?"
    rf"(?<!not )\b(?:{_AUXILIARY})\b(?! (?:\w+ )?not\b)",
    re.I,
)
_CHARGES = (
    "(?:accusation|allegation|argument|assertion|belief|charge|claim|contention|idea|insinuation"
    "|myth|narrative|notion|report|rumou?r|suggestion|tale)s?|story|stories"
)
_LIKE = (
    r"(?:[\w-]+(?:ian|ese|ish|an|ous|less|ful|ive|ed|al|ic|ing|ern|ible|able)|false|absurd|wild|old"
    r"|new|tired|so-called)"
)
"""An adjective; "opponents", as in "opponents claim that …", is none."""
_UNTRUE = (
    "not (?:true|correct|the case)|false|falsehoods?|untrue|lies?|myths?|fabrications?|fictions?"
    "|slanders?|hoax(?:es)?"
)
_FALSE = (
    f"{_UNTRUE}|wrong|mistaken|erroneous|baseless|groundless|unfounded|unsubstantiated|absurd"
    "|ridiculous|preposterous|nonsense|fabricated|invent(?:ed|ions?)|made up|fictitious"
    "|fantas(?:y|ies)|fairy ?tales?|libels?|smears?|calumn(?:y|ies)|rumou?rs?|propaganda"
    "|(?:dis|mis)information"
)
_FULLY = (
    r"(?:(?!(?:not?|never|hardly|barely|scarcely|rarely|seldom|far|from|less|more|partly|partially"
    rf"|half|neither|nor|anything|but|once|only|longer|{_AUXILIARY})\b)[\w-]+ ){{0,3}}?"
)
_SAID = rf"(?:[\w-]+['’]s? )?(?:{_LIKE} ){{0,2}}(?:{_CHARGES})"
_BY_WHOM = "by|of|from|spread|invented|fabricated|meant|intended|designed|aimed|fanned|about|to|for"
_CALLED_FALSE = re.compile(
    rf"(?:(?:(?:the|this|that|these|those|such) )?{_SAID} that (?P<charge>[^,;:?!]+?) "
    rf"(?:(?:is|are|was|were|ha(?:s|ve)(?: always)? been) {_FULLY}(?:{_FALSE})"
    r"|(?:is|are|was|were)n['’]t true)"
    rf"(?: (?:{_BY_WHOM})\b"
    rf"(?:(?!\b(?:{_AUXILIARY}|and|or|but|because|since|so|that)\b)[^,;:?!])*)?"
    rf"|it(?: is| was|['’]s) {_FULLY}"
    rf"(?:(?:{_UNTRUE})|(?:{_FALSE}) to (?:say|claim|suggest|pretend)) that (?P<said>[^,;:?!]+))",
    re.I,
)
"""A sentence that calls false, in whole, what others say."""
_LONGEST_DENIAL = 500
_NO_SENTENCE = re.compile(
    rf"{_NEGATIVE.pattern}|^(?:{_AUXILIARY}|been|says?|said|appears?|circulates?)\b|[.] +\S"
    r"|[;:?!()–—,\"“”„«»]|\b(?:we|us|ours?|i|my|me|it|they|he|she|that)\b|^(?:\S+ ?){1,2}$"
    r"|\b(?:makes?|made|ran|runs?|spreads?|tells?|told|repeats?|repeated|peddles?|peddled|invents?"
    r"|invented|circulates?|circulated|publish(?:es|ed)|rais(?:es|ed)|levels|levelled)"
    r"(?: (?:often|always|again|now|today|yesterday|about|against|at|in|of|on|last)\b.*)?$",
    re.I,
)
"""Signs that a clause is a relative one, is not about others, or is more than one."""
_STARTS_A_SENTENCE = re.compile(
    rf"[A-Z]|(?:the|an?|this|these|those|its|their|all|some|many|most|there)\b"
    rf"|.*\b(?:{_AUXILIARY})\b"
)


_IS_A_DEMAND = re.compile(
    r" (?:(?:be|have to|longer|even|ever|simply|just) )*"
    r"(?:go|gone|continu\w*|keep\w*|kept|stay\w*|remain\w*|stand|sit|escap\w*|evad\w*|left"
    r"|leave (?!\w+ (?:the|our|its))|allow\w*|permit\w*|let|wait\w*|await\w*|delay\w*"
    r"|postpon\w*|put off|ignor\w*|overlook\w*|forget|forgot\w*|neglect\w*|shrink|den(?:y|ied)"
    r"|depriv\w*|shut out|exclud\w*|barred|surviv\w*|get (?:away|past)|fall|refus\w*|withh\w+"
    r"|reward\w*|tolerat\w*|look away|turn away|yield|bow|give up|given up|surrender\w*|abandon\w*"
    r"|spar\w+|blam\w+|for ever|compl(?:y\w*|ied)|respect\w*|honou?r\w*|treat\w*|hesitat\w*"
    r"|fulfil\w*|meet|live up|implement\w*|observ\w*|heed\w*|listen\w*|care|cooperat\w*"
    r"|apologi\w*|silent|indifferent|above the law|prevail)\b",
    re.I,
)
"""Verbs of going on, holding back and doing one's duty: "must not go on" says as much as "must
end", and "does not comply" as much as "violates"."""
_MORE = re.compile(
    r"[;:?!()–—]|[.] +\S| - |\b(?:we|some|many|most|few|several|all|every\w*|each|hardly|any\w*"
    r"|either|at all)\b",
    re.I,
)
"""Signs of more than one clause, and words that a "not" changes otherwise than by denial."""
_NO_DENIALS = ("can", "could", "has", "have", "had")
"""Verbs whose "not" mostly complains or demands: "cannot go unpunished", "has not apologized"."""


def affirmed(text: str) -> str | None:
    """Return what a plain denial denies; None for any other text.

    A plain denial is one sentence about others in which every clause is denied, or one that calls
    false what somebody says. What has several clauses, a negation within the charge, or words such
    as "we" and "they" is none.

    >>> affirmed("The blockade must not end.")
    'The blockade must end.'
    >>> affirmed("Valdoria did not shell the port and isn't to blame for the fire.")
    'Valdoria did shell the port and is to blame for the fire.'
    >>> affirmed("The allegation that Valdoria shelled the port is a fabrication.")
    'Valdoria shelled the port.'
    >>> affirmed("The blockade must not go on.") is affirmed("We do not shell ports.") is None
    True
    """
    if len(text) > _LONGEST_DENIAL:
        return None
    if found := _CALLED_FALSE.fullmatch(text.strip().rstrip(".")):
        return _sentence(found["charge"] or found["said"])
    denied = list(_DENIED.finditer(text))
    if not denied or len(denied) != len(_NEGATIVE.findall(text)) or _MORE.search(text.strip()):
        return None
    first, *others = denied
    rest, verb = text[first.end() :], first.group().lower()
    if (
        _OTHER_CLAUSE.search(text[: first.start()])
        or verb.startswith(_NO_DENIALS)
        or (_IS_A_DEMAND.match(rest) and not verb.startswith("need"))
        or _NOT_DENIED.search(rest)
        or ("," in rest and not others)
        or any(_OF_A_PART.match(text[one.end() :]) for one in denied)
        or not all(_JOINED.search(text[: one.start()]) for one in others)
    ):
        return None
    return _DENIED.sub(_affirmed, text)


def _sentence(clause: str) -> str | None:
    """Return a clause as a sentence; None if it is not about others, or not just one."""
    if _NO_SENTENCE.search(clause) or not _STARTS_A_SENTENCE.match(clause):
        return None
    return clause[0].upper() + clause[1:] + "."


def _affirmed(denied: re.Match[str]) -> str:
    if short := denied["short"]:
        return _WHOLE.get(short.lower(), short)
    return denied["one_word"] or f"{denied['verb']}{denied['adverb'] or ''}"


# -- Counterfactuals -----------------------------------------------------------------------------

_CLAUSE = r"[^,;:?!()–—]+?"
_WITHOUT = "without|but for|if|were it not for|had it not been for"
_SUPPOSED = re.compile(
    rf"(?P<held>{_CLAUSE}),? (?P<cause>(?:{_WITHOUT}) {_CLAUSE})"
    rf"|(?P<first>(?:{_WITHOUT}) {_CLAUSE}), (?P<then>{_CLAUSE})",
    re.I,
)
_THERE_WOULD = re.compile(
    rf"there would (?:be|(?P<past>have been)) no (?!longer\b|one\b|more\b|other\b|way\b)"
    rf"(?P<what>{_CLAUSE})",
    re.I,
)
_WOULD_NOT = re.compile(
    rf"(?P<who>{_CLAUSE}) (?:would|(?P<could>could))(?: not|n['’]t| never) "
    rf"(?:(?P<verb>be|have) )?(?P<rest>{_CLAUSE})",
    re.I,
)
_BUT_FOR = re.compile(
    r"(?:without|but for|(?:if it (?:were|was) not|were it not|(?:if it had|had it) not been) for"
    r"|if there (?:were|was|had been) no) (?!(?:an?y? |the )?(?:shadow of a )?(?:doubt|question"
    r"|exceptions?|warning|delay|fail|notice|reservations?|preconditions?)$)"
    rf"(?P<cause>{_CLAUSE})",
    re.I,
)
_HAD_NOT = re.compile(
    rf"if (?P<who>{_CLAUSE}) (?P<verb>had|did|were|was)(?: not|n['’]t) (?P<rest>{_CLAUSE})", re.I
)
_NO_FACT = re.compile(
    rf"{_OTHER_CLAUSE.pattern}|\b(?:they|any\w*|hesitat\w*|at all|only|just|merely|yet|say|tell"
    r"|know|confirm|ask|see|comment|wonder|decide|even|as|sure|clear)\b",
    re.I,
)
"""Signs in what is held that it is no fact about others, or that the "if" is no condition."""
_HELD = {"be": "is", "have": "has", None: "does"}


def as_cause(text: str) -> str | None:
    """Return what a counterfactual holds to be so, and why; None for any other text.

    Only one with two negations is read, "no … without" or "not … if … not": models take them for
    denials. "There can be no peace without justice" names a condition and is none. The grammar of
    what is returned is not minded.

    >>> as_cause("There would be no toll without the blockade.")
    'There is toll because of the blockade.'
    >>> as_cause("Lorn would not have closed the port if Valdoria had not mined it.")
    'Lorn has closed the port because Valdoria had mined it.'
    """
    supposed = len(text) <= _LONGEST_DENIAL and _SUPPOSED.fullmatch(text.strip().rstrip("."))
    if not supposed:
        return None
    held, cause = supposed["held"] or supposed["then"], supposed["cause"] or supposed["first"]
    there, who = _THERE_WOULD.fullmatch(held), _WOULD_NOT.fullmatch(held)
    of, had = _BUT_FOR.fullmatch(cause), _HAD_NOT.fullmatch(cause)
    if not ((there and (of or had)) or (who and had)):
        return None
    if any(len(_NEGATIVE.findall(part)) != 1 for part in (held, cause)):
        return None
    if (had and _NOT_DENIED.search(had["rest"])) or _NOT_DENIED.search(held):
        return None
    if _NO_FACT.search(held):
        return None
    if there:
        found = f"There {'was' if there['past'] else 'is'} {there['what']}"
    elif who:
        verb = "can" if who["could"] and not who["verb"] else _HELD[who["verb"]]
        found = f"{who['who']} {verb} {who['rest']}"
    why = f"of {of['cause']}" if of else f"{had['who']} {had['verb']} {had['rest']}" if had else ""
    return f"{found[0].upper()}{found[1:]} because {why}."


_OF_THE_SPEAKER = re.compile(
    r"\b(?!US\b)(I|me|my|mine|myself|we|us|our|ours|ourselves|here|you|your|yours)\b", re.I
)
_MOST_APART = 40  # characters between texts with the same words: titles, articles, punctuation


def says_the_same(a: ModelInput, b: ModelInput) -> bool:
    """Tell whether two sides say the same in the same words, whoever they are.

    "We will win" says another thing in another country.

    >>> says_the_same(ModelInput("The canal is open."), ModelInput("the canal is open"))
    True
    >>> words = "We will win."
    >>> says_the_same(ModelInput(words, country="Meren"), ModelInput(words, country="Norland"))
    False
    """
    if abs(len(a.text) - len(b.text)) > _MOST_APART:
        return False
    if words_key(a.text, a.context) != words_key(b.text, b.context):
        return False
    is_other = a.country and b.country and a.country != b.country
    return not (is_other and _OF_THE_SPEAKER.search(a.text))


# -- Pairs longer than the window ----------------------------------------------------------------


def read_in_parts(
    pairs: Sequence[InputPair],
    fits: Callable[[InputPair], bool],
    score: Callable[[Sequence[InputPair], Progress | None], NDArray[np.float32]],
    on_progress: Progress | None = None,
) -> tuple[NDArray[np.float32], list[InputPair]]:
    """Return the probabilities of each pair, float32 [n, 3], and the part that they are of.

    That is the pair itself if it fits the window, else the pair of sentences, or of pieces of
    sentences, with the strongest verdict, agree or oppose. Progress counts pairs.
    """
    parts = [[pair] if fits(pair) else parts_of(pair, fits) for pair in pairs]

    def count_pairs(done: int, total: int) -> None:
        if on_progress:
            on_progress(done * len(pairs) // total, len(pairs))

    scores = score([part for found in parts for part in found], count_pairs)
    rows, chosen, start = np.zeros((len(pairs), 3), np.float32), [], 0
    for n, found in enumerate(parts):
        its = scores[start : start + len(found)]
        strongest = int(its[:, :2].max(axis=1).argmax())
        rows[n] = its[strongest]
        chosen.append(found[strongest])
        start += len(found)
    return rows, chosen


def parts_of(pair: InputPair, fits: Callable[[InputPair], bool]) -> list[InputPair]:
    """Return the parts of a long pair, verbatim: pairs of sentences, halved if they do not fit."""
    parts: list[InputPair] = []
    last = None
    for key, sentences in _sentence_pairs(*pair):
        if len(parts) >= MOST_PARTS and key != last:
            break
        parts += _halved(sentences, fits)
        last = key
    return parts


def _sentence_pairs(a: ModelInput, b: ModelInput) -> Iterator[tuple[int, InputPair]]:
    """Yield the pairs of sentences that share most words, with their sort key.

    If as many words are shared, earlier sentences come first. Swapping the sides keeps the key.
    """
    first, second = _sentences(a), _sentences(b)
    i, j = np.ogrid[: len(first), : len(second)]
    most = len(first) + len(second)
    keys = ((i + j - _shared_words(first, second) * most) * most + abs(i - j)).ravel()
    last = np.partition(keys, MOST_PAIRS - 1)[MOST_PAIRS - 1] if len(keys) > MOST_PAIRS else None
    kept = np.arange(len(keys)) if last is None else np.flatnonzero(keys <= last)
    for n in kept[np.argsort(keys[kept], kind="stable")].tolist():
        row, column = divmod(n, len(second))
        yield int(keys[n]), (replace(a, text=first[row]), replace(b, text=second[column]))


def _sentences(side: ModelInput) -> list[str]:
    return split_quote(side.text, language_of(side.text))[:MOST_SENTENCES] or [side.text]


def _shared_words(first: Sequence[str], second: Sequence[str]) -> NDArray[np.int64]:
    """Return how many words each two texts share, [first, second]."""
    shared = np.zeros((len(first), len(second)), np.int64)
    columns = _texts_by_word(second)
    for word, rows in _texts_by_word(first).items():
        if word in columns:
            shared[np.ix_(rows, columns[word])] += 1
    return shared


def _texts_by_word(texts: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for n, text in enumerate(texts):
        for word in content_words(text):
            found[word].append(n)
    return found


def _halved(pair: InputPair, fits: Callable[[InputPair], bool]) -> list[InputPair]:
    """Halve the longer text at a blank until all parts fit.

    A text without a blank stays whole, and so does a pair in which such a text, or the contexts,
    fill the window.
    """
    a, b = pair
    without = replace(a, text=""), replace(b, text="")
    # Halving the other text makes no room beside a long one without blanks.
    stuck = any(
        not _middle_blank(side.text) and not fits(alone)
        for side, alone in ((a, (a, without[1])), (b, (without[0], b)))
    )
    if fits(pair) or stuck or not fits(without):
        return [pair]
    done: list[InputPair] = []
    left = [pair]
    while left:
        part = left.pop()
        if halves := [] if fits(part) else _halves(part):
            left += reversed(halves)
        else:
            done.append(part)
        if len(done) + len(left) > MOST_PARTS:
            return [pair]
    return done


def _halves(pair: InputPair) -> list[InputPair]:
    """Return the pairs that halving the longer text makes; both are halved if equally long."""
    cuts = [_middle_blank(side.text) for side in pair]
    lengths = [len(side.text) if cut else 0 for side, cut in zip(pair, cuts, strict=True)]
    pieces = [
        [replace(side, text=side.text[: cut[0]]), replace(side, text=side.text[cut[1] :])]
        if cut and length == max(lengths)
        else [side]
        for side, cut, length in zip(pair, cuts, lengths, strict=True)
    ]
    return [(a, b) for a in pieces[0] for b in pieces[1]] if any(lengths) else []


def _middle_blank(text: str) -> tuple[int, int] | None:
    """Return the offsets of the blank nearest the middle of a text, None for a single word."""
    blanks = (match.span() for match in _BLANK.finditer(text))
    return min(blanks, key=lambda span: abs(sum(span) - len(text)), default=None)
