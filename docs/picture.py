"""Take the README's picture of the app: `python docs/picture.py` (needs Chromium)."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

TARGET = Path(__file__).with_name("search.png")
PORT = 8599
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def wait_for(url: str) -> None:
    """Wait until the app answers, a minute at most."""
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"The app did not answer at {url}.")


def main() -> None:
    """Start the app, let it search its example with the deciding words, and take the picture."""
    command = [sys.executable, "-m", "compare", "app", "--no-browser", "--port", str(PORT)]
    server = subprocess.Popen(command)
    try:
        wait_for(f"http://127.0.0.1:{PORT}/_stcore/health")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=FLAGS
            )
            page = browser.new_page(viewport={"width": 1280, "height": 1480}, color_scheme="light")
            page.goto(f"http://127.0.0.1:{PORT}/?why=true")
            page.get_by_role("heading", name="Oppose").wait_for(timeout=120_000)
            page.locator("mark").first.wait_for(timeout=120_000)
            page.locator("[data-test-script-state='notRunning']").wait_for(timeout=120_000)
            page.screenshot(path=TARGET)
            browser.close()
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
