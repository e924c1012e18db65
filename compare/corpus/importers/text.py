"""Texts of pages and transcripts: remove their layout, and find the turns of their speakers.

The account counts what is removed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from compare.corpus.importers.people import has_office
from compare.corpus.importers.records import Cells, make_key
from compare.corpus.importers.sources import Account, Entry, Piece, Read, Reason, each_file
from compare.corpus.text_files import plain_name
from compare.corpus.values import BadFileError, Row
from compare.statements import country_code
from compare.statements.normalize import HONORIFICS

_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff\ufffc]")
MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DAY = re.compile(rf"{MONTH} \d{{1,2}}, \d{{4}}")

# Layout

_HYPHEN_BREAK = re.compile(r"(?<![^\W_])([^\W_]++)-[ \t]*+\r?\n\s*+(?=([^\W_]++)(\s?))")
_WORD = re.compile(r"[^\W\d_]+")
_BREAK = re.compile(r"(?<![ \t])[ \t]*+\r?\n[ \t]*")
_WIDEST_PAGE = 120  # lines that are often longer are paragraphs
# These patterns begin only at the first of several blanks and never backtrack, since a text may
# consist of blanks.
_TOKENISED: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<!\s)\s++(?=[,.;:?!)\]]|['’]s\b)"), ""),
    (re.compile(r"(?<=[(\[])\s+"), ""),
    (re.compile(r'"([^"]*)"'), lambda quoted: f'"{quoted[1].strip()}"'),
    (re.compile(r"\s{2,}"), " "),
)


def join_hyphens(text: str, account: Account) -> str:
    """Join words that are hyphenated at a line's end.

    The hyphen is removed only if the text has the word without it elsewhere: most belong to
    compounds ("self-\\ndetermination"). A suspended one keeps a space ("short-\\nand long-term").
    """
    words = set(_WORD.findall(text.casefold())) if _HYPHEN_BREAK.search(text) else set()

    def join(found: re.Match[str]) -> str:
        before, behind, space = found.groups()
        if space and behind in ("and", "or"):
            return f"{before}- "
        is_cut = behind[0].islower() and (before + behind).casefold() in words
        return before if is_cut else f"{before}-"

    return account.remove("hyphens at line ends", _HYPHEN_BREAK, text, join)


def unwrap_lines(text: str, account: Account) -> str:
    """Return the text with a space for each line break inside a sentence.

    Breaks stay after the end of a sentence, next to a blank line, and in texts that are not wrapped
    at a fixed width.
    """
    lengths = sorted(len(line) for line in text.splitlines() if line.strip())
    if not lengths or lengths[len(lengths) * 9 // 10] > _WIDEST_PAGE:
        return text

    def joint(found: re.Match[str]) -> str:
        before = text[text.rfind("\n", 0, found.start()) + 1 : found.start()]
        after = text[found.end() : found.end() + 1]
        return "\n" if before[-1:] in ("", *".!?") or after in ("", "\n", "\r") else " "

    return account.remove(Reason.LINE_BREAKS, _BREAK, text, joint)


def detokenise(text: str, account: Account) -> str:
    """Remove the spaces that a tokeniser put around punctuation: `the Council 's aims ( all ) .`.

    They stay around hyphens, which may be dashes, and unpaired quotation marks.
    """
    for pattern, replacement in _TOKENISED:
        if not callable(replacement) or text.count('"') % 2 == 0:
            text = account.remove("tokeniser spaces", pattern, text, replacement)
    return text


def split_paragraphs(text: str, account: Account) -> Iterator[tuple[str, int]]:
    """Yield the lines of a text that are not blank, each tidied, and their numbers."""
    for number, raw in enumerate(text.splitlines(keepends=True), start=1):
        if line := tidy_line(raw, account):
            yield line, number


def tidy_line(text: str, account: Account) -> str:
    """Return a paragraph on one line, with single spaces."""
    text = account.remove("invisible characters", _UNSEEN, text)
    line = " ".join(text.split())
    account.characters_left_out[Reason.WHITE_SPACE] += len(text) - len(line)
    return line


def join_paragraphs(paragraphs: Sequence[str], account: Account) -> str:
    """Return paragraphs as one text, whose line breaks were counted as white space left out."""
    account.characters_left_out[Reason.WHITE_SPACE] -= max(0, len(paragraphs) - 1)
    return "\n".join(paragraphs)


# Turns

_SPOKEN_NOTE = (
    r"As interp|As transl|Through interp|Inaudible|In progress|Speaks?\b|Speaking|Off-mic|Audio"
    r"|Microphone|No translation"
)
_DIRECTION = re.compile(
    rf"(?:^| )\((?:(?!{_SPOKEN_NOTE})[A-Z][^()]*[.!]|(?i:laughter|applause|laughs?|coughs|cheers"
    r"|clears throat|cross-?talk|boos|laughter(?: and|,) applause)\.?)\)"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one voice says without a break."""

    label: str  # who it is, as the transcript has it
    text: str  # free of layout; each character is still to be accounted for
    line: int  # where it starts in the file
    left_out: str = ""  # why it is no statement (a `Reason`), "" if it is one
    note: str = ""  # what stands in brackets behind the label, or in the heading above it


def gather_turns(
    parts: Iterable[Turn | str | None], before: Callable[[str], None], account: Account
) -> Iterator[Turn]:
    """Yield whole turns, without "(Laughter.)".

    `parts` are starts of turns, further paragraphs, and None where a turn ends without another;
    `before` takes a paragraph that belongs to no turn.
    """
    turn: Turn | None = None
    for part in parts:
        if not isinstance(part, str):
            if turn is not None:
                yield turn
            turn = part and replace(part, text=remove_directions(part.text, account))
        elif turn is None:
            before(part)
        elif words := remove_directions(part, account):
            paragraphs = [turn.text, words] if turn.text else [words]
            turn = replace(turn, text=join_paragraphs(paragraphs, account))
    if turn is not None:
        yield turn


def turn_cells(
    turns: Iterable[Turn], cells: Cells, account: Account
) -> Iterator[tuple[Turn, Cells]]:
    """Yield the turns that are statements, with their cells; the account counts all others.

    Questions are kept beside the first statement that follows them, whoever makes it. An id is the
    document's id and the number of the turn.
    """
    asked: list[Turn] = []
    for number, turn in enumerate(turns, start=1):
        if turn.left_out:
            account.leave(turn.left_out, turn.text, piece=True)
            if turn.left_out == Reason.QUESTIONS and turn.text:
                asked.append(turn)
        elif not turn.text:
            account.leave("turns without words", "", piece=True)
        else:
            askers = dict.fromkeys(question.label for question in asked if question.label)
            spoken = {
                "id": f"{cells.get('id', '')}-{number}",
                "text": turn.text,
                "speaker": turn.label,
                "turn": str(number),
                "question": "\n".join(question.text for question in asked),
                "asked_by": "; ".join(askers),
            }
            yield turn, cells | spoken
            asked = []


def remove_directions(text: str, account: Account) -> str:
    """Remove "(Laughter.)" but keep "(inaudible)", which says that words are missing."""
    return account.strip(account.remove(Reason.DIRECTIONS, _DIRECTION, text))


# Labels in capitals: "MS. ROE: ..."

_COLON = r":(?!(?<=\d:)\d) ?"  # and not that of a clock
_SHOUTED = r"[A-ZÀ-ÖØ-ÞĀ-Ž][A-ZÀ-ÖØ-ÞĀ-Ž’'.\-]*"
_IN_CAPITALS = re.compile(
    rf"(?P<label>{_SHOUTED}(?: (?:{_SHOUTED}|M[ac]+[A-Z]+|#?\d)){{0,6}})"
    rf"(?: (?P<note>\([^()]*\)))?{_COLON}"
)
_WITH_FULL_STOP = re.compile(rf"(?P<label>(?:{HONORIFICS.upper()})\. [A-Z’'\-]{{3,}})\. (?=[A-Z])")
_QUESTION = re.compile(r"Q(?:UESTIONS?)?(?: ?:(?: |$)| |$)")
_NO_STATEMENTS = {
    Reason.MODERATORS: re.compile(
        r"M[OD]*ERATOR|OPERATOR|ANNOUNCER|INTERPRETER|TRANSLATOR|(?:[A-Z]+ )*(?:AIDE|STAFF|STAFFER)"
        r"|.*\bCREW(?: MEMBER)?"
    ),
    Reason.UNNAMED: re.compile(
        r"AUDIEN\w+(?: MEMBERS?)?|PARTIC\w+|(?:AN? )?(?:CHILD|CHILDREN|STUDENT|CUSTOMER|REPORTER)S?"
        r"|MEMBERS? OF .*|CROWD|ALL|PROTEST[EO]RS?|UNIDENTIFIED .*|VOICES?"
    ),
}


def turn_in_capitals(text: str, line: int, account: Account) -> Turn | None:
    """Return the turn that a paragraph starts if its label is in capitals ("MS. ROE: ...").

    "Q" and "QUESTION" start a question. The label goes to the account.
    """
    if found := _QUESTION.match(text):
        account.leave(Reason.LABELS, found[0])
        return Turn("", text[found.end() :], line, Reason.QUESTIONS)
    found = _IN_CAPITALS.match(text) or _WITH_FULL_STOP.match(text)
    if found is None:
        return None
    account.leave(Reason.LABELS, found[0])
    label = found["label"]
    reason = next((why for why, who in _NO_STATEMENTS.items() if who.fullmatch(label)), "")
    return Turn(label, text[found.end() :], line, reason, found.groupdict().get("note") or "")


HONORIFIC = re.compile(rf"(?:{HONORIFICS.upper()})\.? ")
_RANK = re.compile(
    r"[DV]?FM|D?PM|SG|HRVP|HR/VP|MP|MEP|(?:GEN|ADM|COL|MAJ|CAPT|CMDR|LT|BRIG|SGT|VADM|RADM)\.?"
    r"|COUNCILL?OR|CHANCELLERY|TAOISEACH|HIGHNESS|MAJESTY|EXCELLENCY|SHEIKH|CROWN|ENVOY|DELEGATE"
)
_OFFICES_OF = {
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


def speaks_for(label: str, country: str) -> bool:
    """Say whether the speaker of a label in capitals speaks for the transcript's country.

    Speakers without an office ("MS ROE") or with one of that country ("SECRETARY ROE") do; others
    may be guests.
    """
    found = HONORIFIC.match(label)
    rest = label[found.end() :] if found else label
    if found and " " not in rest and rest not in _ADDRESSED:
        return True
    words = re.split(r"[ -]", rest)
    if not (has_office(words) or any(map(_RANK.fullmatch, words))):
        return True
    office = _OFFICES_OF[country].match(rest) if country in _OFFICES_OF else None
    return office is not None and not has_office(re.split(r"[ -]", rest[office.end() :])[:-1])


# Labels of capitalised words, where one official speaks and all others ask: "Ada Veld: ..."

MOST_WORDS = 6  # of the longest label
ASKERS = frozenset({"q", "question", "questions", "journalist", "reporter", "follow-up"})
ANSWERS = frozenset({"a", "answer", "spokesperson", "spokeswoman", "spokesman"})
_CAPITAL_WORD = r"[A-Z0-9À-ÖØ-ÞĀ-Ž][\w’'.&/-]*"
_CAPITALISED = re.compile(
    rf"(?P<label>{_CAPITAL_WORD}(?: (?:{_CAPITAL_WORD}|of|the|and|de|for))*)"
    rf"(?: \([^()]*\))?{_COLON}"
)
_OPENER = re.compile(
    r"(?:First|Second|Third|Four|Fif|Six|Last|Final|One|Two|Three|Note|Source|Photo|Link)\w*"
    r"(?: (?:Aspect|Element|Issue|Pillar|Point|Priority|Principle|Reason|Step|Thing|of All))?"
    r"|(?:Again|Also|And|Because|But|Conclusion|Example|Here|However|Indeed|Look|No|Now|Remember|So"
    r"|That|Then|There|Therefore|This|Thus|Yes|Yet)"
)
_POSSESSIVE = re.compile(r"[’']s?$")
_FIRST_LETTER = re.compile(r"[\W\d_]*[^\W\d_]")
_LONGEST_CODE = 3  # "CRI" is a radio, not Costa Rica


def match_label(text: str) -> re.Match[str] | None:
    """Return the label a paragraph starts with: capitalised words, and no "First:"."""
    found = _CAPITALISED.match(text)
    if found is None or is_opener(found["label"]) or found["label"].isdecimal():
        return None
    return found if len(found["label"].split()) <= MOST_WORDS else None


def is_opener(label: str) -> bool:
    """Say whether a label only opens a sentence: "First:", "Second Point:"."""
    return bool(_OPENER.fullmatch(label))


def is_heading(label: str, words: str) -> bool:
    """Say whether a colon stands in a sentence: it goes on in lower case, or starts with a country.

    "Valdoria’s Position: ..." is no name, and neither is "The Roads: they are open."
    """
    first = _FIRST_LETTER.match(words)
    if first and first[0][-1].islower():
        return True
    parts = label.removeprefix("The ").partition(" and ")[0].split()
    possessive = (at for at, part in enumerate(parts, start=1) if _POSSESSIVE.search(part))
    named = _POSSESSIVE.sub("", " ".join(parts[: next(possessive, len(parts))]))
    return len(named) > _LONGEST_CODE and bool(country_code(named))


def own_label_next(labels: Iterable[tuple[int, bool]]) -> dict[int, bool]:
    """Map the line of each label to whether the next label is the main speaker's own.

    A speaker has no second label before somebody else speaks. The mapping is empty if no label is
    the main speaker's: a speaker without others needs none.
    """
    listed = [*labels]
    if not any(own for _, own in listed):
        return {}
    following = [own for _, own in listed[1:]] + [False]
    return {line: own for (line, _), own in zip(listed, following, strict=True)}


def answer_next(lines: Sequence[tuple[str, int]], speaker: str) -> dict[int, bool]:
    """Return `own_label_next` for a text in which one speaks and all others ask."""
    labels = ((found["label"], line) for text, line in lines if (found := match_label(text)))
    return own_label_next((line, _is_own(label, speaker)) for label, line in labels)


def turn_of_label(
    found: re.Match[str], line: int, speaker: str, account: Account, followed: bool | None = True
) -> Turn | None:
    """Return the turn that a label starts: the main speaker's, or a question by anybody else.

    It is left out if the label may be a heading, and None if it is part of a sentence. `followed`:
    whether the next label is the main speaker's own; None if there is none.
    """
    label, words = found["label"], found.string[found.end() :]
    turn = Turn(label, words, line, Reason.QUESTIONS)
    if _is_own(label, speaker):
        turn = Turn(speaker, words, line)
    elif label.casefold() in ASKERS:
        turn = Turn("", words, line, Reason.QUESTIONS)
    else:
        asks, sentence = followed or "?" in words, is_heading(label, words)
        if not asks and (sentence or followed is None):
            return None
        if sentence or not asks:
            turn = Turn("", words, line, Reason.UNIDENTIFIED)
    account.leave(Reason.LABELS, found[0])
    return turn


def _is_own(label: str, speaker: str) -> bool:
    return label.casefold() in ANSWERS | {speaker.casefold()}


# Pages of plain text: lines about the page stand above the words

TEXTS = frozenset({".txt", ".text"})
_ABOUT = "title, date and page lines"
_LONGEST_HEAD = 500  # characters; a longer line is a paragraph


@dataclass(slots=True)
class Page:
    """One text while it is read."""

    entry: Entry
    account: Account
    lines: list[tuple[str, int]]  # those that are not blank, and their numbers
    cells: Cells  # of all its statements; "speaker" and "role" are its main speaker's
    people: dict[str, Cells] = field(default_factory=dict)  # role and country of the others
    section: str = ""  # the heading above the turns
    is_open: bool = False  # a turn goes on

    def leave(self, line: str, reason: str = _ABOUT) -> None:
        """Count a line without a speaker."""
        self.account.leave(reason, line)

    def take_head(self, last: re.Pattern[str], missing: str) -> tuple[re.Match[str], str]:
        """Take the lines up to the first that matches; return the match and the line above it."""
        for number, (line, _) in enumerate(self.lines):
            if len(line) <= _LONGEST_HEAD and (found := last.fullmatch(line)):
                head = ["", *(text for text, _ in self.lines[: number + 1])]
                for text in head:
                    self.leave(text)
                del self.lines[: number + 1]
                return found, head[-2]
        raise self.refuse(missing)

    def take_about(self, is_about: Callable[[str], object]) -> list[str]:
        """Take the first lines that are about the page, and return them."""
        about = [text for text, _ in takewhile(lambda line: is_about(line[0]), self.lines)]
        for text in about:
            self.leave(text)
        del self.lines[: len(about)]
        return about

    def refuse(self, message: str) -> BadFileError:
        """Count all lines as a text of another kind, and return the error to raise."""
        for line, _ in self.lines:
            self.leave(line, "texts of another kind")
        return BadFileError(message)

    def start(self, turn: Turn) -> Turn:
        """Return a turn to which further paragraphs belong."""
        self.is_open = True
        return replace(turn, note=self.section)

    def words(self, text: str, line: int) -> Turn | str:
        """Return a paragraph of the open turn, or else a new turn of the main speaker."""
        return text if self.is_open else self.start(Turn(self.cells.get("speaker", ""), text, line))

    def labelled(
        self, text: str, line: int, label: re.Match[str] | None, followed: Mapping[int, bool]
    ) -> Turn | str:
        """Return the turn that a label starts, or a paragraph if it starts none."""
        speaker, next_is_own = self.cells["speaker"], followed.get(line)
        turn = label and turn_of_label(label, line, speaker, self.account, next_is_own)
        return self.start(turn) if turn else self.words(text, line)

    def rows(self, parts: Iterator[Turn | str | None]) -> Iterator[Row]:
        """Yield the statements of the text."""
        turns = gather_turns(parts, self.leave, self.account)
        for turn, cells in turn_cells(turns, self.cells, self.account):
            is_main = turn.label == self.cells.get("speaker", "")
            who = {} if is_main else {"role": "", "country": ""}
            who |= self.people.get(turn.label, {})
            yield Row(self.entry.label, turn.line, cells | who | {"section": turn.note})


# Takes the lines about the page off, fills in the cells, and yields the rest
Parts = Callable[[Page], Iterator[Turn | str | None]]


def each_page(prefix: str, publication: str, parts: Parts) -> Read:
    """Return a reader of texts on pages; their ids start with the prefix."""

    def read(entry: Entry, account: Account) -> Iterator[Piece]:
        text = account.take(entry.text())
        lines = [*split_paragraphs(text, account)]
        if not lines:
            raise BadFileError("it is empty; download it again")
        name = plain_name(entry.name).rpartition(".")[0].replace("/", "-")
        cells = {
            "id": make_key(f"{prefix}-{name}", text),  # files of other folders have the same names
            "source": f"{publication}, {entry.base}",
            "language": "en",
            "source_file": entry.name,
        }
        page = Page(entry, account, lines, cells)
        rows = [*page.rows(parts(page))]
        if not rows:
            account.leave("documents without words", "", piece=True)
        yield from rows

    return each_file(TEXTS, read)
