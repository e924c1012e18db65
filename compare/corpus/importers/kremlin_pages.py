"""What stands on a page of the Kremlin's site: letters in bold and not, and names before words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from compare.corpus.importers.people import PARTICLES, has_office
from compare.corpus.importers.sources import Entry
from compare.corpus.values import BadFileError

_HIDDEN = frozenset({"masha-ignore", "hidden-copy"})
BRACKETS = re.compile(r"\([^()]*\)")
_SHOUTED = re.compile(r"(?:[A-Z]{3,}(?: |$)){2,}$")
_SMALL = frozenset({"of", "the", "and", "for", "in", "on", "to", "at", "by", "a", "i"})
_LONGEST_LABEL = 300


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one kind: bold, plain, or of what pops up over a name."""

    text: str
    kind: str


def parsed(entry: Entry) -> Any:
    """Return the tree of a page; nothing is fetched for it."""
    from lxml import etree, html

    content = entry.bytes()
    if not content.strip():
        raise BadFileError("this file is empty; fetch it again")
    try:
        content.decode("utf-8")
        return html.document_fromstring(content, parser=html.HTMLParser(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise BadFileError(f"byte {error.start} is not UTF-8; fetch the page again") from None
    except (etree.LxmlError, ValueError) as error:
        raise BadFileError(f"this is no HTML that can be read ({error}); fetch it again") from None


def is_list(content: Any) -> bool:
    """Say whether it is the start of a list of pages, not the text of one."""
    return "lister-page" in content.get("class").split()


def runs_of(element: Any) -> Iterator[Run]:
    """Yield the letters of an element in their order, comments left aside."""
    from lxml import etree

    kinds = ["plain"]
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start":
            if _HIDDEN & set((node.get("class") or "").split()):
                kinds.append("hidden")
            elif node.tag in {"b", "strong"} and kinds[-1] == "plain":
                kinds.append("bold")
            else:
                kinds.append(kinds[-1])
            if node.text:
                yield Run(node.text, kinds[-1])
            continue
        if event == "end":
            kinds.pop()
        if node is not element and node.tail:
            yield Run(node.tail, kinds[-1])


def shown(element: Any) -> str:
    """Return the text of an element without what pops up."""
    return "".join(run.text for run in runs_of(element) if run.kind != "hidden")


def label_of(runs: list[Run]) -> tuple[str, str] | None:
    """Return the name that a paragraph starts with in bold letters, and all before its colon."""
    whole = "".join(run.text for run in runs)
    before, colon, words = whole.partition(":")
    bold = "".join((run.text if run.kind == "bold" else "\0" * len(run.text)) for run in runs)
    outside = BRACKETS.sub(lambda found: " " * len(found[0]), before)
    if not colon or any(
        mark == "\0" and sign.strip() for mark, sign in zip(bold, outside, strict=False)
    ):
        return None
    label = _SHOUTED.sub(lambda found: found[0].title(), " ".join(outside.split()))
    named = _is_name(label) or (words.strip() and has_office(label.split()))
    return (label, before) if label and named and len(label) <= _LONGEST_LABEL else None


def is_heading(runs: list[Run]) -> bool:
    """Say whether a paragraph is in bold letters only."""
    return all(run.kind == "bold" or not run.text.strip() for run in runs)


def _is_name(label: str) -> bool:
    """Say whether a label is a name or office: no small letters but those of little words."""
    small = _SMALL | PARTICLES
    return all(not re.match("[a-z]", word) or word.split("-")[0] in small for word in label.split())
