"""Cells: what is known, ids made of what is said, links and sites."""

from __future__ import annotations

from compare.corpus.importers.account import Account
from compare.corpus.importers.cells import host, is_of, key, known, link


def test_keys_say_the_same_of_the_same() -> None:
    assert key("a", "x", "y") == key("a", "x", "y")
    assert key("a", "x", "y") != key("a", "xy", "")
    assert key("a", "\ud800").startswith("a-")


def test_what_is_known() -> None:
    assert [known(text) for text in (" Ana ", "NA", " - ", "None", "")] == ["Ana", "", "", "", ""]


def test_links() -> None:
    account = Account()
    assert link(" https://a.invalid/b?c=d ", account) == "https://a.invalid/b?c=d"
    assert [
        link(text, account) for text in ("NA", "www.a.invalid", "https://[", "https://a b")
    ] == [""] * 4
    assert account.notes == {"links that are no addresses, left out": 3}
    assert [host("https://www.a.invalid:80/b"), host("")] == ["a.invalid", ""]
    assert is_of("https://www.mfa.gov.cn/a", "gov.cn")
    assert not is_of("https://notgov.cn/a", "gov.cn")
    assert not is_of("", "gov.cn")
