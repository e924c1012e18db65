"""The app, run in the test's process on temporary folders."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.navigation.page import calc_hash
from streamlit.testing.v1 import AppTest

from compare.facade import Library
from compare.statements import Statement
from tests.fakes import HashingEncoder, WordJudge, statement

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", autouse=True)
def components() -> Iterator[None]:
    """Have Streamlit look for packages with components once, not as each app starts."""
    with pytest.MonkeyPatch.context() as patch:
        look = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", look)
        yield


@pytest.fixture
def home(tmp_path: Path, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user's library and corrections go; the sample library is built once."""
    monkeypatch.setenv("COMPARE_CACHE", str(model_cache))
    monkeypatch.setenv("COMPARE_CORRECTIONS", str(tmp_path / "corrections.csv"))
    monkeypatch.delenv("COMPARE_LIBRARY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("compare.library.locations.user_library", lambda: tmp_path / "library")
    return tmp_path


@pytest.fixture
def page(home: Path) -> Callable[..., AppTest]:
    """Open a page by its name, with what stands in the address."""

    def open_page(name: str = "search", **address: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        if name != "search":
            app._page_hash = calc_hash(name)  # `switch_page` needs a run of the first page
        for key, value in address.items():
            app.query_params[key] = value
        return well(app.run())

    return open_page


def well(app: AppTest) -> AppTest:
    """The app, after a run that raised nothing."""
    assert not app.exception, app.exception
    return app


def unmarked(html: str) -> str:
    """HTML without the marks of deciding words."""
    return re.sub("</?mark[^>]*>", "", html)


def shown(app: AppTest) -> str:
    """All HTML on the page, the style apart."""
    return "\n".join(e.value for e in app.html if not e.value.startswith("<style"))


@pytest.fixture
def judged(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[list[Statement]], WordJudge]:
    """Open the app on a library of statements read by a small judge; return the judge."""

    def judged(statements: list[Statement]) -> WordJudge:
        judge = WordJudge(either=True)
        Library.build(statements, home / "judged", HashingEncoder(256)).close()
        monkeypatch.setenv("COMPARE_LIBRARY", str(home / "judged"))
        monkeypatch.setattr("compare.library.library.encoder_of", lambda *_: HashingEncoder(256))
        for module in ("sides", "positions", "proposition_form"):
            monkeypatch.setattr(f"compare.ui.components.{module}.stance_model", lambda: judge)
        monkeypatch.setattr(
            "compare.comparison.scoring.writable_cache", lambda: tmp_path / "scores"
        )
        return judge

    return judged


def press(app: AppTest, label: str) -> AppTest:
    """Press the button with this label and run."""
    next(button for button in app.button if button.label == label).click()
    return well(app.run())


def cards(app: AppTest) -> list[str]:
    """The cards on the page."""
    return re.findall(r"<article.*?</article>", shown(app), re.S)


def said(id, words, country, date="", **more):
    """A statement of an envoy, as the pages show it."""
    more = {"speaker": f"Envoy of {country}", "source": f"{country} Gazette", **more}
    return statement(id, words, country=country, date=date, **more)
