"""Altair charts with a title and notes, which `vega.py` draws as SVG. No Streamlit here."""
