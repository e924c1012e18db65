"""The app, started as a user starts it, in a browser."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    expect,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as WaitedTooLong

ROOT = Path(__file__).resolve().parents[2]
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}
RUN_TIMEOUT = 60_000
_RUN_BEGINS = 3_000
_MENU_OPENS = 5_000

expect.set_options(timeout=RUN_TIMEOUT)

_FORBIDS = "Content Security Policy"
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)


@dataclass(frozen=True)
class Server:
    """A running app: where it is, and the folders it was given."""

    url: str
    environment: Mapping[str, str]
    output: Path

    def printed(self, begins: str) -> str:
        """Return the first word that the app printed with this beginning."""
        words = self.output.read_text(errors="replace").split()
        return next(word for word in words if word.startswith(begins))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.read() == b"ok":
                    return
        except urllib.error.HTTPError:  # it answers, and asks for a token
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)  # between two questions to a server that is starting
    raise RuntimeError(f"the app did not answer at {url}")


@pytest.fixture(scope="session")
def serve(
    tmp_path_factory: pytest.TempPathFactory, model_cache: Path
) -> Iterator[Callable[..., Server]]:
    """Start an app on a free port, once for each setting; its output is printed at the end.

    pytest shows what a fixture printed where a test failed.
    """
    running: list[tuple[subprocess.Popen[bytes], Path]] = []

    def start(*arguments: str, **variables: str) -> Server:
        home = tmp_path_factory.mktemp("home")
        environment = {
            **{name: value for name, value in os.environ.items() if name != "COMPARE_LIBRARY"},
            "HOME": str(home),
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "COMPARE_CACHE": str(model_cache),
            "COMPARE_CORRECTIONS": str(home / "corrections.csv"),
            **variables,
        }
        port = _free_port()
        output = home / "server.log"
        command = [sys.executable, "-m", "compare", "app", "--port", str(port), "--no-browser"]
        with output.open("wb") as log:
            process = subprocess.Popen(
                [*command, *arguments], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        running.append((process, output))
        _wait(f"http://127.0.0.1:{port}", process)
        return Server(f"http://127.0.0.1:{port}", environment, output)

    yield start
    for process, output in running:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        print(f"--- what the app said ---\n{output.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def app(serve: Callable[..., Server]) -> Server:
    """The app on the sample library."""
    return serve()


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A browser of the machine's own; Playwright cannot always fetch one."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=_FLAGS.split())
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open an address in a context of its own, and wait until the page is whole.

    At the end, the pages have fetched nothing from elsewhere, and tried nothing that is forbidden.
    """
    contexts: list[BrowserContext] = []
    fetched: list[str] = []
    forbidden: list[str] = []
    own = ["data:", "blob:"]

    def open_page(url: str, size: Mapping[str, int] = WIDE, scheme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",  # drawing what moves takes half of the browser's time
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: fetched.append(request.url))
        page.on(
            "console", lambda said: forbidden.append(said.text) if _FORBIDS in said.text else None
        )
        own.append("/".join(url.split("/")[:3]))
        page.set_default_timeout(RUN_TIMEOUT)
        page.goto(url)
        settled(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in fetched if not url.startswith(tuple(own))] == []
    assert forbidden == []


def settled(page: Page) -> Page:
    """Wait until the script has run and all that it sent is drawn."""
    page.wait_for_selector("[data-test-script-state='notRunning']", timeout=RUN_TIMEOUT)
    page.locator(".cp-head h1").first.wait_for(timeout=RUN_TIMEOUT)
    page.wait_for_function(
        "!document.querySelector('[data-testid=stSkeleton], [data-testid=stAppSkeleton]')",
        timeout=RUN_TIMEOUT,
    )
    return page


SCHEMES = ("light", "dark")
_IN_SCHEME = """scheme => {
  const app = document.querySelector("[data-testid=stApp]");
  const moves = animation => animation.playState === "running" &&
    animation.effect.getComputedTiming().endTime !== Infinity;
  return getComputedStyle(app).colorScheme === scheme && !document.getAnimations().some(moves);
}"""


def in_scheme(page: Page, scheme: str) -> Page:
    """Have the machine ask for light or dark, and wait until all is drawn in it."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.wait_for_function(_IN_SCHEME, arg=scheme, timeout=RUN_TIMEOUT)
    return settled(page)


def after_rerun(page: Page, act: Callable[[], object]) -> Page:
    """Do what has the script run again, and wait until it has run and all is drawn."""
    page.evaluate(
        """() => {
          const app = document.querySelector('[data-test-script-state]');
          window.hasRun = false;
          new MutationObserver((_, watch) => {
            window.hasRun = true;
            watch.disconnect();
          }).observe(app, { attributeFilter: ['data-test-script-state'] });
        }"""
    )
    act()
    with suppress(WaitedTooLong):  # a run may be too short to be seen
        page.wait_for_function("window.hasRun", timeout=_RUN_BEGINS)
    return settled(page)


def choose(menu: Locator, option: str) -> None:
    """Choose from a menu; what is still being drawn about it may shut it while it is open."""
    ends = time.monotonic() + RUN_TIMEOUT / 1000
    while True:
        focused(menu)
        try:
            if menu.get_attribute("aria-expanded") != "true":
                menu.click()
            menu.page.get_by_role("option", name=option).click(timeout=_MENU_OPENS)
            return
        except WaitedTooLong:
            if time.monotonic() > ends:
                raise


def focused(field: Locator) -> None:
    """Focus a field and wait until the page has scrolled there: scrolling shuts an open menu."""
    field.scroll_into_view_if_needed()
    field.focus()
    field.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
