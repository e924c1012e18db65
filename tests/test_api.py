"""The public names are few, and each has an example that runs."""

from __future__ import annotations

import doctest
import inspect
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import compare
from compare.comparison import compare_sides
from compare.comparison.positions import positions
from compare.comparison.search import search
from compare.facade import Library
from compare.results import Positions, Result
from tests.printed import ROOT

ENTRY_POINTS = {
    Library: (
        "open sample build update delete search search_many compare timeline positions statements "
        "browse"
    ),
    Result: (
        "agree oppose neither near rethreshold explain save load reproduce export report to_pandas"
    ),
    Positions: "placed rethreshold by_period to_pandas",
}
WITHOUT_EXAMPLE = {"CompareError", "Encoder", "StanceModel"}
QUOTE = (
    "EU leaders have very reliable evidence that China is considering providing military aid to "
    "Russia"
)


def examples() -> Iterator[tuple[str, Any]]:
    """Yield the name of each public object and method, and the object."""
    yield "compare", compare
    for name in compare.__all__:
        yield name, getattr(compare, name)
    for owner, names in ENTRY_POINTS.items():
        for name in names.split():
            yield f"{owner.__name__}.{name}", inspect.getattr_static(owner, name)


EXAMPLES = dict(examples())


@pytest.fixture(scope="module")
def sample(model_cache: Path) -> Library:
    """The sample library, which the tests share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMPARE_CACHE", str(model_cache))
        return Library.sample()


@pytest.fixture(scope="module")
def result(sample: Library) -> Result:
    """What a search found; a result is never changed."""
    return sample.search(QUOTE)


@pytest.fixture
def names(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    model_cache: Path,
    sample: Library,
    result: Result,
) -> dict[str, Any]:
    """The names that examples use without importing them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPARE_CACHE", str(model_cache))
    shutil.copytree(ROOT / "corpora", tmp_path / "corpora")
    public = {name: getattr(compare, name) for name in compare.__all__}
    return {**public, "library": sample, "result": result}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs(name: str, names: dict[str, Any]) -> None:
    thing = EXAMPLES[name]
    text = inspect.getdoc(getattr(thing, "__func__", thing)) or ""
    test = doctest.DocTestParser().get_doctest(text, names, name, None, None)
    if name in WITHOUT_EXAMPLE:
        assert not test.examples
        return
    assert test.examples
    told: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    doctest.DocTestRunner(optionflags=flags).run(test, out=told.append)
    assert not told, "".join(told)


def test_there_are_few_names_and_each_is_there() -> None:
    assert len(compare.__all__) <= 22
    assert list(compare.__all__) == sorted(compare.__all__)
    assert set(compare.__all__) <= set(dir(compare))
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = compare.nothing_like_it


@pytest.mark.parametrize(
    ("method", "function"),
    [
        (Library.search, search),
        (Library.compare, compare_sides),
        (Library.timeline, compare_sides),
        (Library.positions, positions),
    ],
)
def test_a_method_has_the_defaults_of_its_function(method: Any, function: Any) -> None:
    ours, theirs = (inspect.signature(one).parameters for one in (method, function))
    shared = [name for name in ours if name in theirs and name not in {"a", "b", "filters"}]
    assert len(shared) > 3
    for name in shared:
        assert ours[name].default == theirs[name].default, name
