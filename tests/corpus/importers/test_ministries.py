"""Press conferences in five languages: who speaks, who asks, and the lines about the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from compare.corpus.importing import Report
from compare.statements import Statement
from tests.corpus.importers.helpers import format_of, read, write

CHINESE = """简体中文 English

2031年2月3日外交部发言人阿达主持例行记者会

2031-02-03 19:13

部长将访问瓦尔多利亚。

路透社记者：下雨吗？你有何评论？

阿达：下雨。

第一：这里下雨。

《大路报》记者：还有哪里？

追问：为什么？

阿达：谢谢。

***

问：现在呢？

答：还在下。
"""
RUSSIAN = """Брифинг официального представителя МИД России А.Б.Вельдовой, Москва, 3 февраля 2031 г.

Оглавление

1. Дороги Вальдории

2. Дождь

Дороги Вальдории

Мы строим дороги. Напомню: дороги нужны.

Дождь

Идёт дождь.

Из ответов на вопросы:

Вопрос (перевод с английского): Пойдёт ли снег?

А.Б.Вельдова: Пойдёт.

Напомню: зима.

П.Лунд: А сегодня?

Ответ: Нет.

О.Даль: Спасибо.
"""
FRENCH = """https://www.diplomatie.gouv.fr/fr/1

Entretien de Mme Ada Veld, ministre des routes, avec « La Route » (Auster, 3 février 2031)

Texte intégral

Q - Ada Veld, pleut-il ?

R - Oui.

Conclusion : il pleut.

Et ici.

Q - Pourquoi ?

Ada Veld : Voilà.

Modératrice : Merci.

Per Lund : Je répète : merci.
"""
SPANISH = """https://www.lamoncloa.gob.es/a.aspx

Conferencia de prensa del presidente del Gobierno, Bo Moss

3.2.2031

Whatsapp: abre ventana nueva

Auster, 3 de febrero de 2031

Presidente.- Buenas tardes. Llueve.

Secretario de Estado de Caminos.- Empezamos.

P.- ¿Por qué llueve?

Presidente.- No lo sé.

Pregunta: ¿Y hoy?

Bo Moss: También.

P. ¿Y mañana?

R. No.
"""
ARABIC = """مؤتمر صحفي لوزيرة خارجية فالدوريا، السيدة آدا فيلد، أوستر

3 فبراير 2031

نبني الطرق.

سؤال: هل تمطر؟

جواب: نعم.

وهنا أيضا.

س 2: ولماذا؟

آدا فيلد: لا أعرف.
"""


def test_a_chinese_press_conference_in_chinese(tmp_path: Path) -> None:
    (opening, rain, thanks, later), report = read(write(tmp_path, {"a.txt": CHINESE}))
    assert report.format == "cmfa-text"
    assert {
        (s.speaker, s.role, s.countries, str(s.date), s.language) for s in (opening, later)
    } == {("阿达", "外交部发言人", "China", "2031-02-03", "zh")}
    assert opening.text == "部长将访问瓦尔多利亚。"
    assert opening.title == "2031年2月3日外交部发言人阿达主持例行记者会"
    assert (rain.text, rain.extra["asked_by"]) == ("下雨。\n第一：这里下雨。", "路透社")
    assert rain.extra["question"] == "下雨吗？你有何评论？"
    assert (thanks.text, thanks.extra["asked_by"]) == ("谢谢。", "《大路报》")
    assert (later.text, later.extra["question"]) == ("还在下。", "现在呢？")
    assert report.account.left_out == {"questions (kept beside the answer)": 4}


@pytest.mark.parametrize(
    "title",
    [
        "外交部发言人阿达就降雨答记者问",
        "外交部发言人阿达的谈话",
        "2031年2月3日外交部发言人阿达发表谈话",
    ],
)
def test_a_chinese_statement_in_chinese(tmp_path: Path, title: str) -> None:
    (said,), _ = read(write(tmp_path, {"a.txt": f"{title}\n\n我们修路。\n"}))
    assert (said.speaker, said.text, said.title) == ("阿达", "我们修路。", title)


def test_a_russian_briefing_in_russian(tmp_path: Path) -> None:
    (roads, rain, snow, today), report = read(write(tmp_path, {"a.txt": RUSSIAN}))
    assert report.format == "russian-mfa"
    assert (roads.speaker, roads.role, roads.countries) == (
        "А.Б.Вельдова", "Официальный представитель МИД России", "Russia",
    )  # fmt: skip
    assert (str(roads.date), roads.language) == ("2031-02-03", "ru")
    assert roads.text == "Мы строим дороги. Напомню: дороги нужны."
    assert roads.extra["section"] == "Дороги Вальдории"
    assert (rain.text, rain.extra["section"]) == ("Идёт дождь.", "Дождь")
    assert (snow.text, snow.extra["question"]) == ("Пойдёт.\nНапомню: зима.", "Пойдёт ли снег?")
    assert (today.text, today.extra["asked_by"]) == ("Нет.", "П.Лунд")
    assert report.account.left_out["words of unidentified speakers"] == 1


@pytest.mark.parametrize(
    ("named", "speaker"),
    [
        ("официального представителя МИД России А.Б.Вельдовой", "А.Б.Вельдова"),
        ("Министра иностранных дел Российской Федерации П. Лундина", "П.Лундин"),
        ("Министра иностранных дел России Петра Мосса", "Петра Мосса"),
    ],
)
def test_names_in_russian_titles_are_in_the_genitive(
    tmp_path: Path, named: str, speaker: str
) -> None:
    text = f"Выступление {named} на форуме, Москва, 3 февраля 2031 года\n\nМы строим.\n"
    (said,), _ = read(write(tmp_path, {"a.txt": text}))
    assert (said.speaker, str(said.date)) == (speaker, "2031-02-03")


def test_a_french_interview(tmp_path: Path) -> None:
    (rain, why), report = read(write(tmp_path, {"a.txt": FRENCH}))
    assert report.format == "press-text"
    assert (rain.speaker, rain.role, rain.countries) == (
        "Ada Veld",
        "ministre des routes",
        "France",
    )
    assert (str(rain.date), rain.language) == ("2031-02-03", "fr")
    assert rain.url == "https://www.diplomatie.gouv.fr/fr/1"
    assert rain.text == "Oui.\nConclusion : il pleut.\nEt ici."
    assert rain.extra["question"] == "Ada Veld, pleut-il ?"
    assert (why.text, why.extra["question"]) == ("Voilà.", "Pourquoi ?")
    assert report.account.left_out == {
        "questions (kept beside the answer)": 2,
        "moderators, staff and interpreters": 1,
        "words of unidentified speakers": 1,
    }


def test_a_spanish_press_conference(tmp_path: Path) -> None:
    (opening, why, today, tomorrow), report = read(write(tmp_path, {"a.txt": SPANISH}))
    assert report.format == "press-text"
    assert (opening.speaker, opening.role, opening.countries) == (
        "Bo Moss", "presidente del Gobierno", "Spain",
    )  # fmt: skip
    assert (opening.text, str(opening.date), opening.language) == (
        "Buenas tardes. Llueve.", "2031-02-03", "es",
    )  # fmt: skip
    assert (why.text, why.extra["question"]) == ("No lo sé.", "¿Por qué llueve?")
    assert (today.text, today.extra["question"]) == ("También.", "¿Y hoy?")
    assert (tomorrow.text, tomorrow.extra["question"]) == ("No.", "¿Y mañana?")
    assert report.account.left_out["words of unidentified speakers"] == 1


def test_an_arabic_press_conference(tmp_path: Path) -> None:
    (roads, rain, why), report = read(write(tmp_path, {"a.txt": ARABIC}))
    assert report.format == "press-text"
    assert (roads.speaker, roads.role, roads.countries) == ("آدا فيلد", "وزيرة خارجية فالدوريا", "")
    assert (roads.text, str(roads.date), roads.language) == ("نبني الطرق.", "2031-02-03", "ar")
    assert (rain.text, rain.extra["question"]) == ("نعم.\nوهنا أيضا.", "هل تمطر؟")
    assert (why.text, why.extra["question"]) == ("لا أعرف.", "ولماذا؟")


@pytest.mark.parametrize(
    ("title", "speaker", "role"),
    [
        ("Point de presse du porte-parole (Auster, 3 février 2031)", "", "porte-parole"),
        ("Déclaration de M. Bo Moss, président de Valdoria, sur la pluie, le 3 février 2031.",
         "Bo Moss", "président de Valdoria"),
        ("Entretien d’Ada Veld, ministre des routes, avec La Route", "Ada Veld",
         "ministre des routes"),
        ("Conférence de presse de la ministre des routes, Ada Veld", "Ada Veld",
         "ministre des routes"),
        ("Rueda de prensa de la canciller Ada Veld", "Ada Veld", "canciller"),
        ("Intervención de la portavoz del Gobierno en Auster", "", "portavoz del Gobierno"),
        ("بيان المتحدث الرسمي باسم وزارة الطرق السفير بو موس", "بو موس",
         "المتحدث الرسمي باسم وزارة الطرق"),
    ],
)  # fmt: skip
def test_titles_name_the_main_speaker(tmp_path: Path, title: str, speaker: str, role: str) -> None:
    (said,), report = read(write(tmp_path, {"a.txt": f"{title}\n\nSo.\n"}), "press-text")
    assert (said.speaker, said.role) == (speaker, role)
    assert report.account.notes == ({} if speaker else {"texts that name no speaker": 1})


@pytest.mark.parametrize(
    "text",
    [
        "Discours du président de Valdoria, Bo Moss\n\nNous construisons.\n",
        "Compte rendu\n\nQ - Quand ?\n\nR - Demain.\n",
    ],
)
def test_other_texts_are_not_taken_for_press_texts(tmp_path: Path, text: str) -> None:
    assert format_of(write(tmp_path, {"a.txt": text})) is None


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("press-text", "Rueda de prensa de la ministra"),
        ("cmfa-text", "外交部发言人"),
        ("russian-mfa", "Брифинг официального представителя"),
    ],
)
def test_a_text_without_a_title_is_reported(tmp_path: Path, name: str, example: str) -> None:
    found, report = read(write(tmp_path, {"a.txt": "Q - Quand ?\n"}), name)
    assert not found
    assert "there is no title" in str(report.problems[0])
    assert example in str(report.problems[0])


SPANISH_TITLE = "Rueda de prensa de la ministra Ada Veld Roe"
FRENCH_TITLE = "Conférence de presse de la ministre, Mme Ada Veld"
CHINESE_TITLE = "外交部发言人阿达主持例行记者会"
RUSSIAN_TITLE = "Брифинг официального представителя МИД России А.Б.Вельдовой"
ARABIC_TITLE = "مؤتمر صحفي لوزيرة خارجية فالدوريا، السيدة آدا فيلد"
FORMATS = {CHINESE_TITLE: "cmfa-text", RUSSIAN_TITLE: "russian-mfa"}


def read_text(folder: Path, title: str, *paragraphs: str) -> tuple[list[Statement], Report]:
    text = "\n\n".join((title, *paragraphs))
    return read(write(folder, {"a.txt": text}), FORMATS.get(title, "press-text"))


@pytest.mark.parametrize(
    ("title", "label"),
    [
        (FRENCH_TITLE, "M. Lund :"),
        (FRENCH_TITLE, "Le ministre de Valdoria :"),
        (FRENCH_TITLE, "Mme Dahl (Valdoria) :"),
        (FRENCH_TITLE, "Per Lund, ministre de Valdoria :"),
        (SPANISH_TITLE, "Sr. Lund:"),
        (SPANISH_TITLE, "SECRETARIO DE CAMINOS Y PUENTES DE LA VIEJA VALDORIA, PER LUND:"),
        (CHINESE_TITLE, "博莫斯部长："),
        (RUSSIAN_TITLE, "П.Лунд:"),
        (RUSSIAN_TITLE, "Посол Вальдории П.Лунд:"),
        (ARABIC_TITLE, "الوزير بو موس:"),
        (ARABIC_TITLE, "السيد موس:"),
    ],
)
@pytest.mark.parametrize("between", [" ", "\n\n"])
def test_a_guest_ends_the_turn(tmp_path: Path, title: str, label: str, between: str) -> None:
    (said,), report = read_text(tmp_path, title, "So.", f"{label}{between}Merci.", "Encore.")
    assert said.text == "So."
    assert report.account.left_out == {"words of unidentified speakers": 1}


@pytest.mark.parametrize(
    ("title", "label"),
    [
        (FRENCH_TITLE, "Mme Veld :"),
        (FRENCH_TITLE, "La ministre :"),
        (SPANISH_TITLE, "Ada Veld:"),
        (SPANISH_TITLE, "MINISTRA DE CAMINOS, ADA VELD ROE:"),
        (ARABIC_TITLE, "الوزيرة:"),
    ],
)
def test_a_main_speaker_has_several_labels(tmp_path: Path, title: str, label: str) -> None:
    (said,), report = read_text(tmp_path, title, f"{label} Merci.")
    assert (said.text, report.account.left_out) == ("Merci.", {})


@pytest.mark.parametrize(
    ("title", "opening"),
    [
        (FRENCH_TITLE, "Monsieur le Président :"),
        (FRENCH_TITLE, "Mme Présidente :"),
        (SPANISH_TITLE, "Señor Presidente: Gracias."),
        (CHINESE_TITLE, "主席先生：谢谢。"),
        (CHINESE_TITLE, "各位部长：谢谢。"),
        (RUSSIAN_TITLE, "Господин Президент: Спасибо."),
        (ARABIC_TITLE, "السيد الرئيس: شكرا."),
    ],
)
def test_an_opening_is_no_label(tmp_path: Path, title: str, opening: str) -> None:
    (said,), _ = read_text(tmp_path, title, opening, "So.")
    assert said.text == f"{opening}\nSo."


def test_a_guest_may_stand_alone_on_a_line(tmp_path: Path) -> None:
    (said,), report = read_text(tmp_path, FRENCH_TITLE, "Ada Veld :", "So.", "Per Lund :", "Merci.")
    assert said.text == "So."
    assert report.account.left_out == {"words of unidentified speakers": 1}


@pytest.mark.parametrize(
    "topic",
    ["Corée du Nord :", "Corée du Nord : Il neige.", "Conseil de Sécurité : Il neige.",
     "Vieille Ville :", "Ponts Neufs : il neige."],
)  # fmt: skip
def test_a_topic_is_no_speaker(tmp_path: Path, topic: str) -> None:
    (said,), report = read_text(tmp_path, FRENCH_TITLE, "So.", topic, "Voilà.")
    assert said.text == f"So.\n{topic}\nVoilà."
    assert not report.account.left_out


@pytest.mark.parametrize(
    ("title", "label", "asker"),
    [
        (SPANISH_TITLE, "PREGUNTA 2:", ""),
        (SPANISH_TITLE, "Periodista:", ""),
        (FRENCH_TITLE, "Question n° 2 :", ""),
        (FRENCH_TITLE, "Journaliste (La Route) :", ""),
        (CHINESE_TITLE, "有记者问：", ""),
        (CHINESE_TITLE, "大路社记者追问：", "大路社"),
        (CHINESE_TITLE, "大路社问：", "大路社"),
        (RUSSIAN_TITLE, "Вопрос из зала:", ""),
        (RUSSIAN_TITLE, "Корреспондент «Дороги»:", "«Дороги»"),
        (ARABIC_TITLE, "الصحفي:", ""),
        (ARABIC_TITLE, "مراسل الطريق:", "الطريق"),
    ],
)
def test_a_question_is_no_part_of_the_answer(
    tmp_path: Path, title: str, label: str, asker: str
) -> None:
    answers = {"cmfa-text": "答：", "russian-mfa": "Ответ:", "press-text": "R :"}
    answer = "جواب:" if title == ARABIC_TITLE else answers[FORMATS.get(title, "press-text")]
    (opening, said), _ = read_text(tmp_path, title, "So.", f"{label} Si.", f"{answer} Non.")
    assert (opening.text, said.text, said.extra["question"]) == ("So.", "Non.", "Si.")
    assert said.extra.get("asked_by", "") == asker


@pytest.mark.parametrize(
    ("title", "speaker", "role"),
    [
        ("Declaración del Ministro de Asuntos Exteriores, Unión Europea y Cooperación, Bo Moss",
         "Bo Moss", "Ministro de Asuntos Exteriores, Unión Europea y Cooperación"),
        ("Intervención de la ministra de Caminos, Consejo de Seguridad", "", "ministra de Caminos"),
        ("Comunicado conjunto de los ministros de Valdoria, Bo Moss, y de Ostravia, Ada Veld",
         "", ""),
        ("Comunicado de los presidentes, Nueva Auster", "", ""),
        ("Declaración de la ministra, Ada Veld, sobre la flota conjunta", "Ada Veld", "ministra"),
        ("Déclaration conjointe de M. Bo Moss, président, et de Mme Ada Veld, présidente", "", ""),
        ("Discours du président, Assemblée Générale", "", "président"),
        ("كلمة وزير الخارجية، أمام مجلس الأمن", "", "وزير الخارجية"),
        ("كلمة وزير الخارجية السفير بو موس أمام مجلس الأمن", "بو موس", "وزير الخارجية"),
        ("بيان مشترك لوزيري خارجية فالدوريا وأوسترافيا", "", ""),
        ("Declaración del viceministro de Caminos, Bo Moss", "Bo Moss", "viceministro de Caminos"),
        ("Entretien avec M. Bo Moss, ministre délégué chargé des routes", "Bo Moss",
         "ministre délégué chargé des routes"),
        ("Déclaration du conseiller du président, Bo Moss", "Bo Moss", "conseiller du président"),
        ("كلمة نائب وزير الخارجية، السيد بو موس", "بو موس", "نائب وزير الخارجية"),
        ("Versión estenográfica. Conferencia de prensa de la presidenta Ada Veld", "Ada Veld",
         "presidenta"),
        ("CONFERENCIA DE PRENSA DE LA PRESIDENTA ADA VELD EN AUSTER", "Ada Veld", "Presidenta"),
        ("Propos du Président de la République, M. Bo Moss", "Bo Moss",
         "Président de la République"),
        ("Point de presse du 3 février 2031", "", ""),
        ("نص كلمة وزير الخارجية، السيد بو موس", "بو موس", "وزير الخارجية"),
    ],
)  # fmt: skip
def test_a_speaker_is_a_person_with_the_whole_role(
    tmp_path: Path, title: str, speaker: str, role: str
) -> None:
    (said,), _ = read_text(tmp_path, title, "So.")
    assert (said.speaker, said.role) == (speaker, role)


@pytest.mark.parametrize(
    ("title", "speaker", "role"),
    [
        ("外交部发言人就美方在海上修路答记者问", "", "外交部发言人"),
        ("外交部副部长博莫斯在论坛上的讲话", "博莫斯", "外交部副部长"),
        ("2031年2月3日外交部发言人阿达例行记者会", "阿达", "外交部发言人"),
        ("外交部声明", "", ""),
        ("Интервью заместителя Министра иностранных дел России П.Лундина", "П.Лундин",
         "Заместитель Министра иностранных дел России"),
        ("Выступление Постоянного представителя России при ООН П.Лундина", "П.Лундин",
         "Постоянный представитель России при ООН"),
        ("Речь и ответы. Заявление МИД России", None, None),
        ("Заявление МИД России", "", ""),
    ],
)  # fmt: skip
def test_titles_of_ministries(
    tmp_path: Path, title: str, speaker: str | None, role: str | None
) -> None:
    name = "cmfa-text" if "外交部" in title else "russian-mfa"
    found, _ = read(write(tmp_path, {"a.txt": f"{title}\n\nSo.\n"}), name)
    assert [(said.speaker, said.role) for said in found] == (
        [] if speaker is None else [(speaker, role)]
    )


@pytest.mark.parametrize(
    "first",
    ["El 3 de febrero de 2030 llovió.", "Firmamos el 3 de febrero de 2030.", "Compartir ayuda."],
)
def test_a_first_sentence_is_not_about_the_page(tmp_path: Path, first: str) -> None:
    (said,), _ = read_text(tmp_path, SPANISH_TITLE, first, "So.")
    assert (said.text, said.date) == (f"{first}\nSo.", None)


@pytest.mark.parametrize(
    ("title", "line", "day"),
    [
        (f"{SPANISH_TITLE}, 3.2.2031", "Compartir", "2031-02-03"),
        (f"{SPANISH_TITLE} por el 3 de febrero de 1990, 5 de marzo de 2031", "", "2031-03-05"),
        (f"{SPANISH_TITLE} por el 3 de febrero de 1990", "Auster, 5 de marzo de 2031.",
         "2031-03-05"),
        (f"{SPANISH_TITLE}, 3 de marzo de 2031", "5 de marzo de 2031, 10:30 hrs.", "2031-03-03"),
    ],
)  # fmt: skip
def test_days_in_titles(tmp_path: Path, title: str, line: str, day: str) -> None:
    (said,), _ = read_text(tmp_path, title, line, "So.")
    assert (said.text, str(said.date)) == ("So.", day)
