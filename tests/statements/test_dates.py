"""Dates are read as precisely as they are known, and never guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.statements import MISSING, PartialDate, parse_date


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2022", "2022"),
        ("2022-03", "2022-03"),
        ("2022-3", "2022-03"),
        ("2022-03-18", "2022-03-18"),
        ("2022-3-8", "2022-03-08"),
        ("2022/03/18", "2022-03-18"),
        ("2022.03.18", "2022-03-18"),
        ("20220318", "2022-03-18"),
        ("20220318T101500Z", "2022-03-18"),
        ("2022-03-18T23:30:00+09:00", "2022-03-18"),
        ("2022-03-18T10:15:00.123Z", "2022-03-18"),
        ("2022-03-18 10:15", "2022-03-18"),
        ("March 2022", "2022-03"),
        ("MARCH, 2022", "2022-03"),
        ("Mar. 2022", "2022-03"),
        ("Sept. 2022", "2022-09"),
        ("2022 March", "2022-03"),
        ("18 March 2022", "2022-03-18"),
        ("18th March 2022", "2022-03-18"),
        ("18th of March, 2022", "2022-03-18"),
        ("1st May 2022", "2022-05-01"),
        ("18-Mar-2022", "2022-03-18"),
        ("  18\u00a0 March   2022 ", "2022-03-18"),
        ("March 18, 2022", "2022-03-18"),
        ("Mar 18 2022", "2022-03-18"),
        ("March 18, 2022, 2:29 p.m. EST", "2022-03-18"),
        ("Friday, March 18, 2022", "2022-03-18"),
        ("Fri, 18 Mar 2022 10:15:00 GMT", "2022-03-18"),
        ("18/03/2022", "2022-03-18"),
        ("03/18/2022", "2022-03-18"),
        ("18.03.2022 - 15:14".partition(" ")[0], "2022-03-18"),
        ("03/03/2022", "2022-03-03"),
        ("29 February 2024", "2024-02-29"),
        ("24 février 2022", "2022-02-24"),
        ("le 24 févr. 2022", "2022-02-24"),
        ("jeudi 24 février 2022", "2022-02-24"),
        ("1er mars 2022", "2022-03-01"),
        ("Août 2022", "2022-08"),
        ("24 de febrero de 2022", "2022-02-24"),
        ("jueves, 24 de febrero del 2022", "2022-02-24"),
        ("1.º de marzo de 2022".replace(".", ""), "2022-03-01"),
        ("septiembre de 2022", "2022-09"),
        ("24 февраля 2022 г.", "2022-02-24"),
        ("24 февраля 2022 года, 15:30", "2022-02-24"),
        ("четверг, 24 февраля 2022", "2022-02-24"),
        ("май 2022 г.", "2022-05"),
        ("1-го мая 2022", "2022-05-01"),
        ("2022 год", "2022"),
        ("24.02.2022 г.", "2022-02-24"),
        ("2022年2月24日", "2022-02-24"),
        ("2022年2月24日 星期四", "2022-02-24"),
        ("2022年2月24日（星期四）10:30".replace("）", "） "), "2022-02-24"),
        ("2022年2月", "2022-02"),
        ("2022年", "2022"),
        ("２０２２年２月２４日", "2022-02-24"),
        ("٢٤ فبراير ٢٠٢٢", "2022-02-24"),
        ("24 شباط/فبراير 2022", "2022-02-24"),
        ("1 كانون الثاني/يناير 2022", "2022-01-01"),
        ("الخميس، 24 فبراير 2022", "2022-02-24"),
        ("يوم الخميس 24 فبراير 2022 م", "2022-02-24"),
        ("تشرين الأول 2022", "2022-10"),
        ("٢٠٢٢-٠٢-٢٤", "2022-02-24"),
        ("٢٤/٠٢/٢٠٢٢", "2022-02-24"),
    ],
)
def test_forms(text: str, iso: str) -> None:
    assert parse_date(text) == PartialDate(iso)


@pytest.mark.parametrize("text", [*sorted(MISSING), "NA", "N/A", "N.D.", "  ", "None"])
def test_no_date_is_known(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("04/03/2022", "this can be read as two days; write 2022-04-03 or 2022-03-04"),
        ("4.3.2022", "this can be read as two days; write 2022-04-03 or 2022-03-04"),
        ("04-03-2022 10:15", "this can be read as two days"),
        ("31/02/2022", "there is no such month or day; write it as 2022, 2022-03 or 2022-03-18"),
        ("2022-13", "there is no such month or day"),
        ("2022-00-00", "there is no such month or day"),
        ("30 February 2022", "there is no such month or day"),
        ("31/31/2022", "there is no such month or day"),
        ("18 Smarch 2022", "this is not a date that can be read"),
        ("44638", "this is a spreadsheet's day number, not a date"),
        ("44638.5", "this is a spreadsheet's day number, not a date"),
        ("0003", "0003 is not a plausible year"),
        ("9999-01-01", "9999 is not a plausible year"),
        (
            "18/03/22",
            "this is not a date that can be read; write it as 2022, 2022-03 or 2022-03-18",
        ),
        ("2011/12", "this is not a date that can be read"),
        ("2022.5", "this is not a date that can be read"),
        ("18–19 March 2022", "this is not a date that can be read"),
        ("2021-2022", "this is not a date that can be read"),
        ("spring 2022", "this is not a date that can be read"),
        ("c. 1990", "this is not a date that can be read"),
        ("last Tuesday", "this is not a date that can be read"),
        ("١٤٤٣/٠٧/٢٣", "this can be a year of another calendar"),
        ("1 مارس/نيسان 2022", "this is not a date that can be read"),
        ("24 канала 2022", "this is not a date that can be read"),
    ],
)
def test_what_is_refused_says_what_to_write(text: str, message: str) -> None:
    with pytest.raises(ValueError, match="write") as caught:
        parse_date(text)
    assert str(caught.value).startswith(message)


@given(st.dates(date(1000, 1, 1), date(2199, 12, 31)), st.integers(0, 6))
def test_every_day_is_read_in_every_form(day: date, form: int) -> None:
    name = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ][day.month - 1]  # fmt: skip
    text = [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}{day.month:02d}{day.day:02d}",
        f"{day.day} {name} {day.year}",
        f"{name} {day.day}, {day.year}",
        f"{name[:3].upper()}. {day.day}, {day.year}",
        f"{day.isoformat()}T00:00:00Z",
    ][form]
    assert parse_date(text) == PartialDate(day.isoformat())


@given(st.text(alphabet="0123456789/-. marchTZ:,stof", max_size=20) | st.text())
def test_any_text_is_a_date_or_refused_or_unknown(text: str) -> None:
    try:
        found = parse_date(text)
    except ValueError:
        return
    assert found is None or str(found.year) in text
