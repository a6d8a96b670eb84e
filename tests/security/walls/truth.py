"""What the rows are, as the superuser sees them, whom no policy holds: the oracle."""

from collections import defaultdict
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

TABLES = """
SELECT c.relname, CASE c.relname WHEN 'tenancy_tenant' THEN 'id' ELSE 'tenant_id' END
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND (c.relname = 'tenancy_tenant' OR EXISTS (
    SELECT FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
ORDER BY c.relname
"""
COLUMNS = """
SELECT table_name, column_name, data_type, udt_name, is_nullable = 'NO', is_generated = 'ALWAYS',
       character_maximum_length
FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position
"""
# With xmin, so that a row that was written anew as it was is noticed as well.
SUM = sql.SQL(
    "SELECT {column}, {name}, count(*),"
    " sum(hashtextextended(t::text || t.xmin::text, 0))"
    " FROM {table} t WHERE {column} = ANY(%(tenants)s) GROUP BY 1"
)
IDS = sql.SQL("SELECT id FROM {table} WHERE {column} = %(tenant)s LIMIT 50")

PEOPLE = "SELECT user_id FROM accounts_membership WHERE tenant_id = %(tenant)s"

Sums = dict[str, tuple[int, int]]


class Truth:
    def __init__(self, dsn: str) -> None:
        self.connection = psycopg.connect(dsn, autocommit=True)
        self.tables: dict[str, str] = dict(self.connection.execute(TABLES).fetchall())
        self.columns: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._described: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for table, *column in self.connection.execute(COLUMNS).fetchall():
            self.columns[table].append((column[0], column[2]))
            self._described[table].append(tuple(column))
        self._sums = sql.SQL(" UNION ALL ").join(
            SUM.format(
                name=sql.Literal(table), table=sql.Identifier(table), column=sql.Identifier(column)
            )
            for table, column in self.tables.items()
        )

    def close(self) -> None:
        self.connection.close()

    def sums(self, tenant_ids: list[UUID]) -> dict[UUID, Sums]:
        """Of each tenant and table, how many rows there are and what they come to."""
        found: dict[UUID, Sums] = {tenant_id: {} for tenant_id in tenant_ids}
        rows = self.connection.execute(self._sums, {"tenants": tenant_ids}, prepare=True)
        for tenant_id, table, count, total in rows.fetchall():
            found[tenant_id][table] = (count, total)
        return found

    def ids(self, tenant_id: UUID) -> dict[str, list[UUID]]:
        found = {}
        for table, column in self.tables.items():
            if "id" not in dict(self.columns[table]):
                continue
            query = IDS.format(table=sql.Identifier(table), column=sql.Identifier(column))
            rows = self.connection.execute(query, {"tenant": tenant_id}).fetchall()
            found[table] = [row for (row,) in rows if isinstance(row, UUID)]
        # Nobody's table, but whoever names a person names one of their own tenant's.
        people = self.connection.execute(PEOPLE, {"tenant": tenant_id}).fetchall()
        return found | {"accounts_user": [row for (row,) in people]}

    def fill(self, tenant_id: UUID, mark: str) -> list[str]:
        """Puts a row of the tenant's into each table that has none; where none could be put.

        Nobody could have written it: it is there to be looked for, whatever else holds.
        """
        unfilled = []
        filled = self.sums([tenant_id])[tenant_id]
        for table in self.tables.keys() - filled.keys():
            try:
                with self.connection.transaction():
                    self.connection.execute("SET LOCAL session_replication_role = replica")
                    self._insert(table, tenant_id, mark)
            except psycopg.Error:
                unfilled.append(table)
        return unfilled

    def _insert(self, table: str, tenant_id: UUID, mark: str) -> None:
        names, values = [], []
        for name, kind, _, needed, generated, longest in self._described[table]:
            if generated or (not needed and name != "tenant_id"):
                continue
            names.append(sql.Identifier(name))
            values.append(tenant_id if name == "tenant_id" else plausible(kind, mark, longest))
        self.connection.execute(
            sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                sql.Identifier(table),
                sql.SQL(", ").join(names),
                sql.SQL(", ").join([sql.Placeholder()] * len(names)),
            ),
            values,
        )


def plausible(kind: str, mark: str, longest: int | None) -> object:
    """None where nothing is known of the type: the row is then not put."""
    if kind in {"character varying", "text"}:
        return mark[:longest]
    if kind == "uuid":
        return uuid4()
    values: dict[str, object] = {
        "ARRAY": "{}",
        "boolean": False,
        "jsonb": f'{{"said": "{mark}"}}',
        "json": f'{{"said": "{mark}"}}',
        "bytea": mark.encode(),
        "date": "2026-11-21",
        "timestamp with time zone": "2026-11-21T10:00:00Z",
    }
    numbers = ("integer", "bigint", "smallint", "numeric", "double precision", "real")
    return values.get(kind, 1 if kind in numbers else None)
