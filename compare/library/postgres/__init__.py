"""A library in PostgreSQL, with pgvector (the extra `postgres`)."""

from compare.errors import LibraryError

try:
    # Imported to see that they are there, before the modules that use them.
    import pgvector  # noqa: F401
    import psycopg  # noqa: F401
except ImportError as error:
    raise LibraryError(
        f"A library in PostgreSQL needs psycopg and pgvector ({error}): install them with "
        '`pip install "compare-statements[postgres]"`.'
    ) from error

from compare.library.postgres.backend import PostgresBackend

__all__ = ["PostgresBackend"]
