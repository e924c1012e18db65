"""Kinds of sentence, by rules on words."""

import pytest

from compare.statements import SentenceKind, sentence_kinds


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Who closed the canal?", "question"),
        ("If the canal stays closed, why do we meet?", "question"),
        ("He asked, “Who will open the canal of Valdoria?”", "question quotation"),
        ("If the canal stays closed, trade will end.", "condition"),
        ("There will be no peace unless the canal is open.", "condition"),
        ("Even if it rains, the canal is open.", ""),
        ("They claim that the canal is closed.", "report"),
        ("Valdoria claims that the canal is closed.", "report"),
        ("The Minister of Valdoria told reporters that the canal is closed.", "report"),
        ("They accuse us of closing the canal.", "report"),
        ("Some argue that the canal is closed.", "report"),
        ("My Government says that the canal is closed.", ""),
        ("We say that the canal is closed.", ""),
        ("The claims of Valdoria to the canal are old.", ""),
        ("I heard what the Minister of Valdoria said about the canal.", ""),
        ("They falsely claim that the canal is closed.", "denial"),
        ("It is not true that the canal is closed.", "denial"),
        ("We reject the accusation that we closed the canal.", "denial"),
        ("It made baseless territorial claims.", ""),
        ("The treaty calls the canal “a way for the ships of all nations”.", "quotation"),
        ("We adopt the theme “open canals for the good of all nations”.", ""),
        ("I said then, “the canal must be open to all nations”.", ""),
        ("The “Canal of Peace and Friendship” is open.", ""),
        ("The canal is open.", ""),
        ("", ""),
    ],
)
def test_words_tell_the_kind(text: str, kinds: str) -> None:
    named = [kind for kind in SentenceKind if kind in sentence_kinds(text)]
    assert " ".join(named) == kinds


@pytest.mark.parametrize(
    "text",
    [
        "president of " + "A" * 9_000,
        "claim that " * 900,
        "Ab " * 3_000,
        '"a ' * 3_000,
        "if " * 3_000,
    ],
)
def test_long_texts_take_no_long_time(text: str) -> None:
    assert isinstance(sentence_kinds(text), tuple)
