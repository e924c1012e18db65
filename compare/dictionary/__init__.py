"""What every column and field of an export holds, once: documentation and schemas come from it."""

from compare.dictionary.adaptation import TABLES as _ADAPTATION
from compare.dictionary.columns import TABLES as _TABLES
from compare.dictionary.fields import Field, Table
from compare.dictionary.objects import KEPT
from compare.dictionary.positions import PRINTED as _POSITIONS_PRINTED
from compare.dictionary.positions import TABLES as _POSITIONS
from compare.dictionary.printed import OBJECTS as _OBJECTS
from compare.dictionary.printed import PRINTED as _PRINTED
from compare.dictionary.reviews import REVIEWS
from compare.dictionary.schema import pair_schema, schema_of, search_schema

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
