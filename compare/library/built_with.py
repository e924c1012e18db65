"""What a library was built with: its encoder, and the vectors that can be taken over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from compare.errors import LibraryError
from compare.library.building import EncoderIdentity, Known
from compare.library.generations import Manifest, is_library, open_generation

if TYPE_CHECKING:
    from compare.models import Encoder


def known_or_none(folder: Path, identity: EncoderIdentity) -> Known:
    """Return what an earlier generation has embedded: nothing where there is none, or damage."""
    if is_library(folder):
        try:
            return Known.of(open_generation(folder), identity)
        except LibraryError:
            pass
    return Known.none(identity.dim)


def check_encoder(folder: Path, manifest: Manifest, encoder: Encoder) -> None:
    """Refuse an encoder that a library was not built with.

    Raises:
        LibraryError: Its digest or its dimensions are others.
    """
    if (encoder.digest, encoder.dim) != (manifest.encoder_digest, manifest.dim):
        raise LibraryError(
            f"The library in {folder} was built with the encoder {manifest.encoder!r} "
            f"({manifest.encoder_digest[:12]}…), not with {encoder.name!r} "
            f"({encoder.digest[:12]}…): pass --encoder {manifest.encoder}, or build it again with "
            "`compare build`."
        )


def no_statement(statement_id: str, folder: Path) -> LibraryError:
    """Return the error for an id that is not there."""
    return LibraryError(
        f"There is no statement {statement_id!r} in the library in {folder}: "
        "`compare show` lists the ids."
    )
