"""A migration operation that makes the database itself refuse an unaudited change."""

from typing import Any

from typing_extensions import override

from console.tenancy.operations import TableOperation

# Deferred to the commit, because the event is appended after the rows it speaks of.
CREATE_GUARD_FUNCTION = """
CREATE FUNCTION mnemoscope_require_event() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM audit_auditevent
    WHERE tenant_id = coalesce(NEW.tenant_id, OLD.tenant_id)
      AND xid = pg_current_xact_id()::text::bigint
  ) THEN
    RAISE EXCEPTION '% changed without an audit event', TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
"""


class GovernByAudit(TableOperation):
    """A transaction that changes this table and appends no audit event cannot commit."""

    @override
    def describe(self) -> str:
        return f"{self.table} changes only with an audit event"

    @override
    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        schema_editor.execute(
            f"CREATE CONSTRAINT TRIGGER governed AFTER INSERT OR UPDATE OR DELETE ON {self.table}"
            " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
            " EXECUTE FUNCTION mnemoscope_require_event()"
        )
