"""The installed distributions that the program's requirements reach, and their licences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = "compare-statements"
TOOLS = frozenset({"constraints", "docs", "test", "train"})
"""Extras for those who work on the program; all others are parts of it."""

SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD": "LicenseRef-BSD",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD License": "LicenseRef-BSD",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
    "ISC License": "ISC",
    "ISC License (ISCL)": "ISC",
    "ISC license": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "The BSD 2-Clause License": "BSD-2-Clause",
}
"""SPDX expressions of licences that distributions name in other words."""

_CLASSIFIER = "License :: OSI Approved :: "
_LONGEST_NAME = 60  # characters; a longer field holds the licence itself


def extras() -> list[str]:
    """Return the extras that are parts of the program."""
    named = distribution(PROJECT).metadata.get_all("Provides-Extra") or []
    return sorted(set(named) - TOOLS)


def reached(extras: Iterable[str] = (), project: str = PROJECT) -> list[Distribution]:
    """Return what is installed of a project's requirements and of theirs, sorted by name.

    The project itself is left out, as is what the markers leave out on this machine.
    """
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    open_ = [(project, extra) for extra in ("", *extras)]
    while open_:
        name, extra = open_.pop()
        key = canonicalize_name(name), extra
        if key in seen:
            continue
        seen.add(key)
        try:
            found[key[0]] = distribution(name)
        except PackageNotFoundError:
            continue
        for needed in requirements(found[key[0]], extra):
            open_ += [(needed.name, wanted) for wanted in ("", *needed.extras)]
    found.pop(canonicalize_name(project), None)
    return [found[name] for name in sorted(found)]


def requirements(of: Distribution, extra: str = "") -> Iterator[Requirement]:
    """Yield what a distribution, or an extra of it, requires on this machine."""
    for line in of.requires or ():
        needed = Requirement(line)
        if needed.marker is None or needed.marker.evaluate({"extra": extra}):
            yield needed


def licence(of: Distribution) -> str:
    """Return the licence of a distribution as an SPDX expression, "" if it is not known.

    It is what the metadata say: the expression, else the short name, else the classifiers, of
    which all hold.
    """
    if expression := of.metadata.get("License-Expression"):
        return str(expression)
    name = str(of.metadata.get("License") or "").strip()
    if name and name != "UNKNOWN" and "\n" not in name and len(name) <= _LONGEST_NAME:
        return SPDX.get(name, name)
    classifiers = [
        line.rsplit(" :: ", 1)[1]
        for line in of.metadata.get_all("Classifier") or ()
        if line.startswith(_CLASSIFIER)
    ]
    return " AND ".join(sorted({SPDX.get(each, each) for each in classifiers}))
