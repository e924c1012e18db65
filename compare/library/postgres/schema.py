"""The tables of a library in PostgreSQL, as numbered migrations.

A library is a schema of its name. Statements and passages are rows with the numbers of the first
generation that holds them (`since`) and of the first that no longer does (`until`). So a generation
is a number: a writer adds rows that no generation shows yet, and one transaction publishes them.
"""

from __future__ import annotations

FOREVER = 2**62
"""`until` of a row that no generation has left out."""

MIGRATIONS = (
    """
CREATE TEXT SEARCH DICTIONARY stem (TEMPLATE = snowball, LANGUAGE = porter);
CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION words
    ALTER MAPPING FOR asciiword, word, hword, hword_part, hword_asciipart, asciihword, numword
    WITH stem;
CREATE SEQUENCE generation_numbers AS int;
CREATE SEQUENCE statement_numbers MINVALUE 0;
CREATE SEQUENCE passage_rows MINVALUE 0;
CREATE TABLE generations (
    number int PRIMARY KEY, token text NOT NULL, manifest text NOT NULL, encoder int NOT NULL,
    mean_length double precision NOT NULL, nearest_by text NOT NULL,
    measured_at bigint NOT NULL, published timestamptz NOT NULL DEFAULT now());
CREATE TABLE encoders (
    encoder int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, digest text NOT NULL, dim int NOT NULL,
    UNIQUE (digest, dim));
CREATE TABLE statements (
    n bigint PRIMARY KEY, since bigint NOT NULL, until bigint NOT NULL, encoder int NOT NULL,
    id text COLLATE "C" NOT NULL, hash bytea NOT NULL, first_row bigint NOT NULL,
    row_count int NOT NULL, length int NOT NULL,
    speaker text NOT NULL, speaker_key text NOT NULL, source text NOT NULL,
    language text NOT NULL, role text NOT NULL, role_key text NOT NULL,
    party text NOT NULL, party_key text NOT NULL, venue text NOT NULL, venue_key text NOT NULL,
    first_day int, last_day int, text_key bigint NOT NULL, about tsvector NOT NULL);
CREATE TABLE contents (n bigint PRIMARY KEY, context text NOT NULL, data text NOT NULL);
CREATE TABLE countries (
    n bigint NOT NULL, key text NOT NULL, name text NOT NULL, name_key text NOT NULL);
CREATE TABLE passages (
    "row" bigint PRIMARY KEY, n bigint NOT NULL, since bigint NOT NULL, until bigint NOT NULL,
    encoder int NOT NULL, first int NOT NULL, last int NOT NULL, words bigint NOT NULL,
    key uuid NOT NULL, length int NOT NULL, vector halfvec NOT NULL, text text NOT NULL,
    terms tsvector NOT NULL);
ALTER TABLE passages ALTER COLUMN vector SET STORAGE PLAIN;
CREATE TABLE documents (name text PRIMARY KEY, content text NOT NULL);
CREATE INDEX ON statements (id);
CREATE INDEX ON statements (speaker_key);
CREATE INDEX ON statements (source);
CREATE INDEX ON statements (language);
CREATE INDEX ON statements (role_key);
CREATE INDEX ON statements (party_key);
CREATE INDEX ON statements (venue_key);
CREATE INDEX ON statements (first_day, last_day);
CREATE INDEX ON statements (text_key);
CREATE INDEX ON statements (since);
CREATE INDEX ON statements (until) WHERE until < 4611686018427387904;
CREATE INDEX ON statements USING gin (about);
CREATE INDEX ON countries (n);
CREATE INDEX ON countries (key);
CREATE INDEX ON countries (name_key);
CREATE INDEX ON passages (n);
CREATE INDEX ON passages (words);
CREATE INDEX ON passages (key);
CREATE INDEX ON passages (since);
CREATE INDEX ON passages USING gin (terms);
""",
    """
CREATE TABLE translations (
    "row" bigint PRIMARY KEY, n bigint NOT NULL, text text NOT NULL, is_read boolean NOT NULL);
CREATE INDEX ON translations (n);
DO $$ DECLARE role text; BEGIN
    FOR role IN SELECT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND table_name = 'passages'
        AND privilege_type = 'SELECT'
    LOOP
        IF role = 'PUBLIC' THEN GRANT SELECT ON translations TO PUBLIC;
        ELSE EXECUTE format('GRANT SELECT ON translations TO %I', role);
        END IF;
    END LOOP;
END $$;
""",
)
"""The statements of each migration, from an empty schema to the current one, in order. A migration
never changes: a new column is a new migration."""


def index_name(encoder: int) -> str:
    """Return the name of the index of an encoder's vectors."""
    return f"passages_hnsw_{encoder}"


def nearness(dim: int, *, approximate: bool) -> str:
    """Return the order of the passages `p` by nearness to a vector, the query's parameter.

    The index is used for just this expression; a sum in it keeps the database from using one.
    """
    return f"(p.vector::halfvec({dim}) <#> %s)" if approximate else "(p.vector <#> %s) + 0"


def visible(generation: int, table: str) -> str:
    """Return the condition that a row of a table belongs to a generation."""
    return f"{table}.since <= {generation} AND {table}.until > {generation}"
