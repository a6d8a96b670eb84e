"""Database roles, the database, and what each role may do: all that needs a superuser.

Run by `up` on the embedded server and by `manage.py provision` on any other. Running it again
heals what was changed by hand and otherwise changes nothing.
"""

import hmac
from base64 import b64decode
from collections.abc import Mapping
from hashlib import pbkdf2_hmac, sha256

import psycopg
from psycopg import sql

from console.platform.crypto.context import hmac_pads
from console.runtime.errors import RuntimeProblem

DATABASE = "mnemoscope"
OWNER = "mnemoscope_owner"
APP = "mnemoscope_app"
READONLY = "mnemoscope_readonly"
ERASER = "mnemoscope_eraser"  # writes tables anew after an erasure, and reads none of them

POWERLESS = sql.SQL(
    "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT CONNECTION LIMIT -1"
)
ROLE_SETTINGS = {
    OWNER: {"lock_timeout": "10s"},  # a migration gives up rather than queue the world behind it
    APP: {
        # A query text in pg_stat_activity would show one session the row-security token of another.
        "track_activities": "off",
        "idle_in_transaction_session_timeout": "60s",
        "lock_timeout": "15s",
    },
    ERASER: {"lock_timeout": "3s"},
    READONLY: {
        "track_activities": "off",
        "default_transaction_read_only": "on",
        "idle_in_transaction_session_timeout": "60s",
    },
}
# Two instances that provision one server at once would collide in the shared catalogs.
PROVISION_LOCK = 0x6D6E656D6F


def provision(
    admin_dsn: str,
    *,
    passwords: Mapping[str, str],
    context_key: bytes,
    database: str = DATABASE,
) -> None:
    """Makes the roles of `passwords` (role name to password), `database` and its grants.

    `context_key` is the MAC key of the row-security context (see console.platform.crypto.context):
    its pads go where only the owner role reads them. Raises RuntimeProblem.
    """
    try:
        with psycopg.connect(admin_dsn, autocommit=True) as server:
            server.execute("SELECT pg_advisory_lock(%s)", [PROVISION_LOCK])
            for role in (OWNER, APP, READONLY, ERASER):
                _make_role(server, role, passwords.get(role))
            _make_database(server, database)
            with psycopg.connect(admin_dsn, dbname=database) as connection:
                _grant(connection, database)
                _keep_context_key(connection, context_key)
    except psycopg.Error as error:
        first_line = str(error).strip().partition("\n")[0]
        raise RuntimeProblem(f"The database could not be prepared: {first_line}") from error


def _make_role(server: psycopg.Connection, role: str, password: str | None) -> None:
    name = sql.Identifier(role)
    row = server.execute(
        "SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = %s", [role]
    ).fetchone()
    if row is None:
        server.execute(sql.SQL("CREATE ROLE {}").format(name))
    login = sql.SQL("NOLOGIN" if password is None else "LOGIN")
    server.execute(sql.SQL("ALTER ROLE {} {} {}").format(name, login, POWERLESS))
    if password is not None and not _is_password(password, row[0] if row else None):
        # Sent as its SCRAM verifier: the server's log may show statements, never a password.
        verifier = server.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        ).decode()
        server.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(verifier)))
    for setting, value in ROLE_SETTINGS[role].items():
        server.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(
                name, sql.Identifier(setting), sql.Literal(value)
            )
        )


def _is_password(password: str, verifier: str | None) -> bool:
    """Whether the stored verifier is this password's (RFC 5803; the salt makes each one differ)."""
    if not verifier or not verifier.startswith("SCRAM-SHA-256$"):
        return False
    _, salting, keys = verifier.split("$")
    iterations, salt = salting.split(":")
    salted = pbkdf2_hmac("sha256", password.encode(), b64decode(salt), int(iterations))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return hmac.compare_digest(sha256(client_key).digest(), b64decode(keys.split(":")[0]))


def _make_database(server: psycopg.Connection, database: str) -> None:
    exists = server.execute(
        "SELECT 1 FROM pg_catalog.pg_database WHERE datname = %s", [database]
    ).fetchone()
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    if not exists:
        # PostgreSQL's own collation sorts alike on every machine and never changes with its libc.
        server.execute(
            sql.SQL(
                "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'"
                " LOCALE 'C' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
            ).format(name, owner)
        )


def _grant(connection: psycopg.Connection, database: str) -> None:
    """Who may do what, now and in every table the owner makes later. Nobody may TRUNCATE."""
    statements = """
        ALTER DATABASE {database} OWNER TO {owner};
        REVOKE ALL ON DATABASE {database} FROM PUBLIC;
        GRANT CONNECT ON DATABASE {database} TO {app}, {readonly}, {eraser};
        CREATE EXTENSION IF NOT EXISTS vector;
        ALTER SCHEMA public OWNER TO {owner};
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        GRANT USAGE ON SCHEMA public TO {app}, {readonly}, {eraser};
        ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public
            GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app};
        ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public
            GRANT USAGE ON SEQUENCES TO {app};
        -- Only what row security divides, which `EnableRowSecurity` grants.
        ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public
            REVOKE SELECT ON TABLES FROM {readonly};
        DO $$ DECLARE undivided regclass; BEGIN
            FOR undivided IN SELECT oid FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p')
                AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity
            LOOP EXECUTE 'REVOKE ALL ON ' || undivided || ' FROM mnemoscope_readonly'; END LOOP;
        END $$;
        ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public
            GRANT MAINTAIN ON TABLES TO {eraser};
        GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO {eraser};
        GRANT MAINTAIN ON pg_catalog.pg_statistic TO {eraser};
        GRANT EXECUTE ON FUNCTION pg_catalog.pg_switch_wal() TO {eraser};
        GRANT pg_checkpoint TO {eraser} WITH INHERIT TRUE, SET FALSE;
    """
    connection.execute(
        sql.SQL(statements).format(
            database=sql.Identifier(database),
            owner=sql.Identifier(OWNER),
            app=sql.Identifier(APP),
            readonly=sql.Identifier(READONLY),
            eraser=sql.Identifier(ERASER),
        )
    )


def _keep_context_key(connection: psycopg.Connection, context_key: bytes) -> None:
    """The key's HMAC pads, in a schema that only the owner role enters."""
    connection.execute(
        sql.SQL(
            """
            CREATE SCHEMA IF NOT EXISTS mnemoscope_private AUTHORIZATION {owner};
            ALTER SCHEMA mnemoscope_private OWNER TO {owner};
            REVOKE ALL ON SCHEMA mnemoscope_private FROM PUBLIC, {app}, {readonly};
            CREATE TABLE IF NOT EXISTS mnemoscope_private.context_key (
                id integer PRIMARY KEY CHECK (id = 1),
                inner_pad bytea NOT NULL CHECK (length(inner_pad) = 64),
                outer_pad bytea NOT NULL CHECK (length(outer_pad) = 64)
            );
            ALTER TABLE mnemoscope_private.context_key OWNER TO {owner};
            REVOKE ALL ON mnemoscope_private.context_key FROM PUBLIC, {app}, {readonly};
            """
        ).format(
            owner=sql.Identifier(OWNER),
            app=sql.Identifier(APP),
            readonly=sql.Identifier(READONLY),
        )
    )
    connection.execute(
        """
        INSERT INTO mnemoscope_private.context_key AS kept (id, inner_pad, outer_pad)
        VALUES (1, %s, %s)
        ON CONFLICT (id) DO UPDATE
            SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad
            WHERE kept.inner_pad <> excluded.inner_pad
        """,
        hmac_pads(context_key),
    )
