"""Every spelling of a country has its code, and none has another's."""

from __future__ import annotations

import subprocess
import sys

import pycountry
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.statements import (
    Country,
    countries,
    country_code,
    country_key,
    country_name,
    fold,
    parse_countries,
)
from compare.statements.countries import name_entries

OWN = {
    "ASN", "CSK", "DDR", "EUU", "SCG", "SUN", "UNO", "XAL", "XAU", "XCC", "XCE", "XEC", "XGC",
    "XKX", "XNT", "XOI", "XOM", "XOS", "XRC", "YMD", "YUG",
}  # fmt: skip


@pytest.mark.parametrize("entry", list(pycountry.countries), ids=lambda entry: entry.alpha_3)
def test_every_iso_name_and_code_is_known(entry: object) -> None:
    fields = entry._fields
    for field in ("alpha_2", "alpha_3", "name", "official_name", "common_name"):
        if field in fields:
            assert country_code(fields[field]) == fields["alpha_3"], fields[field]


def test_every_own_spelling_has_its_own_code_only() -> None:
    for entry in name_entries():
        for spelling in filter(None, entry.spellings.split(";")):
            assert country_code(spelling) == entry.code, spelling


def test_every_translated_name_has_its_own_code_only() -> None:
    mistaken = {"المالديف": "MDV"}  # the Maldives, which pycountry's Arabic has for Moldova
    for spelling, code in countries.translations():
        found = country_code(spelling)
        assert found == mistaken.get(spelling, code), (spelling, found)


def test_no_translated_name_is_known_without_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    names = list(countries.translated_names())
    assert len({fold(spelling) for spelling, _ in names}) == len(names)
    monkeypatch.setattr(countries, "translated_names", lambda: ())
    caches = (countries._codes, country_code)
    for cache in caches:
        cache.cache_clear()
    redundant = [spelling for spelling, code in names if country_code(spelling) == code]
    for cache in caches:
        cache.cache_clear()
    assert redundant == []


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("Китай", "CHN"),
        ("КНР", "CHN"),
        ("中国", "CHN"),
        ("中华人民共和国", "CHN"),
        ("الصين", "CHN"),
        ("جُمهُوريّة الصّين الشّعبية", "CHN"),
        ("Россия", "RUS"),
        ("Российская Федерация", "RUS"),
        ("Fédération de Russie", "RUS"),
        ("Соединенные Штаты Америки", "USA"),
        ("С.Ш.А.", "USA"),
        ("EE. UU.", "USA"),
        ("EE.UU.", "USA"),
        ("États-Unis", "USA"),
        ("الولايات المتحدة", "USA"),
        ("الامم المتحده", "UNO"),
        ("Corée, République de", "KOR"),
        ("KNДР", None),
    ],
)
def test_names_in_other_languages(spelling: str, code: str | None) -> None:
    assert country_code(spelling) == code


@pytest.mark.parametrize(
    "names",
    [
        "CHN КНР RPC 中方 الصين",
        "COD ДРК ДР_Конго RDC R.D.C. 刚果（金） 刚果金 الكونغو_الديمقراطية",
        "DEU ФРГ RFA 德方 ألمانيا_الاتحادية",
        "FRA Франция Francia 法方 فرنسا",
        "GBR Великобритания Британия Inglaterra Angleterre R.-U. 英方 بريطانيا",
        "PRK КНДР RPDC RPD_de_Corea RPD_de_Corée 朝鲜 朝方 北韩 كوريا_الشمالية",
        "ARE ОАЭ EAU E.A.U. Émirats 阿联酋 دولة_الإمارات",
        "IRN ИРИ Irán 伊朗 جمهورية_إيران_الإسلامية",
        "KAZ Казахстан Kazajstán 哈萨克斯坦 كازاخستان",
        "KOR Южная_Корея Corée_du_Sud 韩方 南韩 كوريا_الجنوبية",
        "PSE Палестина Palestina 巴勒斯坦 دولة_فلسطين",
        "RUS РФ Rusia 俄方 俄联邦 روسيا",
        "SYR САР República_Árabe_Siria 叙利亚 سورية",
        "USA США EE._UU. EEUU EUA É.-U. 美方 美国 الولايات_المتحدة أمريكا",
        "ZAF ЮАР Sudáfrica Suráfrica 南非 جنوب_أفريقيا",
        "CAF ЦАР RCA Centrafrique 中非 أفريقيا_الوسطى",
        "CSK ЧССР Tchécoslovaquie",
        "DDR ГДР RDA Allemagne_de_l’Est 东德 ألمانيا_الشرقية",
        "EUU ЕС UE 欧盟 欧方 الاتحاد_الأوروبي",
        "UNO ООН ONU 联合国 الأمم_المتحدة",
    ],
)
def test_usual_short_names_in_five_languages(names: str) -> None:
    code, *spellings = (name.replace("_", " ") for name in names.split())
    assert {spelling: country_code(spelling) for spelling in spellings} == dict.fromkeys(
        spellings, code
    )


def test_every_code_has_a_name_that_leads_back_to_it() -> None:
    iso = {entry.alpha_3 for entry in pycountry.countries}
    for code in iso | {entry.code for entry in name_entries() if not entry.successor}:
        assert country_name(code) != code, code
        assert country_code(country_name(code)) == code, code
        assert country_code(code) == code, code
    assert {entry.code for entry in name_entries() if entry.name} - iso == OWN
    assert {entry.successor for entry in name_entries() if entry.successor} <= iso


def test_a_withdrawn_code_is_that_of_the_state_that_goes_on() -> None:
    for entry in name_entries():
        if entry.successor:
            assert country_code(entry.code) == entry.successor
            assert (entry.name, entry.spellings) == ("", "")


@pytest.mark.parametrize(
    ("spelling", "code"),
    [
        ("Iran (Islamic Republic of)", "IRN"),
        ("Iran, Islamic Republic of", "IRN"),
        ("the Islamic Republic of Iran", "IRN"),
        ("Bolivia (Plurinational State of)", "BOL"),
        ("Venezuela (Bolivarian Republic of)", "VEN"),
        ("Republic of Lithuania", "LTU"),
        ("Kingdom of Norway", "NOR"),
        ("Grand Duchy of Luxembourg", "LUX"),
        ("Government of Canada", "CAN"),
        ("Lao People’s Democratic Republic", "LAO"),
        ("Lao People's Democratic Re\u00adpublic", "LAO"),
        ("Côte d’Ivoire", "CIV"),
        ("Cote d'Ivoire", "CIV"),
        ("COTE D IVOIRE", "CIV"),
        ("The Gambia", "GMB"),
        ("Gambia (Republic of The)", "GMB"),
        ("the former Yugoslav Republic of Macedonia", "MKD"),
        ("Macedonia, the former Yugoslav Republic of", "MKD"),
        ("Türkiye", "TUR"),
        ("TURKIYE", "TUR"),
        ("Republic of Turkey", "TUR"),
        ("Brazil ", "BRA"),
        ("AUSTRALIA", "AUS"),
        ("Marshall islands", "MHL"),
        ("St. Vincent & the Grenadines", "VCT"),
        ("Saint Christopher and Nevis", "KNA"),
        ("U.S.A.", "USA"),
        ("U. S.", "USA"),
        ("u.k.", "GBR"),
        ("us", "USA"),
        ("AND", "AND"),
        ("NA", "NAM"),
        ("Taiwan, Province of China", "TWN"),
        ("Republic of China", "TWN"),
        ("People’s Republic of China", "CHN"),
        ("Republic of Korea", "KOR"),
        ("Korea, Republic of", "KOR"),
        ("Democratic People’s Republic of Korea", "PRK"),
        ("DPRK", "PRK"),
        ("Congo", "COG"),
        ("Congo, the Democratic Republic of the", "COD"),
        ("Zaire", "COD"),
        ("Burma", "MMR"),
        ("Myanmar / Burma", "MMR"),
        ("Ceylon (Sri Lanka)", "LKA"),
        ("Upper Volta/Burkina Faso", "BFA"),
        ("Central African Empire/CAR", "CAF"),
        ("USSR", "SUN"),
        ("Union of Soviet Socialist Republics", "SUN"),
        ("SU", "SUN"),
        ("Byelorussian Soviet Socialist Republic", "BLR"),
        ("Ukrainian SSR", "UKR"),
        ("Yugoslavia", "YUG"),
        ("Serbia and Montenegro", "SCG"),
        ("Czechoslovak Socialist Republic", "CSK"),
        ("GDR", "DDR"),
        ("Federal Republic of Germany", "DEU"),
        ("Democratic Yemen", "YMD"),
        ("YDYE", "YMD"),
        ("Yemen Arab Republic", "YEM"),
        ("Holy See (Vatican City State)", "VAT"),
        ("Vatican/Holy See", "VAT"),
        ("State of Palestine", "PSE"),
        ("Palestine, State of", "PSE"),
        ("Kosovo", "XKX"),
        ("EU", "EUU"),
        ("European Union", "EUU"),
        ("United Nations", "UNO"),
        ("NATO", "XNT"),
        ("African Union", "XAU"),
    ],
)
def test_spelling(spelling: str, code: str) -> None:
    assert country_code(spelling) == code


@pytest.mark.parametrize(
    "spelling",
    [
        "",
        "  ",
        "the",
        "Republic of Valdoria",
        "Valdoria",
        "Islamic Republic",
        "State",
        "Democratic People’s Republic",
        "Republic of Co",
        "Republic of Yemen and Congo",
        "Democratic Republic of China",
        "Russia, China",
        "Russia/China",
        "CS",
        "29+C70",
    ],
)
def test_what_names_no_one_country_is_not_guessed(spelling: str) -> None:
    assert country_code(spelling) is None


def test_a_cell_of_several_countries_keeps_the_spellings() -> None:
    assert parse_countries(" Russian Federation ; P.R.C;;Valdoria; Russian Federation;") == (
        Country("Russian Federation", "RUS"),
        Country("P.R.C", "CHN"),
        Country("Valdoria", None),
    )
    assert parse_countries("") == ()
    assert parse_countries(" ; ") == ()


def test_the_same_country_by_code_or_by_spelling() -> None:
    russia, federation, union = parse_countries("Russia; Russian Federation; USSR")
    assert country_key(russia) == country_key(federation)
    assert country_key(russia) != country_key(union)
    here, there = Country("Republic of Valdoria"), Country("REPUBLIC OF  VALDORIA")
    assert country_key(here) == country_key(there)
    assert country_key(here) != country_key(Country("Valdoria"))
    assert country_key(Country("chn")) != country_key(Country("China", "CHN"))
    assert country_key(russia) == "RUS"
    assert country_key(here) == "republic of valdoria"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("IRN", "Iran"),
        ("COD", "Democratic Republic of the Congo"),
        ("KOR", "South Korea"),
        ("SUN", "Soviet Union"),
        ("EUU", "European Union"),
        ("ZZZ", "ZZZ"),
    ],
)
def test_the_name_to_show(code: str, name: str) -> None:
    assert country_name(code) == name


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    for country in parse_countries(text):
        assert country.name
        assert country.name == country.name.strip()
        assert country.code is None or country_name(country.code) != country.code


def test_the_country_library_is_imported_late_and_fast() -> None:
    program = (
        "import sys, time; from compare.statements import countries as c; "
        "assert 'pycountry' not in sys.modules;"
        "start = time.process_time(); c.country_code('Norway');"
        "print(time.process_time() - start)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 0.5  # 0.03 to 0.1 s where it was measured
