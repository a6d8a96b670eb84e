import console.platform.clock
import console.platform.ids
import console.tenancy.scope
import django.db.models.deletion
from django.db import migrations, models

from audit.operations import GovernByAudit
from console.tenancy.operations import AddTenantForeignKey, EnableRowSecurity

# Whatever way it takes, nothing that an agent says about a restricted subject is kept.
REFUSE_RESTRICTED = """
CREATE FUNCTION mnemoscope_refuse_restricted() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM added a
    JOIN memory_memory m ON m.tenant_id = a.tenant_id AND m.id = a.memory_id
    JOIN memory_subjectrestriction r
      ON r.tenant_id = m.tenant_id AND r.subject_id = m.subject_id AND r.lifted_at IS NULL
    WHERE a.author_kind = 'agent'
  ) THEN
    RAISE EXCEPTION 'no agent writes about a restricted subject'
      USING ERRCODE = 'restrict_violation', CONSTRAINT = 'subject_is_not_restricted';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER about_the_unrestricted AFTER INSERT ON memory_memoryversion
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION mnemoscope_refuse_restricted();

CREATE FUNCTION mnemoscope_keep_restriction() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'a restriction changes only by being lifted, once'
    USING ERRCODE = 'restrict_violation';
END $$;
REVOKE DELETE ON memory_subjectrestriction FROM mnemoscope_app;
CREATE TRIGGER kept_row BEFORE DELETE ON memory_subjectrestriction
  FOR EACH ROW EXECUTE FUNCTION mnemoscope_keep_restriction();
CREATE TRIGGER lifted_once BEFORE UPDATE ON memory_subjectrestriction FOR EACH ROW WHEN (
    OLD.lifted_at IS NOT NULL OR NEW.lifted_at IS NULL
    OR (OLD.tenant_id, OLD.id, OLD.subject_id, OLD.placed_by_request_id, OLD.placed_at)
       IS DISTINCT FROM
       (NEW.tenant_id, NEW.id, NEW.subject_id, NEW.placed_by_request_id, NEW.placed_at)
  ) EXECUTE FUNCTION mnemoscope_keep_restriction();
"""

# A code is tried, used and ended; it is never made good again.
KEEP_CODES = """
CREATE FUNCTION mnemoscope_keep_code() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'a code only wears out' USING ERRCODE = 'restrict_violation';
END $$;
REVOKE DELETE ON memory_identitycode FROM mnemoscope_app;
CREATE TRIGGER only_wears_out BEFORE UPDATE ON memory_identitycode FOR EACH ROW WHEN (
    NEW.attempts < OLD.attempts OR NEW.expires_at > OLD.expires_at OR OLD.used_at IS NOT NULL
    OR (OLD.tenant_id, OLD.id, OLD.request_id, OLD.code_hash, OLD.by_mail, OLD.made_by_id)
       IS DISTINCT FROM
       (NEW.tenant_id, NEW.id, NEW.request_id, NEW.code_hash, NEW.by_mail, NEW.made_by_id)
  ) EXECUTE FUNCTION mnemoscope_keep_code();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_notices_seen'),
        ('memory', '0028_held_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('request_id', models.UUIDField()),
                ('prefix', models.CharField(max_length=8)),
                ('digest', models.BinaryField(max_length=32)),
                ('made_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('made_by_kind', models.CharField(max_length=10)),
                ('made_by_id', models.UUIDField()),
                ('made_by_label', models.CharField(max_length=200)),
                ('expires_at', models.DateTimeField()),
                ('downloads', models.PositiveSmallIntegerField(default=0)),
                ('first_taken_at', models.DateTimeField(null=True)),
                ('request', models.ForeignObject(from_fields=('tenant_id', 'request_id'), on_delete=django.db.models.deletion.DO_NOTHING, related_name='handovers', to='memory.subjectrequest', to_fields=('tenant_id', 'id'))),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', 'request_id', '-id'], name='handover_of_request')],
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'prefix'), name='handover_prefix')],
            },
        ),
        migrations.CreateModel(
            name='IdentityCode',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('request_id', models.UUIDField()),
                ('code_hash', models.BinaryField(max_length=32)),
                ('by_mail', models.BooleanField()),
                ('made_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('made_by_kind', models.CharField(max_length=10)),
                ('made_by_id', models.UUIDField()),
                ('made_by_label', models.CharField(max_length=200)),
                ('expires_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('used_at', models.DateTimeField(null=True)),
                ('request', models.ForeignObject(from_fields=('tenant_id', 'request_id'), on_delete=django.db.models.deletion.DO_NOTHING, related_name='codes', to='memory.subjectrequest', to_fields=('tenant_id', 'id'))),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', 'request_id', '-id'], name='code_of_request')],
                'constraints': [models.CheckConstraint(condition=models.Q(('attempts__lte', 3)), name='code_is_tried_three_times')],
            },
        ),
        migrations.CreateModel(
            name='SubjectRestriction',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('subject_id', models.UUIDField()),
                ('placed_by_request_id', models.UUIDField()),
                ('placed_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('lifted_by_request_id', models.UUIDField(null=True)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('subject', models.ForeignObject(from_fields=('tenant_id', 'subject_id'), on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.subject', to_fields=('tenant_id', 'id'))),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True)), fields=('tenant_id', 'subject_id'), name='one_standing_restriction_of_a_subject'), models.CheckConstraint(condition=models.Q(models.Q(('lifted_at__isnull', True), ('lifted_by_request_id__isnull', True)), models.Q(('lifted_at__isnull', False), ('lifted_by_request_id__isnull', False)), _connector='OR'), name='restriction_is_lifted_by_a_request')],
            },
        ),
        EnableRowSecurity("memory_handover"),
        EnableRowSecurity("memory_identitycode"),
        EnableRowSecurity("memory_subjectrestriction"),
        AddTenantForeignKey("memory_identitycode", "request_id", "memory_subjectrequest"),
        AddTenantForeignKey("memory_handover", "request_id", "memory_subjectrequest"),
        AddTenantForeignKey("memory_subjectrestriction", "subject_id", "accounts_subject"),
        AddTenantForeignKey("memory_subjectrestriction", "placed_by_request_id", "memory_subjectrequest"),
        AddTenantForeignKey("memory_subjectrestriction", "lifted_by_request_id", "memory_subjectrequest"),
        GovernByAudit("memory_handover", kind="subject_request", by="c.request_id"),
        GovernByAudit("memory_identitycode", kind="subject_request", by="c.request_id"),
        GovernByAudit("memory_subjectrestriction", kind="subject_restriction"),
        migrations.RunSQL(
            [REFUSE_RESTRICTED, KEEP_CODES],
            [
                "DROP FUNCTION mnemoscope_refuse_restricted() CASCADE",
                "DROP FUNCTION mnemoscope_keep_restriction() CASCADE",
                "DROP FUNCTION mnemoscope_keep_code() CASCADE",
            ],
        ),
    ]
