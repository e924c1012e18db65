"""Show what is in untrusted text without letting it act: control characters become pictures."""

from __future__ import annotations

_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"}
_PICTURES[0x7F] = 0x2421
_PICTURES |= dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], 0xFFFD)


def printable(text: str) -> str:
    """Return `text` with every control character but tab and line feed replaced by a sign.

    An escape becomes "␛", so no terminal obeys it; what no file can hold (half a surrogate pair)
    becomes "�". A carriage return ahead of a line feed is dropped.
    """
    return text.replace("\r\n", "\n").translate(_PICTURES)


def one_line(text: str) -> str:
    """Return `text` printable and with every run of white space as one blank."""
    return printable(" ".join(text.split()))
