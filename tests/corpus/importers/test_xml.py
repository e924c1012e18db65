"""XML is read as a stream, and harmful XML is refused with one sentence."""

from __future__ import annotations

import tracemalloc
from itertools import islice
from pathlib import Path

import pytest

from compare.corpus import BadFileError
from compare.corpus.importers import records
from compare.corpus.importers.records import (
    attribute,
    name_of,
    read_elements,
    text_of,
    words_of,
)

BOMB = "<!DOCTYPE a [{}]><a><b>&{};</b></a>"


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "a.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_root_comes_first_and_then_the_outermost_elements(tmp_path: Path) -> None:
    path = write(
        tmp_path, '<a k=" 1\n 2 " xmlns="urn:x"><c><b>x<b>y</b></b></c>z<b> v\n w </b></a>'
    )
    root, *found = read_elements(path, {"b"})
    assert name_of(root) == "a"
    assert [text_of(one) for one in found] == ["xy", "v w"]
    assert (attribute(root, "k"), attribute(root, "no")) == ("1 2", "")


def test_words_are_told_from_what_stands_apart(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "<a><b>\n <p>We <i>do</i>\n agree.</p><p>So<note>(Noise) <x>here</x></note>be it.</p>\n"
        "outside </b></a>",
    )
    (_, element) = read_elements(path, {"b"})
    assert words_of(element, {"p"}, {"note"}) == (
        "We do agree.\nSo be it.\noutside",
        ["(Noise) here"],
    )


def test_entities_of_a_character_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        b'<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE a [<!ENTITY pound "&#163;">]>'
        + b"<a><b>&pound;5, \xe9t\xe9</b></a>",
    )
    (_, element) = read_elements(path, {"b"})
    assert text_of(element) == "£5, été"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB.format('<!ENTITY x "laughing"><!ENTITY y "&x;&x;">', "y"), "it declares entities"),
        (BOMB.format('<!ENTITY x "more than a character">', "x"), "it declares entities"),
        (BOMB.format('<!ENTITY x SYSTEM "file:///etc/hostname">', "x"), "it declares entities"),
        (BOMB.format('<!ENTITY % x "y">', "x"), "it declares entities"),
        (BOMB.format("", "x"), "this is not well-formed XML"),
        ("<a><b>", "this is not well-formed XML"),
        ("", "this is not well-formed XML"),
        (b"<a>\xff</a>", "this is not well-formed XML"),
        ('<?xml version="1.0" encoding="no-such"?><a/>', "unknown encoding"),
        ("<b>" * 300 + "</b>" * 300, "nests more than 200 elements"),
    ],
)
def test_bad_xml_is_a_sentence(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(BadFileError, match=said):
        list(read_elements(write(tmp_path, text), {"b"}))


def test_an_element_that_is_too_large_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "LARGEST", 100_000)
    path = write(tmp_path, "<a>" + f"<b>{'x' * 9_000}</b>" * 50 + f"<b>{'x' * 200_000}</b></a>")
    found = read_elements(path, {"b"})
    assert [name_of(element) for element in islice(found, 51)] == ["a", *"b" * 50]
    with pytest.raises(BadFileError, match="an element of it is larger than"):
        next(found)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = []
    for count in (2_000, 20_000):
        path = write(tmp_path, "<a>" + "<c><b>words of a speech</b></c>\n" * count + "</a>")
        tracemalloc.start()
        assert sum(1 for _ in read_elements(path, {"b"})) == count + 1
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 200_000
