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

# A hold that could be edited or deleted would hold nothing. Its release may be asked for, once, and
# given, once; what was said on either is not taken back.
KEEP_HOLDS = """
CREATE FUNCTION mnemoscope_keep_hold() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE
  release text[] := ARRAY['release_asked_at', 'release_asked_by_id', 'release_asked_by_label',
    'released_at', 'released_by_kind', 'released_by_id', 'released_by_label', 'release_reason'];
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.released_at IS NULL
     AND to_jsonb(OLD) - release = to_jsonb(NEW) - release
     AND (OLD.release_asked_at IS NULL
       OR (OLD.release_asked_at, OLD.release_asked_by_id)
          IS NOT DISTINCT FROM (NEW.release_asked_at, NEW.release_asked_by_id)) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a legal hold changes only by being released, once'
    USING ERRCODE = 'restrict_violation';
END $$;

REVOKE DELETE ON memory_legalhold FROM mnemoscope_app;
CREATE TRIGGER kept_row BEFORE DELETE ON memory_legalhold
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_keep_hold();
CREATE TRIGGER kept_words BEFORE UPDATE ON memory_legalhold
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_keep_hold();
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
                ('scope', models.CharField(choices=[('memory', 'One memory'), ('subject', 'All about a subject'), ('run', 'One run'), ('agent', 'All of an agent'), ('period', 'All of a period')], max_length=10)),
                ('memory_id', models.UUIDField(null=True)),
                ('subject_id', models.UUIDField(null=True)),
                ('run_id', models.UUIDField(null=True)),
                ('agent_id', models.UUIDField(null=True)),
                ('agent_name', models.CharField(blank=True, max_length=200)),
                ('since', models.DateTimeField(null=True)),
                ('until', models.DateTimeField(null=True)),
                ('ground', models.CharField(max_length=500)),
                ('review_at', models.DateTimeField(null=True)),
                ('release_people', models.PositiveSmallIntegerField(default=1)),
                ('placed_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('placed_by_kind', models.CharField(max_length=10)),
                ('placed_by_id', models.UUIDField()),
                ('placed_by_label', models.CharField(max_length=200)),
                ('release_asked_at', models.DateTimeField(null=True)),
                ('release_asked_by_id', models.UUIDField(null=True)),
                ('release_asked_by_label', models.CharField(blank=True, max_length=200)),
                ('released_at', models.DateTimeField(null=True)),
                ('released_by_kind', models.CharField(blank=True, max_length=10)),
                ('released_by_id', models.UUIDField(null=True)),
                ('released_by_label', models.CharField(blank=True, max_length=200)),
                ('release_reason', models.CharField(blank=True, max_length=500)),
                ('memory', models.ForeignObject(from_fields=('tenant_id', 'memory_id'), null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='holds', to='memory.memory', to_fields=('tenant_id', 'id'))),
                ('subject', models.ForeignObject(from_fields=('tenant_id', 'subject_id'), null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.subject', to_fields=('tenant_id', 'id'))),
                ('agent', models.ForeignObject(from_fields=('tenant_id', 'agent_id'), null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.agent', to_fields=('tenant_id', 'id'))),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('released_at__isnull', True)), fields=['tenant_id', 'scope'], name='hold_standing'), models.Index(fields=['tenant_id', '-id'], name='hold_newest')],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('memory_id__isnull', False), ('scope', 'memory')), models.Q(('scope', 'subject'), ('subject_id__isnull', False)), models.Q(('run_id__isnull', False), ('scope', 'run')), models.Q(('agent_id__isnull', False), ('agent_name__gt', ''), ('scope', 'agent')), models.Q(('scope', 'period'), ('since__isnull', False)), _connector='OR'), name='hold_names_its_scope'),
                    models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='hold_period_has_a_length'),
                    models.CheckConstraint(condition=models.Q(('released_at__isnull', True), models.Q(('release_reason', ''), _negated=True), _connector='OR'), name='hold_is_released_for_a_reason'),
                    models.CheckConstraint(condition=models.Q(('released_at__isnull', True), ('release_people', 1), models.Q(('release_asked_by_id__isnull', False), models.Q(('release_asked_by_id', models.F('released_by_id')), _negated=True)), _connector='OR'), name='hold_is_released_by_two'),
                ],
            },
        ),
        migrations.CreateModel(
            name='HeldRun',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('hold_id', models.UUIDField()),
                ('run_id', models.UUIDField()),
                ('hold', models.ForeignObject(from_fields=('tenant_id', 'hold_id'), on_delete=django.db.models.deletion.DO_NOTHING, related_name='runs', to='memory.legalhold', to_fields=('tenant_id', 'id'))),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'hold_id', 'run_id'), name='run_once_under_hold')],
            },
        ),
        EnableRowSecurity("memory_legalhold"),
        AddTenantForeignKey("memory_legalhold", "memory_id", "memory_memory"),
        AddTenantForeignKey("memory_legalhold", "subject_id", "accounts_subject"),
        AddTenantForeignKey("memory_legalhold", "agent_id", "accounts_agent"),
        EnableRowSecurity("memory_heldrun", append_only=True),
        AddTenantForeignKey("memory_heldrun", "hold_id", "memory_legalhold"),
        GovernByAudit("memory_legalhold", kind="hold"),
        GovernByAudit("memory_heldrun", kind="hold", by="c.hold_id"),
        migrations.RunSQL(
            [IS_HELD, KEEP_HOLDS, HOLD_MEMORIES, HOLD_WORDS, HOLD_KEYS],
            [f"DROP FUNCTION mnemoscope_{name} CASCADE" for name in FUNCTIONS],
        ),
    ]
