from django.db import migrations

# What a block of content is kept by, beside the day and the subject that stand in its row: a step
# of a held run said something in it.
PARTS = """
CREATE FUNCTION mnemoscope_held_blocks(a_tenant uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT s.block_id FROM audit_span s
  WHERE s.tenant_id = a_tenant AND s.block_id IS NOT NULL
    AND s.run_id IN (SELECT mnemoscope_held_runs(a_tenant))
$$;

CREATE FUNCTION mnemoscope_held_subjects(a_tenant uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT h.subject_id FROM memory_legalhold h
  WHERE h.tenant_id = a_tenant AND h.released_at IS NULL AND h.scope = 'subject'
$$;

CREATE FUNCTION mnemoscope_is_held_on(a_tenant uuid, a_day date) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp SET timezone = 'UTC' AS $$
  SELECT EXISTS (SELECT FROM memory_legalhold h
    WHERE h.tenant_id = a_tenant AND h.released_at IS NULL AND h.scope = 'period'
      AND a_day + 1 > h.since AND a_day < coalesce(h.until, 'infinity'))
$$;

-- A run that keeps a step of a held period.
CREATE FUNCTION mnemoscope_is_run_in_period(a_tenant uuid, a_run uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM memory_legalhold h
    JOIN audit_span s ON s.tenant_id = a_tenant AND s.run_id = a_run
      AND s.start_time >= h.since AND s.start_time < coalesce(h.until, 'infinity')
    WHERE h.tenant_id = a_tenant AND h.released_at IS NULL AND h.scope = 'period')
$$;
"""

# Once a statement, over the rows that it took away: where no hold stands, one look-up.
HOLD_ROWS = """
CREATE FUNCTION mnemoscope_hold_rows() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
  t uuid;
  is_held boolean;
BEGIN
  SELECT tenant_id INTO t FROM gone LIMIT 1;
  IF t IS NULL OR NOT mnemoscope_tenant_holds(t) THEN
    RETURN NULL;
  END IF;
  IF TG_TABLE_NAME = 'audit_span' THEN
    is_held := EXISTS (SELECT FROM gone g
      WHERE g.run_id IN (SELECT mnemoscope_held_runs(t))
        OR mnemoscope_is_held_at(t, g.start_time));
  ELSIF TG_TABLE_NAME = 'audit_spancontent' THEN
    is_held := EXISTS (SELECT FROM gone g
      WHERE g.id IN (SELECT mnemoscope_held_blocks(t))
        OR g.subject_id IN (SELECT mnemoscope_held_subjects(t))
        OR mnemoscope_is_held_on(t, g.day));
  ELSIF TG_TABLE_NAME = 'audit_memoryaccess' THEN
    is_held := EXISTS (SELECT FROM gone g
      WHERE g.memory_id IN (SELECT m::text FROM mnemoscope_held_memories(t) AS m)
        OR g.trace_id IN (SELECT mnemoscope_held_traces(t))
        OR mnemoscope_is_held_at(t, g.at));
  ELSIF TG_TABLE_NAME = 'audit_trace' THEN
    is_held := EXISTS (SELECT FROM gone g
      WHERE g.run_id IN (SELECT mnemoscope_held_runs(t))
        OR mnemoscope_is_run_in_period(t, g.run_id));
  ELSE -- A run that all its traces have left keeps nothing.
    is_held := EXISTS (SELECT FROM gone g
      JOIN audit_trace x ON x.tenant_id = t AND x.run_id = g.id
      WHERE g.id IN (SELECT mnemoscope_held_runs(t)) OR mnemoscope_is_run_in_period(t, g.id));
  END IF;
  IF is_held THEN
    RAISE EXCEPTION 'a legal hold stands on rows of %', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
"""
DELETED = """
CREATE TRIGGER held_gone AFTER DELETE ON {0} REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION mnemoscope_hold_rows();
"""
# Nothing of ours changes these.
CHANGED = """
CREATE TRIGGER held_changed AFTER UPDATE ON {0} REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION mnemoscope_hold_rows();
"""

# A step goes with its trace to another run, ends, and is read anew by other rules: it stays what
# and when it was, and keeps what it said.
HOLD_SPANS = """
CREATE FUNCTION mnemoscope_hold_spans() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
  t uuid;
BEGIN
  SELECT tenant_id INTO t FROM gone LIMIT 1;
  IF t IS NULL OR NOT mnemoscope_tenant_holds(t) THEN
    RETURN NULL;
  END IF;
  IF EXISTS (
    SELECT FROM gone g LEFT JOIN come c ON c.tenant_id = g.tenant_id AND c.trace_id = g.trace_id
      AND c.span_id = g.span_id AND c.start_time = g.start_time
    LEFT JOIN audit_trace x ON x.tenant_id = g.tenant_id AND x.trace_id = g.trace_id
    WHERE (g.run_id IN (SELECT mnemoscope_held_runs(t))
        OR mnemoscope_is_held_at(t, g.start_time))
      AND (c.span_id IS NULL
        OR c.run_id <> g.run_id AND c.run_id IS DISTINCT FROM x.run_id
        OR g.state <> 'running' AND (g.block_id, g.block_index, g.name, g.parent_id, g.duration_ns)
          IS DISTINCT FROM (c.block_id, c.block_index, c.name, c.parent_id, c.duration_ns))
  ) THEN
    RAISE EXCEPTION 'a legal hold stands on rows of %', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER held_changed AFTER UPDATE ON audit_span
  REFERENCING OLD TABLE AS gone NEW TABLE AS come
  FOR EACH STATEMENT EXECUTE FUNCTION mnemoscope_hold_spans();
"""

# A hold goes where a trace goes, and stays on a run that no longer says whose it is.
FOLLOW = """
CREATE FUNCTION mnemoscope_follow_trace() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT mnemoscope_tenant_holds(OLD.tenant_id) THEN
    RETURN NULL;
  END IF;
  IF OLD.trace_id <> NEW.trace_id AND EXISTS (
    SELECT mnemoscope_holds_over_run(OLD.tenant_id, OLD.run_id)
  ) THEN
    RAISE EXCEPTION 'a legal hold stands on rows of %', TG_TABLE_NAME
      USING ERRCODE = 'restrict_violation';
  END IF;
  INSERT INTO memory_heldrun (tenant_id, id, hold_id, run_id)
  SELECT OLD.tenant_id, gen_random_uuid(), h, run_id
  FROM mnemoscope_holds_over_run(OLD.tenant_id, OLD.run_id) AS h,
    unnest(ARRAY[OLD.run_id, NEW.run_id]) AS run_id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER held_moved AFTER UPDATE ON audit_trace FOR EACH ROW WHEN (
    (OLD.trace_id, OLD.run_id) IS DISTINCT FROM (NEW.trace_id, NEW.run_id)
    OR (OLD.subject_id IS NOT NULL AND OLD.subject_id IS DISTINCT FROM NEW.subject_id)
  ) EXECUTE FUNCTION mnemoscope_follow_trace();

CREATE FUNCTION mnemoscope_follow_facet() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
  t uuid;
BEGIN
  SELECT tenant_id INTO t FROM gone WHERE kind IN (2, 4) LIMIT 1;
  IF t IS NULL OR NOT mnemoscope_tenant_holds(t) THEN
    RETURN NULL;
  END IF;
  INSERT INTO memory_heldrun (tenant_id, id, hold_id, run_id)
  SELECT t, gen_random_uuid(), h.id, g.run_id
  FROM gone g JOIN memory_legalhold h ON h.tenant_id = t AND h.released_at IS NULL AND (
    h.scope = 'subject' AND g.kind = 4 AND g.value = h.subject_id::text
    OR h.scope = 'agent' AND g.kind = 2 AND g.value = h.agent_name)
  WHERE EXISTS (SELECT FROM audit_trace x WHERE x.tenant_id = t AND x.run_id = g.run_id)
    OR EXISTS (SELECT FROM audit_span s WHERE s.tenant_id = t AND s.run_id = g.run_id)
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER held_gone AFTER DELETE ON audit_runfacet REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION mnemoscope_follow_facet();
CREATE TRIGGER held_changed AFTER UPDATE ON audit_runfacet REFERENCING OLD TABLE AS gone
  FOR EACH STATEMENT EXECUTE FUNCTION mnemoscope_follow_facet();
"""

# As in migration 0003, and of a key that seals what spans say.
HOLD_KEYS = """
CREATE OR REPLACE FUNCTION mnemoscope_hold_keys() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
  needed boolean;
BEGIN
  IF NOT mnemoscope_tenant_holds(OLD.tenant_id) THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  needed := CASE OLD.purpose
    WHEN 'wrap' THEN EXISTS (
      SELECT FROM keys_datakey k
      WHERE k.tenant_id = OLD.tenant_id AND k.wrapped_by = OLD.id::text AND k.wrapped IS NOT NULL)
    WHEN 'seal' THEN EXISTS (
      SELECT FROM memory_memoryversion v
      WHERE v.tenant_id = OLD.tenant_id AND v.seal_key_id = OLD.id)
    WHEN 'content' THEN EXISTS (
      SELECT FROM memory_sealedcontent s
      JOIN memory_memoryversion v ON v.tenant_id = s.tenant_id AND v.id = s.id
      JOIN memory_memory m ON m.tenant_id = v.tenant_id AND m.id = v.memory_id
      WHERE s.tenant_id = OLD.tenant_id AND s.key_id = OLD.id
        AND mnemoscope_is_held(m.tenant_id, m.id, m.subject_id))
    WHEN 'digest' THEN EXISTS (
      SELECT FROM memory_memory m
      WHERE m.tenant_id = OLD.tenant_id AND m.subject_id IS NOT DISTINCT FROM OLD.subject_id
        AND mnemoscope_is_held(m.tenant_id, m.id, m.subject_id))
    WHEN 'trace' THEN EXISTS (
      SELECT FROM audit_spancontent c
      WHERE c.tenant_id = OLD.tenant_id AND c.key_id = OLD.id
        AND c.subject_id IS NOT DISTINCT FROM OLD.subject_id
        AND (c.subject_id IN (SELECT mnemoscope_held_subjects(OLD.tenant_id))
          OR mnemoscope_is_held_on(OLD.tenant_id, c.day)
          OR c.id IN (SELECT mnemoscope_held_blocks(OLD.tenant_id))))
    ELSE false
  END;
  IF needed THEN
    RAISE EXCEPTION 'a legal hold stands on what key % opens', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
"""

TABLES = ("span", "spancontent", "memoryaccess", "trace", "run")


class Migration(migrations.Migration):
    dependencies = [("memory", "0026_wider_holds")]

    operations = [
        migrations.RunSQL(
            [
                PARTS,
                HOLD_ROWS,
                *(DELETED.format(f"audit_{table}") for table in TABLES),
                *(CHANGED.format(f"audit_{table}") for table in ("spancontent", "memoryaccess")),
                HOLD_SPANS,
                FOLLOW,
                HOLD_KEYS,
            ],
            [
                f"DROP FUNCTION mnemoscope_{name} CASCADE"
                for name in (
                    "follow_facet()",
                    "follow_trace()",
                    "hold_spans()",
                    "hold_rows()",
                    "is_run_in_period(uuid, uuid)",
                    "is_held_on(uuid, date)",
                    "held_subjects(uuid)",
                    "held_blocks(uuid)",
                )
            ],
        ),
    ]
