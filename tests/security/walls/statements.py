"""What somebody who can make a session of the app role run SQL would try.

Each attempt is one or several statements, run in the tenant's own context as the product opens
it. `table` is any tenant table; `other` and `row` are another tenant and a row of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from psycopg import sql

from console.platform.crypto.context import ContextKind, sign_context

Composed = sql.Composable
EXPIRED_AT = 1.0


@dataclass(frozen=True)
class Target:
    """A table, and whose rows of it are attacked. `own` is who attacks."""

    table: str
    key: str  # the column that names the tenant
    columns: Sequence[tuple[str, str]]
    own: UUID
    other: UUID
    row: UUID

    def sql(self, text: str, **more: Composed) -> Composed:
        texts = [name for name, kind in self.columns if kind in {"varchar", "text"}]
        plain = [name for name, _ in self.columns if name not in {self.key, "id"}]
        return sql.SQL(text).format(
            table=sql.Identifier(self.table),
            key=sql.Identifier(self.key),
            own=sql.Literal(self.own),
            other=sql.Literal(self.other),
            row=sql.Literal(self.row),
            new=sql.Literal(uuid4()),
            text=sql.Identifier((texts or plain or [self.key])[0]),
            plain=sql.Identifier((plain or [self.key])[0]),
            columns=sql.SQL(", ").join(sql.Identifier(name) for name, _ in self.columns),
            shifted=sql.SQL(", ").join(
                sql.Literal(self.other)
                if name == self.key
                else sql.SQL("uuidv7()")
                if name == "id"
                else sql.Identifier(name)
                for name, _ in self.columns
            ),
            **more,
        )


READS = {
    "select by tenant": "SELECT * FROM {table} WHERE {key} = {other}",
    "select what is not one's own": "SELECT * FROM {table} WHERE {key} <> {own}",
    "select by id": "SELECT * FROM {table} t WHERE to_jsonb(t)->>'id' = {row}::text",
    "count": "SELECT count(*) FROM {table} WHERE {key} = {other} HAVING count(*) > 0",
    "or true": "SELECT * FROM {table} WHERE {key} = {own} OR true",
    "join": "SELECT b.* FROM tenancy_tenant a JOIN {table} b ON a.id <> b.{key}",
    "lateral": "SELECT l.* FROM tenancy_tenant o,"
    " LATERAL (SELECT * FROM {table} i WHERE i.{key} <> o.id) l",
    "union": "SELECT {columns} FROM {table} WHERE {key} = {own}"
    " UNION ALL SELECT {columns} FROM {table} WHERE {key} = {other}",
    "except": "SELECT {key} FROM {table} EXCEPT SELECT {own}::uuid",
    "common table": "WITH w AS MATERIALIZED (SELECT * FROM {table})"
    " SELECT * FROM w WHERE {key} = {other}",
    "recursion": "WITH RECURSIVE w AS (SELECT {key} FROM {table} UNION SELECT t.{key}"
    " FROM {table} t JOIN w ON t.{key} <> w.{key}) SELECT * FROM w WHERE {key} <> {own}",
    "aggregate": "SELECT array_agg(DISTINCT {key}) FROM {table} WHERE {key} <> {own}"
    " HAVING count(*) > 0",
    "window": "SELECT * FROM (SELECT {key}, lead({key}) OVER (ORDER BY {key}) AS after"
    " FROM {table}) w WHERE after <> {own}",
    "sample": "SELECT * FROM {table} TABLESAMPLE SYSTEM (100) WHERE {key} = {other}",
    "for update": "SELECT * FROM {table} WHERE {key} = {other} FOR UPDATE",
    "for share": "SELECT * FROM {table} WHERE {key} = {other} FOR KEY SHARE SKIP LOCKED",
    "as xml": "SELECT query_to_xml('SELECT * FROM {table} WHERE {key} <> ' || {own_text},"
    " false, false, '')::text",
    "whole table as xml": "SELECT table_to_xml({name}::regclass, false, false, '')::text",
    "as json": "SELECT jsonb_agg(t) FROM {table} t WHERE {key} = {other} HAVING count(*) > 0",
    "by the catalog": "SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats"
    " WHERE tablename = {name}",
    "explain": "EXPLAIN (ANALYZE, VERBOSE, TIMING OFF) SELECT * FROM {table} WHERE {key} = {other}",
    "by an error of a cast": "SELECT {text}::text::date FROM {table} WHERE {key} = {other}",
    "by an error of a division": "SELECT 1 / (CASE WHEN {key} = {other} THEN 0 ELSE 1 END)"
    " FROM {table}",
    "by a regular expression": "SELECT * FROM {table} t WHERE t::text ~ {other_text}",
    "cheap function first": "SELECT * FROM {table} t WHERE pg_typeof(t.{key}) IS NOT NULL"
    " AND t.{key} <> {own} AND length(t::text) > 0",
    "in a cursor": "DECLARE c CURSOR FOR SELECT * FROM {table} WHERE {key} <> {own};;FETCH ALL c",
    "prepared": "PREPARE p AS SELECT * FROM {table} WHERE {key} = {other};;EXECUTE p;;DEALLOCATE p",
    "without indexes": "SET LOCAL enable_indexscan = off;;"
    "SELECT * FROM {table} WHERE {key} <> {own}",
    "row security off": "SET LOCAL row_security = off;;SELECT * FROM {table} WHERE {key} = {other}",
    "copy out": "COPY {table} TO STDOUT",
    "copy a query out": "COPY (SELECT * FROM {table} WHERE {key} <> {own}) TO STDOUT",
    "copy a program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "materialised": "CREATE TEMPORARY TABLE loot ON COMMIT DROP AS SELECT * FROM {table};;"
    "SELECT * FROM loot WHERE {key} <> {own}",
    "a view": "CREATE TEMPORARY VIEW peep AS SELECT * FROM {table};;"
    "SELECT * FROM peep WHERE {key} <> {own};;DROP VIEW peep",
    "a function of one's own": "CREATE FUNCTION pg_temp.peep() RETURNS SETOF {table} LANGUAGE sql"
    " SECURITY DEFINER AS $$ SELECT * FROM {table} WHERE {key} = {other} $$;;"
    "SELECT * FROM pg_temp.peep()",
    "a block": "DO $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM {table}"
    " WHERE {key} = {other}; IF n > 0 THEN RAISE EXCEPTION 'saw % of {leaked}', n; END IF; END $$",
    "a large object": "SELECT lo_import('/etc/passwd')",
    "a file": "SELECT pg_read_file('PG_VERSION')",
    "other sessions": "SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    " AND strpos(query, {other_text}) > 0",
    "the private key": "SELECT * FROM mnemoscope_private.context_key",
}
# These bring back what is one's own; the others bring back nothing at all.
OWN_ROWS = frozenset(
    {
        "or true",
        "union",
        "explain",
        "by the catalog",
        "whole table as xml",
        "as xml",
        "copy out",
        "by an error of a division",
    }
)
WRITES = {
    "update": "UPDATE {table} SET {plain} = {plain} WHERE {key} = {other}",
    "update all": "UPDATE {table} SET {plain} = {plain} WHERE {key} <> {own} RETURNING *",
    "update by id": "UPDATE {table} t SET {plain} = {plain} WHERE to_jsonb(t)->>'id' = {row}::text"
    " AND {key} <> {own} RETURNING *",
    "give away": "UPDATE {table} SET {key} = {other}",
    "take over": "UPDATE {table} SET {key} = {own} WHERE {key} = {other} RETURNING *",
    "update from": "UPDATE {table} a SET {plain} = b.{plain} FROM {table} b"
    " WHERE a.{key} <> b.{key} RETURNING a.*",
    "delete": "DELETE FROM {table} WHERE {key} = {other} RETURNING *",
    "delete others'": "DELETE FROM {table} WHERE {key} <> {own} RETURNING *",
    "delete using": "DELETE FROM {table} a USING {table} b WHERE a.{key} = {other} RETURNING a.*",
    "insert": "INSERT INTO {table} ({columns}) SELECT {shifted} FROM {table}",
    "insert what is another's": "INSERT INTO {table} SELECT * FROM {table} WHERE {key} = {other}"
    " RETURNING *",
    "on conflict": "INSERT INTO {table} ({columns}) SELECT {shifted} FROM {table}"
    " ON CONFLICT DO NOTHING",
    "on conflict update": "INSERT INTO {table} SELECT * FROM {table} WHERE {key} = {own}"
    " ON CONFLICT ({key}, id) DO UPDATE SET {key} = {other}",
    "merge": "MERGE INTO {table} t USING (SELECT {other}::uuid AS o) s ON t.{key} = s.o"
    " WHEN MATCHED THEN DELETE",
    "in a common table": "WITH gone AS (DELETE FROM {table} WHERE {key} <> {own} RETURNING *)"
    " SELECT * FROM gone",
    "truncate": "TRUNCATE {table} CASCADE",
    "disable": "ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    "no force": "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
    "a policy": "CREATE POLICY peep ON {table} USING (true)",
    "drop the policy": "DROP POLICY tenant ON {table}",
    "disable triggers": "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "as a replica": "SET LOCAL session_replication_role = replica;;"
    "DELETE FROM {table} WHERE {key} <> {own}",
    "grant": "GRANT ALL ON {table} TO PUBLIC",
    "own it": "ALTER TABLE {table} OWNER TO mnemoscope_app",
    "inherit": "CREATE TEMPORARY TABLE child () INHERITS ({table})",
}
INJECTIONS = {
    "set role owner": "SET ROLE mnemoscope_owner",
    "set local role superuser": "SET LOCAL ROLE postgres",
    "session authorization": "SET SESSION AUTHORIZATION mnemoscope_owner",
    "reset authorization": "RESET SESSION AUTHORIZATION",
    "reset role": "RESET ROLE",
    "reset all": "RESET ALL",
    "reset context": "RESET mnemoscope.context",
    "discard": "DISCARD ALL",
    "row security off": "SET row_security = off",
    "search path": "SET search_path = pg_temp, public",
    "replica": "SET session_replication_role = replica",
    "commit": "COMMIT",
    "rollback": "ROLLBACK",
    "savepoint": "SAVEPOINT s;;ROLLBACK TO s",
    "context of all": "SET mnemoscope.context = 'on'",
    "another setting": "SET mnemoscope.tenant_id = '*'",
    "grant oneself": "GRANT mnemoscope_owner TO mnemoscope_app",
    "bypass": "ALTER ROLE mnemoscope_app BYPASSRLS",
    "shadow the function": "CREATE FUNCTION pg_temp.mnemoscope_context(text) RETURNS uuid"
    " LANGUAGE sql AS $$ SELECT NULL::uuid $$",
    "replace the function": "CREATE OR REPLACE FUNCTION public.mnemoscope_context(text)"
    " RETURNS uuid LANGUAGE sql AS $$ SELECT NULL::uuid $$",
}


def statements_of(target: Target, text: str) -> list[Composed]:
    named = {
        "name": sql.Literal(target.table),
        "own_text": sql.Literal(f"'{target.own}'"),
        "other_text": sql.Literal(str(target.other)),
        "leaked": sql.SQL("another tenant"),
    }
    return [target.sql(part, **named) for part in text.split(";;")]


def forged_contexts(chance: Random, other: UUID, *, pid: int, other_pid: int) -> list[str]:
    """Contexts of another tenant as somebody without the key has them, or had."""

    def signed(**fields: Any) -> str:
        given = {"key": settings.CONTEXT_KEY, "kind": ContextKind.TENANT, "backend_pid": pid}
        return sign_context(identifier=other, **{**given, **fields})

    true = signed(backend_pid=other_pid)
    kind, identifier, expiry, _, mac = true.split(":")
    return [
        str(other),
        f"t:{other}",
        true,  # replayed from another backend
        signed(at=EXPIRED_AT),
        signed(key=chance.randbytes(32)),
        signed(kind=ContextKind.SYSTEM, key=chance.randbytes(32)),
        signed(kind=ContextKind.PERSON),
        f"{kind}:{identifier}:{expiry}:{pid}:{mac}",
        f"{kind}:{identifier}:{int(expiry) + 10_000}:{other_pid}:{mac}",
        f"{kind}:{identifier}:{expiry}:{pid}:{'0' * 64}",
        f"{kind}:{identifier}:{expiry}:{pid}:",
        "",
        "*",
    ]


SHOWS = (
    "SET LOCAL mnemoscope.context = {token}",
    "SET SESSION mnemoscope.context = {token}",
    "SELECT set_config('mnemoscope.context', {token}, true)",
    "SELECT set_config('mnemoscope.context', {token}, false)",
    "SELECT 1 WHERE set_config('mnemoscope.context', {token}, true) IS NOT NULL",
)
