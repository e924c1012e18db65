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

LESSER = _set("""
    deputy vice former ex assistant acting associate under sub interim then late onetime ousted
    deposed shadow elect designate
""")
"""Words of an office whose holder is not meant by the others of its words alone."""

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

NO_SUBJECT_BEHIND = PREPOSITIONS | _set("""
    in with from by about into over between against near on under behind including like than
    alongside beside besides except around among within toward towards via without upon
""")
"""Words of which a name behind them is the object."""

_FUNCTION_WORDS = _set("""
    in on by from with without about into over under between against during after before until
    through across near behind beyond despite amid upon per and or but nor so yet if because
    although though while when whereas where which whose whom what why how not no never it they
    them him we us you i me these those there here every each both all some any such am are be do
    does did will would can could shall should must might than too very more most less still even
    however meanwhile therefore thus moreover tomorrow tonight speaking addressing asked pressed
    responding answering referring according yes well nevertheless nonetheless instead
    indeed finally hours minutes days weeks months years ago nothing something anything everyone
    nobody others many people whether unless
""")
NO_NOUNS = (
    DETERMINERS
    | NO_SUBJECT_BEHIND
    | PERSONS
    | BETWEEN
    | PARTICIPLES
    | MONTHS_AND_DAYS
    | (SAYING - {"branded"})
    | _FUNCTION_WORDS
)
"""Words at which a name or an office ends."""

ASIDES = _set("""
    who whose which speaking addressing in on at after during before when while however meanwhile
    though for with citing by from as to according referring asked appearing writing standing
    visiting not including
""")
"""Open what stands between commas and is no office."""

ENDS_OF_NOUN = NO_SUBJECT_BEHIND | _set("who whose which that during after before as")
"""Words that end the noun which an office hangs on."""

RELATIONS = _set("""
    ally allies rival rivals foe foes friend friends backer backers confidant confidante loyalist
    loyalists protege protégé successor predecessor nominee appointee family widow widower wife
    husband son daughter brother sister father mother nephew niece cousin campaign camp team
    administration government cabinet fan fans follower followers associate associates enemy enemies
""")
"""Behind a name, they name someone else."""

BEHIND_NAMES = _set("""
    outside inside aboard onboard within along around alongside above below toward towards amidst
    via last next late early mid midway online aloud abroad overnight alone live afterward
    afterwards soon twice home upstairs backstage onstage ahead prior back out up off left right
    then so straight shortly upon
""")
"""Behind a name, they do not."""

RELATIVES = _set("who whose which whom that")
"""A verb behind them has its subject ahead of it."""

_TIMES = _set(
    "day week month year night morning afternoon evening time summer autumn winter spring"
)

NO_VERBS = TITLES | PORTFOLIO | BETWEEN | _TIMES | {"newly", "ally"}
"""Words ahead of a name that are no verb with it as its object."""

NO_PARTICIPLES = _set("during morning evening spring nothing something anything everything king")

ALIKE = _set("including like except besides")
"""Ahead of a name, they tell that it is one of several."""

BEING = _set("is are was were be been being")
"""Verbs of which a name behind them is what the subject is."""

JOINING = _set("and but or nor so yet")
"""Open a clause or the next of several."""

OPENING = _set("while when as though because after before since if")
"""Open a clause."""

DENYING = _set("not never nobody hardly would could might may should can cannot")
"""Between a subject and its verb, they make of it nothing that was said."""

DOUBTING = _set("if whether unless")
"""In front of a subject, they do."""

INVERTING = _set("had were should would could might did does do has have")
"""In front of a subject, they do where a clause begins with them: "Had she said …"."""

DISBELIEVING = _set("""
    deny denies denied denying false untrue wrong lie lied lies lying doubt doubts doubted doubtful
    dispute disputes disputed disproved evidence proof impossible unlikely
""")
"""In front of "that", they do with what stands behind it."""

SAID_BY_ANOTHER = _set("for of against about")
"""In front of "saying", they tell that another says it, or nobody."""

NOT_DOING = _set("""
    without denied denies deny denying avoided avoids avoid avoiding regretted regrets from stopped
    ceased rejected refused not never ever
""")
"""In front of "saying", they tell that nothing is said."""

CLAIMS = _set("""
    claim assertion accusation allegation statement remark comment suggestion contention insistence
    declaration warning threat view belief idea notion charge report rumour rumor speculation
    complaint criticism promise pledge assurance words phrase demand slogan message tweet boast
    prediction lie denial argument quote quotation
""")
"""What somebody holds or has said."""

REJECTING = _set("""
    dismissed rejected condemned denounced criticized criticised praised hailed denied questioned
    recalled replied responded answered countered citing acknowledged admitted conceded
""")
"""Verbs of which a claim is the object, or is what they answer: the claim is another's."""

NAMING = _set("""
    called calling described describing branded labelled labeled likened compared
""")
"""Verbs that are followed by a thing, and by what the subject calls it."""

ADDRESSING = _set("told tells telling asked asks warned warns warning urged")
"""Verbs that are followed by who is spoken to."""

MAKING = _set("made makes making issued issues with in")
"""Ahead of a claim, they tell that it is the subject's own."""

ABOUT = _set("to about on against of despite amid over after")
"""Ahead of a claim, they tell that it is spoken of."""

QUOTING = _set("quoting citing recalling echoing paraphrasing repeating")
"""In front of a name, they tell that the words are of who has it."""

SCENES = _set("""
    speech interview statement conference news briefing press meeting address letter email message
    telephone phone video post rally hearing event session call summit ceremony week month year
    night morning afternoon evening last late early in on at during to from before after through
    with the a an his her its their
""")
"""Of where, when and to whom somebody speaks."""

SPEAKING = _set("said says told added wrote")
"""Verbs right ahead of words that are quoted, if there is no other."""

SUBJECTS = _set("it he she they there we")
"""Behind "said" they open a clause."""

AUXILIARIES = _set("""
    is are was were be been has have had will would must should could can may might shall did does
    do needs need cannot
""")
"""One of them shows that words behind "said" are a clause."""

BESIDE_VERBS = (BETWEEN - {"as"}) | AUXILIARIES | DENYING
"""May stand ahead of any verb."""

SHORT_COUNTRIES = _set("US USA UK UN EU UAE DRC DPRK ROK PRC USSR")
"""Short names of countries in capitals; other short words in capitals are offices or parties."""

NOT_ITS_OWN = _set("new north south east west northern southern eastern western central")
"""In front of a country's name, they make another name of it."""

OF_A_PROVINCE = _set("governor senator congressman congresswoman sheriff state")
"""Behind a name that is a country's too, they say that it is a part of another country."""

NOT_OF = _set("to for in with against on")
"""In front of a country's name, they say that the office is not that country's."""
