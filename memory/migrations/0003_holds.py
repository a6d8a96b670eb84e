import console.platform.clock
import console.platform.ids
import console.tenancy.scope
import django.db.models.deletion
from django.db import migrations, models

from audit.operations import GovernByAudit
from console.tenancy.operations import AddTenantForeignKey, EnableRowSecurity

# Whoever places a hold takes this lock alone, and each ending shares it: of a hold and an ending
# at the same moment one waits for the other, and then sees it. VOLATILE, because only then does
# the look after the wait see what was committed meanwhile.
IS_HELD = """
CREATE FUNCTION mnemoscope_is_held(a_tenant uuid, a_memory uuid, a_subject uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('legal_hold/' || a_tenant, 0));
  RETURN EXISTS (
    SELECT FROM memory_legalhold
    WHERE tenant_id = a_tenant AND released_at IS NULL
      AND (memory_id = a_memory OR subject_id = a_subject)
  );
END $$;

CREATE FUNCTION mnemoscope_place_hold() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('legal_hold/' || NEW.tenant_id, 0));
  RETURN NEW;
END $$;

CREATE TRIGGER alone BEFORE INSERT ON memory_legalhold
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_place_hold();
"""

# A hold that could be edited or deleted would hold nothing.
KEEP_HOLDS = """
CREATE FUNCTION mnemoscope_keep_hold() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'a legal hold changes only by being released, once'
    USING ERRCODE = 'restrict_violation';
END $$;

REVOKE DELETE ON memory_legalhold FROM mnemoscope_app;
CREATE TRIGGER kept_row BEFORE DELETE ON memory_legalhold
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_keep_hold();
CREATE TRIGGER kept_words BEFORE UPDATE ON memory_legalhold FOR EACH ROW WHEN (
    OLD.released_at IS NOT NULL OR NEW.released_at IS NULL
    OR (OLD.tenant_id, OLD.id, OLD.memory_id, OLD.subject_id, OLD.ground, OLD.review_at,
        OLD.placed_at, OLD.placed_by_kind, OLD.placed_by_id, OLD.placed_by_label)
       IS DISTINCT FROM
       (NEW.tenant_id, NEW.id, NEW.memory_id, NEW.subject_id, NEW.ground, NEW.review_at,
        NEW.placed_at, NEW.placed_by_kind, NEW.placed_by_id, NEW.placed_by_label)
  ) EXECUTE FUNCTION mnemoscope_keep_hold();
"""

# A memory may not end, nor leave the scope of the hold. Versions need nothing here: they are
# append-only for everybody.
HOLD_MEMORIES = """
CREATE FUNCTION mnemoscope_hold_memory() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF mnemoscope_is_held(OLD.tenant_id, OLD.id, OLD.subject_id) THEN
    RAISE EXCEPTION 'a legal hold stands on memory %', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER held_row BEFORE DELETE ON memory_memory
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_hold_memory();
CREATE TRIGGER held_state BEFORE UPDATE ON memory_memory FOR EACH ROW WHEN (
    (OLD.state IS DISTINCT FROM NEW.state AND NEW.state IN ('expired', 'retired', 'erased'))
    OR (OLD.tenant_id, OLD.id, OLD.subject_id)
       IS DISTINCT FROM (NEW.tenant_id, NEW.id, NEW.subject_id)
  ) EXECUTE FUNCTION mnemoscope_hold_memory();
"""

# The words of a held memory may be sealed anew, which keeps their length, under a key that lives;
# they may not be taken away.
HOLD_WORDS = """
CREATE FUNCTION mnemoscope_hold_words() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.tenant_id, NEW.id) = (OLD.tenant_id, OLD.id)
     AND octet_length(NEW.ciphertext) = octet_length(OLD.ciphertext) AND EXISTS (
       SELECT FROM keys_datakey
       WHERE tenant_id = NEW.tenant_id AND id = NEW.key_id AND wrapped IS NOT NULL) THEN
    RETURN NEW;
  END IF;
  IF EXISTS (
    SELECT FROM memory_memoryversion v
    JOIN memory_memory m ON m.tenant_id = v.tenant_id AND m.id = v.memory_id
    WHERE v.tenant_id = OLD.tenant_id AND v.id = OLD.id
      AND mnemoscope_is_held(m.tenant_id, m.id, m.subject_id)
  ) THEN
    RAISE EXCEPTION 'a legal hold stands on the words of version %', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER held_words BEFORE UPDATE OR DELETE ON memory_sealedcontent
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_hold_words();
"""

# A key is not destroyed while something held is still sealed, digested or wrapped under it; one
# that rotation has emptied may go. A seal vouches for versions, of which held ones may be any.
HOLD_KEYS = """
CREATE FUNCTION mnemoscope_hold_keys() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
  needed boolean;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('legal_hold/' || OLD.tenant_id, 0));
  IF NOT EXISTS (
    SELECT FROM memory_legalhold WHERE tenant_id = OLD.tenant_id AND released_at IS NULL
  ) THEN
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
    ELSE false
  END;
  IF needed THEN
    RAISE EXCEPTION 'a legal hold stands on what key % opens', OLD.id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;

CREATE TRIGGER held_key_row BEFORE DELETE ON keys_datakey
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_hold_keys();
CREATE TRIGGER held_key BEFORE UPDATE ON keys_datakey FOR EACH ROW WHEN (
    coalesce(octet_length(OLD.wrapped), 0) > 0 AND (
      coalesce(octet_length(NEW.wrapped), 0) = 0
      OR (OLD.tenant_id, OLD.id, OLD.purpose, OLD.subject_id, OLD.generation)
         IS DISTINCT FROM (NEW.tenant_id, NEW.id, NEW.purpose, NEW.subject_id, NEW.generation))
  ) EXECUTE FUNCTION mnemoscope_hold_keys();
"""

FUNCTIONS = ("is_held(uuid, uuid, uuid)", "place_hold()", "keep_hold()", "hold_memory()", "hold_words()", "hold_keys()")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_idempotency'),
        ('memory', '0002_recall_settings'),
    ]

    operations = [
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('memory_id', models.UUIDField(null=True)),
                ('subject_id', models.UUIDField(null=True)),
                ('ground', models.CharField(max_length=500)),
                ('review_at', models.DateTimeField(null=True)),
                ('placed_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('placed_by_kind', models.CharField(max_length=10)),
                ('placed_by_id', models.UUIDField()),
                ('placed_by_label', models.CharField(max_length=200)),
                ('released_at', models.DateTimeField(null=True)),
                ('released_by_kind', models.CharField(blank=True, max_length=10)),
                ('released_by_id', models.UUIDField(null=True)),
                ('released_by_label', models.CharField(blank=True, max_length=200)),
                ('release_reason', models.CharField(blank=True, max_length=500)),
                ('memory', models.ForeignObject(from_fields=('tenant_id', 'memory_id'), null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='holds', to='memory.memory', to_fields=('tenant_id', 'id'))),
                ('subject', models.ForeignObject(from_fields=('tenant_id', 'subject_id'), null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.subject', to_fields=('tenant_id', 'id'))),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('released_at__isnull', True)), fields=['tenant_id', 'memory_id'], name='hold_memory'), models.Index(condition=models.Q(('released_at__isnull', True)), fields=['tenant_id', 'subject_id'], name='hold_subject'), models.Index(fields=['tenant_id', '-id'], name='hold_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('memory_id__isnull', True), ('subject_id__isnull', True), _connector='XOR'), name='hold_on_one_memory_or_one_subject'), models.CheckConstraint(condition=models.Q(models.Q(('release_reason', ''), ('released_at__isnull', True)), models.Q(('released_at__isnull', False), models.Q(('release_reason', ''), _negated=True)), _connector='OR'), name='hold_is_released_for_a_reason')],
            },
        ),
        EnableRowSecurity("memory_legalhold"),
        AddTenantForeignKey("memory_legalhold", "memory_id", "memory_memory"),
        AddTenantForeignKey("memory_legalhold", "subject_id", "accounts_subject"),
        GovernByAudit("memory_legalhold"),
        migrations.RunSQL(
            [IS_HELD, KEEP_HOLDS, HOLD_MEMORIES, HOLD_WORDS, HOLD_KEYS],
            [f"DROP FUNCTION mnemoscope_{name} CASCADE" for name in FUNCTIONS],
        ),
    ]
