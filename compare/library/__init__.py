"""A library: statements, passages and vectors in one folder."""
