"""Read rows of tables, objects of JSON, and elements of XML, however large."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import IO, Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from compare.corpus.importers.sources import Account, Entry, Piece, Read, each_file
from compare.corpus.tables import read_csv, read_xlsx
from compare.corpus.text_files import Readable, open_text
from compare.corpus.validate import is_address
from compare.corpus.values import BadFileError, Problem, Row
from compare.statements import MISSING

LARGEST = 16_000_000  # characters of an entry of a JSON list, bytes of an element of XML
JSON = frozenset({".json", ".jsonl", ".ndjson"})
KINDS = JSON | {".csv", ".xlsx"}
Cells = dict[str, str]

_CHUNK = 1_000_000
_HEAD = 1_000
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=lambda name: "")
_LIST = re.compile(r"\s*\[")
_OPENING = re.compile(r"[ \t\r\n]*(?P<end>\])?")
_BETWEEN = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*(?P<end>\])|[ \t\r\n]*,[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a table, whose values are texts, or a JSON object."""

    entry: Entry
    here: Row
    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a value as it is written, "" if it is missing, a list, an object or a boolean.

        The readers turn numbers into texts.
        """
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def known(self, name: str) -> str:
        """Return a value without white space around it, "" for "NA", "-" and the like.

        For metadata; a statement's words are read with `text`, since every character counts.
        """
        return known(self.text(name))

    def cells(self, *names: str, **columns: str) -> Cells:
        """Return known values as cells: under the column's own name, or renamed (`cell=column`)."""
        columns = dict(zip(names, names, strict=True)) | columns
        return {field: self.known(name) for field, name in columns.items()}

    def row(self, cells: Mapping[str, str]) -> Row:
        """Return a statement's cells as a row at the record's place."""
        return replace(self.here, cells={**cells, "source_file": self.entry.name})


# gives the cells of a record's statements, and takes their words into the account
Statements = Callable[[Record, Account], Iterable[Cells]]


def known(text: str) -> str:
    """Return a text without white space around it, "" if it says that nothing is known."""
    stripped = text.strip()
    return "" if stripped.casefold() in MISSING else stripped


def make_key(prefix: str, *parts: str) -> str:
    """Return an id for a record that has none: 12 hex digits of what it says."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{prefix}-{digest[:12]}"


def web_link(text: str, account: Account) -> str:
    """Return a web address, "" for anything else."""
    address = known(text)
    if not address or is_address(address):
        return address
    account.note("invalid links, left out")
    return ""


def host(address: str) -> str:
    """Return the site of an address, without "www."."""
    return (urlsplit(address).hostname or "").removeprefix("www.") if address else ""


def is_on_site(address: str, site: str) -> bool:
    """Say whether an address is on a site or a part of it: "www.mfa.gov.cn" on "gov.cn"."""
    return f".{host(address)}".endswith(f".{site}")


def each_record(needed: Collection[str], statements: Statements) -> Read:
    """Return a reader for files of records; see `read_statements` and `each_file`."""
    return each_file(KINDS, partial(read_statements, statements=statements, needed=needed))


def read_statements(
    entry: Entry,
    account: Account,
    statements: Statements,
    needed: Collection[str] = (),
) -> Iterator[Piece]:
    """Yield the statements of a file's records; those without words go to the account.

    The file must have the `needed` columns, or keys in its first object.
    """
    for record in read_records(entry, needed):
        if isinstance(record, Problem):
            yield record
            continue
        for cells in statements(record, account):
            if known(cells["text"]):
                yield record.row(cells)
            else:
                account.leave("rows without words", cells["text"], piece=True)


def read_records(entry: Entry, needed: Collection[str] = ()) -> Iterator[Record | Problem]:
    """Yield the rows of a table, or the objects of a JSON file; raise as `check_records` does."""
    if entry.kind in JSON:
        return check_records(read_json(entry), needed)
    if entry.kind == ".parquet":
        return check_records(_parquet_records(entry), needed)
    is_sheet = entry.kind == ".xlsx"
    rows = read_xlsx(entry, entry.label) if is_sheet else read_csv(entry, entry.label)
    found = (row if isinstance(row, Problem) else Record(entry, row, row.cells) for row in rows)
    return check_records(found, needed)


def check_records(
    found: Iterable[Record | Problem], needed: Collection[str]
) -> Iterator[Record | Problem]:
    """Yield records; raise if there are none, or the first lacks what is needed."""
    empty, wanted = True, needed
    for record in found:
        empty = False
        if isinstance(record, Record):
            if missing := [name for name in wanted if name not in record.values]:
                lacks = f"it has no {' and no '.join(map(repr, missing))}"
                raise BadFileError(f"{lacks}, which files of this corpus have; leave it out")
            wanted = ()
        yield record
    if empty:
        raise BadFileError("it is empty; download it again")


def _parquet_records(entry: Entry) -> Iterator[Record]:
    parquet: Any = importlib.import_module("pyarrow.parquet")
    try:
        with entry.open("rb") as opened:
            batches = parquet.ParquetFile(opened).iter_batches()
            rows = chain.from_iterable(batch.to_pylist() for batch in batches)
            for number, values in enumerate(rows, start=1):
                cells = {name: "" if v is None else str(v) for name, v in values.items()}
                yield Record(entry, Row(entry.label, number, {}, "row"), cells)
    except (OSError, ValueError) as error:  # what pyarrow raises
        raise BadFileError(f"this is no readable Parquet file ({error})") from None


def read_json(entry: Entry) -> Iterator[Record | Problem]:
    """Yield the objects of a JSON file without holding it whole; numbers stay as they are written.

    The objects are in one list, or one on each line.
    """
    with open_text(entry) as opened:
        is_list = _LIST.match(opened.read(_HEAD))
    for found in _list_elements(entry) if is_list else _json_lines(entry):
        if isinstance(found, Problem):
            yield found
            continue
        here = Row(entry.label, found[0], {})
        if isinstance(found[1], dict):
            yield Record(entry, here, found[1])
        else:
            yield here.problem("this is not a JSON object; leave it out")


def _json_lines(entry: Entry) -> Iterator[tuple[int, Any] | Problem]:
    first = True
    for number, line in enumerate(entry.lines(), start=1):
        if not line.strip():
            continue
        try:
            yield number, _DECODER.decode(line.strip("\ufeff \t\r\n"))
        except (json.JSONDecodeError, RecursionError) as error:
            message = "this is not JSON with one object on each line"
            if first:
                raise BadFileError(f"{message}, nor a list of objects", number) from None
            where = f", column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
            yield Row(entry.label, number, {}).problem(f"{message}{where}; correct the line")
        first = False


def _list_elements(entry: Entry) -> Iterator[tuple[int, Any]]:
    """Yield the elements of a list and their lines, and hold no more of it than one chunk."""
    with open_text(entry) as stream:
        text, line, counted, ended = stream.read(_HEAD), 1, 0, False
        first = _LIST.match(text)
        at, between = first.end() if first else 0, _OPENING
        while True:
            gap = between.match(text, at)
            if gap and gap["end"]:
                return
            here = gap.end() if gap else at
            line, counted = line + text.count("\n", counted, here), here
            try:
                value, end = _DECODER.raw_decode(text, here) if gap else (None, len(text))
                is_whole = end < len(text) or (ended and gap is not None)
            except json.JSONDecodeError:
                is_whole = False
            except RecursionError:
                raise BadFileError("this is nested too deep", line) from None
            if is_whole:
                yield line, value
                at, between = end, _BETWEEN
                continue
            if ended or (gap is None and text[at:].strip()):
                raise BadFileError("the list is cut short; download the file again", line)
            if len(text) - at > LARGEST:
                message = f"this is not JSON, or an entry longer than {LARGEST:,} characters"
                raise BadFileError(f"{message}; download the file again", line)
            more = stream.read(max(_CHUNK, len(text) - at))  # what is decoded again only doubles
            text, counted, at, ended = text[at:] + more, counted - at, 0, not more


# XML

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
ID = "{http://www.w3.org/XML/1998/namespace}id"

_DEEPEST_ELEMENT = 200
_LONGEST_ENTITY = 8


def read_elements(file: Readable, names: Container[str]) -> Iterator[Element]:
    """Yield the root as it starts, for its name and attributes, then each element of these names.

    Of nested ones the outermost is yielded, whole. Nothing else is kept in memory.

    Raises:
        BadFileError: This is no XML, or XML that is not safe to read.
    """
    from defusedxml import DefusedXmlException

    try:
        yield from _stream(file, names)
    except DefusedXmlException:
        raise BadFileError(
            "it declares entities that expand to several characters or to another file, "
            "which can harm a computer; if you trust the file, remove these declarations"
        ) from None
    except ParseError as error:
        raise BadFileError(f"this is not well-formed XML ({error}); download it again") from None
    except (LookupError, ValueError) as error:
        raise BadFileError(f"its encoding cannot be read ({error}); save it as UTF-8") from None


def _stream(file: Readable, names: Container[str]) -> Iterator[Element]:
    from defusedxml.ElementTree import iterparse

    path: list[Element] = []
    inside = 0  # how many elements of these names are open
    with file.open("rb") as opened:
        bounded = _Bounded(opened)
        for event, element in iterparse(bounded, ("start", "end"), parser=_parser()):
            if not inside:
                bounded.read_since = 0
            wanted = name_of(element) in names
            if event == "start":
                if not path:
                    yield element
                path.append(element)
                inside += wanted
                if len(path) > _DEEPEST_ELEMENT:
                    raise BadFileError(f"it nests more than {_DEEPEST_ELEMENT} elements")
                continue
            path.pop()
            inside -= wanted
            if not inside:
                if wanted:
                    yield element
                if path:
                    path[-1].remove(element)


def _parser() -> Any:
    """Return a parser that takes entities of one character: Hansard declares `&pound;`."""
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=TreeBuilder())
    refuse = parser.defused_entity_decl

    def declare(name: str, is_parameter: bool, value: str | None, *place: str | None) -> None:
        if is_parameter or value is None or len(value) > _LONGEST_ENTITY or "&" in value:
            refuse(name, is_parameter, value, *place)

    parser.parser.EntityDeclHandler = declare
    return parser


class _Bounded:
    """Feed a file to the parser, unless the element it holds grows too large."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.read_since = 0

    def read(self, size: int = -1) -> bytes:
        self.read_since += size
        if self.read_since > LARGEST:
            most = f"{LARGEST // 1_000_000} MB"
            raise BadFileError(f"an element of it is larger than {most}; split the file there")
        return self._file.read(size)


def name_of(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """Return an attribute with single spaces, "" if there is none."""
    return " ".join(element.get(name, "").split())


def text_of(element: Element) -> str:
    """Return all words in an element on one line."""
    return " ".join("".join(element.itertext()).split())


def words_of(
    element: Element, paragraphs: Container[str], apart: Container[str] = ()
) -> tuple[str, list[str]]:
    """Return the words in an element, a line for each paragraph, and the texts set apart."""
    lines: list[list[str]] = [[element.text or ""]]
    left: list[str] = []

    def gather(parent: Element) -> None:
        for child in parent:
            name = name_of(child)
            if name in apart:
                left.append(text_of(child))
                lines[-1].append(" ")
            else:
                if name in paragraphs:
                    lines.append([])
                lines[-1].append(child.text or "")
                gather(child)
                if name in paragraphs:
                    lines.append([])
            lines[-1].append(child.tail or "")

    gather(element)
    joined = (" ".join("".join(line).split()) for line in lines)  # white space is layout
    return "\n".join(line for line in joined if line), left
