"""The app's pages and the few components they share; no scoring and no ranking here."""

from pathlib import Path

__all__ = ["PAGES"]

PAGES = Path(__file__).resolve().parent / "pages"
"""Where the pages are; app.py may stand elsewhere."""
