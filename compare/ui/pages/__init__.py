"""One script a page, run by `st.navigation` in app.py."""
