"""Provenance of a result: its models, library, filters and settings."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from compare import __version__
from compare.errors import ExportError
from compare.library.filters import Filters, parse_filters
from compare.library.passage_store import EXACT
from compare.models import signature
from compare.results.pair import ThirdReading

OLDER = "An older version of the program made this result"
"""Beginning of the notes on what an older version did otherwise."""

ADAPTED = "-adapted"
"""The end of the name of a model that an older version had adapted to a library."""

if TYPE_CHECKING:
    from compare.library.library import OpenLibrary
    from compare.models import StanceModel
    from compare.results.pair import Pair


@dataclass(frozen=True, slots=True)
class Provenance:
    """What was searched and how; part of every result.

    Attributes:
        version: The program's version.
        encoder: Name of the embedding model; `encoder_digest` is its sha256.
        stance_model: Name of the stance model; `stance_digest` is its sha256.
        library_digest: sha256 of the library's statements.
        filters: The filters that were set, as plain data.
        date: When the search was made (ISO 8601, UTC).
        screening: Name and digest of a cascade's fast model; "" if there is none.
        third_reader: The third reader that read the head of each list: its `model` (name and
            digest), `host`, the `prompt`'s digest, and how many `pairs` it was given and `read`,
            passages with the proposition among them; empty if there is none.
        settings: Everything else that decides which pairs are scored and how, such as the number of
            candidates and the minimum similarity.
    """

    version: str
    encoder: str
    encoder_digest: str
    stance_model: str
    stance_digest: str
    library_digest: str
    statements: int
    passages: int
    filters: Mapping[str, Any]
    date: str
    screening: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    third_reader: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label_source(self) -> str:
        """Return the name of the model that gave the labels, with 12 digits of its digest."""
        return f"{self.stance_model}@{self.stance_digest[:12]}"

    def label_source_of(self, pair: Pair) -> str:
        """Return the model that gave a pair its label, with 12 digits of its digest."""
        if pair.third_reading is ThirdReading.READ:
            return str(self.third_reader.get("model", ""))
        return self.screening if pair.first_stage_only else self.label_source

    @property
    def other_label_sources(self) -> str:
        """Say which models other than `label_source` gave labels; "" if none did."""
        sources = []
        if self.screening:
            sources.append(f"{self.screening} for pairs that only the fast model scored")
        if third := self.third_reader:
            sources.append(
                f"{third.get('model')} at {third.get('host')} for the {third.get('read')} pairs "
                "that the third reader read"
            )
        return "; ".join(sources)


def provenance(
    library: OpenLibrary,
    model: StanceModel,
    filters: Mapping[str, Any],
    settings: Mapping[str, Any],
) -> Provenance:
    """Return the provenance of a comparison; `filters` and `settings` are plain data."""
    manifest, nearest_by = library.manifest, library.store.nearest_by
    return Provenance(
        version=__version__,
        encoder=library.encoder.name,
        encoder_digest=library.encoder.digest,
        stance_model=model.name,
        stance_digest=model.digest,
        library_digest=library.digest,
        statements=manifest.statements,
        passages=manifest.passages,
        screening=screening(model),
        filters=filters,
        date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        settings=settings if nearest_by == EXACT else {**settings, "nearest_by": nearest_by},
    )


def screening(model: StanceModel) -> str:
    """Return the signature of a cascade's first stage; "" if the model has one stage."""
    return signature(model.stages[0]) if len(model.stages) > 1 else ""


def filters_from(given: Mapping[str, Any]) -> Filters:
    """Return the filters that `filters_in_force` wrote.

    Raises:
        ExportError: They are invalid, as in a file that was edited by hand.
    """
    try:
        return parse_filters(given)
    except ValueError as error:
        raise ExportError(
            f"The result's filters cannot be read ({error}): make the result again."
        ) from error
