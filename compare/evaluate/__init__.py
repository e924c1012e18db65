"""Measure the stance model and the search on labelled files."""
