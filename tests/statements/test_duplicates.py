from __future__ import annotations

import pytest

from compare.statements.duplicates import text_key, words_key
from tests.fakes import statement


def key(text: str, context: str = "") -> str:
    return text_key(statement("a-1", text, context=context))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We condemn the attack.", "we condemn  the\nattack"),
        ("“We don’t agree,” he said.", '"We don\'t agree", he said.'),
        ("Peace—and security—for all", "Peace - and security - for all"),
        ("I thank Mr. Tal for it.", "I thank Tal for it."),
        ("I thank H.E. Ms. Lorn for it.", "I thank Lorn for it."),
        ("shoulder[ing] our share", "shouldering our share"),
        ("The attack was a crime.", "Attack was crime"),
        ("ﬁne ｗｏｒｄｓ", "fine words"),
        ("STRASSE", "straße"),
    ],
)
def test_the_same_words_have_the_same_key(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("We will send arms.", "We will not send arms."),
        ("We will send arms.", "We won't send arms."),
        ("We will send arms.", "Will we send arms?"),
        ("They will send arms.", "They will send arms?"),
        ("It grew by 1.5 per cent.", "It grew by 15 per cent."),
        ("It grew by 5%.", "It grew by 5."),
        ("It was at -5 degrees.", "It was at 5 degrees."),
        ("He agreed.", "She agreed."),
        ("Plan A failed.", "Plan failed."),
        ("We support it.", "We oppose it."),
        ("…", "—"),
    ],
)
def test_one_word_or_sign_that_changes_the_meaning_changes_the_key(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_a_fragment_is_the_same_only_in_the_same_context() -> None:
    assert key("malicious lies", "of the report") == key("Malicious lies.", "of the report")
    assert key("malicious lies", "of the report") != key("malicious lies", "of the speech")
    assert key("malicious lies", "of the report") != key("malicious lies of the report")


def test_he_is_a_word_and_no_honorific() -> None:
    assert key("He agreed with Mr. He.") == key("he agreed with he")
    assert key("He agreed.") != key("Agreed.")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("我们反对，封锁运河。", "我们反对 封锁运河"),
        ("“我们反对封锁。”", "「我们反对封锁」"),
        ("نُعارِضُ إغلاق القناة!", "نعارض اغلاق القناه"),
        ("السيد لورن هنا", "لورن هنا"),
        ("Г-н Лорн ещё здесь!", "Лорн еще здесь"),
    ],
)
def test_the_same_words_in_other_scripts(first: str, second: str) -> None:
    assert words_key(first) == words_key(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("我们反对封锁", "我们不反对封锁"),
        ("你们同意？", "你们同意。"),
        ("نعارض الإغلاق", "لا نعارض الإغلاق"),
        ("Мы здесь", "Мы не здесь"),
    ],
)
def test_other_words_in_other_scripts(first: str, second: str) -> None:
    assert words_key(first) != words_key(second)
