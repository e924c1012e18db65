"""Lists of object literals in JavaScript, read without running anything."""

from __future__ import annotations

import pytest

from compare.corpus.importers.javascript import Literal, read_list
from compare.corpus.values import BadFileError


def test_values_of_every_kind() -> None:
    source = r"""// const other = {}
/* a note */ const source = [
  {
    id: 'it\'s', "b": "a\tb\u00e9\x41\u{1F600}\
c", // behind
    list: ['x', -1.50, [], {y: null,},], yes: true, no: undefined,
    text: `two
lines \`quoted\` 'and' "more" \\ end`,
  },
  {},
]
module.exports = source
"""
    assert list(read_list(source)) == [
        Literal(
            3,
            {
                "id": "it's",
                "b": "a\tbéA😀c",
                "list": ["x", "-1.50", [], {"y": None}],
                "yes": True,
                "no": None,
                "text": "two\nlines `quoted` 'and' \"more\" \\ end",
            },
        ),
        Literal(10, {}),
    ]


@pytest.mark.parametrize(
    ("tail", "values"),
    [
        ("text: `We shall", {"id": "a", "text": "We shall"}),
        ("text: ", {"id": "a", "text": ""}),
        ("te", {"id": "a"}),
        ("", {"id": "a"}),
        ("list: ['x', ", {"id": "a", "list": ""}),
    ],
)
def test_an_object_that_the_file_cuts_short(tail: str, values: dict[str, str]) -> None:
    assert list(read_list("x = [{z: 1}, {id: 'a', " + tail)) == [
        Literal(1, {"z": "1"}),
        Literal(1, values, whole=False),
    ]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("const a = 1", "no list is assigned"),
        ("", "no list is assigned"),
        ("a = [{b: f()}]", "no plain list"),
        ("a = [{b: 'x' + 'y'}]", "no plain list"),
        ("a = [{b: `${process.env}`}]", "no plain list"),
        ("a = [...rest]", "no plain list"),
        ("a = [{b: 'x\n'}]", "no plain list"),
        ("a = ['x']", "no plain list"),
        ("a = [{b: " + "[" * 5000, "nested too deep"),
    ],
)
def test_what_is_no_list_of_plain_objects_is_told(source: str, said: str) -> None:
    with pytest.raises(BadFileError, match=said):
        list(read_list(source))


def test_the_place_of_what_is_wrong() -> None:
    with pytest.raises(BadFileError) as caught:
        list(read_list("a = [\n{},\n{b:\n!}]"))
    assert caught.value.line == 4


def test_long_texts_are_read_in_time() -> None:
    text = r"\'" * 200_000 + "x" * 1_000_000
    (literal,) = read_list("a = [{b: '" + text + "'}]")
    assert len(literal.values["b"]) == 1_200_000
