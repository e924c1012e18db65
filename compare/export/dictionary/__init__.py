"""What every column and field of an export holds, once: documentation and schemas come from it."""

from compare.export.dictionary.adaptation import TABLES as _ADAPTATION
from compare.export.dictionary.columns import TABLES as _TABLES
from compare.export.dictionary.fields import Field, Table
from compare.export.dictionary.objects import KEPT
from compare.export.dictionary.positions import PRINTED as _POSITIONS_PRINTED
from compare.export.dictionary.positions import TABLES as _POSITIONS
from compare.export.dictionary.printed import OBJECTS as _OBJECTS
from compare.export.dictionary.printed import PRINTED as _PRINTED
from compare.export.dictionary.reviews import REVIEWS
from compare.export.dictionary.schema import pair_schema, schema_of, search_schema

TABLES = (*_TABLES, *REVIEWS, *_POSITIONS)
PRINTED = (*_PRINTED, *_POSITIONS_PRINTED, *_ADAPTATION)
OBJECTS = (*_OBJECTS, *_POSITIONS_PRINTED, *_ADAPTATION)

__all__ = [
    "KEPT",
    "OBJECTS",
    "PRINTED",
    "TABLES",
    "Field",
    "Table",
    "pair_schema",
    "schema_of",
    "search_schema",
]
