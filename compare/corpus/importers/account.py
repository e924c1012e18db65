"""Keep account of an import: what was read is what was written and what was left out, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

HEADINGS = "headings and separators"
NOISES = "notes, gaps and noises"
OTHER_FILES = "no file of this corpus by name"
REPEATED_FILES = "second files of one document"
UNREADABLE = "that cannot be read"


@dataclass(slots=True)
class Account:
    """Pieces (turns, rows, speeches: what could have become a statement) and characters of words.

    A reader calls `take` once for each text it reads words from, then gives every character of it
    to a statement (the importer counts those) or to `leave`. `balance` is 0 in the end.
    """

    files: int = 0
    files_left_out: Counter[str] = field(default_factory=Counter)
    pieces: int = 0
    written: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    characters_written: int = 0
    characters_left_out: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    def note(self, what: str) -> None:
        """Count something that people should know of: "speeches without a speaker"."""
        self.notes[what] += 1

    def skip_file(self, reason: str) -> None:
        """Count a file that holds no statements."""
        self.files_left_out[reason] += 1

    def take(self, text: str) -> str:
        """Count the characters of a text that words are read from, and return it."""
        self.characters += len(text)
        return text

    def leave(self, reason: str, text: str, *, piece: bool = False) -> None:
        """Count characters that become no part of a statement.

        Args:
            reason: Why, in a few words: "reporters' questions", "page numbers".
            text: The characters.
            piece: Whether they are a whole piece: a turn, a row, a speech.
        """
        self.characters_left_out[reason] += len(text)
        if piece:
            self.pieces += 1
            self.left_out[reason] += 1

    def without(
        self,
        reason: str,
        pattern: re.Pattern[str],
        text: str,
        replacement: str | Callable[[re.Match[str]], str] = "",
    ) -> str:
        """Return the text with a pattern replaced, and count what it is shorter by."""
        shorter = pattern.sub(replacement, text)
        self.characters_left_out[reason] += len(text) - len(shorter)
        return shorter

    def stripped(self, text: str) -> str:
        """Return the text without blanks around it, which are counted."""
        inside = text.strip()
        self.characters_left_out["blanks"] += len(text) - len(inside)
        return inside

    @property
    def balance(self) -> int:
        """Return the characters that were read and are neither written nor left out."""
        left = sum(self.characters_left_out.values())
        return self.characters - self.characters_written - left

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain data."""
        return {
            "files": {"read": self.files, "left_out": dict(self.files_left_out)},
            "pieces": {
                "read": self.pieces,
                "written": self.written,
                "left_out": dict(self.left_out),
            },
            "characters": {
                "read": self.characters,
                "written": self.characters_written,
                "left_out": dict(self.characters_left_out),
            },
            "notes": dict(self.notes),
        }

    def sentences(self) -> list[str]:
        """Return it in words, a line each for files, pieces and characters."""
        files = _parts(self.files_left_out)
        return [
            f"Files: {self.files:,} read" + (f"; left out: {files}." if files else "."),
            f"Pieces: {self.pieces:,} read = {self.written:,} written{_plus(self.left_out)}.",
            f"Characters: {self.characters:,} read = {self.characters_written:,} written"
            f"{_plus(self.characters_left_out)}.",
            *([f"Notes: {_parts(self.notes)}."] if self.notes else []),
        ]


def _parts(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in counts.most_common() if count)


def _plus(counts: Counter[str]) -> str:
    return "".join(f" + {count:,} {reason}" for reason, count in counts.most_common() if count)
