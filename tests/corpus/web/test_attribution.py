"""No quotation gets a wrong speaker: exact answers on made-up passages."""

from __future__ import annotations

import pytest

from compare.corpus.web import Page, propose

pytestmark = pytest.mark.usefixtures("made_up_countries")

WAR = "the West has started this war"
STAY = "We will not leave this land"
Named = tuple[str, str, str]


def proposed(*paragraphs: str) -> list[Named]:
    """Return the words, and who is named, of what is proposed."""
    page = Page("A title", "The Meren Post", "2021-05-03", "", "en", paragraphs)
    return [(p.text, p.speaker, p.role) for p in propose(page)]


def speakers(*paragraphs: str) -> list[str]:
    return [speaker for _, speaker, _ in proposed(*paragraphs)]


# -- an office that was named before ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "office"),
    [
        ("Vice President Ada Lorn", "president"),
        ("Ada Lorn, Valdoria’s vice-president,", "president"),
        ("Former President Ada Lorn", "president"),
        ("Deputy Foreign Minister Ada Lorn", "foreign minister"),
        ("Deputy Prime Minister Ada Lorn", "prime minister"),
        ("Assistant Secretary of State Ada Lorn", "secretary of state"),
        ("Ada Lorn, chief of staff to the president,", "president"),
        ("Ada Lorn, wife of the president,", "president"),
        ("Ada Lorn, spokesman for President Dora Fenn,", "president"),
        ("Ada Lorn, deputy head of the mission,", "head of the mission"),
        ("Ada Lorn, the spokesman who met the president,", "president"),
    ],
)
def test_an_office_is_not_told_by_a_lesser_one_or_one_beside_it(named: str, office: str) -> None:
    said = f"The {office} said Ostmark will get the weapons."
    assert "Ada Lorn" not in speakers(f"{named} spoke in Meren.", said)
    assert "Ada Lorn" not in speakers(f"{named} spoke in Meren.", f"“{STAY},” the {office} said.")


@pytest.mark.parametrize(
    ("named", "office"),
    [
        ("President Ada Lorn", "president"),
        ("Vice President Ada Lorn", "vice president"),
        ("Former President Ada Lorn", "former president"),
        ("Secretary of State Ada Lorn", "secretary"),
        ("Ada Lorn, deputy head of the mission,", "deputy head"),
        ("Ada Lorn, a spokesman for the ministry,", "spokesman"),
    ],
)
def test_an_office_is_told_by_its_own_words(named: str, office: str) -> None:
    said = f"“{STAY},” the {office} said."
    assert speakers(f"{named} spoke in Meren.", said) == ["Ada Lorn"]


# -- a name that is a part of what names another ---------------------------------------------------


@pytest.mark.parametrize(
    ("who", "speaker"),
    [
        ("Lorn ally Ben Kray", "Ben Kray"),
        ("Ada Lorn backer Ben Kray", "Ben Kray"),
        ("senior Lorn confidant Ben Kray", "Ben Kray"),
        ("Lorn rival and Ostmark senator Ben Kray", ""),
        ("a Lorn ally", ""),
        ("Ada Lorn’s rival, Ben Kray", ""),
        ("Ada Lorn’s foe", ""),
        ("Ada Lorn’s spokesperson Ben Kray", "Ben Kray"),
        ("Lorn’s ally Ben Kray", "Ben Kray"),
        ("Lorn adviser Ben Kray", "Ben Kray"),
        ("Ada Lorn last week", "Ada Lorn"),
        ("Ada Lorn angrily", "Ada Lorn"),
        ("Ada Lorn outside Port Meren", "Ada Lorn"),
        ("Ada Lorn, flanked by Ben Kray", "Ada Lorn"),
    ],
)
def test_who_is_named_behind_a_verb(who: str, speaker: str) -> None:
    assert speakers(f"“{STAY},” said {who}.") == [speaker]
    assert speakers(f"“{STAY},” according to {who}.") == [speaker]


def test_a_name_that_is_part_of_another_s_is_no_subject() -> None:
    before = "Minister Ada Lorn said that the talks would go on."
    assert speakers(before, f"Ada Lorn’s rival was angry. “{STAY}.”")[1:] == [""]
    assert speakers(f"“{STAY},” Lorn ally Ben Kray said.") == ["Ben Kray"]
    assert speakers(f"Lorn ally Ben Kray left, saying “{STAY}”.") == [""]


# -- a claim that somebody else made ---------------------------------------------------------------


@pytest.mark.parametrize(
    "start",
    [
        *(
            f"Ada Lorn {verb} Ben Kray’s claim that"
            for verb in ("dismissed", "condemned", "rejected", "echoed", "recalled", "replied to")
        ),
        "Ada Lorn repeated the claim by Ben Kray that",
        "Ada Lorn rejected Ben Kray’s assertion:",
        "Ada Lorn rejected the claim that",
        "Ada Lorn recalled Ben Kray’s jibe that",
        "Ada Lorn told reporters about claims that",
        "Ada Lorn thanked Bren Tal, noting that Ben Kray’s statement that",
        "Minister Ada Lorn welcomed reports that",
        "Ada Lorn recalled Ben Kray’s",
        "Ada Lorn said no, quoting Ben Kray:",
        "Ada Lorn criticised Ben Kray for saying",
        "Ada Lorn accused Ben Kray of claiming",
        "Ada Lorn heard Ben Kray saying",
        "The woman Ada Lorn accused said",
        "It is false that Ada Lorn said",
        "It is not true that Ada Lorn said",
        "There is no evidence that Ada Lorn said",
        "Ben Kray denied that Ada Lorn said",
        "Ada Lorn never said",
        "Ada Lorn did not say",
        "Did Ada Lorn say",
    ],
)
def test_words_of_a_claim_are_not_of_who_speaks_of_it(start: str) -> None:
    assert speakers(f"{start} “{WAR}”.") == [""]


@pytest.mark.parametrize(
    "passage",
    [
        f"Ada Lorn responded on Monday to Kray’s claim that {WAR}.",
        f"Ada Lorn responded on Monday to claims that {WAR}.",
        f"Ada Lorn criticised Kray for saying that {WAR}.",
        f"Ada Lorn accused Ben Kray of claiming that {WAR}.",
        *(
            f"Ada Lorn {verb} that {WAR}."
            for verb in (
                "denied saying",
                "denied ever saying",
                "avoided saying",
                "regretted saying",
                "ruled out saying",
                "stopped short of saying",
                "refrained from saying",
                "left without even saying",
                "isn’t saying",
            )
        ),
        f"It is false that Ada Lorn said that {WAR}.",
        f"Ben Kray denied that Ada Lorn said that {WAR}.",
        f"Had Ada Lorn said that {WAR}, we would know.",
    ],
)
def test_what_is_denied_or_another_s_is_not_reported(passage: str) -> None:
    assert proposed(passage) == []


@pytest.mark.parametrize(
    "start",
    [
        "Ada Lorn dismissed the claim, saying",
        "Ada Lorn told Kray’s envoys that",
        "Ada Lorn told Ostmark’s parliament:",
        "Ada Lorn replied in a statement:",
        "Ada Lorn described Ben Kray’s claim as",
        "Ada Lorn called Ben Kray’s claim",
        "Ada Lorn dismissed the report as",
        "Ada Lorn replied that",
        "In a statement, Ada Lorn said:",
    ],
)
def test_words_of_who_speaks_stay_theirs(start: str) -> None:
    assert speakers(f"{start} “{WAR}”.") == ["Ada Lorn"]
    if start.endswith("that") and "replied" not in start:
        assert speakers(f"{start} {WAR}.") == ["Ada Lorn"]


@pytest.mark.parametrize(
    "start",
    [
        "Ada Lorn came out saying",
        "Ada Lorn condemned Ostmark’s attack:",
        "Ada Lorn said of Ostmark’s attack that",
        "Ada Lorn said of Ben Kray’s remark:",
        "Minister Ada Lorn made the claim that",
    ],
)
def test_if_words_could_be_another_s_nobody_is_named(start: str) -> None:
    assert speakers(f"{start} “{WAR}”.") == [""]
    assert speakers(f"{start} {WAR}.") == []


def test_words_taken_into_a_sentence() -> None:
    assert speakers(f"Ada Lorn said the port knew “{WAR}”.") == ["Ada Lorn"]
    assert speakers(f"Ada Lorn said the slogan “{WAR}” was wrong.") == [""]


# -- two quotations --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "between", ["of Ben Kray’s remark", "of the remark by Ben Kray", "on Monday, quoting Ben Kray"]
)
def test_words_of_another_are_not_joined(between: str) -> None:
    said = f"“It is bad for all of us,” Ada Lorn said {between}, “this land is ours forever”."
    assert [(text, who) for text, who, _ in proposed(said)] == [
        ("It is bad for all of us", "Ada Lorn"),
        ("this land is ours forever", ""),
    ]


@pytest.mark.parametrize(
    "said",
    [
        "Ada Lorn said on Monday",
        "Ada Lorn told reporters in Port Meren on 3 May",
        "Ada Lorn told the Meren Post",
        "said Ada Lorn, the envoy of Valdoria",
        "said Ada Lorn in a speech",
    ],
)
def test_words_around_when_and_where_are_joined(said: str) -> None:
    (found,) = proposed(f"“It is bad,” {said}, “this land is ours forever”.")
    assert found[:2] == ("It is bad this land is ours forever", "Ada Lorn")


# -- a name that is no subject ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "subject",
    [
        "The man who shot Ada Lorn",
        "Fans who have never met Ada Lorn",
        "Those who know Ada Lorn",
        "Those who praised Ada Lorn",
        "The party that backed Ada Lorn",
        "The court that convicted President Ada Lorn",
        "A report on Ada Lorn",
        "Officials under Ada Lorn",
        "The group behind Ada Lorn",
        "People like Ada Lorn",
        "Ministers such as Ada Lorn",
        "A banner mocking Ada Lorn",
        "The man accused of shooting Ada Lorn",
        "Judges, including Ada Lorn,",
        "The ministry, whose head is Ada Lorn,",
        "The firm, which sued Ada Lorn,",
        "The firm, owned by Ada Lorn,",
        "The group, citing Ada Lorn,",
        "Later came Ada Lorn, and the firm, which sued Ben Kray,",
    ],
)
def test_a_name_that_is_no_subject(subject: str) -> None:
    before = "Minister Ada Lorn said that the talks would go on."
    for said in (f"“{WAR}”", f"that {WAR}"):
        found = speakers(before, f"{subject} said {said}.")[1:]
        assert "Ada Lorn" not in found
        assert "Ben Kray" not in found


@pytest.mark.parametrize(
    "subject",
    [
        "Last week Ada Lorn",
        "That day Ada Lorn",
        "This morning Ada Lorn",
        "When she met reporters, Ada Lorn",
        "Then the newly elected mayor Ada Lorn",
        "Ada Lorn, who beat Ben Kray,",
        "Ada Lorn, citing Ben Kray,",
        "A former ally, Ada Lorn,",
    ],
)
def test_a_name_that_is_a_subject(subject: str) -> None:
    assert speakers(f"{subject} said “{WAR}”.") == ["Ada Lorn"]


@pytest.mark.parametrize(
    "subject",
    ["Under Secretary Ada Lorn", "It was Ada Lorn who", "I know that former president Ada Lorn"],
)
def test_a_subject_that_is_not_plain_names_nobody(subject: str) -> None:
    assert speakers(f"{subject} said “{WAR}”.") == [""]


# -- signatures ------------------------------------------------------------------------------------

FIRST = "Foreign Minister Ada Lorn spoke first."


def test_who_signs_behind_a_dash() -> None:
    assert proposed(FIRST, f"“{STAY}.”", "— Ben Kray, president of Ostmark") == [
        (f"{STAY}.", "Ben Kray", "president of Ostmark")
    ]
    assert speakers(FIRST, f"“{STAY}.”", "– Ben Kray, May 2021") == ["Ben Kray"]


@pytest.mark.parametrize(
    "behind",
    [
        "Ben Kray",
        "Ben Kray, president of Ostmark",
        "President Ben Kray",
        "— An old proverb",
        "— the man who shot Ben Kray",
        "— Kray",
    ],
)
def test_a_signature_that_can_be_of_others_names_nobody(behind: str) -> None:
    assert speakers(FIRST, f"“{STAY}.”", behind) == [""]


def test_who_signs_behind_words_that_began_in_another_paragraph_is_not_known() -> None:
    said = f"Foreign Minister Ada Lorn said: “{STAY}."
    assert speakers(said, f"“{STAY} at all.”", "— Ben Kray") == ["Ada Lorn", ""]
    assert speakers(FIRST, f"“{STAY}.", f"“{STAY} at all.”", "- Ben Kray") == ["", ""]


@pytest.mark.parametrize("behind", ["More follows.", "Ben Kray did not agree.", "The talks go on."])
def test_a_sentence_behind_is_no_signature(behind: str) -> None:
    assert speakers(FIRST, f"“{STAY}.”", behind) == ["Ada Lorn"]


# -- people and countries of one name --------------------------------------------------------------


def countries(*paragraphs: str) -> list[tuple[str, str]]:
    page = Page("A title", "The Meren Post", "2021-05-03", "", "en", paragraphs)
    return [(p.speaker, p.country) for p in propose(page)]


def test_a_name_that_is_a_country_s_too() -> None:
    said = f"“{STAY},” Norland said."
    assert countries(said) == [("Norland", "Norland")]
    assert countries("The envoys of Valdoria and Norland spoke.", said) == [("Norland", "Norland")]
    for people in (
        "Rep. Ada Norland",
        "Ada Norland and Cor Norland",
        "Norland Vale",
        "Mr. Norland",
    ):
        assert countries(f"At noon {people} spoke in Meren.", said) == [("", "")]
    assert countries(
        "Minister Ada Norland spoke.", f"“{STAY},” said Norland’s envoy Ben Kray."
    ) == [("Ben Kray", "")]


@pytest.mark.parametrize(
    ("who", "country"),
    [
        ("Norland Governor Ada Lorn", ""),
        ("Norland Senator Ada Lorn", ""),
        ("Ada Lorn, Norland’s governor", ""),
        ("Ada Lorn, governor of Norland", ""),
        ("Ada Lorn, president of Norland", "Norland"),
        ("Norland President Ada Lorn", "Norland"),
    ],
)
def test_a_part_of_a_country_with_a_country_s_name(who: str, country: str) -> None:
    assert countries(f"“{STAY},” said {who}.") == [("Ada Lorn", country)]
