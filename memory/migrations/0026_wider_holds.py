from django.db import migrations

# Whoever asks waits for whoever places a hold at this moment, and then sees it; an older snapshot
# would not, so what a hold may keep is removed under READ COMMITTED only. One index look-up where
# none stands.
TENANT_HOLDS = """
CREATE FUNCTION mnemoscope_tenant_holds(a_tenant uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
    RAISE EXCEPTION 'under this isolation a legal hold might not be seen: use READ COMMITTED'
      USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('legal_hold/' || a_tenant, 0));
  RETURN EXISTS (
    SELECT FROM memory_legalhold WHERE tenant_id = a_tenant AND released_at IS NULL);
END $$;
"""

# What each scope keeps. Runs of a subject or an agent are found by their facets, which tell of
# every trace and step; `memory_heldrun` has those named, and those that moved.
SCOPES = """
CREATE FUNCTION mnemoscope_holds_over_run(a_tenant uuid, a_run uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT h.id FROM memory_legalhold h
  WHERE h.tenant_id = a_tenant AND h.released_at IS NULL AND (
    EXISTS (SELECT FROM memory_heldrun r
      WHERE r.tenant_id = a_tenant AND r.hold_id = h.id AND r.run_id = a_run)
    OR h.scope IN ('subject', 'agent') AND EXISTS (SELECT FROM audit_runfacet f
      WHERE f.tenant_id = a_tenant AND f.run_id = a_run
        AND f.kind = CASE h.scope WHEN 'subject' THEN 4 ELSE 2 END
        AND f.value = CASE h.scope WHEN 'subject' THEN h.subject_id::text ELSE h.agent_name END))
$$;

CREATE FUNCTION mnemoscope_held_runs(a_tenant uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT r.run_id FROM memory_legalhold h
  JOIN memory_heldrun r ON r.tenant_id = h.tenant_id AND r.hold_id = h.id
  WHERE h.tenant_id = a_tenant AND h.released_at IS NULL
  UNION
  SELECT f.run_id FROM memory_legalhold h
  JOIN audit_runfacet f ON f.tenant_id = h.tenant_id
    AND f.kind = CASE h.scope WHEN 'subject' THEN 4 ELSE 2 END
    AND f.value = CASE h.scope WHEN 'subject' THEN h.subject_id::text ELSE h.agent_name END
  WHERE h.tenant_id = a_tenant AND h.released_at IS NULL AND h.scope IN ('subject', 'agent')
$$;

CREATE FUNCTION mnemoscope_held_traces(a_tenant uuid) RETURNS SETOF bytea
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT t.trace_id FROM audit_trace t
  WHERE t.tenant_id = a_tenant AND t.run_id IN (SELECT mnemoscope_held_runs(a_tenant))
$$;

CREATE FUNCTION mnemoscope_is_held_at(a_tenant uuid, a_moment timestamptz) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM memory_legalhold h
    WHERE h.tenant_id = a_tenant AND h.released_at IS NULL AND h.scope = 'period'
      AND a_moment >= h.since AND a_moment < coalesce(h.until, 'infinity'))
$$;

CREATE FUNCTION mnemoscope_holds_over_memory(
  a_tenant uuid, a_memory uuid, a_subject uuid, an_agent uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT h.id FROM memory_legalhold h
  WHERE h.tenant_id = a_tenant AND h.released_at IS NULL AND CASE h.scope
    WHEN 'memory' THEN h.memory_id = a_memory
    WHEN 'subject' THEN h.subject_id = a_subject
    WHEN 'agent' THEN h.agent_id = an_agent
    WHEN 'period' THEN EXISTS (SELECT FROM memory_memoryversion v
      WHERE v.tenant_id = a_tenant AND v.memory_id = a_memory
        AND v.recorded_at >= h.since AND v.recorded_at < coalesce(h.until, 'infinity'))
    ELSE EXISTS (SELECT FROM memory_memoryversion v
      JOIN audit_trace t ON t.tenant_id = v.tenant_id AND t.trace_id = v.trace_id
      JOIN memory_heldrun r ON r.tenant_id = t.tenant_id AND r.run_id = t.run_id
      WHERE v.tenant_id = a_tenant AND v.memory_id = a_memory AND r.hold_id = h.id)
  END
$$;

CREATE FUNCTION mnemoscope_held_memories(a_tenant uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  WITH h AS MATERIALIZED (
    SELECT * FROM memory_legalhold WHERE tenant_id = a_tenant AND released_at IS NULL)
  SELECT h.memory_id FROM h WHERE h.scope = 'memory'
  UNION
  SELECT m.id FROM h JOIN memory_memory m ON m.tenant_id = a_tenant
    AND m.subject_id = h.subject_id WHERE h.scope = 'subject'
  UNION
  SELECT m.id FROM h JOIN memory_memory m ON m.tenant_id = a_tenant
    AND m.agent_id = h.agent_id WHERE h.scope = 'agent'
  UNION
  SELECT v.memory_id FROM h JOIN memory_memoryversion v ON v.tenant_id = a_tenant
    AND v.recorded_at >= h.since AND v.recorded_at < coalesce(h.until, 'infinity')
  WHERE h.scope = 'period'
  UNION
  SELECT v.memory_id FROM h
  JOIN memory_heldrun r ON r.tenant_id = a_tenant AND r.hold_id = h.id
  JOIN audit_trace t ON t.tenant_id = a_tenant AND t.run_id = r.run_id
  JOIN memory_memoryversion v ON v.tenant_id = a_tenant AND v.trace_id = t.trace_id
  WHERE h.scope = 'run'
$$;

CREATE FUNCTION mnemoscope_holds_over_subject(a_tenant uuid, a_subject uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT h.id FROM memory_legalhold h
  WHERE h.tenant_id = a_tenant AND h.released_at IS NULL AND h.subject_id = a_subject
  UNION
  SELECT o.id FROM memory_memory m
  CROSS JOIN LATERAL mnemoscope_holds_over_memory(
    a_tenant, m.id, m.subject_id, m.agent_id) AS o (id)
  WHERE m.tenant_id = a_tenant AND m.subject_id = a_subject AND EXISTS (
    SELECT FROM memory_legalhold WHERE tenant_id = a_tenant AND released_at IS NULL)
  UNION
  SELECT o.id FROM audit_runfacet f
  CROSS JOIN LATERAL mnemoscope_holds_over_run(a_tenant, f.run_id) AS o (id)
  WHERE f.tenant_id = a_tenant AND f.kind = 4 AND f.value = a_subject::text AND EXISTS (
    SELECT FROM memory_legalhold WHERE tenant_id = a_tenant AND released_at IS NULL)
  UNION
  SELECT h.id FROM memory_legalhold h
  JOIN audit_spancontent c ON c.tenant_id = a_tenant AND c.subject_id = a_subject
    AND c.day + 1 > h.since AND c.day < coalesce(h.until, 'infinity')
  WHERE h.tenant_id = a_tenant AND h.released_at IS NULL AND h.scope = 'period'
$$;

CREATE OR REPLACE FUNCTION mnemoscope_is_held(a_tenant uuid, a_memory uuid, a_subject uuid)
RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  -- A statement of its own: one that both waits and looks would look as of before it waited.
  IF NOT mnemoscope_tenant_holds(a_tenant) THEN
    RETURN false;
  END IF;
  RETURN EXISTS (SELECT FROM memory_legalhold h
      WHERE h.tenant_id = a_tenant AND h.released_at IS NULL AND h.subject_id = a_subject)
    OR EXISTS (SELECT FROM memory_memory m
      CROSS JOIN LATERAL mnemoscope_holds_over_memory(a_tenant, m.id, m.subject_id, m.agent_id)
      WHERE m.tenant_id = a_tenant AND m.id = a_memory);
END $$;
"""

# What belongs to a memory is kept with it. The argument says by which way the memory is known.
HOLD_PARTS = """
CREATE FUNCTION mnemoscope_hold_part() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
  was jsonb;
  the_memory uuid;
BEGIN
  IF NOT mnemoscope_tenant_holds(OLD.tenant_id) THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  was := to_jsonb(OLD);
  the_memory := CASE TG_ARGV[0]
    WHEN 'memory' THEN (was->>'memory_id')::uuid
    WHEN 'version' THEN (SELECT v.memory_id FROM memory_memoryversion v
      WHERE v.tenant_id = OLD.tenant_id AND v.id = OLD.id)
    ELSE (SELECT r.memory_id FROM memory_reviewitem r WHERE r.tenant_id = OLD.tenant_id
      AND r.id = (was->>'review_id')::uuid)
  END;
  IF mnemoscope_is_held(OLD.tenant_id, the_memory, NULL) THEN
    RAISE EXCEPTION 'a legal hold stands on memory %', the_memory
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER held_version BEFORE UPDATE OR DELETE ON memory_memoryversion
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_hold_part('memory');
CREATE TRIGGER held_transition BEFORE UPDATE OR DELETE ON memory_memorytransition
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_hold_part('memory');
CREATE TRIGGER held_signature BEFORE UPDATE OR DELETE ON memory_writesignature
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_hold_part('version');
CREATE TRIGGER held_item BEFORE UPDATE OR DELETE ON memory_snapshotitem
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_hold_part('memory');
CREATE TRIGGER held_review_row BEFORE DELETE ON memory_reviewitem
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_hold_part('memory');
CREATE TRIGGER held_review BEFORE UPDATE ON memory_reviewitem FOR EACH ROW WHEN (
    (OLD.tenant_id, OLD.id, OLD.memory_id, OLD.version)
    IS DISTINCT FROM (NEW.tenant_id, NEW.id, NEW.memory_id, NEW.version)
  ) EXECUTE FUNCTION mnemoscope_hold_part('memory');
CREATE TRIGGER held_decision BEFORE UPDATE OR DELETE ON memory_reviewdecision
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_hold_part('review');
-- Beside its subject, which migration 0003 watches.
CREATE TRIGGER held_agent BEFORE UPDATE ON memory_memory FOR EACH ROW
  WHEN (OLD.agent_id IS DISTINCT FROM NEW.agent_id) EXECUTE FUNCTION mnemoscope_hold_memory();
"""

# Whoever could call a subject otherwise would have taken away whom what is held is about.
HOLD_SUBJECTS = """
CREATE FUNCTION mnemoscope_hold_subject() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT mnemoscope_tenant_holds(OLD.tenant_id) THEN
    RETURN coalesce(NEW, OLD);
  END IF;
  IF EXISTS (SELECT mnemoscope_holds_over_subject(OLD.tenant_id, OLD.id)) THEN
    RAISE EXCEPTION 'a legal hold stands on subject %', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER held_row BEFORE DELETE ON accounts_subject
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_hold_subject();
CREATE TRIGGER held_name BEFORE UPDATE ON accounts_subject FOR EACH ROW WHEN (
    (OLD.tenant_id, OLD.id, OLD.external_id) IS DISTINCT FROM
    (NEW.tenant_id, NEW.id, NEW.external_id)
  ) EXECUTE FUNCTION mnemoscope_hold_subject();
"""

# A release that nobody could look up afterwards would let go of everything unseen.
ON_RECORD = """
CREATE FUNCTION mnemoscope_release_on_record() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM audit_auditevent WHERE tenant_id = NEW.tenant_id AND object_id = NEW.id
      AND kind = 'hold.released' AND xid = pg_current_xact_id()::text::bigint
  ) THEN
    RAISE EXCEPTION 'a legal hold was released without an event that says so'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER released_on_record AFTER UPDATE ON memory_legalhold
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (OLD.released_at IS NULL AND NEW.released_at IS NOT NULL)
  EXECUTE FUNCTION mnemoscope_release_on_record();
"""

UNDO = [
    f"DROP FUNCTION IF EXISTS mnemoscope_{name} CASCADE"
    for name in (
        "release_on_record()",
        "hold_subject()",
        "hold_part()",
        "holds_over_subject(uuid, uuid)",
        "held_memories(uuid)",
        "holds_over_memory(uuid, uuid, uuid, uuid)",
        "is_held_at(uuid, timestamptz)",
        "held_traces(uuid)",
        "held_runs(uuid)",
        "holds_over_run(uuid, uuid)",
        "tenant_holds(uuid)",
    )
]


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0019_traces_of_subjects"),
        ("memory", "0025_erasure_steps"),
    ]

    operations = [
        migrations.RunSQL([TENANT_HOLDS, SCOPES, HOLD_PARTS, HOLD_SUBJECTS, ON_RECORD], UNDO)
    ]
