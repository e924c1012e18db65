"""What can stand in a cell: what is known, links, and ids made of what is said."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from compare.corpus.importers.account import Account
from compare.corpus.validate import is_address
from compare.statements.dates import MISSING


def known(text: str) -> str:
    """Return a text without blanks around it, "" where it says that nothing is known."""
    stripped = text.strip()
    return "" if stripped.casefold() in MISSING else stripped


def key(prefix: str, *parts: str) -> str:
    """Return an id for a record that has no key of its own: 12 hex digits of what it says."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{prefix}-{digest[:12]}"


def link(text: str, account: Account) -> str:
    """Return an address of the web, "" for what is none."""
    address = known(text)
    if not address or is_address(address):
        return address
    account.note("links that are no addresses, left out")
    return ""


def host(address: str) -> str:
    """Return the site of an address, without "www."."""
    return (urlsplit(address).hostname or "").removeprefix("www.") if address else ""


def is_of(address: str, site: str) -> bool:
    """Say whether an address is of a site or of a part of it: "www.mfa.gov.cn" is of "gov.cn"."""
    return f".{host(address)}".endswith(f".{site}")
