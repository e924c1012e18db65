"""Importers of public corpora, one module a family of formats.

`registry` finds them; `sources`, `records`, `text` and `people` are what they share.
"""
