"""The smallest corpus of each public format, its words and people made up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.corpus.importers.helpers import Files, table, workbook, write

_TEI = 'xmlns="http://www.tei-c.org/ns/1.0"'
_SPEAKERS = ["Year", "Session", "ISO Code", "Country", "Name of Person Speaking", "Post"]
_UNSC = ["", "filename", "date", "speaker", "country_org", "participanttype", "document_symbol"]
_CMFA = ["id_orig", "id_split", "id", "link", "spokesperson", "day", "month", "year", "date",
         "question", "answer", "question_lem", "answer_lem", "who_asked"]  # fmt: skip
_ECDATA = ["country", "url", "text", "date", "title", "executive", "type", "language"]


SAMPLES: Mapping[str, Files] = {
    "ungdc": {
        "TXT/Session 76 - 2021/ISL_76_2021.txt": "We open the lock.",
        "Speakers_by_session.xlsx": workbook(
            _SPEAKERS, [2021, 76, "ISL", "Iceland", "Ada Made-Up", "Minister"]
        ),
    },
    "hansard": {
        "debates2031-02-03a.xml": "<publicwhip><speech"
        ' id="uk.org.publicwhip/debate/2031-02-03a.1.2" speakername="Ada Made-Up">'
        "<p>We open the lock.</p></speech></publicwhip>"
    },
    "parlamint": {
        "ParlaMint-BE-listPerson.xml": f'<listPerson {_TEI}><person xml:id="Ada"><persName>Ada '
        "Made-Up</persName></person></listPerson>",
        "ParlaMint-BE_2031-02-03.xml": f'<TEI {_TEI} xml:lang="en"><teiHeader/><text><body>'
        '<u xml:id="ParlaMint-BE_2031-02-03.u1" who="#Ada"><seg>We open the lock.</seg></u>'
        "</body></text></TEI>",
    },
    "parlamint-text": {
        "ParlaMint-SE-en_2031-02-03.txt": "ParlaMint-SE_2031-02-03.u1\tWe open the lock.\n",
        "ParlaMint-SE-en_2031-02-03-meta.tsv": "ID\tDate\tSpeaker_name\n"
        "ParlaMint-SE_2031-02-03.u1\t2031-02-03\tMade-Up, Ada\n",
    },
    "parlspeech": {
        "Corp_A_V2.csv": table(
            ["date", "agenda", "speechnumber", "speaker", "party", "chair", "text", "parliament",
             "iso3country"],
            ["2031-02-03", "Canals", 1, "Ada Made-Up", "CP", "FALSE", "We open the lock.", "A",
             "ISL"],
        )
    },
    "unscon": {
        "conflict_annotations_sentences.csv": table(
            ["file_id", "sentence_text", "A0", "A2", "A3", "A4", "B1", "B2", "B3"],
            ["UNSC_2031_SPV.9999_spch004_Valdoria_03.txt", "We open the lock .", *"_" * 7],
        )
    },
    "unsc": {
        "speeches/UNSC_2031_SPV.9999_spch0002.txt": "Ms. Made-Up (Valdoria): We open the lock.",
        "speaker.tsv": "\t".join(_UNSC) + "\n1\tUNSC_2031_SPV.9999_spch0002.txt\t2031-02-03\t"
        "Ms. Made-Up\tValdoria\tMentioned\tS/PV.9999\n",
    },
    "ecdata": {
        "valdoria.csv": table(
            _ECDATA,
            ["Valdoria", "https://a.invalid/1", "We open the lock.", "2031-02-03", "NA",
             "Ada Made-Up", "Speech", "English"],
        )
    },
    "euspeech2": {
        "collection.csv": table(
            ["date", "country", "speaker", "title", "url", "origtext", "lang", "lang_prob"],
            ["2019-02-03", "Valdoria", "Ada Made-Up", "A title", "https://a.invalid/1",
             "We open the lock.", "en", "[en:0.99]"],
        )
    },
    "cmfa": {
        "CMFA_PressCon_v4.xlsx": workbook(
            _CMFA,
            [1, "1_1", 1, "https://a.invalid/1", "Ada Made-Up", 3, 2, 2023, "", "When?",
             "We open the lock.", "", "", "The Paper"],
        )
    },
    "us-china": {
        "corpus.csv": table(
            ["publish_time", "type", "title", "content", "source_url"],
            ["2023-02-03", "statement", "A title", "We open the lock.", "https://a.gov.cn/1"],
        )
    },
    "kremlin": {
        "7.html": '<html><head><meta property="og:url" '
        'content="http://en.kremlin.ru/events/president/news/7"/></head><body>'
        '<h1 class="entry-title">A title</h1><div class="entry-content">'
        "<p><b>Ada Made-Up:</b> We open the lock.</p></div></body></html>"
    },
    "whitehouse": {
        "press-briefings/2022-02/2022-02-03-a.md": "---\ntags: press-briefings\n"
        "date: '2022-02-03'\nsource_url: https://www.whitehouse.invalid/a\n"
        'title: "Press Briefing by Press Secretary Ada Roe"\n---\n\nMS. ROE:  We open the lock.\n'
    },
    "nato": {
        "a.txt": "Speech\n\nby NATO Secretary General Ada Made-Up\n\n05 Apr. 2031 -\n\n"
        "We open the lock.\n"
    },
    "eeas": {"a.txt": "A title\n\n03.02.2031 EEAS Press Team\n\nWe open the lock.\n"},
    "govuk": {
        "a.txt": "Speech\n\nCanals: UK statement at the Council, 3 February 2031\n\n"
        "Statement by Ambassador Ada Made-Up.\n\nThank you. We open the lock.\n"
    },
    "state-department": {
        "a.txt": "Department Press Briefing – February 3, 2031\n\nMS ROE: We open the lock.\n\n"
        "QUESTION: When?\n\nMS ROE: Today.\n"
    },
    "cmfa-text": {
        "a.txt": "Foreign Ministry Spokesperson Ada Roe’s Regular Press Conference on "
        "February 3, 2031\n\nThe Paper: When?\n\nAda Roe: Today.\n"
    },
    "press-text": {
        "a.txt": "Conférence de presse de Mme Ada Veld, ministre des canaux (Auster, 3 février "
        "2031)\n\nQ - Quand ?\n\nR - We open the lock.\n"
    },
    "russian-mfa": {
        "a.txt": "Briefing by Foreign Ministry Spokeswoman Ada Roe, Moscow, February 3, 2031\n\n"
        "We open the lock.\n"
    },
}  # fmt: skip


def build(folder: Path, name: str) -> Path:
    """Write a format's sample into a folder of its own."""
    return write(folder / name, SAMPLES[name])
