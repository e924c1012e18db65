"""Statements, their passages, and what is known of them: dates, countries, speakers, duplicates."""
