"""The lint finds what it names: each rule is shown a database that breaks it."""

import psycopg
import pytest

from console.tenancy.lint import RULES, findings, refuse_unsafe_database, statement
from tests.database import DATABASE

BREAKS = {
    "mnemoscope.E001": "ALTER TABLE memory_memory NO FORCE ROW LEVEL SECURITY",
    "mnemoscope.E002": "DROP POLICY tenant ON memory_memory",
    "mnemoscope.E003": "CREATE POLICY hole ON memory_memory USING (true)",
    "mnemoscope.E004": "ALTER TABLE memory_memory OWNER TO mnemoscope_app",
    "mnemoscope.E005": "GRANT TRUNCATE ON memory_memory TO mnemoscope_app",
    "mnemoscope.E006": (
        "CREATE TABLE loose PARTITION OF audit_span FOR VALUES FROM ('1999-01-01') TO"
        " ('1999-01-02'); GRANT SELECT ON loose TO mnemoscope_app"
    ),
    "mnemoscope.E007": "CREATE MATERIALIZED VIEW loose AS SELECT 1 AS one",
    "mnemoscope.E008": "CREATE VIEW loose AS SELECT * FROM memory_memory",
    "mnemoscope.E009": "CREATE UNIQUE INDEX loose ON memory_memory (key)",
    "mnemoscope.E010": (
        "ALTER TABLE memory_memory ADD CONSTRAINT loose UNIQUE (id);"
        "ALTER TABLE memory_memoryversion ADD CONSTRAINT loose_fk"
        " FOREIGN KEY (memory_id) REFERENCES memory_memory (id)"
    ),
    "mnemoscope.E011": (
        "CREATE FUNCTION loose() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'"
    ),
    "mnemoscope.E012": (
        "GRANT USAGE ON SCHEMA mnemoscope_private TO mnemoscope_app;"
        "GRANT SELECT ON mnemoscope_private.context_key TO mnemoscope_app"
    ),
}


def test_our_own_database_has_no_finding(db):
    assert findings() == []
    refuse_unsafe_database()


def test_every_rule_is_shown_broken():
    assert set(BREAKS) == {rule.id for rule in RULES}


@pytest.mark.parametrize("rule_id", sorted(BREAKS))
def test_a_database_that_breaks_a_rule_is_found_out(rule_id, postgres, django_db_setup):
    """As a superuser whose rolled-back change only its own session sees."""
    with psycopg.connect(postgres.dsn(database=DATABASE)) as connection:
        connection.execute(BREAKS[rule_id])
        connection.execute("SET LOCAL ROLE mnemoscope_app")
        found = {
            rule.id for rule in RULES if connection.execute(statement(rule)).fetchone() is not None
        }
        connection.rollback()
    assert rule_id in found
