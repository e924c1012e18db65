"""The app's pages, components and charts. Nothing is scored or ranked here."""

from pathlib import Path

__all__ = [
    "ADD_PAGE",
    "CORPUS_PAGE",
    "PAGES",
    "PROPOSITION_PAGE",
    "REVIEW_PAGE",
    "SEARCH_PAGE",
    "WATCH_PAGE",
]

PAGES = Path(__file__).resolve().parent / "pages"  # scripts that app.py runs by `st.navigation`
ADD_PAGE, CORPUS_PAGE, PROPOSITION_PAGE, REVIEW_PAGE, SEARCH_PAGE, WATCH_PAGE = (
    PAGES / f"{name}.py" for name in ("add", "corpus", "proposition", "review", "search", "watch")
)
