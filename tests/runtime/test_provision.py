"""What the database roles may do, as PostgreSQL itself answers."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from console.platform.crypto.context import hmac_pads
from console.runtime.postgres import EmbeddedPostgres
from console.runtime.provision import APP, DATABASE, ERASER, OWNER, READONLY, provision

PASSWORDS = {
    APP: "app'; password",
    OWNER: "owner/password",
    READONLY: "read@password",
    ERASER: "eraser:password",
}
KEY = bytes(range(32))
CATALOGS = {
    "roles": "SELECT to_jsonb(a) - 'oid' FROM pg_authid a WHERE rolname LIKE 'mnemoscope%'",
    "settings": "SELECT to_jsonb(s) FROM pg_db_role_setting s",
    "databases": "SELECT datname, datdba, datacl::text FROM pg_database",
    "schemas": "SELECT nspname, nspowner, nspacl::text FROM pg_namespace",
    "defaults": "SELECT to_jsonb(d) FROM pg_default_acl d",
    "relations": "SELECT relname, relowner, relacl::text FROM pg_class",
    "key": "SELECT to_jsonb(k), xmin::text FROM mnemoscope_private.context_key k",
}


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with (
        tempfile.TemporaryDirectory(prefix="mnemo-") as folder,
        EmbeddedPostgres(Path(folder), durable=False) as postgres,
    ):
        provision(postgres.dsn(), passwords=PASSWORDS, context_key=KEY)
        with connect(postgres, OWNER) as owner:
            owner.execute("CREATE TABLE note (id serial PRIMARY KEY, word text)")
        yield postgres


def connect(server: EmbeddedPostgres, role: str) -> psycopg.Connection:
    password = PASSWORDS.get(role)
    return psycopg.connect(
        server.dsn(role=role, password=password, database=DATABASE), autocommit=True
    )


def catalogs(server: EmbeddedPostgres) -> dict[str, list[str]]:
    with connect(server, "postgres") as admin:
        return {name: sorted(map(repr, admin.execute(query))) for name, query in CATALOGS.items()}


def test_provisioning_again_changes_nothing(server: EmbeddedPostgres) -> None:
    before = catalogs(server)
    provision(server.dsn(), passwords=PASSWORDS, context_key=KEY)
    assert catalogs(server) == before


def test_rights_given_by_hand_are_taken_back(server: EmbeddedPostgres) -> None:
    before = catalogs(server)
    with connect(server, "postgres") as admin:
        admin.execute(f"ALTER ROLE {APP} SUPERUSER BYPASSRLS CREATEDB PASSWORD 'other'")
        admin.execute(f"GRANT USAGE ON SCHEMA mnemoscope_private TO {APP}")
    provision(server.dsn(), passwords=PASSWORDS, context_key=KEY)
    after = catalogs(server)
    salted = {"roles"}  # the password's verifier has a new salt; that it works is checked next
    assert {k: v for k, v in after.items() if k not in salted} == {
        k: v for k, v in before.items() if k not in salted
    }
    with connect(server, APP) as app:
        powers = "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = %s"
        assert app.execute(powers, [APP]).fetchone() == (False, False, False)


@pytest.mark.parametrize("role", [OWNER, APP, READONLY])
def test_no_role_is_above_row_security_or_makes_roles_or_databases(
    server: EmbeddedPostgres, role: str
) -> None:
    query = (
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit"
        " FROM pg_roles WHERE rolname = current_user"
    )
    with connect(server, role) as connection:
        assert connection.execute(query).fetchone() == (False,) * 6


def test_the_app_reads_and_writes_what_the_owner_makes(server: EmbeddedPostgres) -> None:
    with connect(server, APP) as app:
        app.execute("INSERT INTO note (word) VALUES ('one')")
        app.execute("UPDATE note SET word = 'two'")
        assert app.execute("SELECT word FROM note").fetchall() == [("two",)]
        app.execute("DELETE FROM note")


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE note",
        "CREATE TABLE mine (id int)",
        "ALTER TABLE note DISABLE ROW LEVEL SECURITY",
        "CREATE SCHEMA mine",
        "CREATE ROLE mallory",
        f"SET ROLE {OWNER}",
        "SET track_activities = on",
        "SELECT * FROM mnemoscope_private.context_key",
        "CREATE TABLE mnemoscope_private.mine (id int)",
        "COPY note TO '/tmp/note'",
        "SELECT pg_read_file('postgresql.conf')",
    ],
)
def test_the_app_is_refused(server: EmbeddedPostgres, statement: str) -> None:
    with connect(server, APP) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)


def test_the_readonly_role_reads_what_is_divided_and_only_reads(server: EmbeddedPostgres) -> None:
    """What an older version granted on a table without row security is taken back."""
    with connect(server, OWNER) as owner:
        owner.execute("CREATE TABLE divided (word text)")
        owner.execute("ALTER TABLE divided ENABLE ROW LEVEL SECURITY")
        owner.execute(f"GRANT SELECT ON note, divided TO {READONLY}")
    provision(server.dsn(), passwords=PASSWORDS, context_key=KEY)
    with connect(server, READONLY) as reader:
        assert reader.execute("SELECT count(*) FROM divided").fetchone() == (0,)
        reader.execute("SET default_transaction_read_only = off")
        for forbidden in ("INSERT INTO divided VALUES ('x')", "SELECT * FROM note"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(forbidden)


def test_one_session_does_not_see_the_statements_of_another(server: EmbeddedPostgres) -> None:
    with connect(server, APP) as one, connect(server, APP) as other:
        one.execute("SELECT 'a token'")
        seen = other.execute(
            "SELECT query FROM pg_stat_activity WHERE pid = %s", [one.info.backend_pid]
        ).fetchone()
        assert seen == ("",)


def test_the_owner_finds_the_pads_of_the_context_key(server: EmbeddedPostgres) -> None:
    with connect(server, OWNER) as owner:
        pads = owner.execute(
            "SELECT inner_pad, outer_pad FROM mnemoscope_private.context_key"
        ).fetchall()
    assert pads == [hmac_pads(KEY)]


def test_a_new_context_key_replaces_the_old(server: EmbeddedPostgres) -> None:
    provision(server.dsn(), passwords=PASSWORDS, context_key=b"another")
    with connect(server, OWNER) as owner:
        pads = owner.execute("SELECT inner_pad FROM mnemoscope_private.context_key").fetchall()
    assert pads == [(hmac_pads(b"another")[0],)]
    provision(server.dsn(), passwords=PASSWORDS, context_key=KEY)


def test_text_sorts_alike_on_every_machine(server: EmbeddedPostgres) -> None:
    with connect(server, APP) as app:
        found = app.execute(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert found == ("b", "C.UTF-8")


def test_the_eraser_clears_space_and_reads_and_changes_nothing(server: EmbeddedPostgres) -> None:
    with connect(server, ERASER) as eraser:
        for statement in ("VACUUM (FULL, ANALYZE) note", "SELECT pg_switch_wal()", "CHECKPOINT"):
            eraser.execute(statement)
        for statement in (
            "SELECT word FROM note",
            "INSERT INTO note (word) VALUES ('x')",
            "UPDATE note SET word = ''",
            "DELETE FROM note",
            "TRUNCATE note",
            "CREATE TABLE mine (id int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                eraser.execute(statement)
