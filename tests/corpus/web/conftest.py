"""Fixtures that the tests of web pages share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.corpus.web.serving import Site


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()
