from django.db import migrations

# The database drops a day only where no row of it may be held: as in audit's migration 0011, and
# not while a tenant that holds anything has rows there. Those that are not held its own sweep
# deletes, one by one; what is left is held. Whoever places a hold waits for a drop, and the
# other way round. For the look, row security is not forced on the owner.
DROP_DAY = """
CREATE OR REPLACE FUNCTION audit_drop_day(parent text, day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp SET lock_timeout = '2s' SET timezone = 'UTC' AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  wanted text;
  usual integer;
  longest integer;
  child text;
  holding uuid[];
  is_held boolean;
BEGIN
  SELECT t.wanted, t.usual INTO wanted, usual FROM (VALUES
    ('audit_span', 'span_days', 90), ('audit_spancontent', 'content_days', 30),
    ('audit_memoryaccess', 'access_days', 400)) AS t(parent, wanted, usual)
  WHERE t.parent = audit_drop_day.parent;
  SELECT max(coalesce((SELECT (days->>wanted)::integer FROM audit_traceretention r
    WHERE r.tenant_id = tenant.id ORDER BY r.id DESC LIMIT 1), usual)) INTO longest
  FROM tenancy_tenant tenant;
  -- In a tenant's own scope that is but one of them.
  IF mnemoscope_context('s') IS NULL OR longest IS NULL OR day IS NULL
     OR day >= today - longest THEN
    RETURN false;
  END IF;
  IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
    RAISE EXCEPTION 'under this isolation a legal hold might not be seen: use READ COMMITTED'
      USING ERRCODE = 'restrict_violation';
  END IF;
  child := parent || '_' || to_char(day, 'YYYYMMDD');
  IF to_regclass('public.' || quote_ident(child)) IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(hashtext('legal_hold/days'));
    holding := ARRAY(SELECT DISTINCT tenant_id FROM memory_legalhold WHERE released_at IS NULL);
    IF cardinality(holding) > 0 THEN
      -- In the order in which readers lock them, who would wait for us and we for them.
      EXECUTE format('LOCK TABLE ONLY public.%I IN ACCESS EXCLUSIVE MODE', parent);
      EXECUTE format('ALTER TABLE public.%I NO FORCE ROW LEVEL SECURITY', child);
      EXECUTE format('SELECT EXISTS (SELECT FROM public.%I WHERE tenant_id = ANY($1))', child)
        INTO is_held USING holding;
      EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', child);
      IF is_held THEN
        RETURN false;
      END IF;
    END IF;
    EXECUTE format('DROP TABLE public.%I', child);
  END IF;
  RETURN true;
END $$;

-- For the function above, which runs as the owner; nobody else sees another tenant's holds.
CREATE POLICY sweep ON memory_legalhold FOR SELECT TO mnemoscope_owner
  USING ((SELECT mnemoscope_context('s')) IS NOT NULL);

CREATE OR REPLACE FUNCTION mnemoscope_place_hold() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('legal_hold/days'));
  PERFORM pg_advisory_xact_lock(hashtextextended('legal_hold/' || NEW.tenant_id, 0));
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0019_traces_of_subjects"),
        ("memory", "0027_held_traces"),
    ]

    operations = [migrations.RunSQL(DROP_DAY, migrations.RunSQL.noop)]
