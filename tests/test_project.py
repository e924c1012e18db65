"""The project as a whole: its packaging, its names, and a light import."""

from __future__ import annotations

import importlib
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from compare.__main__ import main
from compare.models.encoder import WEIGHTS as ENCODER_WEIGHTS
from compare.models.stance import WEIGHTS, shipped_manifests
from release.distributions import TOOLS, extras, reached

ROOT = Path(__file__).parents[1]
ENCODER = ENCODER_WEIGHTS / "onnx" / "model.onnx"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def lines_of(name: str) -> list[str]:
    lines = (ROOT / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


REQUIREMENTS = [Requirement(line) for line in lines_of("requirements.txt")]
EXTRAS = [
    Requirement(line)
    for extra in PROJECT["project"]["optional-dependencies"].values()
    for line in extra
]


def pins_of(name: str) -> list[tuple[Requirement, list[str]]]:
    """Return what a file pins, each with its hashes, which follow on lines of their own."""
    pins: list[tuple[Requirement, list[str]]] = []
    for line in lines_of(name):
        text = line.removesuffix("\\").strip()
        if text.startswith("--"):
            pins[-1][1].append(text)
        else:
            pins.append((Requirement(text), []))
    return pins


PINNED = ("constraints.txt", "installer.txt", "torch-cpu.txt", "training/weights.txt")
PINS = {name: pins_of(name) for name in PINNED}
CONSTRAINTS: dict[str, list[Requirement]] = {}
for pin, _ in PINS["constraints.txt"]:
    CONSTRAINTS.setdefault(canonicalize_name(pin.name), []).append(pin)


def test_what_a_user_installs_is_what_the_package_asks_for() -> None:
    assert PROJECT["project"]["dynamic"] == ["dependencies", "version"]
    dynamic = PROJECT["tool"]["setuptools"]["dynamic"]
    assert dynamic["dependencies"] == {"file": ["requirements.txt"]}
    names = {requirement.name for requirement in REQUIREMENTS}
    assert {"sentence-transformers", "faiss-cpu", "streamlit"} <= names
    assert len(names) == len(REQUIREMENTS)


@pytest.mark.parametrize("requirement", [*REQUIREMENTS, *EXTRAS], ids=str)
def test_every_dependency_is_bounded_and_pinned(requirement: Requirement) -> None:
    assert {specifier.operator for specifier in requirement.specifier} == {">=", "<"}
    for pin in CONSTRAINTS[canonicalize_name(requirement.name)]:
        assert version_of(pin) in requirement.specifier


def version_of(pin: Requirement) -> str:
    (specifier,) = pin.specifier
    assert specifier.operator == "=="
    return specifier.version


@pytest.mark.parametrize("name", PINNED)
def test_every_pin_is_of_one_version_with_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert PINS[name]
    for pin, hashes in PINS[name]:
        assert version_of(pin)
        assert hashes, pin
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", each) for each in hashes)
    assert "://" not in text  # from whichever index pip is set to


def test_what_is_installed_needs_no_more_than_what_is_pinned() -> None:
    """Also what the requirements require, as far as it is installed on this machine."""
    names = {canonicalize_name(each.name) for each in reached([*extras(), *TOOLS])}
    assert len(names) > 100
    assert names <= CONSTRAINTS.keys()


def test_no_version_is_of_one_build_only() -> None:
    for name in ("requirements.txt", "constraints.txt", "installer.txt", "pyproject.toml"):
        assert not re.search(r"\d\+\w", "\n".join(lines_of(name)))
    assert "compare-statements" not in CONSTRAINTS
    (torch,) = CONSTRAINTS["torch"]
    ((small, _),) = PINS["torch-cpu.txt"]
    assert version_of(small) == f"{version_of(torch)}+cpu"


def test_pip_and_setuptools_are_those_that_the_other_pins_are_made_for() -> None:
    pins = {pin.name: version_of(pin) for pin, _ in PINS["installer.txt"]}
    assert set(pins) == {"pip", "setuptools"}
    (needed,) = PROJECT["build-system"]["requires"]
    assert pins["setuptools"] in Requirement(needed).specifier
    assert [pins["setuptools"]] == [version_of(pin) for pin in CONSTRAINTS["setuptools"]]


def test_the_published_weights_are_for_training_alone() -> None:
    weights = {canonicalize_name(pin.name) for pin, _ in PINS["training/weights.txt"]}
    assert len(weights) == 11
    named = {canonicalize_name(each.name) for each in (*REQUIREMENTS, *EXTRAS)}
    assert not weights & (named | CONSTRAINTS.keys())


def test_importing_the_package_is_light() -> None:
    program = "import sys, compare\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert not {"numpy", "torch", "faiss", "streamlit", "click", "rich"} & set(done.stdout.split())


def test_make_alone_names_the_targets() -> None:
    done = subprocess.run(
        ["make", "-C", ROOT, "--no-print-directory"], capture_output=True, text=True
    )
    targets = (
        "setup",
        "app",
        "test",
        "lint",
        "docs",
        "bench",
        "train",
        "constraints",
        "sbom",
        "clean",
    )
    for target in targets:
        assert re.search(rf"^  make {target} +\w", done.stdout, re.MULTILINE)


@pytest.mark.parametrize("target", ["bench", "train"])
def test_what_needs_data_says_so(target: str) -> None:
    done = subprocess.run(["make", "-C", ROOT, "-n", target], capture_output=True, text=True)
    assert done.returncode == 2
    assert f"name the data: make {target} DATA=DIR" in done.stderr


def test_the_app_shows_nothing_of_streamlits_own() -> None:
    """Its offer of tools for programmers would cover the page; it goes with the welcome."""
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["logger"]["hideWelcomeMessage"] is True


MODULES = [
    f"{folder}.{path.stem}"
    for folder in ("benchmarks", "release", "training")
    for path in sorted((ROOT / folder).glob("*.py"))
    if path.stem != "__init__"
]


def test_what_is_run_by_hand_fits_what_it_uses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = []
    for name in MODULES:
        module = importlib.import_module(name)
        if not hasattr(module, "main"):
            continue
        monkeypatch.setattr(sys, "argv", [name, "--help"])
        with pytest.raises(SystemExit) as ended:
            module.main()
        assert not ended.value.code, name
        assert "usage" in capsys.readouterr().out, name
        told.append(name)
    assert {
        "benchmarks.search",
        "benchmarks.scale",
        "release.constraints",
        "release.sbom",
        "training.encoder",
        "training.outlines",
        "training.run",
        "training.ship",
    } <= set(told)


def test_the_programs_are_those_that_are_installed() -> None:
    points = importlib.metadata.distribution("compare-statements").entry_points
    programs = {point.name: point.load() for point in points if point.group == "console_scripts"}
    assert programs == {"compare": main, "compare-statements": main}


@pytest.mark.parametrize(
    "graph",
    [*(WEIGHTS / tier / "model.onnx" for tier in shipped_manifests()), ENCODER],
    ids=lambda path: path.parent.name,
)
def test_weights_say_nothing_of_where_they_were_made(graph: Path) -> None:
    assert b".py" not in graph.read_bytes()


def test_a_user_exports_no_model() -> None:
    names = {requirement.name for requirement in REQUIREMENTS}
    assert not names & {"onnx", "onnxscript"}
    (data,) = PROJECT["tool"]["setuptools"]["package-data"].values()
    assert "models/weights/**/*" in data


def test_the_licences_of_what_ships_with_the_program_are_installed_with_it() -> None:
    listed = PROJECT["project"]["license-files"]
    assert {"LICENSE", "compare/ui/charts/OUTLINES.md"} <= set(listed)
    assert (ENCODER_WEIGHTS / "LICENSE").relative_to(ROOT).as_posix() in listed
    assert all((ROOT / name).is_file() for name in listed)
