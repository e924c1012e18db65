import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compare.errors import QueryError
from compare.statements import clean_quote
from compare.statements.quotes import LONGEST


@pytest.mark.parametrize(
    ("pasted", "clean"),
    [
        ("“We reject it.”", "We reject it."),
        ('"We reject it".', "We reject it."),
        ("«We reject it»", "We reject it"),
        ("“Half of it", "Half of it"),
        ("「我们反对。」", "我们反对。"),
        ("『我们反对』。", "我们反对。"),
        ("“我们反对”。", "我们反对。"),
        ("「我们反对。", "我们反对。"),
        ("「我们」和「他们」", "「我们」和「他们」"),
        ("«نحن نرفض هذا».", "نحن نرفض هذا."),
        ("«Мы отказыва-\nемся»", "Мы отказываемся"),
        ("« Nous refusons. »", "Nous refusons."),
        ('"One" and "two"', '"One" and "two"'),
        ("“We reject “this” claim.”", "“We reject “this” claim.”"),
        ('He said "no"', 'He said "no"'),
        ("’Tis late", "’Tis late"),
        ("the mili-\ntary aid", "the military aid"),
        ("the mili\u00adtary aid", "the military aid"),
        ("self-\r\ndetermination", "self-determination"),
        ("Valdo-\nRia", "Valdo- Ria"),
        ("two\n\n  lines\tand\u00a0more", "two lines and more"),
        ("\ufeffzero\u200bwidth\x00", "zerowidth"),
        ("the port\x0bof Meren\x0cmust\x1fend\x07now", "the port of Meren must end now"),
        ("the mili-\x0btary aid", "the military aid"),
    ],
)
def test_the_words_stay_and_the_layout_goes(pasted, clean):
    assert clean_quote(pasted) == clean


@pytest.mark.parametrize("text", ["", "  \n", "“”", "…", "\u200b"])
def test_no_words_is_an_error(text):
    with pytest.raises(QueryError, match=r"The quote (is empty|has no words)"):
        clean_quote(text)


def test_a_book_is_too_long():
    with pytest.raises(QueryError, match=r"has 20,001 characters, more than 20,000"):
        clean_quote("a" * (LONGEST + 1))


@given(st.text(max_size=200))
@example("“‘We will not yield.’”")
@example("“ “Yes.” ”")
def test_cleaning_twice_changes_nothing(text):
    try:
        once = clean_quote(text)
    except QueryError:
        return
    assert "\n" not in once
    assert once == once.strip()
    assert clean_quote(once) == once


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("\ufeff \x00", "Statement A is empty: give its words."),
        ("???", "Statement A has no words, only '???': give at least one word."),
        ("!" * 99, f"Statement A has no words, only '{'!' * 20}…': give at least one word."),
        ("a" * (LONGEST + 1), "Statement A has 20,001 characters, more than 20,000"),
    ],
)
def test_an_error_names_what_was_given(text: str, sentence: str) -> None:
    with pytest.raises(QueryError) as told:
        clean_quote(text, "Statement A")
    assert str(told.value).startswith(sentence)
