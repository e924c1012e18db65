"""What the registries of special-purpose addresses list is compared with the table."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from release.addresses import lacking, main

HEADER = "Address Block,Name,RFC,Globally Reachable\n"


def test_what_the_table_lacks_is_named() -> None:
    registry = (
        HEADER
        + "10.0.0.0/8,Private-Use,[RFC1918],False\n"
        + '"192.0.0.170/32, 192.0.0.171/32",NAT64 Discovery,[RFC8880],False\n'
        + "192.0.0.0/24 [2],IETF Protocol Assignments,[RFC6890],False [2]\n"
        + "192.0.0.9/32,Port Control Protocol Anycast,[RFC7723],True\n"
        + "8.8.0.0/16,Made up,,False\n"
        + "::ffff:0:0/96,IPv4-mapped Address,[RFC4291],False\n"
        + "2a00:1::/32,Invented,,N/A\n"
    )
    assert list(lacking(registry)) == [("8.8.0.0/16", "Made up"), ("2a00:1::/32", "Invented")]


def test_what_is_no_registry_is_refused() -> None:
    with pytest.raises(ValueError, match="Globally Reachable"):
        list(lacking("<html>"))


def test_the_exit_code_says_whether_something_is_lacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for rows, code in [("127.0.0.0/8,Loopback,,False\n", 0), ("8.8.8.8/32,Made up,,False\n", 1)]:
        (tmp_path / "v4.csv").write_text(HEADER + rows)
        monkeypatch.setattr(sys, "argv", ["addresses", str(tmp_path / "v4.csv")])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == code
    assert capsys.readouterr().out == "8.8.8.8/32\tMade up\n"
