"""Compare the networks that pages are never fetched from with the registries at IANA.

    python -m release.addresses
    python -m release.addresses iana-ipv4-special-registry-1.csv iana-ipv6-special-registry-1.csv

Fetches the two registries, or reads them from files, and prints each network that they do not call
globally reachable and that `compare/corpus/web/addresses.py` lacks. Exits with 1 if there is one.
"""

from __future__ import annotations

import argparse
import csv
import ipaddress
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.request import urlopen

from compare.corpus.web.addresses import is_public

REGISTRIES = tuple(
    f"https://www.iana.org/assignments/iana-{version}-special-registry/"
    f"iana-{version}-special-registry-1.csv"
    for version in ("ipv4", "ipv6")
)


def lacking(registry: str) -> Iterator[tuple[str, str]]:
    """Yield the networks of a registry, and their names, that could be fetched from.

    Args:
        registry: Its text as CSV, with the columns that IANA gives it.

    Raises:
        ValueError: It is no such registry.
    """
    rows = list(csv.DictReader(registry.splitlines()))
    if not rows or not {"Address Block", "Name", "Globally Reachable"} <= rows[0].keys():
        raise ValueError("It has no columns Address Block, Name and Globally Reachable.")
    for row in rows:
        if row["Globally Reachable"].startswith("True"):
            continue
        # "192.0.0.170/32, 192.0.0.171/32", "192.0.0.0/24 [2]"
        for block in re.sub(r"\[\d+\]", "", row["Address Block"]).split(","):
            network = ipaddress.ip_network(block.strip())
            if any(map(is_public, (network[0], network[-1]))):
                yield str(network), row["Name"]


def registries(files: Sequence[Path]) -> Iterator[str]:
    """Yield the texts of the registries, from files or from IANA."""
    for file in files:
        yield file.read_text(encoding="utf-8")
    if not files:
        for url in REGISTRIES:
            with urlopen(url, timeout=60) as answer:
                yield answer.read().decode("utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, help="the registries, as CSV")
    found = [one for text in registries(parser.parse_args().files) for one in lacking(text)]
    for network, name in found:
        print(f"{network}\t{name}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
