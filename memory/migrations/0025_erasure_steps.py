from django.db import migrations

from console.tenancy.operations import AllowBlanking

# A version says nothing any more once its memory is erased: the seal is set anew over what is left.
BLANK_ERASED = """
CREATE FUNCTION mnemoscope_blank_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
  said text[] := ARRAY['metadata', 'finding_codes', 'confidence', 'importance', 'valid_from',
    'valid_to', 'seal', 'seal_key_id'];
BEGIN
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - said = to_jsonb(OLD) - said
     AND NEW.metadata = '{}' AND NEW.finding_codes = '{}' AND NEW.confidence IS NULL
     AND NEW.importance IS NULL AND NEW.valid_from IS NULL AND NEW.valid_to IS NULL
     AND EXISTS (SELECT FROM memory_memory WHERE tenant_id = OLD.tenant_id
       AND id = OLD.memory_id AND state = 'erased') THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER append_only ON memory_memoryversion;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON memory_memoryversion
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_blank_version();
GRANT UPDATE (metadata, finding_codes, confidence, importance, valid_from, valid_to, seal,
  seal_key_id) ON memory_memoryversion TO mnemoscope_app;
"""

# A basis, and a hold that was released, keep who, what and when; their words may be blanked.
BLANK_RECORDS = """
DROP TRIGGER kept_words ON memory_legalbasis;
CREATE TRIGGER kept_words BEFORE UPDATE ON memory_legalbasis FOR EACH ROW WHEN (
    NOT (NEW.note = '' AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note')
    AND (OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
    OR (OLD.tenant_id, OLD.id, OLD.subject_id, OLD.basis, OLD.note, OLD.since, OLD.recorded_at,
        OLD.recorded_by_kind, OLD.recorded_by_id, OLD.recorded_by_label)
       IS DISTINCT FROM
       (NEW.tenant_id, NEW.id, NEW.subject_id, NEW.basis, NEW.note, NEW.since, NEW.recorded_at,
        NEW.recorded_by_kind, NEW.recorded_by_id, NEW.recorded_by_label))
  ) EXECUTE FUNCTION mnemoscope_keep_basis();

DROP TRIGGER kept_words ON memory_legalhold;
CREATE TRIGGER kept_words BEFORE UPDATE ON memory_legalhold FOR EACH ROW WHEN (
    NOT (OLD.released_at IS NOT NULL AND NEW.ground = 'erased' AND NEW.release_reason = 'erased'
      AND to_jsonb(NEW) - ARRAY['ground', 'release_reason']
        = to_jsonb(OLD) - ARRAY['ground', 'release_reason'])
    AND (OLD.released_at IS NOT NULL OR NEW.released_at IS NULL
    OR (OLD.tenant_id, OLD.id, OLD.memory_id, OLD.subject_id, OLD.ground, OLD.review_at,
        OLD.placed_at, OLD.placed_by_kind, OLD.placed_by_id, OLD.placed_by_label)
       IS DISTINCT FROM
       (NEW.tenant_id, NEW.id, NEW.memory_id, NEW.subject_id, NEW.ground, NEW.review_at,
        NEW.placed_at, NEW.placed_by_kind, NEW.placed_by_id, NEW.placed_by_label))
  ) EXECUTE FUNCTION mnemoscope_keep_hold();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0019_traces_of_subjects"),
        ("memory", "0024_desk"),
    ]

    operations = [
        migrations.RunSQL(BLANK_ERASED, migrations.RunSQL.noop),
        migrations.RunSQL(BLANK_RECORDS, migrations.RunSQL.noop),
        AllowBlanking("memory_memorytransition", "reason"),
        AllowBlanking("memory_reviewdecision", "comment"),
        AllowBlanking("memory_reviewskip", "comment"),
    ]
