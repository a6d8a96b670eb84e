import console.platform.clock
import console.platform.ids
import console.tenancy.scope
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from audit.operations import GovernByAudit
from console.tenancy.operations import AddTenantForeignKey, AllowBlanking, EnableRowSecurity

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

# A receipt is begun, goes on, and is finished once; then only the words it kept sealed may go.
KEEP_RECEIPTS = """
CREATE FUNCTION mnemoscope_keep_receipt() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE'
     AND (OLD.tenant_id, OLD.id, OLD.request_id, OLD.name, OLD.ordinal, OLD.started_at)
       = (NEW.tenant_id, NEW.id, NEW.request_id, NEW.name, NEW.ordinal, NEW.started_at)
     AND (OLD.finished_at IS NULL OR (NEW.sealed IS NULL
       AND to_jsonb(NEW) - 'sealed' = to_jsonb(OLD) - 'sealed')) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the receipt of a step stays as it is' USING ERRCODE = 'restrict_violation';
END $$;
REVOKE DELETE ON memory_erasurestep FROM mnemoscope_app;
CREATE TRIGGER kept BEFORE UPDATE OR DELETE ON memory_erasurestep
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_keep_receipt();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0019_traces_of_subjects"),
        ("memory", "0024_desk"),
    ]

    operations = [
        migrations.CreateModel(
            name='ErasureCertificate',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('request_id', models.UUIDField()),
                ('subject_id', models.UUIDField()),
                ('reference', models.CharField(max_length=20)),
                ('note', models.TextField()),
                ('issued_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('request', models.ForeignObject(from_fields=('tenant_id', 'request_id'), on_delete=django.db.models.deletion.DO_NOTHING, related_name='certificates', to='memory.subjectrequest', to_fields=('tenant_id', 'id'))),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'request_id'), name='one_certificate_of_a_request')],
            },
        ),
        migrations.CreateModel(
            name='ErasureStep',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('request_id', models.UUIDField()),
                ('name', models.CharField(max_length=40)),
                ('ordinal', models.PositiveSmallIntegerField()),
                ('started_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('finished_at', models.DateTimeField(null=True)),
                ('counts', models.JSONField(default=dict)),
                ('limits', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=60)),
                ('retry_at', models.DateTimeField(null=True)),
                ('sealed', models.BinaryField(null=True)),
                ('request', models.ForeignObject(from_fields=('tenant_id', 'request_id'), on_delete=django.db.models.deletion.DO_NOTHING, related_name='steps', to='memory.subjectrequest', to_fields=('tenant_id', 'id'))),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'request_id', 'name'), name='one_receipt_of_a_step')],
            },
        ),
        EnableRowSecurity("memory_erasurestep"),
        EnableRowSecurity("memory_erasurecertificate", append_only=True),
        AddTenantForeignKey("memory_erasurestep", "request_id", "memory_subjectrequest"),
        AddTenantForeignKey("memory_erasurecertificate", "request_id", "memory_subjectrequest"),
        GovernByAudit("memory_erasurestep", kind="subject_request", by="c.request_id"),
        GovernByAudit("memory_erasurecertificate", kind="certificate"),
        migrations.RunSQL(KEEP_RECEIPTS, "DROP FUNCTION mnemoscope_keep_receipt() CASCADE"),
        migrations.RunSQL(BLANK_ERASED, migrations.RunSQL.noop),
        migrations.RunSQL(BLANK_RECORDS, migrations.RunSQL.noop),
        AllowBlanking("memory_memorytransition", "reason"),
        AllowBlanking("memory_reviewdecision", "comment"),
        AllowBlanking("memory_reviewskip", "comment"),
    ]
