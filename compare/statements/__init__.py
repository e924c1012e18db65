"""Statements, passages and quotes, and their dates, countries, languages and duplicates."""
