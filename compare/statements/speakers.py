"""Know one speaker under several forms of address."""

from __future__ import annotations

import re

from compare.statements.normalize import fold

_HONORIFIC = re.compile(
    r"(?:mr|mrs|ms|miss|mx|messrs|mme|madame|madam|monsieur|sir|dame|dr|prof|professor"
    r"|he|h e|hm|h m|hrh|h r h"
    r"|(?:his|her|their) (?:excellency|excellencies|majesty|majesties|grace|holiness|eminence"
    r"|(?:(?:royal|serene|imperial) )?highness)"
    r"|(?:the )?(?:right |rt |most )?(?:hon|honourable|honorable|reverend|rev))(?: |$)"
)


def speaker_key(name: str) -> str:
    """Return what is equal for two spellings of one speaker's name, "" where there is no name.

    Honorifics in front ("H.E. Mr.") are taken off, all of them; case, accents, punctuation and
    blanks do not count. Ranks and offices ("General", "President") stay: they can tell two
    people apart. A name that is nothing but an honorific stays as it is.
    """
    key = fold(name)
    while (found := _HONORIFIC.match(key)) and found.end() < len(key):
        key = key[found.end() :]
    return key
