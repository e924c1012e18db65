"""Write results for others: tables, files, citations, reports, notebooks."""

from compare.export.dictionary import columns
from compare.export.formats import ExportFormat, csv_bytes, export_bytes, table_csv
from compare.export.html import facts_html, section_html, table_html
from compare.export.rows import Row
from compare.export.words import VERDICT, counted, percent, verdict_word

__all__ = [
    "VERDICT",
    "ExportFormat",
    "Row",
    "columns",
    "counted",
    "csv_bytes",
    "export_bytes",
    "facts_html",
    "percent",
    "section_html",
    "table_csv",
    "table_html",
    "verdict_word",
]
