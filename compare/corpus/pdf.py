"""Read a PDF with a text layer as one statement, in a process of its own.

A PDF may be hostile: PDFium, which is written in C++, could crash on it, or need hours, or all
memory. So a process with limits reads each file (`compare.corpus.pdf_pages`). Whatever becomes of
that process, the other files go on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from compare.corpus import pdf_pages
from compare.corpus.text_files import Readable
from compare.corpus.values import Problem, Row, listed, shortened
from compare.files import bare_environment
from compare.statements.quotes import PREFIXES

MOST_BYTES = 200 * 1024**2
"""The largest file that is read."""

MOST_PAGES = 2_000
MOST_CHARACTERS = 10_000_000

MOST_MEMORY = 2 * 1024**3
"""Bytes that reading a file may take, where the system can limit it."""

MOST_SECONDS = 120
"""Processor time that reading a file may take; by the clock, it may take half as much again."""

_OCR = "run OCR on it first (such as ocrmypdf)"
_SPLIT = "split it into several files"
_DAMAGED = "open it in a PDF viewer and save it anew, or leave it out"
REASONS = {
    "not a pdf": "this is not a PDF, whatever its name says; give the file its right ending",
    "password": "the PDF needs a password; save it without one",
    "damaged": f"the PDF cannot be read (it is damaged or cut short); {_DAMAGED}",
    "images": f"the PDF has no text, only images of pages; {_OCR}",
    "letters": f"the PDF has no text, since its fonts do not name their letters; {_OCR}",
    "blank": "the PDF has no text; leave it out",
    "pages": f"the PDF has more than {MOST_PAGES:,} pages; {_SPLIT}",
    "characters": f"the PDF has more than {MOST_CHARACTERS:,} characters; {_SPLIT}",
    "memory": f"the PDF cannot be read (it takes too much memory); {_SPLIT}",
    "time": f"the PDF cannot be read (it takes too long); {_SPLIT}",
}
"""Why a PDF cannot be read, and the remedy, by what the process reports."""

_LEFT_OUT = {
    "turned": "words in another direction than the page",
    "numbers": "line numbers",
    "running": "headers, footers and page numbers",
}
_PAGES_WITH = {
    "images": (
        "has no text, only images, and was not read",
        "have no text, only images, and were not read",
    ),
    "unnamed": (
        "has a font that does not name its letters: its words may be wrong",
        "have fonts that do not name their letters: their words may be wrong",
    ),
}
_PAGES_LISTED = 20
_MOST_OUTPUT = 5 * MOST_CHARACTERS  # bytes of UTF-8, with room for the offsets


def read_pdf(path: Readable, file: str) -> Iterator[Row | Problem]:
    """Yield the one statement of a PDF, with the offsets of its pages, or why it has none.

    Its source is the name of the file. The file has to be one on disk.
    """
    with path.open("rb") as raw:
        if os.fstat(raw.fileno()).st_size > MOST_BYTES:
            size = f"the PDF is larger than {MOST_BYTES // 1024**2} MB; {_SPLIT}"
            yield Problem.of_file(file, size)
            return
        read = _in_own_process(raw)
    if isinstance(read, str):
        yield Problem.of_file(file, read)
        return
    for kind, (one, more) in _PAGES_WITH.items():
        if numbers := read[kind]:
            pages = listed([f"{number:,}" for number in numbers], _PAGES_LISTED)
            said = f"page {pages} {one}" if len(numbers) == 1 else f"pages {pages} {more}"
            yield Problem.of_file(file, f"{said}; {_OCR}", skips=False)
    if dropped := "; ".join(_dropped(read["left_out"])):
        yield Problem.of_file(file, f"left out {dropped}", skips=False)
    cells = {"text": read["text"], "source": PurePath(file).name}
    yield Row(file, 0, cells, fallbacks=frozenset({"source"}), pages=tuple(read["pages"]))


def _dropped(left_out: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Yield what was left out of a PDF, kind by kind, with how often."""
    for kind, title in _LEFT_OUT.items():
        if counted := left_out.get(kind):
            texts = [
                f"{shortened(text)} ({'once' if times == 1 else f'{times:,} times'})"
                for text, times in counted.items()
            ]
            yield f"{title}: {listed(texts)}"


def _in_own_process(raw: Any) -> dict[str, Any] | str:
    """Return what the process read from an open file, or the reason why it could not."""
    limits = {
        "pages": MOST_PAGES,
        "characters": MOST_CHARACTERS,
        "memory": MOST_MEMORY,
        "seconds": MOST_SECONDS,
        "prefixes": PREFIXES.pattern,
    }
    process = subprocess.Popen(
        # -P: modules come from the installed packages, never from the folder of the program.
        [sys.executable, "-P", str(Path(pdf_pages.__file__)), json.dumps(limits)],
        stdin=raw,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=bare_environment(),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    timed_out = threading.Event()

    def stop() -> None:
        timed_out.set()
        process.kill()

    clock = threading.Timer(1.5 * MOST_SECONDS, stop)
    clock.start()
    try:
        with process:
            assert process.stdout is not None
            output = process.stdout.read(_MOST_OUTPUT)
            if len(output) == _MOST_OUTPUT:
                process.kill()
            ended = process.wait()
    finally:
        process.kill()  # only if reading it was interrupted; otherwise it has ended
        clock.cancel()
    if timed_out.is_set():
        return REASONS["time"]
    return _checked(output, ended)


def _checked(output: bytes, ended: int) -> dict[str, Any] | str:
    """Return the answer of a process; it may be anything, since a hostile file can take it over."""
    try:
        answer = json.loads(output)
        if "error" in answer:
            return REASONS[answer["error"]]
        text, pages, images = answer["text"], answer["pages"], answer["images"]
        dropped = [counted.values() for counted in answer.setdefault("left_out", {}).values()]
        lists = (pages, images, answer.setdefault("unnamed", []), *map(list, dropped))
        if not (isinstance(text, str) and all(map(_numbers, lists))):
            raise TypeError("not the text of a PDF")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return _killed(ended)
    return answer if text.strip() else REASONS["blank"]


def _numbers(value: Any) -> bool:
    return isinstance(value, Sequence) and all(type(entry) is int for entry in value)


def _killed(ended: int) -> str:
    """Return the reason why a process died."""
    import signal

    if ended == -getattr(signal, "SIGXCPU", 0):
        return REASONS["time"]
    return f"the PDF cannot be read (its reader stopped, code {ended}); {_DAMAGED}"
