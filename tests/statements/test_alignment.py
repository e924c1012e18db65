"""Sentences are aligned with those of a translation by their lengths."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compare.statements import Statement, TranslatedBy, WordsRead, split_statement
from compare.statements.alignment import Span, align

RUSSIAN = (
    "Мы отвергаем обвинения правительства Вальдории. "
    "Остравия никогда не поставляла оружие ни одной из сторон конфликта. "
    "Наши границы открыты для всех, кто нуждается в помощи, и мы будем защищать это право."
)
ENGLISH = (
    "We reject the accusations made by the government of Valdoria. "
    "Ostravia has never supplied weapons to any of the parties to the conflict. "
    "Our borders are open to all who need help. We will defend this right."
)


def said(text: str, translation: str, **more: str) -> Statement:
    more = {"language": "ru", "translation_language": "en"} | more
    return Statement("1", text, translation=translation, **more)


def laid(*lengths: int) -> list[Span]:
    """Spans of these lengths, a blank between them."""
    spans, at = [], 0
    for length in lengths:
        spans.append((at, at + length))
        at += length + 1
    return spans


def test_each_passage_has_its_part_of_the_translation() -> None:
    first, second, third = split_statement(said(RUSSIAN, ENGLISH))
    assert first.translation == "We reject the accusations made by the government of Valdoria."
    assert second.translation.startswith("Ostravia has never supplied weapons")
    assert third.translation == (
        "Our borders are open to all who need help. We will defend this right."
    )
    assert [one.read for one in (first, second, third)] == [
        first.translation, second.translation, third.translation,
    ]  # fmt: skip
    assert RUSSIAN[second.start : second.end] == second.text


def test_two_sentences_can_become_one() -> None:
    spans = align([laid(60, 30, 30, 70)], [laid(62, 61, 69)])
    assert spans == [(0, 62), (63, 124), (63, 124), (125, 194)]


def test_what_is_not_translated_has_no_translation() -> None:
    lengths = [60, 190, 40, 270, 120, 150, 80, 100] * 4
    there = laid(*lengths * 2)
    found = align([laid(*lengths, 200, *lengths)], [there])
    assert found == [*there[:32], None, *there[32:]]


def test_what_only_the_translation_says_belongs_to_the_passage_before() -> None:
    lengths = [60, 190, 40, 270, 120, 150, 80, 100] * 4
    there = laid(*lengths, 200, *lengths)
    (first, _), (_, last) = there[31:33]
    assert align([laid(*lengths * 2)], [there]) == [*there[:31], (first, last), *there[33:]]
    assert align([[]], [laid(5)]) == []
    assert align([laid(5)], [[]]) == [None]


def test_paragraphs_are_aligned_one_by_one_if_they_are_as_many() -> None:
    first, second = laid(40, 40), [(100, 140)]
    assert align([first, second], [[(0, 90)], [(91, 100)]]) == [(0, 90), (0, 90), (91, 100)]
    text = f"{RUSSIAN}\n\nСпасибо за ваше внимание сегодня."
    *_, last = split_statement(said(text, f"{ENGLISH}\n\nI thank you for your attention today."))
    assert last.translation == "I thank you for your attention today."
    *_, last = split_statement(said(text, f"{ENGLISH} I thank you for your attention today."))
    assert last.translation == "I thank you for your attention today."


def test_lengths_are_relative_as_chinese_is_short() -> None:
    chinese = "我们反对瓦尔多里亚政府的无端指责。奥斯特拉维亚从未向冲突任何一方提供武器和弹药。"
    first, second = split_statement(said(chinese, ENGLISH.partition(" Our")[0], language="zh"))
    assert first.translation.startswith("We reject")
    assert second.translation.startswith("Ostravia")


def test_one_passage_has_the_whole_translation() -> None:
    (passage,) = split_statement(said("Мы против войны.", "We are against it.\n\nAll of us are."))
    assert passage.translation == "We are against it.\n\nAll of us are."
    assert passage.searched == "Мы против войны.\nWe are against it.\n\nAll of us are."
    assert passage.completed == passage.translation


def test_models_read_an_english_translation_of_other_words() -> None:
    def reads(read: WordsRead = WordsRead.TRANSLATIONS, **more: str) -> bool:
        (passage,) = split_statement(said("Мы против войны.", "We are against war.", **more), read)
        return passage.reads_translation

    assert reads()
    assert reads(language="")
    assert not reads(WordsRead.ORIGINALS)
    assert not reads(language="en-GB")
    assert not reads(translation_language="fr")
    assert not any(p.reads_translation for p in split_statement(Statement("1", "Мы против.")))


def test_a_passage_as_data_has_no_translation_if_there_is_none() -> None:
    (passage,) = split_statement(Statement("1", "We are against war."))
    assert passage.to_dict().keys() == {"statement_id", "start", "end", "text", "context"}
    (passage,) = split_statement(said("Мы против войны.", "We are against war."))
    assert type(passage)(**passage.to_dict()) == passage


def test_an_old_statement_keeps_its_hash() -> None:
    plain = Statement("v-1", "a plain lie", language="en")
    assert plain.content_hash == (
        "02a30b96978ef80cb6f71ef2b308230aba15a6dde658ac518a9aa34a8dc7b735"
    )
    made = {"translation": "une pure invention", "translation_language": "fr"}
    with_it = Statement("v-1", "a plain lie", language="en", **made,
                        translated_by=TranslatedBy.OFFICIAL)  # fmt: skip
    assert with_it.content_hash != plain.content_hash
    assert Statement.from_json(with_it.to_json()) == with_it
    assert Statement.from_json(plain.to_json()) == plain


@given(
    st.lists(st.lists(st.integers(1, 200), max_size=6), min_size=1, max_size=4),
    st.lists(st.lists(st.integers(1, 200), max_size=6), min_size=1, max_size=4),
)
def test_each_passage_is_answered_in_order(own: list[list[int]], other: list[list[int]]) -> None:
    found = align([laid(*part) for part in own], [laid(*part) for part in other])
    assert len(found) == sum(map(len, own))
