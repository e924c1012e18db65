"""What the program installs is under licences that fit its own, as its distributions say."""

from __future__ import annotations

from importlib.metadata import Distribution
from typing import Any

import pytest
from license_expression import LicenseSymbol, LicenseWithExceptionSymbol, get_spdx_licensing
from packaging.utils import canonicalize_name

from release.distributions import TOOLS, extras, licence, reached

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CNRI-Python",
    "ISC",
    "LicenseRef-BSD",  # metadata that do not say which
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-1.1",
    "MPL-2.0",
    "PSF-2.0",
    "Unlicense",
    "Zlib",
}

SEPARATE = (
    "used unchanged, as a package of its own that anyone can replace, which the LGPL allows to a "
    "program of any licence"
)
EXCEPTIONS = {
    "psycopg": ("LGPL-3.0-only", SEPARATE),
    "psycopg-binary": ("LGPL-3.0-only", SEPARATE),
    "pycountry": ("LGPL-2.1-only", SEPARATE),
}
"""Licences of the program's distributions that are not in `ALLOWED`, with the reason."""

TOOL_EXCEPTIONS = {
    "axe-playwright-python": ("", "its file LICENSE is MIT; the metadata do not say so"),
}
"""The same for what only tests and documentation use."""

GRAPHICS_CARDS = ("cuda-", "nvidia-")
"""Come with torch's build for graphics cards, which the program does not need."""

SPDX = get_spdx_licensing()
PROGRAM = {canonicalize_name(each.name): each for each in reached(extras())}
EVERYTHING = {canonicalize_name(each.name): each for each in reached([*extras(), *TOOLS])}
MADE_UP = {"": False, "GPL-3.0-or-later": False, "AGPL-3.0-only": False, "Own words": False} | {
    "MIT": True,
    "MIT AND GPL-2.0-only": False,
    "MIT OR GPL-2.0-only": True,
    "MIT AND (BSD-3-Clause OR GPL-2.0-only)": True,
    "Apache-2.0 WITH LLVM-exception": True,
    "GPL-2.0-only WITH Classpath-exception-2.0": False,
}


def allowed(expression: str) -> bool:
    """Tell whether an SPDX expression leaves a choice of allowed licences alone."""

    def fits(node: Any) -> bool:
        if isinstance(node, LicenseSymbol | LicenseWithExceptionSymbol):
            return node.render() in ALLOWED
        return (any if node.operator.strip() == "OR" else all)(map(fits, node.args))

    try:
        parsed = SPDX.parse(expression)
    except ValueError:
        return False
    return parsed is not None and fits(parsed)


@pytest.mark.parametrize("expression", MADE_UP)
def test_the_rule_tells_what_fits_from_what_does_not(expression: str) -> None:
    assert allowed(expression) == MADE_UP[expression]


@pytest.mark.parametrize(
    ("distributions", "exceptions"),
    [(PROGRAM, EXCEPTIONS), (EVERYTHING, EXCEPTIONS | TOOL_EXCEPTIONS)],
    ids=["program", "program and tools"],
)
def test_every_licence_is_known_and_fits(
    distributions: dict[str, Distribution], exceptions: dict[str, tuple[str, str]]
) -> None:
    assert {"numpy", "streamlit", "torch"} <= distributions.keys()
    others = {
        name: licence(each)
        for name, each in distributions.items()
        if not allowed(licence(each)) and not name.startswith(GRAPHICS_CARDS)
    }
    assert others == {name: stated for name, (stated, _) in exceptions.items()}


def test_what_the_project_names_is_reached() -> None:
    assert {"psycopg", "ray", "mcp", "trafilatura"} <= PROGRAM.keys()
    assert not {"pytest", "mkdocs", "uv"} & PROGRAM.keys()
    assert {"pytest", "mkdocs"} <= EVERYTHING.keys()
    assert "compare-statements" not in EVERYTHING
    assert {each.name for each in reached()} < {each.name for each in reached(["web"])}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("License-Expression: MIT\nLicense: GPL", "MIT"),
        ("License: Apache 2.0", "Apache-2.0"),
        ("License: Some words\n of several lines\nClassifier: License :: OSI Approved", ""),
        ("License: UNKNOWN\nClassifier: License :: OSI Approved :: ISC License (ISCL)", "ISC"),
        (
            "Classifier: License :: OSI Approved :: MIT License\n"
            "Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
            "GNU General Public License v3 (GPLv3) AND MIT",
        ),
        ("Summary: Nothing said", ""),
    ],
)
def test_a_licence_is_read_from_where_it_is_said(lines: str, expected: str) -> None:
    assert licence(MadeUp(lines)) == expected


class MadeUp(Distribution):
    """A distribution with the given metadata."""

    def __init__(self, lines: str) -> None:
        self._text = f"Metadata-Version: 2.4\nName: made-up\nVersion: 1\n{lines}\n"

    def read_text(self, filename: str) -> str | None:
        return self._text if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Any:
        raise NotImplementedError
