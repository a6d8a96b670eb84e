from django.db import migrations

from audit.operations import GovernByAudit

# Each change and each recall of an agent is an event, so here all of them are caught. At the
# commit, because a request that was let in before the freeze must not commit after it; a lock for
# the whole request would make whoever stops an agent wait for its slowest one.
REFUSE_FROZEN = """
CREATE FUNCTION mnemoscope_refuse_frozen() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
  -- Assigned, since PERFORM would be a query of its own.
  locked text := pg_advisory_xact_lock_shared(
    hashtextextended('agent_freeze/' || NEW.tenant_id, 0))::text;
BEGIN
  IF EXISTS (
    SELECT FROM accounts_agentfreeze
    WHERE tenant_id = NEW.tenant_id AND thawed_at IS NULL
      AND (agent_id = NEW.actor_id OR agent_id IS NULL)
      AND stops <> CASE NEW.kind WHEN 'memory.recalled' THEN 'writes' ELSE 'reads' END
  ) THEN
    RAISE EXCEPTION 'agent % is frozen', NEW.actor_id
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'agent_is_not_frozen';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER frozen AFTER INSERT ON audit_auditevent
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.actor_kind = 'agent' AND NEW.outcome = 'done')
  EXECUTE FUNCTION mnemoscope_refuse_frozen();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0004_agent_freezes"),
        ("audit", "0003_run_outcome"),
    ]

    operations = [
        GovernByAudit("accounts_agentfreeze", kind="agent_freeze", also=("agent_id", "tenant_id")),
        migrations.RunSQL(REFUSE_FROZEN, "DROP FUNCTION mnemoscope_refuse_frozen() CASCADE"),
    ]
