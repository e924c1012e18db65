"""Word lists for attribution: verbs of saying, offices, institutions and function words."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


REPORTING = _set("""
    said says stated states told tells added adds announced argued argues insisted insists warned
    warns claimed confirmed stressed stresses noted notes declared explained explains emphasized
    emphasised underlined underscored reiterated acknowledged admitted maintained maintains
    contended pledged promised vowed remarked remarks observed replied responded wrote writes
    testified suggested cautioned asserted affirmed concluded reaffirmed
""")
"""Verbs that report the subject's own view."""

NAMING = _set(
    "called calling described describing branded labelled labeled likened compared accused"
)
"""Verbs of calling something by a name: "called the plan “…”"."""

KINDS = {
    "a": _set("and"),
    "o": _set("of"),
    "f": _set("for to at"),
    "H": _set("he she"),
    "S": {"according to", "in the words of"},
    "r": _set("that who which whose whom"),
    "b": {"quoted as", "cited as"}
    | _set("""
        also later then earlier again repeatedly previously reportedly publicly recently further
        once simply only just already now himself herself
    """),
    "d": _set("the a an his her its their our my another this that these those no all"),
    "h": _set("has have had is are was were be been being do does did am"),
    "x": _set("not never hardly would could might may should can cannot neither nor"),
    "G": _set("""
        saying adding warning telling calling describing insisting noting arguing stressing
        declaring stating writing explaining claiming emphasizing emphasising urging
    """),
    "V": REPORTING
    | NAMING
    | _set("""
        say asked asks tweeted posted commented continued urged quipped joked lamented complained
        accused dismissed rejected condemned denounced criticized criticised praised hailed
        questioned countered conceded clarified elaborated answered boasted summed demanded denied
        recalled recalls repeated
    """),
    "t": _set("""
        january february march april may june july august september october november december monday
        tuesday wednesday thursday friday saturday sunday day week month year night morning
        afternoon evening noon midnight time today yesterday tomorrow tonight last next late early
        ago
    """),
    "s": _set("""
        reporters journalists lawmakers delegates broadcasters speech interview statement conference
        news briefing meeting address letter email message telephone phone video rally hearing event
        session call summit ceremony
    """),
    "c": _set("but while when as because although though since so after before"),
    "p": {"such as"}
    | _set("""
        in with from by about into over between against near on under behind including like than
        alongside beside besides except around among within toward towards via without upon across
        through during until beyond despite amid per or yet if whether unless whereas where what why
        how it they them him we us you i me there here every each both some any such will shall must
        too very more most less still even however meanwhile therefore thus moreover yes well
        nevertheless nonetheless instead indeed finally nothing something anything everyone others
        many people outside inside aboard along above below online live soon twice home back out up
        off ahead nobody one two three four five six seven eight nine ten dozens hundreds several
    """),
}
"""Words of each kind except names and offices; see `attribution.Token`."""

ROLES = _set("""
    minister president secretary ambassador envoy spokesman spokeswoman spokesperson chancellor
    premier king queen prince princess emir sultan pope general admiral colonel commander chief
    chair chairman chairwoman chairperson head director governor mayor senator congressman
    congresswoman representative delegate deputy diplomat official adviser advisor commissioner
    judge prosecutor leader speaker member lawmaker legislator councillor rapporteur counsellor
    consul coordinator negotiator mp mep pm captain major lieutenant marshal undersecretary aide
    sheikh ayatollah patriarch archbishop bishop candidate officer taoiseach monarch analyst expert
    professor researcher lawyer economist historian author founder executive resident activist
    critic source witness protester supporter opponent authority observer reporter journalist
    correspondent moderator interviewer fisherman sailor farmer student manager owner coach teacher
    scientist engineer doctor
""")
"""Offices and roles of persons, in the singular; plurals are recognised, too."""

INSTITUTIONS = _set("""
    ministry government office department embassy mission commission council parliament assembly
    cabinet presidency army navy military committee bureau agency party union delegation foundation
    court administration organisation organization house secretariat institute treasury police bank
    senate congress federation alliance association group university college school company centre
    center society
""")
"""Bodies that can speak."""

TITLES = _set("""
    foreign prime deputy vice acting defence defense finance interior former first national special
    permanent trade energy health state press senior top assistant high external staff labour labor
    security policy nations united political economic european climate environment agriculture
    culture education transport human rights international cooperation development disarmament
    affairs
""")
"""Words of offices and institutions that are never part of a name."""

LESSER = _set("""
    deputy vice former ex assistant acting associate under sub interim then late onetime ousted
    deposed shadow elect designate
""")
"""Words that turn an office into a different one."""

BARE = _set("said says added adds argued argues insisted insists warned warns claimed")
"""Verbs whose clause needs no "that"."""

CLAIMS = _set("""
    claim accusation allegation assertion remark comment threat report rumour rumor slogan phrase
    words quote quotation
""")
"""Nouns before a quotation that can be somebody else's: "the claim that …"."""

ASKERS = _set("reporter journalist correspondent moderator interviewer")

SHORT_COUNTRIES = _set("US USA UK UN EU UAE DRC DPRK ROK PRC USSR")
"""Short names of countries in capitals; other short words in capitals are offices or parties."""

OF_A_PROVINCE = _set("governor senator congressman congresswoman sheriff state")
"""Beside a name that is also a country's ("governor of Georgia"), they mean a province."""
