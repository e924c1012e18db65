"""The words by which an attribution is known: who speaks, as what, and that they speak."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


REPORTING = _set("""
    said says stated told tells added adds announced argued argues insisted insists warned warns
    claimed confirmed stressed stresses noted declared explained explains emphasized emphasised
    underlined underscored reiterated acknowledged admitted maintained maintains contended pledged
    promised vowed remarked observed replied responded wrote writes testified suggested recalled
    cautioned asserted affirmed concluded reaffirmed repeated
""")
"""Verbs whose "that" clause is what the subject holds to be so."""

SAYING = REPORTING | _set("""
    asked asks tweeted posted commented continued urged called described denied demanded quipped
    thundered shouted joked lamented complained accused dismissed rejected condemned denounced
    criticized criticised praised hailed branded labelled labeled likened compared vowing
    questioned reads countered conceded clarified elaborated answered boasted summed declaring
""")
"""Verbs beside words that are quoted."""

PARTICIPLES = _set("""
    saying adding warning telling calling describing insisting noting arguing stressing declaring
    stating writing explaining claiming emphasizing emphasising urging demanding citing
""")
"""Of a sentence whose subject stands further ahead."""

AHEAD = _set("reporters journalists lawmakers delegates parliament broadcasters")
"""Whom one tells something in a single word."""

VERBS = SAYING | PARTICIPLES | _set("say saying")

ROLES = _set("""
    minister president secretary ambassador envoy spokesman spokeswoman spokesperson chancellor
    premier king queen prince princess emir sultan pope general admiral colonel commander chief
    chair chairman chairwoman chairperson head director governor mayor senator congressman
    congresswoman representative delegate deputy diplomat official adviser advisor commissioner
    judge prosecutor leader speaker member lawmaker legislator councillor rapporteur counsellor
    consul coordinator negotiator mp mep pm captain major lieutenant marshal undersecretary aide
    lord lady sheikh ayatollah patriarch archbishop bishop candidate officer taoiseach monarch
    analyst expert professor researcher lawyer economist historian author founder executive
    resident activist critic source witness protester supporter opponent authority observer
    reporter journalist correspondent moderator interviewer fisherman sailor farmer student
""")
"""What a person is; their plurals count too."""

ASKERS = _set("reporter journalist correspondent moderator interviewer")

INSTITUTIONS = _set("""
    ministry government office department embassy mission commission council parliament assembly
    cabinet presidency army navy military committee bureau agency party union delegation
    foundation court administration organisation organization house secretariat institute treasury
    police bank senate congress federation alliance association group
""")
"""What can speak without being a person."""

PORTFOLIO = INSTITUTIONS | _set("""
    state defense defence foreign affairs external trade finance interior health energy staff
    justice labour labor security policy nations united political economic european national
    climate environment agriculture culture education transport human rights and international
    cooperation development disarmament
""")
"""Words behind "minister of" and the like that are no part of a name."""

TITLES = _set("""
    foreign prime deputy vice acting defence defense finance interior former first national special
    permanent trade energy health state press senior top chief assistant high
""")
"""Words that, with a capital letter, open an office and not a name."""

PAIRS = ("van der", "van den", "van de", "von der", "de la", "de las", "de los")
"""Two words of a name that are read as one."""

PARTICLES = _set("de da del della der den van von bin bint ibn al el la le di du dos y ter") | set(
    PAIRS
)

DETERMINERS = _set("the a an his her its their our my another one this that these those no all")

PREPOSITIONS = _set("of for to at")
"""Those that an office can hold: "minister for trade of", "ambassador to"."""

PERSONS = _set("he she")

BETWEEN = _set("""
    has have had also later then earlier again repeatedly previously reportedly publicly recently
    further once simply only just was is were been being quoted as who since already now himself
    herself today yesterday
""")
"""May stand between a subject and its verb."""

MONTHS_AND_DAYS = _set("""
    january february march april may june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday
""")

NO_NOUNS = DETERMINERS | PREPOSITIONS | PERSONS | BETWEEN | PARTICIPLES | MONTHS_AND_DAYS | _set("""
    in on by from with without about into over under between against during after before until
    through across near behind beyond despite amid upon per and or but nor so yet if because
    although though while when whereas where which whose whom what why how not no never it they
    them him we us you i me these those there here every each both all some any such am are be do
    does did will would can could shall should must might than too very more most less still even
    however meanwhile therefore thus moreover tomorrow tonight speaking addressing asked pressed
    responding answering referring according yes well nevertheless nonetheless instead
    indeed finally hours minutes days weeks months years ago nothing something anything everyone
    nobody others many people whether unless
""") | (SAYING - {"branded"})  # fmt: skip
"""Words at which a name or an office ends."""

ASIDES = _set("""
    who whose which speaking addressing in on at after during before when while however meanwhile
    though for with citing by from as to according referring asked appearing writing standing
    visiting not
""")
"""Open what stands between commas and is no office."""

NO_SUBJECT_BEHIND = PREPOSITIONS | _set("in with from by about into over between against near")
"""Words of which a name behind them is the object."""

DENYING = _set("not never nobody hardly would could might may should can cannot")
"""Between a subject and its verb, they make of it nothing that was said."""

DOUBTING = _set("if whether unless")
"""In front of a subject, they do."""

SUBJECTS = _set("it he she they there we")
"""Behind "said" they open a clause."""

AUXILIARIES = _set("""
    is are was were be been has have had will would must should could can may might shall did does
    do needs need cannot
""")
"""One of them shows that words behind "said" are a clause."""

SHORT_COUNTRIES = _set("US USA UK UN EU UAE DRC DPRK ROK PRC USSR")
"""Short names of countries in capitals; other short words in capitals are offices or parties."""

NOT_ITS_OWN = _set("new north south east west northern southern eastern western central")
"""In front of a country's name, they make another name of it."""

NOT_OF = _set("to for in with against on")
"""In front of a country's name, they say that the office is not that country's."""
