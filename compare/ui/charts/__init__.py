"""The charts, each as one Vega-Lite specification; `vega.py` draws it. No Streamlit here."""
