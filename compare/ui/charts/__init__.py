"""The charts, each as one Vega-Lite specification: drawn in the app and as an SVG file.

No Streamlit here: the components show the charts and offer their files.
"""
