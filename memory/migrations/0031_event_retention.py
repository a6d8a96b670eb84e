from django.db import migrations, models

# Appending `log.pruned` removes the events that it names, and there is no other way: neither is
# without the other. The event claims, and the database looks for itself: they are the first of
# the log, up to a checkpoint that somebody outside has; older than the tenant keeps events, and
# than 180 days whatever it chose; no stream waits for any; no legal hold stands (an event may name
# what is held, so none goes); none is gone already that no such event tells of. The rows put down
# of the same transactions go with them, or they would look untold of.
PRUNE_LOG = """
CREATE FUNCTION mnemoscope_prune_log() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  said CONSTANT jsonb := NEW.payload;
  begins CONSTANT bigint := (said->>'first')::bigint;
  ends CONSTANT bigint := (said->>'size')::bigint;
  days integer;
  kept_from timestamptz;
  pruned bigint;
  removed bigint;
  latest timestamptz;
  transactions bigint[];
  refused text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('log.pruned/' || NEW.tenant_id, 0));
  SELECT event_days INTO days FROM memory_retentionruleset
  WHERE tenant_id = NEW.tenant_id ORDER BY id DESC LIMIT 1;
  kept_from := date_trunc('day', now()) - make_interval(days => greatest(days, 180));
  SELECT coalesce(max((payload->>'size')::bigint), 0) INTO pruned FROM audit_auditevent
  WHERE tenant_id = NEW.tenant_id AND kind = NEW.kind AND id <> NEW.id;
  refused := CASE
    WHEN days IS NULL THEN 'this tenant keeps its events for good'
    WHEN mnemoscope_tenant_holds(NEW.tenant_id) THEN 'a legal hold stands'
    WHEN NEW.outcome <> 'done' OR begins IS DISTINCT FROM pruned OR ends IS NULL OR ends <= begins
      OR (said->>'count')::bigint IS DISTINCT FROM ends - begins
      THEN 'only the first events of the log are removed'
    WHEN NOT EXISTS (
      SELECT FROM audit_checkpoint c WHERE c.tenant_id = NEW.tenant_id
        AND c.number = (said->>'checkpoint')::bigint AND c.size = ends
        AND encode(c.root, 'base64') = said->>'root' AND c.made_at < kept_from
    ) THEN 'no checkpoint of that time ends there'
    WHEN NOT EXISTS (
      SELECT FROM audit_anchor a WHERE a.tenant_id = NEW.tenant_id
        AND a.checkpoint = (said->>'checkpoint')::bigint
    ) THEN 'nobody outside has that checkpoint'
    WHEN EXISTS (
      SELECT FROM audit_auditstream s JOIN audit_streamstate t
        ON t.tenant_id = s.tenant_id AND t.id = s.id
      WHERE s.tenant_id = NEW.tenant_id AND s.sends = 'events' AND s.paused_at IS NULL
        AND t.next < ends
    ) THEN 'a stream has yet to send some of them'
  END;
  IF refused IS NULL THEN
    WITH gone AS (
      DELETE FROM audit_auditevent e USING audit_logleaf l
      WHERE l.tenant_id = NEW.tenant_id AND l.index >= begins
        AND l.index < ends AND e.tenant_id = l.tenant_id AND e.id = l.id
      RETURNING e.xid, e.recorded_at)
    SELECT count(*), max(recorded_at), array_agg(DISTINCT xid)
    INTO removed, latest, transactions FROM gone;
    refused := CASE
      WHEN removed <> ends - begins THEN 'some are gone that nothing tells of'
      WHEN latest >= kept_from THEN 'some are too young'
      WHEN EXISTS (
        SELECT FROM audit_auditevent WHERE tenant_id = NEW.tenant_id AND xid = ANY (transactions)
      ) THEN 'a transaction would be cut in two'
    END;
  END IF;
  IF refused IS NOT NULL THEN
    RAISE EXCEPTION 'audit events stay: %', refused USING ERRCODE = 'restrict_violation';
  END IF;
  DELETE FROM audit_rowchange WHERE tenant_id = NEW.tenant_id AND xid = ANY (transactions);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION mnemoscope_prune_log() FROM PUBLIC;

CREATE TRIGGER pruned AFTER INSERT ON audit_auditevent
  FOR EACH ROW WHEN (NEW.kind = 'log.pruned') EXECUTE FUNCTION mnemoscope_prune_log();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0022_pruned_log"),
        ("memory", "0030_retention_rules"),
    ]

    operations = [
        migrations.AddField(
            model_name="retentionruleset",
            name="event_days",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="retentionruleset",
            constraint=models.CheckConstraint(
                condition=models.Q(event_days__isnull=True) | models.Q(event_days__gte=180),
                name="events_are_kept_half_a_year",
            ),
        ),
        migrations.RunSQL(PRUNE_LOG, "DROP FUNCTION mnemoscope_prune_log() CASCADE"),
    ]
