"""Write results for others: tables, files, citations, reports, notebooks."""
