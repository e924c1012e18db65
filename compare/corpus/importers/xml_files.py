"""Read the XML of a corpus as a stream, with no entities but single characters."""

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
    "it declares entities that stand for more than a character or for another file, which can "
    "harm a computer; take these declarations out if you trust the file"
)


def elements(file: Readable, names: Container[str]) -> Iterator[Element]:
    """Yield the root as it starts, for its name and attributes, then each element of these names.

    Of elements inside each other the outermost is yielded, whole. Nothing else is kept.

    Raises:
        BadFileError: This is no XML, or XML that is not safe to read.
    """
    from defusedxml import DefusedXmlException

    try:
        yield from _elements(file, names)
    except DefusedXmlException:
        raise BadFileError(_ENTITIES) from None
    except ParseError as error:
        raise BadFileError(f"this is no whole XML ({error}): fetch the file again") from None
    except (LookupError, ValueError) as error:
        raise BadFileError(f"its encoding cannot be read ({error}): save it as UTF-8") from None


def _elements(file: Readable, names: Container[str]) -> Iterator[Element]:
    from defusedxml.ElementTree import iterparse

    path: list[Element] = []
    inside = 0  # how many elements of these names are open
    with file.open("rb") as opened:
        bounded = _Bounded(opened)
        for event, element in iterparse(bounded, ("start", "end"), parser=_parser()):
            if not inside:
                bounded.read_since = 0
            if event == "start":
                if not path:
                    yield element
                path.append(element)
                inside += name_of(element) in names
                if len(path) > _DEEPEST:
                    raise BadFileError(f"it has more than {_DEEPEST} elements in each other")
                continue
            path.pop()
            inside -= name_of(element) in names
            if not inside:
                if name_of(element) in names:
                    yield element
                if path:
                    path[-1].remove(element)


class _Bounded:
    """Give a file to the parser as long as what it holds of it does not grow too large."""

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


def name_of(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """Return an attribute without blanks around it and doubled inside, "" where there is none."""
    return " ".join(element.get(name, "").split())


def text_of(element: Element) -> str:
    """Return all words in an element on one line."""
    return " ".join("".join(element.itertext()).split())


def words_of(
    element: Element, paragraphs: Container[str], apart: Container[str] = ()
) -> tuple[str, list[str]]:
    """Return the words in an element, a line for each paragraph, and what stands apart from them.

    Line breaks and blanks between the tags are layout and count as one blank.

    Args:
        element: Is read with all in it.
        paragraphs: The names of elements that are paragraphs.
        apart: The names of elements that are no words of the speaker.
    """
    lines: list[list[str]] = [[element.text or ""]]
    left: list[str] = []
    _gather(element, paragraphs, apart, lines, left)
    told = (" ".join("".join(line).split()) for line in lines)
    return "\n".join(line for line in told if line), left


def _gather(
    element: Element,
    paragraphs: Container[str],
    apart: Container[str],
    lines: list[list[str]],
    left: list[str],
) -> None:
    for child in element:
        name = name_of(child)
        if name in apart:
            left.append(text_of(child))
            lines[-1].append(" ")
        else:
            if name in paragraphs:
                lines.append([])
            lines[-1].append(child.text or "")
            _gather(child, paragraphs, apart, lines, left)
            if name in paragraphs:
                lines.append([])
        lines[-1].append(child.tail or "")


def _parser() -> Any:
    """Return a parser that takes entities of a character: Hansard declares `&pound;` and others."""
    from defusedxml.ElementTree import DefusedXMLParser

    parser = DefusedXMLParser(target=TreeBuilder())
    refuse = parser.defused_entity_decl

    def declared(name: str, is_parameter: bool, value: str | None, *place: str | None) -> None:
        short = value is not None and len(value) <= _LONGEST_ENTITY and "&" not in value
        if is_parameter or not short:
            refuse(name, is_parameter, value, *place)

    parser.parser.EntityDeclHandler = declared
    return parser
