"""Read Markdown and plain text: one statement a file, its fields in a front matter block."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from compare.corpus.json_files import flat
from compare.corpus.text_files import Readable, read_lines
from compare.corpus.values import BadFileError, Problem, Row

_FENCES = frozenset({"---", "..."})


def read_document(path: Readable, file: str) -> Iterator[Row | Problem]:
    """Yield the one statement of a file.

    The body is the text. A file without front matter is a text of which nothing more is known
    than where it was found: its name is the source.
    """
    lines = list(read_lines(path))
    if not "".join(lines).strip():
        return
    if lines[0].rstrip() != "---":
        yield Row(file, 1, {"text": "".join(lines), "source": PurePath(file).name})
        return
    end = next((n for n, line in enumerate(lines) if n and line.rstrip() in _FENCES), None)
    if end is None:
        raise BadFileError(
            'the front matter that starts here is never closed; end it with "---"', 1
        )
    cells, places = _front_matter("".join(lines[1:end]))
    body = "".join(lines[end + 1 :])
    row = Row(file, 1, cells, lines=places)
    if "text" not in cells:
        yield Row(file, 1, {**cells, "text": body}, lines={**places, "text": end + 2})
    elif body.strip():
        yield row.problem("the words stand below too; keep one of the two", "text", cells["text"])
    else:
        yield row


def _front_matter(text: str) -> tuple[dict[str, str], dict[str, int]]:
    """Return the values as they are written (NO is Norway, not false) and their lines."""
    import yaml

    class Loader(yaml.BaseLoader):
        """YAML with texts, lists and mappings only, each written out where it stands."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.events.AliasEvent):  # a few could unfold to gigabytes
                raise yaml.MarkedYAMLError(
                    problem="an alias (*) is not read",
                    problem_mark=self.peek_event().start_mark,  # type: ignore[no-untyped-call]
                )
            return super().compose_node(parent, index)

    try:
        loader = Loader(text)
        node = loader.get_single_node()
        if node is None:
            return {}, {}
        if not isinstance(node, yaml.MappingNode):
            raise BadFileError('the front matter has to be lines like "speaker: Name"', 2)
        values = loader.construct_mapping(node, deep=True)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or "it holds a character that YAML does not allow"
        raise BadFileError(
            f"the front matter is no YAML ({said}); put the value in quotation marks",
            mark.line + 2 if mark else 2,
        ) from None
    except RecursionError:
        raise BadFileError(
            "the front matter is nested too deep; write one value a line", 2
        ) from None
    places = {str(key.value): key.start_mark.line + 2 for key, _ in node.value}
    known = {str(name): None if value in ("~", "null") else value for name, value in values.items()}
    return flat(known), places
