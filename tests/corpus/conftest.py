"""Fixtures that write files and read them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from compare.corpus import Corpus, read_corpus

Read = Callable[..., Corpus]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Write a file into an empty working folder and read it by its bare name."""
    monkeypatch.chdir(tmp_path)

    def write_and_read(name: str, content: str | bytes, **options: Any) -> Corpus:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_corpus([path], **options)

    return write_and_read
