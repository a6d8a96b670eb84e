"""What the database's own catalog says about isolation. One query per rule; no row is no finding.

Run by `manage.py check --database default`, in CI, and before a process serves
(`refuse_unsafe_database`). The rules follow Supabase's splinter and the pitfalls of PostgreSQL's
row security documentation (https://www.postgresql.org/docs/18/ddl-rowsecurity.html).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

# Every table with a tenant_id, and the tenants themselves.
TENANT_TABLES = """
tenant_table AS (
  SELECT c.oid, c.relname, c.relkind, c.relispartition, c.relrowsecurity, c.relforcerowsecurity,
         c.relowner
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
    AND (c.relname = 'tenancy_tenant' OR EXISTS (
      SELECT FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)))
"""


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    meaning: str
    query: LiteralString  # selects the name of each offender


RULES = (
    Rule(
        "mnemoscope.E001",
        "has no row security: ENABLE and FORCE it in the migration that creates it",
        "SELECT relname FROM tenant_table WHERE NOT (relrowsecurity AND relforcerowsecurity)",
    ),
    Rule(
        "mnemoscope.E002",
        "has no policy with both USING and WITH CHECK for every command",
        """SELECT relname FROM tenant_table t WHERE NOT relispartition AND NOT EXISTS (
             SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polcmd = '*'
             AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL)""",
    ),
    Rule(
        "mnemoscope.E003",
        "has a policy that does not ask mnemoscope_context() in a scalar sub-select",
        # One for the owner alone opens nothing to others, and the application owns nothing (E004).
        """SELECT relname FROM tenant_table t JOIN pg_policy p ON p.polrelid = t.oid
           WHERE p.polroles <> ARRAY[t.relowner]
           AND pg_get_expr(p.polqual, p.polrelid) NOT LIKE '%SELECT mnemoscope_context(%'""",
    ),
    Rule(
        "mnemoscope.E004",
        "is the application's role and may bypass row security, create or own",
        """SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls
           OR rolcreatedb OR rolcreaterole OR rolreplication)
           UNION SELECT current_user WHERE EXISTS (
             SELECT FROM tenant_table t JOIN pg_roles r ON r.oid = t.relowner
             WHERE r.rolname = current_user)""",
    ),
    Rule(
        "mnemoscope.E005",
        "can be truncated by the application's role, which ignores row security",
        "SELECT relname FROM tenant_table WHERE has_table_privilege(oid, 'TRUNCATE')",
    ),
    Rule(
        "mnemoscope.E006",
        "is a partition the application's role can reach directly, past its parent's policy",
        """SELECT relname FROM tenant_table WHERE relispartition
           AND has_table_privilege(oid, 'SELECT, INSERT, UPDATE, DELETE')""",
    ),
    Rule(
        "mnemoscope.E007",
        "is a materialised view, which row security does not protect",
        """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind = 'm' AND n.nspname = 'public'""",
    ),
    Rule(
        "mnemoscope.E008",
        "is a view without security_invoker, which reads with its owner's rights",
        """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind = 'v' AND n.nspname = 'public'
           AND NOT coalesce(c.reloptions::text LIKE '%security_invoker=true%', false)""",
    ),
    Rule(
        "mnemoscope.E009",
        "is a unique index that tells one tenant what another holds: lead it with tenant_id",
        """SELECT i.indexrelid::regclass::text FROM tenant_table t
           JOIN pg_index i ON i.indrelid = t.oid
           JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
           WHERE i.indisunique AND t.relname <> 'tenancy_tenant' AND a.attname <> 'tenant_id'""",
    ),
    Rule(
        "mnemoscope.E010",
        "is a foreign key between tenant tables that does not carry the tenant",
        """SELECT f.conname FROM pg_constraint f
           JOIN tenant_table s ON s.oid = f.conrelid JOIN tenant_table t ON t.oid = f.confrelid
           WHERE f.contype = 'f' AND t.relname <> 'tenancy_tenant' AND NOT EXISTS (
             SELECT FROM pg_attribute a WHERE a.attrelid = f.conrelid
             AND a.attname = 'tenant_id' AND a.attnum = f.conkey[1])""",
    ),
    Rule(
        "mnemoscope.E011",
        "is a SECURITY DEFINER function without a fixed search_path",
        """SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
           WHERE n.nspname = 'public' AND p.prosecdef
           AND NOT coalesce(p.proconfig::text LIKE '%search_path=%', false)""",
    ),
    Rule(
        "mnemoscope.E012",
        "is a private table the application's role can read",
        """SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE n.nspname = 'mnemoscope_private' AND c.relkind = 'r'
           AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')""",
    ),
)


def statement(rule: Rule) -> LiteralString:
    return f"WITH {TENANT_TABLES} {rule.query}"


def findings(database: str = "default") -> list[tuple[Rule, str]]:
    """Every offender of every rule, as the application's role sees the catalog."""
    found = []
    with connections[database].cursor() as cursor:
        for rule in RULES:
            cursor.execute(statement(rule))
            found += [(rule, name) for (name,) in cursor.fetchall()]
    return found


def check_catalog(
    *, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[checks.CheckMessage]:
    if "default" not in (databases or ()):
        return []
    return [checks.Error(f"{name} {rule.meaning}.", id=rule.id) for rule, name in findings()]


def refuse_unsafe_database() -> None:
    """Raises ImproperlyConfigured before a process serves from a database that leaks."""
    if found := findings():
        sentences = "; ".join(f"{rule.id}: {name} {rule.meaning}" for rule, name in found)
        raise ImproperlyConfigured(f"The database does not isolate tenants. {sentences}.")
