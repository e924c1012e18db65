"""Read XML as a stream, with no entities but single characters."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from compare.corpus.text_files import Readable
from compare.corpus.values import BadFileError

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
ID = "{http://www.w3.org/XML/1998/namespace}id"

LARGEST = 16_000_000
"""Bytes of the largest element that is read as one."""

_DEEPEST = 200
_LONGEST_ENTITY = 8
_ENTITIES = (
    "it declares entities that stand for more than one character or for another file, which can "
    "harm a computer; if you trust the file, remove these declarations"
)


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
        raise BadFileError(_ENTITIES) from None
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
                if len(path) > _DEEPEST:
                    raise BadFileError(f"it nests more than {_DEEPEST} elements")
                continue
            path.pop()
            inside -= wanted
            if not inside:
                if wanted:
                    yield element
                if path:
                    path[-1].remove(element)


class _Bounded:
    """Feed a file to the parser, unless the element it holds grows too large."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.read_since = 0

    def read(self, size: int = -1) -> bytes:
        self.read_since += size
        if self.read_since > LARGEST:
            raise BadFileError(
                f"an element of it is larger than {LARGEST // 1_000_000} MB; split the file there"
            )
        return self._file.read(size)


def _parser() -> Any:
    """Return a parser that takes entities of one character: Hansard declares `&pound;`."""
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=TreeBuilder())
    refuse = parser.defused_entity_decl

    def declared(name: str, is_parameter: bool, value: str | None, *place: str | None) -> None:
        short = value is not None and len(value) <= _LONGEST_ENTITY and "&" not in value
        if is_parameter or not short:
            refuse(name, is_parameter, value, *place)

    parser.parser.EntityDeclHandler = declared
    return parser


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
    """Return the words in an element, a line for each paragraph, and the texts set apart.

    White space between the tags is layout and counts as one space.

    Args:
        paragraphs: The names of elements that are paragraphs.
        apart: The names of elements that are no words of the speaker.
    """
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
    joined = (" ".join("".join(line).split()) for line in lines)
    return "\n".join(line for line in joined if line), left
