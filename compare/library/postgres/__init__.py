"""A library in PostgreSQL, with pgvector (the extra `postgres`)."""

from compare.errors import LibraryError, not_installed

try:
    # Imported to see that they are there, before the modules that use them.
    import pgvector  # noqa: F401
    import psycopg  # noqa: F401
except ImportError as error:
    raise LibraryError(
        not_installed(f"A library in PostgreSQL needs {error.name}, which", "postgres")
    ) from error

from compare.library.postgres.backend import PostgresBackend

__all__ = ["PostgresBackend"]
