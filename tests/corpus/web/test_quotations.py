"""Proposed quotations and their speakers: exact answers on made-up passages."""

from __future__ import annotations

import gc
import random
import time

import pytest

from compare.corpus.web import Confidence, Page, propose
from compare.corpus.web.quotations import quotations

pytestmark = pytest.mark.usefixtures("made_up_countries")

BESIDE, IN_SENTENCE = Confidence.BESIDE, Confidence.IN_SENTENCE
BEFORE, FURTHER_UP, NONE = Confidence.BEFORE, Confidence.FURTHER_UP, Confidence.NONE

Found = tuple[str, str, str, str, str, Confidence]
WORDS = "We will not accept this blockade"
LORN = ("Ada Lorn", "foreign minister of Valdoria", "Valdoria")


def page(*paragraphs: str) -> Page:
    return Page("A title", "The Meren Post", "2021-05-03", "", "en", paragraphs)


def proposed(*paragraphs: str) -> list[Found]:
    return [
        (p.quotation.value, p.text, p.speaker, p.role, p.country, p.confidence)
        for p in propose(page(*paragraphs))
    ]


def direct(
    text: str, who: str = "", role: str = "", country: str = "", found: Confidence = BESIDE
) -> Found:
    return ("direct", text, who, role, country, found)


def reported(
    text: str, who: str = "", role: str = "", country: str = "", found: Confidence = BESIDE
) -> Found:
    return ("reported", text, who, role, country, found)


BEHIND = [
    (f"“{WORDS},” said Ada Lorn, the foreign minister of Valdoria.", [direct(WORDS, *LORN)]),
    (f'"{WORDS}," Ada Lorn told reporters in Port Meren.', [direct(WORDS, "Ada Lorn")]),
    (
        f"“{WORDS}”, said Foreign Minister Ada Lorn on Monday.",
        [direct(WORDS, "Ada Lorn", "Foreign Minister")],
    ),
    (
        f"“{WORDS},” said Valdoria’s foreign minister, Ada Lorn, in a speech.",
        [direct(WORDS, "Ada Lorn", "Valdoria’s foreign minister", "Valdoria")],
    ),
    (
        f"“{WORDS},” according to Ada Lorn, Valdoria's envoy to Ostravia.",
        [direct(WORDS, "Ada Lorn", "Valdoria's envoy to Ostravia", "Valdoria")],
    ),
    (
        f"„{WORDS}“, said Ambassador Bren Tal of Ostravia.",
        [direct(WORDS, "Bren Tal", "Ambassador", "Ostravia")],
    ),
    (
        f"«{WORDS}» — Bren Tal, permanent representative of Ostravia.",
        [direct(WORDS, "Bren Tal", "permanent representative of Ostravia", "Ostravia")],
    ),
    (
        f"‘{WORDS},’ said Cor Vael, a spokesman for the ministry.",
        [direct(WORDS, "Cor Vael", "spokesman for the ministry")],
    ),
    (
        "“Why should we wait for them?” Prime Minister Cor Vael asked.",
        [direct("Why should we wait for them?", "Cor Vael", "Prime Minister")],
    ),
    (f"“{WORDS},” said Dora Fenn (Norland).", [direct(WORDS, "Dora Fenn", "", "Norland")]),
    (
        f"“{WORDS},” said Minister for Trade and Energy Dora Fenn.",
        [direct(WORDS, "Dora Fenn", "Minister for Trade and Energy")],
    ),
    (
        f"“{WORDS},” said Cor van der Vael, mayor of Port Meren.",
        [direct(WORDS, "Cor van der Vael", "mayor of Port Meren")],
    ),
    (f"“{WORDS},” Ada Lorn, who leads the delegation, said.", [direct(WORDS, "Ada Lorn")]),
    (
        f"They must “show that they mean it”, Envoy Samir al-Tal said. “{WORDS}.”",
        [
            direct("show that they mean it", "Samir al-Tal", "Envoy"),
            direct(f"{WORDS}.", "Samir al-Tal", "Envoy", "", BEFORE),
        ],
    ),
    (
        f"“{WORDS},” said President Dora Fenn and Foreign Minister Ada Lorn.",
        [direct(WORDS, "President Dora Fenn and Foreign Minister Ada Lorn")],
    ),
]
AHEAD = [
    (
        "Ada Lorn, the foreign minister of Valdoria, said: “The blockade must end today.”",
        [direct("The blockade must end today.", *LORN)],
    ),
    (
        "Prime Minister Cor Vael of Norland warned, “Those who close the sea will pay for it.”",
        [
            direct(
                "Those who close the sea will pay for it.", "Cor Vael", "Prime Minister", "Norland"
            )
        ],
    ),
    (
        "Valdoria's Envoy Ada Lorn called the blockade “an act of war against us”.",
        [
            direct(
                "an act of war against us", "Ada Lorn", "Valdoria's Envoy", "Valdoria", IN_SENTENCE
            )
        ],
    ),
    (
        "The Foreign Ministry of Valdoria said in a statement that “no ship was turned back”.",
        [direct("no ship was turned back", "Foreign Ministry of Valdoria", "", "Valdoria")],
    ),
    (
        "Ada Lorn: “We have nothing to add to this.”",
        [direct("We have nothing to add to this.", "Ada Lorn")],
    ),
    (
        "Bren Tal was quoted as saying “the harbour will be open to all”.",
        [direct("the harbour will be open to all", "Bren Tal")],
    ),
    (
        "President Cor Vael rejected the plan, saying: “It will lead us nowhere.”",
        [direct("It will lead us nowhere.", "Cor Vael", "President")],
    ),
    (
        "President of Norland Dora Fenn said, “The talks are going very well.”",
        [direct("The talks are going very well.", "Dora Fenn", "President of Norland", "Norland")],
    ),
    (
        "In the words of Ada Lorn, “the sea belongs to all of us”.",
        [direct("the sea belongs to all of us", "Ada Lorn")],
    ),
    (
        "Norland must “learn to share the sea”, a spokesman for the ministry, Bren Tal, said.",
        [direct("learn to share the sea", "Bren Tal", "spokesman for the ministry")],
    ),
    (
        "Norland must “learn to share the sea” with others, Envoy Bren Tal said on Monday.",
        [direct("learn to share the sea", "Bren Tal", "Envoy", "", IN_SENTENCE)],
    ),
]
MERGED = [
    (
        "“We will not,” said Foreign Minister Ada Lorn, “accept this blockade of our port.”",
        [direct("We will not accept this blockade of our port.", "Ada Lorn", "Foreign Minister")],
    ),
    (
        '"The harbour," Bren Tal told the Assembly, "belongs to all of us."',
        [direct("The harbour belongs to all of us.", "Bren Tal")],
    ),
    (
        "“The harbour is open,” said Bren Tal. “No ship will be turned away.”",
        [
            direct("The harbour is open", "Bren Tal"),
            direct("No ship will be turned away.", "Bren Tal", "", "", BEFORE),
        ],
    ),
    (
        "“The harbour is open,” said Bren Tal, calling the report “a lie from end to end”.",
        [
            direct("The harbour is open", "Bren Tal"),
            direct("a lie from end to end", "Bren Tal", "", "", IN_SENTENCE),
        ],
    ),
    (
        "Ada Lorn said “the blockade must end now”, while Bren Tal said “it will not end soon”.",
        [
            direct("the blockade must end now", "Ada Lorn"),
            direct("it will not end soon", "Bren Tal"),
        ],
    ),
]
REPORTED = [
    (
        "The foreign minister of Valdoria, Ada Lorn, said on Monday that the blockade must end.",
        [reported("the blockade must end", *LORN)],
    ),
    (
        "According to Ada Lorn, the blockade of Port Meren will end in May.",
        [reported("the blockade of Port Meren will end in May", "Ada Lorn")],
    ),
    (
        "The blockade will end in May, according to Bren Tal, an envoy of the Republic of Esk.",
        [
            reported(
                "The blockade will end in May",
                "Bren Tal",
                "envoy of the Republic of Esk",
                "Republic of Esk",
            )
        ],
    ),
    (
        "The blockade of Port Meren will end in May, Ambassador Bren Tal said on Monday.",
        [reported("The blockade of Port Meren will end in May", "Bren Tal", "Ambassador")],
    ),
    (
        "The blockade will not end, said Bren Tal, an envoy of Ostravia.",
        [reported("The blockade will not end", "Bren Tal", "envoy of Ostravia", "Ostravia")],
    ),
    (
        "ADA LORN (Valdoria), speaking for the Coastal Group, said that the blockade was unlawful.",
        [reported("the blockade was unlawful", "ADA LORN", "", "Valdoria")],
    ),
    (
        "Spokesman Bren Tal told reporters the blockade would stay in place for a month.",
        [reported("the blockade would stay in place for a month", "Bren Tal", "Spokesman")],
    ),
    (
        "Spokesman Bren Tal said Tuesday the blockade would stay “in place” for a month.",
        [reported("the blockade would stay “in place” for a month", "Bren Tal", "Spokesman")],
    ),
    (
        "A senior official of Norland said that there was no agreement yet.",
        [reported("there was no agreement yet", "", "senior official of Norland", "Norland", NONE)],
    ),
]
REPORTED_TWICE = [
    (
        "While Ada Lorn said that the blockade would end, Bren Tal said that it would go on.",
        [
            reported("the blockade would end", "Ada Lorn"),
            reported("it would go on", "Bren Tal"),
        ],
    ),
    (
        "Ada Lorn said that the blockade would end, adding that the talks would go on.",
        [
            reported("the blockade would end", "Ada Lorn"),
            reported("the talks would go on", "Ada Lorn"),
        ],
    ),
]
PASSAGES = [*BEHIND, *AHEAD, *MERGED, *REPORTED, *REPORTED_TWICE]
NOTHING = [
    # fewer than four words
    "Minister Ada Lorn said that it was unlawful.",
    "Minister Ada Lorn called the plan “dead on arrival”.",
    # what somebody denies, asks, is told or might say, is no statement of theirs
    "Minister Ada Lorn denied that the blockade of the port had ended.",
    "Minister Ada Lorn did not say that the blockade would end.",
    "Minister Ada Lorn would never say that the blockade must end.",
    "A delegate asked whether Minister Ada Lorn said that the talks were over.",
    "Minister Ada Lorn was told that the blockade of the port had ended.",
    # the subject belongs to another verb
    "Ada Lorn (left) welcomed the talks, and said the blockade would end.",
    # no speech
    "Minister Ada Lorn spoke of the ship that sank in the port last May.",
    "The report said that the talks were dead and gone.",
    "The ministers’ talks on the harbour weren’t Lorn’s idea, and the crews' strike goes on.",
]


@pytest.mark.parametrize(("passage", "expected"), PASSAGES)
def test_what_is_proposed(passage: str, expected: list[Found]) -> None:
    assert proposed(passage) == expected


@pytest.mark.parametrize("passage", NOTHING)
def test_of_what_nothing_is_proposed(passage: str) -> None:
    assert proposed(passage) == []


def test_she_is_who_spoke_or_acted_before() -> None:
    assert proposed(
        "Foreign Minister Ada Lorn met the press at noon. “The sea is ours to share,” she said.",
        "She added that no ship would be turned away.",
        "President Cor Vael landed at two. When Ada Lorn arrived, she said: “We are all here now.”",
    ) == [
        direct("The sea is ours to share", "Ada Lorn", "Foreign Minister", "", BEFORE),
        reported("no ship would be turned away", "Ada Lorn", "Foreign Minister", "", BEFORE),
        direct("We are all here now.", "Ada Lorn", "Foreign Minister", "", IN_SENTENCE),
    ]


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        (1, direct("We have waited long enough", "Bren Tal", "Envoy", "", FURTHER_UP)),
        (5, direct("We have waited long enough", found=NONE)),
    ],
)
def test_she_is_told_over_some_sentences_and_not_over_many(
    paragraphs: int, expected: Found
) -> None:
    told = proposed(
        "Envoy Bren Tal said that the harbour would stay open.",
        *["The ships lay at anchor all day. The sea was calm. Nobody came ashore."] * paragraphs,
        "“We have waited long enough,” he said.",
    )
    assert told[1:] == [expected]


@pytest.mark.parametrize(
    ("between", "speaker"),
    [
        ("Minister Ada Lorn met President Cor Vael in Port Meren.", "Ada Lorn"),
        ("At noon Minister Ada Lorn landed.", "Ada Lorn"),
        ("Minister Ada Lorn and President Cor Vael landed.", ""),
        ("Minister Ada Lorn landed, President Cor Vael left.", ""),
        ("A banner showed Minister Ada Lorn.", ""),
        ("Minister Ada Lorn’s rival left.", ""),
    ],
)
def test_she_is_the_one_who_is_named_in_between_or_nobody(between: str, speaker: str) -> None:
    told = propose(
        page("Envoy Bren Tal said that the sea would stay open.", between, f"“{WORDS},” she said.")
    )
    assert told[-1].speaker == speaker


@pytest.mark.parametrize("short", ["Lorn", "Ms. Lorn", "Ada"])
def test_a_part_of_a_name_is_told_where_one_person_has_it(short: str) -> None:
    first = "Foreign Minister Ada Lorn of Valdoria arrived. Envoy Bren Tal left at noon."
    said = f"“The sea is ours to share,” {short} said."
    full = direct("The sea is ours to share", "Ada Lorn", "Foreign Minister", "Valdoria")
    assert proposed(first, said) == [full]
    others = ("Senator Cor Lorn had no comment.", "Senator Ada Fenn left.")
    assert proposed(first, *others, said) == [direct("The sea is ours to share", short)]


def test_an_office_is_told_where_one_person_has_it() -> None:
    first = "Ada Lorn, the foreign minister of Valdoria, arrived. Envoy Bren Tal left at noon."
    words = "The sea is ours to share"
    assert proposed(first, f"“{words},” the foreign minister said.") == [
        direct(words, *LORN, FURTHER_UP)
    ]
    assert proposed(first, f"“{words},” the minister of Ostravia said.") == [
        direct(words, "", "minister of Ostravia", "Ostravia", NONE)
    ]


def test_nobody_is_made_up() -> None:
    assert proposed("“The sea is ours to share.”") == [
        direct("The sea is ours to share.", found=NONE)
    ]
    assert proposed("“Will the blockade ever end?” a reporter asked.", "“It will end in May.”") == [
        direct("Will the blockade ever end?", "", "reporter", "", NONE),
        direct("It will end in May.", found=NONE),
    ]
    assert proposed(
        "Envoy Bren Tal met the press. “Will the blockade ever end?” a reporter asked.",
        "“It will end in May,” he said.",
    )[1:] == [direct("It will end in May", "Bren Tal", "Envoy", "", FURTHER_UP)]
    assert proposed("A source in the Ministry of Trade said “the talks are dead and gone”.") == [
        direct("the talks are dead and gone", found=NONE)
    ]


def test_a_quotation_goes_on_over_paragraphs() -> None:
    told = propose(
        page(
            "Envoy Bren Tal said: “The harbour is open to all.",
            "“It will stay open for a year.",
            "“Nobody will close it again.” The talks go on.",
        )
    )
    assert [(p.paragraph, p.text, p.speaker, p.confidence) for p in told] == [
        (0, "The harbour is open to all.", "Bren Tal", BESIDE),
        (1, "It will stay open for a year.", "Bren Tal", BEFORE),
        (2, "Nobody will close it again.", "Bren Tal", BEFORE),
    ]
    assert proposed("Envoy Bren Tal said: “The harbour is open to all.", "The talks go on.") == []


def test_places_in_the_paragraph() -> None:
    text = "Envoy Bren Tal was glad. “We will stay,” he said, “and wait for you.” That was all."
    (told,) = propose(page("A first paragraph.", text))
    assert told.paragraph == 1
    assert told.text == "We will stay and wait for you."
    assert text[told.start : told.end] == "We will stay,” he said, “and wait for you."
    assert told.context == "“We will stay,” he said, “and wait for you.”"
    text = "Envoy Bren Tal said that the harbour would stay open."
    (told,) = propose(page(text))
    assert text[told.start : told.end] == told.text == "the harbour would stay open"
    assert told.context == text


@pytest.mark.parametrize(
    "role", ["ambassador to Ostravia", "envoy for Ostravia", "head of the New Ostravia office"]
)
def test_a_country_that_is_not_the_speaker_s_own(role: str) -> None:
    (told,) = propose(page(f"“{WORDS},” said Ada Lorn, the {role}."))
    assert (told.role, told.country) == (role, "")


# -- any text ------------------------------------------------------------------------------------

_PIECES = [
    *'“”"‘’«»,.?:—()',
    *("’s", "said", "told", "saying", "according", "to", "and", "who", "that", "the", "a", "of"),
    *("for", "in", "minister", "Foreign", "Ministry", "State", "King", "Lorn", "Ada", "al-Lorn"),
    *("de", "he", "she", "reporters", "would", "not", "Mr.", "U.S.", "é", "中", "1", "\u2028", " "),
    "“one two three four”",
]


def test_any_text_gives_spans_of_itself_and_the_same_each_time() -> None:
    chance = random.Random(7)
    for _ in range(1_500):
        joint = chance.choice(["", " "])
        paragraphs = [joint.join(chance.choices(_PIECES, k=40)) for _ in range(3)]
        found = propose(page(*paragraphs))
        assert found == propose(page(*paragraphs))
        for proposal in found:
            for named in (proposal.speaker, proposal.role, proposal.country):
                assert any(named in paragraph for paragraph in paragraphs)
            span = paragraphs[proposal.paragraph][proposal.start : proposal.end]
            assert span.startswith(proposal.text[:3])
            assert span.endswith(proposal.text[-3:])


def _seconds(*paragraphs: str) -> float:
    """Time it, without what the collector of other tests' garbage takes."""
    gc.disable()
    try:
        began = time.process_time()
        propose(page(*paragraphs))
        return time.process_time() - began
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "piece",
    [
        *("“", "“a ", '"', '"a b c d" ', "‘", "‘as’ ", "‘a b s’ ", "«", "«a »", "“‘«„\"’”»", ","),
        *("Ada Lorn ", "Ada and ", "Ada, ", "(", ") said ", "said ", "said that ", "Lorn said "),
        *("“a b c d,” said Lorn, ", "the minister of ", "A.B.", "a-", "a’", "— ", "according to "),
        *("in the words of Lorn, ", "Lorn really ", "not ", ", who said ", "Republic of Esk ", "A"),
    ],
)  # fmt: skip
def test_hostile_text_takes_time_in_proportion(piece: str) -> None:
    few, many = (piece * (size // len(piece)) for size in (12_000, 192_000))
    assert _seconds(many) < 64 * max(_seconds(few), 0.02)  # 256 times if it grew by the square


def test_many_people_take_time_in_proportion() -> None:
    lines = [f"Minister Ada N{n} Lorn said it would end. The minister left." for n in range(4_000)]
    assert _seconds(*lines) < 64 * max(_seconds(*lines[:250]), 0.02)


# -- quotation marks -----------------------------------------------------------------------------


def marked(text: str) -> list[str]:
    return [
        text[quoted.start : quoted.end] + ("" if quoted.closed else " (open)")
        for quoted in quotations(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“We stay,” she said, “and wait.”", ["We stay,", "and wait."]),
        ('"We stay," she said, "and wait."', ["We stay,", "and wait."]),
        ("« Nous restons », a-t-elle dit.", [" Nous restons "]),
        ("«Wir «bleiben» hier»", ["Wir «bleiben» hier"]),
        ("Sie sagte: »Wir bleiben.«", ["Wir bleiben."]),
        ("Er sagte: „Wir bleiben“, „und warten”.", ["Wir bleiben", "und warten"]),
        ("‘We stay,’ she said.", ["We stay,"]),
        ("“The ‘so-called’ truce,” she said.", ["The ‘so-called’ truce,"]),
        ("‘The “so-called” truce’ it is.", ["The “so-called” truce"]),
        # apostrophes
        ("The ministers’ talks weren’t Lorn’s.", []),
        ("‘The ministers’ talks weren’t hers,’ he said.", ["The ministers’ talks weren’t hers,"]),
        ("He spoke of ‘our rights’ and ‘their duties’ there.", ["our rights", "their duties"]),
        ("In the ‘90s the port’s gates were open.", []),
        ("the sailors' strike and the port's gates", []),
        # no marks at all: inches, and a mark inside of a word
        ('A 12" gun and a 5" gun.', []),
        # marks that are missing
        ("“We stay, she said. “We wait.”", ["We wait."]),
        ("We stay,” she said. “We wait.”", ["We wait."]),
        ("“We stay and wait.", ["We stay and wait. (open)"]),
        ('She said: "We stay and wait.', ["We stay and wait. (open)"]),
        ("", []),
        ("“", []),
        ("‘", []),
        ('"', []),
        ("“”", [""]),
    ],
)  # fmt: skip
def test_what_stands_between_marks(text: str, expected: list[str]) -> None:
    assert marked(text) == expected
