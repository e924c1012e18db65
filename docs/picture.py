"""Take the pictures of the app in README.md and in the pages: `python docs/picture.py`.

Needs Chromium. The app runs on the sample corpus in a temporary home, so none of your libraries
and reviews is shown. `python docs/picture.py sides` takes only that picture.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

DOCS = Path(__file__).parent
PORT = 8599
APP = f"http://127.0.0.1:{PORT}"
PROGRAM = (sys.executable, "-m", "compare")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
COLOURS = 256
"""Most colours of a picture, to keep it small; the app has few apart from the edges of letters."""


def search(page: Page) -> None:
    """Search by the quote that the app opens with, the deciding words marked."""
    go(page, "?why=true", 1480)
    page.get_by_role("heading", name="Oppose", exact=True).wait_for()
    page.locator("mark").first.wait_for()


def sides(page: Page) -> None:
    """Compare two countries of the made-up statements on a proposition."""
    subprocess.run([*PROGRAM, "build", "--corpus", str(DOCS / "canal.csv"), "--add"], check=True)
    asked = "q=The+canal+must+be+open+to+all+ships.&opposite=The+canal+is+ours+to+close."
    go(
        page,
        f"proposition?compare=Two+sides&library=My+own&a_countries=Valdoria&b_countries=Ostravia&{asked}",
        1500,
    )
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("Link to this page").wait_for()


def review(page: Page) -> None:
    """Make a review of a search, and show its first pair before it is answered."""
    search(page)
    page.get_by_role("button", name="Label these pairs yourself").click()
    page.get_by_label("Name of the review").fill("Military aid")
    for label, reader in (("First reader", "Ada"), ("Second reader", "Bren")):
        page.get_by_label(label).fill(reader)
    page.get_by_role("button", name="Make the review").click()
    page.get_by_role("radio", name="Ada", exact=True).click()
    expect(page.get_by_role("heading", name="Pair 1", exact=True)).to_be_attached()
    page.set_viewport_size({"width": 1280, "height": 900})


def collection(page: Page) -> None:
    """Show a public collection before it is fetched."""
    go(page, "add?add_from=A+public+collection", 850)
    page.get_by_text("I have read the licence").wait_for()


def watches(page: Page) -> None:
    """Watch a quote in a library of made-up statements, and add some of them later."""
    canal = DOCS / "canal.csv"
    first = Path(os.environ["XDG_DATA_HOME"]) / "first.csv"
    first.write_text("".join(canal.read_text("utf-8").splitlines(keepends=True)[:4]), "utf-8")
    quote = "All ships must be free to pass through the canal."
    for arguments in (
        ("build", "--corpus", str(first)),
        ("watch", "add", "free passage", quote),
        ("build", "--corpus", str(canal), "--add"),
        ("watch", "run"),
    ):
        subprocess.run([*PROGRAM, *arguments], check=True)
    go(page, "watch?library=My+own", 1100)
    page.get_by_role("heading", name="free passage").wait_for()


def positions(page: Page) -> None:
    """Place the countries of the made-up statements on one proposition."""
    subprocess.run([*PROGRAM, "build", "--corpus", str(DOCS / "canal.csv"), "--add"], check=True)
    asked = "q=All+ships+must+be+free+to+pass+through+the+canal."
    go(page, f"proposition?library=My+own&{asked}", 1100)
    page.get_by_role("button", name="Compare", exact=True).click()
    page.locator("[data-testid=stVegaLiteChart] .mark-symbol").first.wait_for()
    page.get_by_text("Link to this page").wait_for()


PICTURES: dict[str, Callable[[Page], None]] = {
    "search.png": search,
    "pictures/review.png": review,
    "pictures/collection.png": collection,
    "pictures/watches.png": watches,  # makes a library, as those after it do
    "pictures/sides.png": sides,
    "pictures/positions.png": positions,
}
"""Each picture, and the function that prepares the page for it."""


def go(page: Page, address: str, height: int) -> None:
    """Open a page of the app in a window of this height."""
    page.set_viewport_size({"width": 1280, "height": height})
    page.goto(f"{APP}/{address}")


def wait_for(url: str) -> None:
    """Wait until the app answers, a minute at most."""
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"The app did not answer at {url}.")


def shrink(path: Path) -> None:
    """Reduce a picture to its most frequent colours."""
    with Image.open(path) as picture:
        whole = picture.convert("RGB")
    counted = whole.getcolors(whole.width * whole.height) or []
    frequent = sorted(counted, key=lambda entry: entry[0], reverse=True)[:COLOURS]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in frequent for part in colour])
    small = whole.quantize(palette=palette, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


def take(names: list[str]) -> None:
    """Take the pictures with these file names (without suffix), or all, from a running app."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, prepare in PICTURES.items():
            path = DOCS / name
            if names and path.stem not in names:
                continue
            page = browser.new_page(color_scheme="light")
            page.set_default_timeout(120_000)
            prepare(page)
            page.locator("[data-test-script-state='notRunning']").wait_for()
            page.mouse.move(1270, 5)
            page.screenshot(path=path)
            page.close()
            shrink(path)
        browser.close()


def main(names: list[str]) -> None:
    """Start the app on the sample, take the pictures, and stop it."""
    command = [sys.executable, "-m", "compare", "app", "--no-browser", "--port", str(PORT)]
    with tempfile.TemporaryDirectory() as home:
        for hidden in ("COMPARE_LIBRARY", "COMPARE_REVIEWS", "COMPARE_CORRECTIONS"):
            os.environ.pop(hidden, None)
        os.environ["XDG_DATA_HOME"] = os.environ["XDG_CONFIG_HOME"] = home
        server = subprocess.Popen(command)
        try:
            wait_for(f"{APP}/_stcore/health")
            take(names)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
