"""JSON is read strictly, and a digest tells whether it was changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.strict_json import digest_of, read_json

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=9,
)  # fmt: skip


@given(st.dictionaries(st.text(), _VALUES))
def test_a_digest_outlives_the_file_and_its_order(data: dict[str, Any]) -> None:
    written = json.dumps(dict(reversed(data.items())), indent=3)
    assert read_json(written) == json.loads(written)
    assert digest_of(read_json(written)) == digest_of(data)
    assert digest_of({**data, "digest": "x"}) == digest_of({**data, "digest": 5})
    assert digest_of({**data, "more": 1}) != digest_of({**data, "more": 2})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("NaN", "NaN is not a finite number"),
        ('{"a": [0, {"b": 1e999}], "c": NaN}', "^a.1.b: 1e999 is not a finite number"),
        ('{"line\\nbreak": NaN}', "^line break: NaN is not a finite number"),
        ("[-Infinity]", "^0: -Infinity is not a finite number"),
        ("[1e999]", "1e999 is not a finite number"),
        ('{"a": 1, "b": {"c": 1, "c": 1}}', "an object has the field 'c' twice"),
        ("[" * 100_000, "it is nested too deeply"),
        ("[9007199254740993]", "9007199254740993 is too large a number"),
        ("9" * 5000, "is too large a number"),
        ("{", "line 1, column 2: expecting property name"),
        (b"\xef\xbb\xbf\xff", "byte 4 is not UTF-8"),
        ("{}".encode("utf-16"), "^it is UTF-16: save it as UTF-8$"),
    ],
)
def test_what_a_program_would_not_write_is_refused(text: str | bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_json(text)


def test_a_byte_order_mark_does_not_count() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == read_json('\ufeff{"a": 1}') == {"a": 1}


def test_a_digest_of_what_is_no_json_is_refused() -> None:
    nested: Any = []
    for _ in range(100_000):
        nested = [nested]
    for value in (float("nan"), nested):
        with pytest.raises(ValueError, match=r"not JSON compliant|nested too deeply"):
            digest_of({"a": value})
