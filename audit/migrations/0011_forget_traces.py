from django.db import migrations

# Drops one day's partition of one table once every tenant has kept that day for as long as it
# wants to. The database decides that, not its caller: the newest setting of each tenant, or the
# defaults of `audit.rules.retention.Retention`. Called in the system scope, in which tenants and
# their retention are seen. A long reader makes it give up after two seconds.
DROP_DAY = """
CREATE FUNCTION audit_drop_day(parent text, day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_catalog, pg_temp SET lock_timeout = '2s' SET timezone = 'UTC' AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  wanted text;
  usual integer;
  longest integer;
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
  EXECUTE format('DROP TABLE IF EXISTS public.%I', parent || '_' || to_char(day, 'YYYYMMDD'));
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION audit_drop_day(text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_drop_day(text, date) TO mnemoscope_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0010_run_states"),
        ("tenancy", "0001_tenant"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE POLICY sweep ON audit_traceretention FOR SELECT TO mnemoscope_owner"
            " USING ((SELECT mnemoscope_context('s')) IS NOT NULL)",
            "DROP POLICY sweep ON audit_traceretention",
        ),
        migrations.RunSQL(DROP_DAY, "DROP FUNCTION audit_drop_day(text, date)"),
    ]
