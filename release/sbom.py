"""Write a software bill of materials: what the program requires, as it is installed here.

    python -m release.sbom --out build/sbom.json

The format is CycloneDX 1.6. The same installation writes the same bytes.
"""

from __future__ import annotations

import argparse
import json
import uuid
from collections.abc import Sequence
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any
from urllib.parse import quote

from packaging.utils import canonicalize_name

from compare.files import writing
from release.distributions import PROJECT, extras, licence, reached, requirements


def materials(chosen: Sequence[str] = ()) -> dict[str, Any]:
    """Return the bill of materials of the program with some of its extras."""
    whole = distribution(PROJECT)
    parts = reached(chosen)
    refs = {canonicalize_name(part.name): package_url(part) for part in parts}
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(whole) | {"type": "application"}},
        "components": [component(part) for part in parts],
        "dependencies": [
            {"ref": package_url(of), "dependsOn": needed(of, wanted, refs)}
            for of, wanted in [(whole, ("", *chosen)), *((part, ("",)) for part in parts)]
        ],
    }
    content = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(bill, sort_keys=True))
    return {"serialNumber": content.urn, **bill}


def component(of: Distribution) -> dict[str, Any]:
    """Return the entry of a distribution."""
    entry = {
        "type": "library",
        "bom-ref": package_url(of),
        "name": of.name,
        "version": of.version,
        "purl": package_url(of),
    }
    if summary := of.metadata.get("Summary"):
        entry["description"] = str(summary)
    if stated := licence(of):
        entry["licenses"] = [{"expression": stated}]
    return entry


def needed(of: Distribution, wanted: Sequence[str], refs: dict[str, str]) -> list[str]:
    """Return the references of what a distribution requires and is installed."""
    names = {canonicalize_name(each.name) for extra in wanted for each in requirements(of, extra)}
    return sorted(refs[name] for name in names & refs.keys())


def package_url(of: Distribution) -> str:
    """Return the package URL of a distribution."""
    return f"pkg:pypi/{canonicalize_name(of.name)}@{quote(of.version)}"


def main() -> None:
    """Write the file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build", "sbom.json"))
    parser.add_argument("--extra", action="append", default=[], choices=extras())
    arguments = parser.parse_args()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(materials(arguments.extra), indent=1, ensure_ascii=False)
    with writing(arguments.out, force=True) as file:
        file.write(f"{text}\n".encode())
    print(f"Wrote {arguments.out}.")


if __name__ == "__main__":
    main()
