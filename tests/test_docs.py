"""The documentation builds, fetches nothing, leaves nothing out, and shows commands that exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlparse

import click
import pytest
import yaml

import compare
from compare import load_stance_model
from compare.cli.program import cli
from compare.collections import collections
from compare.comparison.sides import MOST_READ
from compare.comparison.third_reader import AT_HEAD
from compare.corpus.pdf import MOST_BYTES, MOST_CHARACTERS, MOST_PAGES
from compare.defaults import MOST_OF_SIDE, MOST_PER_ACTOR
from compare.export.words import FOUND_OF_KNOWN, RIGHT_OF_LISTED
from compare.models.stance import shipped_manifests
from compare.watch.feeds import MOST_IN_FEED
from compare.watch.values import MOST_ENTRIES, MOST_WATCHES
from tests.printed import (
    ROOT,
    commands,
    fences,
    prints_what_is_said,
    same_print,
    surroundings,
)

DOCS = ROOT / "docs"
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in DOCS.rglob("*.md")}
PAGES["README.md"] = (ROOT / "README.md").read_text("utf-8")
TUTORIAL = commands(PAGES["docs/tutorial.md"])


# --- the site --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, built as `make docs` builds them."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


class Page(HTMLParser):
    """What a page has a browser fetch, the ids in it, and its links."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids.add(given.get("id", ""))
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "link":
            self.fetched.append(given.get("href", ""))
        for name in ("src", "srcset", "poster", "data", "action"):
            if name in given:
                self.fetched.append(given[name])


def test_every_page_is_built_and_fetches_nothing_from_elsewhere(site: Path) -> None:
    built = sorted(site.rglob("*.html"))
    sources = [path for path in PAGES if path.startswith("docs/")]
    assert len(built) == len(sources) + 1  # 404.html
    for path in built:
        for address in Page(path).fetched:
            assert not urlparse(address).netloc, f"{path.name} fetches {address}"
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        for address in re.findall(r"url\(\s*[\"']?([^)\"']*)|@import\s+[\"']([^\"']*)", text):
            assert not urlparse("".join(address)).netloc, f"{path.name} fetches {address}"


def test_files_beside_the_pages_are_there(site: Path) -> None:
    assert (site / "tutorial.ipynb").read_bytes() == (DOCS / "tutorial.ipynb").read_bytes()
    assert (site / "pair.schema.json").is_file()
    assert not list(site.rglob("*.py"))


def test_the_search_has_a_name(site: Path) -> None:
    """The theme leaves it out; docs/hooks.py puts it there."""
    page = (site / "index.html").read_text(encoding="utf-8")
    assert re.search(r'role="dialog" aria-label="Search"', page)


def test_pictures_are_small() -> None:
    pictures = list(DOCS.rglob("*.png"))
    assert len(pictures) >= 4
    for path in pictures:
        assert path.stat().st_size < 150_000, path


def all_commands(group: click.Group, names: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        found.append((*names, name))
        if isinstance(command, click.Group):
            found += all_commands(command, (*names, name))
    return found


def options_of(group: click.Command, names: tuple[str, ...]) -> list[str]:
    """The long names of a command's options, those of no help."""
    for name in names:
        assert isinstance(group, click.Group)
        found = group.get_command(click.Context(group), name)
        assert found is not None
        group = found
    options = [entry for entry in group.params if isinstance(entry, click.Option)]
    return [entry.opts[-1] for entry in options if not entry.hidden and "--help" not in entry.opts]


def test_every_command_and_option_has_an_entry(site: Path) -> None:
    page = site / "reference" / "cli.html"
    ids, text = Page(page).ids, page.read_text(encoding="utf-8")
    assert isinstance(cli, click.Group)
    found = all_commands(cli)
    assert len(found) > 50
    for names in found:
        assert "-".join(("compare", *names)) in ids, names
    for names in found:
        for option in options_of(cli, names):
            assert f"<code>{option}" in text, (names, option)


def test_every_public_name_has_an_entry(site: Path) -> None:
    ids = Page(site / "reference" / "python.html").ids
    for name in compare.__all__:
        assert f"{getattr(compare, name).__module__}.{name}" in ids, name


# --- the commands ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like a clone to the commands."""
    folder = tmp_path_factory.mktemp("tutorial")
    (folder / "docs").symlink_to(DOCS)
    return folder


@pytest.fixture(scope="module")
def environment(folder: Path, model_cache: Path) -> dict[str, str]:
    return surroundings(folder / "home", model_cache)


@pytest.mark.parametrize(("command", "expected"), TUTORIAL, ids=[c for c, _ in TUTORIAL])
def test_a_command_of_the_tutorial_prints_what_it_says(
    command: str, expected: str, folder: Path, environment: dict[str, str]
) -> None:
    prints_what_is_said(command, expected, folder, environment)


def test_the_tutorial_ends_with_pairs(folder: Path) -> None:
    assert len(TUTORIAL) >= 6
    assert "Mira Okun" in (folder / "opposed.csv").read_text("utf-8-sig")


def test_what_cosine_cannot_tell_is_so(folder: Path, environment: dict[str, str]) -> None:
    page = PAGES["docs/explanation/cosine.md"]
    (program,), (expected,) = fences(page, "python"), fences(page, "text")
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    same_print(expected, done.stdout)


def shown() -> list[tuple[str, str]]:
    """Every call of the program in a page, in a block or in a line, with the page's name."""
    found = []
    for page, text in PAGES.items():
        blocks = [line for block in fences(text, "sh") for line in block.splitlines()]
        blocks += [command for command, _ in commands(text)]
        inline = re.findall(r"`(python -m compare [^`]+)`", text)
        found += [(page, " ".join(line.split())) for line in (*blocks, *inline)]
    return [(page, line) for page, line in found if line.startswith("python -m compare ")]


CALLS = shown()


def test_a_module_that_a_page_runs_is_there() -> None:
    named = {
        module
        for text in PAGES.values()
        for module in re.findall(r"python -m ((?:benchmarks|training)\.\w+)", text)
    }
    assert named
    for module in named:
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file(), module


@pytest.mark.parametrize(("page", "line"), CALLS, ids=[f"{page}: {line}" for page, line in CALLS])
def test_a_command_that_is_shown_is_one(page: str, line: str) -> None:
    """Its names, options and choices are those of the program; files need not be there."""
    arguments = shlex.split(line)[3:]
    if arguments == ["--version"]:
        return
    command: click.Command = cli
    ctx = click.Context(cli)
    while isinstance(command, click.Group):
        below = command.get_command(ctx, arguments.pop(0))
        assert below is not None, line
        command, ctx = below, click.Context(below, parent=ctx)
    values, _, _ = command.make_parser(ctx).parse_args(arguments)
    for param in command.params:
        value = values.get(param.name)
        if isinstance(param.type, click.Choice) and isinstance(value, str):
            param.type.convert(value, param, ctx)
        if param.required and isinstance(param, click.Option):
            assert param.name in values, f"{line} lacks {param.opts}"


# --- what the documents say ------------------------------------------------------------------

CHANGES = (ROOT / "CHANGELOG.md").read_text("utf-8")
CARD = (ROOT / "compare/models/weights/stance/MODEL_CARD.md").read_text("utf-8")


def test_the_version_is_the_same_wherever_it_is_cited() -> None:
    version = compare.__version__
    released = re.search(r"^## (\S+) – (\S+)$", CHANGES, re.MULTILINE)
    assert released
    assert released[1] == version
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert (citation["version"], str(citation["date-released"])) == (version, released[2])
    for page in ("README.md", "docs/how-to/export.md"):
        (bibtex,) = fences(PAGES[page], "bibtex")
        assert f"version = {{{version}}}" in bibtex
        assert f"date = {{{released[2]}}}" in bibtex
        assert citation["title"] in bibtex
    assert f"> compare {version}, stance model" in PAGES["docs/how-to/export.md"]


def test_the_home_page_leads_to_every_page() -> None:
    linked = re.findall(r"\]\(([\w/-]+\.md)\)", PAGES["docs/index.md"])
    pages = {page.removeprefix("docs/") for page in PAGES if page.startswith("docs/")}
    assert pages - set(linked) == {"index.md"}


def test_figures_of_searches_are_those_that_the_app_shows() -> None:
    """In the box on top of the pages, and in the table that says how they were measured."""
    box = re.search(r"start:trust\](.*?)end:trust", PAGES["README.md"], re.DOTALL)
    assert box
    mistakes = PAGES["docs/explanation/mistakes.md"]
    for figures in (RIGHT_OF_LISTED, FOUND_OF_KNOWN):
        for share in figures.values():
            assert f"{share:.0%}".replace("%", " %") in box[1]
            assert f"| {share:.2f}" in mistakes


def test_shares_of_equal_labels_in_8_bits_are_those_of_the_manifests() -> None:
    text = " ".join((ROOT / "ARCHITECTURE.md").read_text("utf-8").split())
    manifests = shipped_manifests()
    fast, accurate = (manifests[tier]["int8_same_label"] for tier in ("fast", "accurate"))
    assert f"equal those of full precision on {fast:.3f} of the dev pairs" in text
    assert f"those of the accurate one on {accurate:.3f}" in text


def test_the_digest_that_a_citation_names_is_in_the_model_card() -> None:
    assert load_stance_model().digest in CARD


def test_the_readers_of_all_figures_are_said_to_be_a_language_model() -> None:
    for text in (CARD, PAGES["README.md"], PAGES["docs/explanation/mistakes.md"]):
        assert "language model" in text
    assert "**All labels are a language model's.**" in CARD


SOURCE = "\n".join(
    path.read_text("utf-8")
    for folder in ("compare", "app.py")
    for path in ([ROOT / folder] if folder.endswith(".py") else (ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".html")
)
# Words of the app by the page that names them; a page writes an apostrophe where the app has ’.
APP_WORDS = {
    "README.md": "Add statements; Use as opposite",
    "docs/tutorial.md": "On a proposition",
    "docs/extend.md": "On a proposition",
    "docs/explanation/labels.md": "Method; Weigh a country's statements together",
    "docs/explanation/mistakes.md": "Leave out sentences; May have changed",
    "docs/how-to/export.md": "Method",
    "docs/how-to/many-machines.md": "Add statements",
    "docs/how-to/own-corpus.md": "Add statements; Corpus",
    "docs/how-to/pdf.md": "Add statements; What the files do not say",
    "docs/how-to/positions.md": "Map",
    "docs/how-to/public-corpora.md": "A public collection; Fetch and add",
    "docs/how-to/reproduce.md": "How firm these counts are; Try other settings; Not checked",
    "docs/how-to/review.md": "Review; Files",
    "docs/how-to/third-reader.md": "Ask the third reader; Others likeliest to oppose",
    "docs/how-to/two-sides.md": "Mark the deciding words",
    "docs/how-to/watch.md": "Watch this search",
}


@pytest.mark.parametrize(("page", "words"), APP_WORDS.items(), ids=APP_WORDS)
def test_words_of_the_app_in_a_page_are_those_of_the_app(page: str, words: str) -> None:
    for word in words.split("; "):
        assert word in " ".join(PAGES[page].split())
        assert word in SOURCE.replace("’", "'"), word


def test_variables_in_the_page_of_settings_are_those_of_the_program() -> None:
    named = set(re.findall(r"`(COMPARE_\w+)`", PAGES["docs/reference/files.md"]))
    assert len(named) >= 10
    assert {name for name in named if name not in SOURCE} == set()


def test_commands_that_are_said_to_take_ray_are_those_that_do() -> None:
    said = re.search(r"((?:`[\w ]+`(?:,| and) )*`[\w ]+`) take `--ray`", flat("many-machines"))
    assert said
    taking = {" ".join(names) for names in all_commands(cli) if "--ray" in options_of(cli, names)}
    assert set(re.findall(r"`([\w ]+)`", said[1])) == taking


def test_no_address_of_a_collection_is_said_to_have_been_tried() -> None:
    untried = not any(collection.tried for collection in collections().values())
    assert ("None of these addresses has been tried yet" in flat("public-corpora")) is untried


def test_limits_in_the_pages_are_those_of_the_program() -> None:
    assert f"the {MOST_OF_SIDE} passages most similar" in flat("two-sides")
    assert f"The {MOST_READ} most probable pairs" in flat("two-sides")
    assert f"The first {AT_HEAD} pairs of each list" in flat("third-reader")
    assert f"The {MOST_PER_ACTOR} most similar passages of each" in flat("positions")
    assert f"newest {MOST_IN_FEED} entries" in flat("watch")
    assert f"at most {MOST_WATCHES} watches, each with the newest {MOST_ENTRIES:,}" in flat("watch")
    megabytes = MOST_BYTES // 1024**2
    assert f"{megabytes} MB, {MOST_PAGES:,} pages and {MOST_CHARACTERS // 10**6} million" in flat(
        "pdf"
    )


def flat(guide: str) -> str:
    """Return a how-to page without its line breaks."""
    return " ".join(PAGES[f"docs/how-to/{guide}.md"].split())
