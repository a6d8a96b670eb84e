"""Migration operations by which the database itself sees to it that no change goes untold.

Each changed row of a governed table is put down in `audit_rowchange` by a trigger, and at the
commit a transaction must hold an event that names what was changed (docs/adr/0014). The arguments
of `GovernByAudit` are the one declaration of what is governed and of what an event must name.
"""

from typing import Any

from typing_extensions import override

from audit.kinds import OBSERVED
from console.tenancy.operations import TableOperation

# An event names an object as its own, or by its id anywhere in the payload. The index finds the
# first, which is nearly all of them; the second looks through the events of one transaction. Plans
# are kept: for arrays of unknown length PostgreSQL would rather plan anew each time.
# Deferred to the commit, because the event is appended after the rows it speaks of.
CREATE_GUARD = f"""
CREATE OR REPLACE FUNCTION mnemoscope_is_told(tenant uuid, transaction bigint, ids uuid[])
RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = public, pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  observed CONSTANT text[] := '{{{",".join(sorted(OBSERVED))}}}';
BEGIN
  IF EXISTS (
    SELECT FROM audit_auditevent e
    WHERE e.tenant_id = tenant AND e.xid = transaction AND e.object_id = ANY (ids)
      AND e.outcome = 'done' AND e.kind <> ALL (observed)
  ) THEN
    RETURN true;
  END IF;
  RETURN EXISTS (
    SELECT FROM audit_auditevent e, unnest(ids) AS named
    WHERE e.tenant_id = tenant AND e.xid = transaction
      AND e.outcome = 'done' AND e.kind <> ALL (observed)
      AND strpos(e.payload::text, named::text) > 0
  );
END $$;

CREATE OR REPLACE FUNCTION mnemoscope_refuse_untold() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT mnemoscope_is_told(
    NEW.tenant_id, NEW.xid, ARRAY[NEW.object_id, NEW.row_id] || NEW.also
  ) THEN
    RAISE EXCEPTION '% changed without an audit event', NEW.source
      USING ERRCODE = 'integrity_constraint_violation',
      DETAIL = format('No event names %s %s.', NEW.object_kind, NEW.object_id);
  END IF;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION mnemoscope_refuse_untold() FROM PUBLIC;
"""  # noqa: S608 - kinds of our own registry
DROP_GUARD = """
DROP FUNCTION mnemoscope_refuse_untold() CASCADE;
DROP FUNCTION mnemoscope_is_told(uuid, bigint, uuid[]);
"""

# As PostgreSQL numbers it, without the wrap-around of `xmin`.
THIS_TRANSACTION = "pg_current_xact_id()::text::bigint"
# Whose memory, of a row that shares its version's id; whose review, of one with a decision's id.
# That of a new version has just been put down, and row security makes the other look dearer.
OF_VERSION = f"""coalesce((SELECT fresh.object_id FROM public.audit_rowchange AS fresh
    WHERE fresh.tenant_id = c.tenant_id AND fresh.xid = {THIS_TRANSACTION}
      AND fresh.row_id = c.id
      AND fresh.source = 'memory_memoryversion' AND fresh.operation = 'I'),
    (SELECT v.memory_id FROM public.memory_memoryversion AS v
    WHERE v.tenant_id = c.tenant_id AND v.id = c.id))"""  # noqa: S608 - no data
OF_DECISION = """(SELECT d.review_id FROM public.memory_reviewdecision AS d
    WHERE d.tenant_id = c.tenant_id AND d.id = c.id)"""

TRIGGERS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}


def unchanged_but(column: str) -> str:
    """The condition, for `but`, that an update changed nothing else."""
    return f"to_jsonb(c) - '{column}' = to_jsonb(b) - '{column}'"


class GovernByAudit(TableOperation):
    """A transaction that changes this table must tell of it by an event, or cannot commit.

    The event names the object of kind `kind` whose id the expression `by` gives of a row `c`, or
    the row itself, or one of the ids in the columns `also`. Only `operations` count, and of updates
    none for which `but` holds, a condition on the row `b` before and the row `c` after.
    """

    def __init__(
        self,
        table: str,
        *,
        kind: str = "",
        by: str = "c.id",
        also: tuple[str, ...] = (),
        but: str = "",
        operations: tuple[str, ...] = tuple(TRIGGERS),
        tenant: str = "c.tenant_id",
    ) -> None:
        super().__init__(table)
        self.kind = kind or table.partition("_")[2]
        self.by = by
        self.also = also
        self.but = but
        self.operations = operations
        self.tenant = tenant

    @override
    def describe(self) -> str:
        return f"{self.table} changes only with an audit event"

    @override
    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        schema_editor.execute(self._function())
        schema_editor.execute(f"REVOKE ALL ON FUNCTION mnemoscope_tell_{self.table} FROM PUBLIC")
        for operation in self.operations:
            tables = f"{TRIGGERS[operation]} TABLE AS changed"
            if self.but and operation == "UPDATE":
                tables += " OLD TABLE AS before"
            schema_editor.execute(
                f"CREATE TRIGGER governed_{operation.lower()} AFTER {operation} ON {self.table}"
                f" REFERENCING {tables} FOR EACH STATEMENT"
                f" EXECUTE FUNCTION mnemoscope_tell_{self.table}()"
            )

    def _function(self) -> str:
        """Of the owner's rights, since nobody else may put down a change.

        What it looks up of other tables the owner sees as anybody does: in the tenant's scope.
        """
        also = ", ".join(f"c.{column}" for column in self.also)
        insert = f"""
  INSERT INTO public.audit_rowchange
    (tenant_id, xid, source, row_id, operation, object_kind, object_id, also, follows)
  SELECT {self.tenant}, {THIS_TRANSACTION}, '{self.table}', c.id, left(TG_OP, 1),
    '{self.kind}', o.id, {f"ARRAY[{also}]" if also else "NULL"}, {self._follows()}
  FROM changed AS c CROSS JOIN LATERAL (SELECT {self.by} AS id{self._once()}) AS o"""  # noqa: S608 - names of our own models
        keep = "ON CONFLICT DO NOTHING;"
        body = f"{insert}\n  {keep}"
        if self.but:
            counted = f"JOIN before AS b ON b.id = c.id WHERE ({self.but}) IS NOT TRUE"
            body = f"""
  IF TG_OP = 'UPDATE' THEN {insert}
  {counted}
  {keep}
  ELSE {body}
  END IF;"""
        return f"""
CREATE OR REPLACE FUNCTION mnemoscope_tell_{self.table}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN{body}
  RETURN NULL;
END $$"""

    def _follows(self) -> str:
        """Whether the object's own row was put down before, of which the same events tell."""
        if self.by == "c.id":
            return "false"
        return f"""EXISTS (
      SELECT FROM public.audit_rowchange AS own
      WHERE own.tenant_id = {self.tenant} AND own.xid = {THIS_TRANSACTION}
        AND own.row_id = o.id AND own.object_id = own.row_id AND own.also IS NULL)"""

    def _once(self) -> str:
        """Keeps the planner from looking up the object once per place that names it."""
        return " OFFSET 0" if "SELECT" in self.by else ""
