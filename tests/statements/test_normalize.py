"""Each speaker has one key, however addressed; different speakers have different keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.statements import speaker_key
from compare.statements.normalize import content_words, distinct_words


@pytest.mark.parametrize(
    "spelling",
    [
        "Ana Ortáñez-Veld",
        "Mrs. Ana Ortáñez-Veld",
        "ms Ana Ortanez Veld",
        "H.E. Mrs. Ana Ortáñez-Veld",
        "H. E. Ms. Ana Ortáñez-Veld",
        "HE Dr. Ana Ortáñez-Veld",
        "Her Excellency Dr Ana Ortáñez-Veld",
        "The Honourable Ana Ortáñez-Veld",
        "the Rt. Hon. Dame Ana Ortáñez-Veld",
        "Prof. Dr. Ana Ortáñez-Veld",
        "  ANA   ORTÁÑEZ-VELD ",
        "Ana\u00a0Orta\u0301n\u0303ez\u2011Veld",
        "Ana Orta\u00adnez Veld",
    ],
)
def test_forms_of_address_do_not_split_a_speaker(spelling: str) -> None:
    assert speaker_key(spelling) == "ana ortanez veld"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mr. Aro Valdek", "Mr. Aro Valder"),
        ("Sheikh Omar Benali", "Omar Benali"),
        ("President Valdek", "General Valdek"),
        ("Heda Maro", "Da Maro"),
        ("Drago Maro", "Ago Maro"),
        ("Honoria Blay", "Oria Blay"),
        ("Mrsa Kolt", "A Kolt"),
    ],
)
def test_names_are_not_cut_into(one: str, other: str) -> None:
    assert speaker_key(one) != speaker_key(other)


@pytest.mark.parametrize("empty", ["", "   ", "\t\n", ".", "—"])
def test_no_name_has_no_key(empty: str) -> None:
    assert speaker_key(empty) == ""


def test_an_honorific_alone_stays() -> None:
    assert speaker_key("Mr.") == "mr"
    assert speaker_key("Mr. Dr.") == "dr"


@pytest.mark.parametrize(
    ("spelling", "key"),
    [
        ("Þóra Ægisdóttir", "thora aegisdottir"),
        ("Łukasz Żeleńczyk", "lukasz zelenczyk"),
        ("Søren Bjørnskov", "soren bjornskov"),
        ("O’Dovan", "odovan"),
        ("O'Dovan", "odovan"),
        ("Владимир Йолкин", "vladimir iolkin"),
        ("वी. के. सिन्हा", "वी के सिन्हा"),
    ],
)
def test_letters_of_many_scripts(spelling: str, key: str) -> None:
    assert speaker_key(spelling) == key


@given(st.text())
def test_the_key_of_a_key_is_itself(name: str) -> None:
    key = speaker_key(name)
    assert speaker_key(key) == key


@given(st.text(), st.sampled_from(["Mr. ", "H.E. ", "His Excellency ", "Dr ", "the Hon. "]))
def test_an_honorific_in_front_of_a_name_never_counts(name: str, honorific: str) -> None:
    if speaker_key(name):
        assert speaker_key(honorific + name) == speaker_key(name)


def test_content_words_are_folded_once_and_without_stop_words() -> None:
    text = "The Weiß WEISS weiß and the Port; Erdog\u0306an, Erdoğan"
    assert list(content_words(text)) == ["weiss", "port", "erdoğan"]
    assert distinct_words("Port PORT İzmir") == ["Port", "İzmir"]


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Ада Лорн", "Ada Lorn"),
        ("Мария Ксенина", "Maria Xenina"),
        ("Александр и Юлия", "Alexander i Yulia"),
        ("Алексей Тарский / Alexey Tarsky", "Alexey Tarsky"),
        ("Dña. Ada Lorn", "Ada Lorn"),
        ("Г-жа Ада Лорн", "Ms. Ada Lorn"),
        ("Юрий Белый", "Yury Bely"),
        ("S. E. M. Bren Tal", "H.E. Mr. Bren Tal"),
        ("Excma. Sra. Ada Lorn", "Ada Lorn"),
        ("السيدة آدا لورن", "ادا لورن"),
        ("معالي د. سليم تال", "سليم تال"),
        ("艾达·洛恩女士", "艾达·洛恩"),
        ("艾达·洛恩 / Ada Lorn", "Ada Lorn"),
    ],
)
def test_a_speaker_in_other_scripts(name: str, same: str) -> None:
    assert speaker_key(name) == speaker_key(same)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("M. Lorn", "Lorn"),
        ("Don Lorn", "Lorn"),
        ("Лорн А. Б.", "Лорн В. Г."),
        ("李蔷", "李强"),
        ("艾达 (Premier)", "洛恩 (Premier)"),
        ("先生", ""),
    ],
)
def test_speakers_who_may_be_two_stay_apart(name: str, other: str) -> None:
    assert speaker_key(name) != speaker_key(other)
