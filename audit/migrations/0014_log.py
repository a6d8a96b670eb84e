import console.platform.clock
import console.platform.ids
import console.tenancy.scope
from django.db import migrations, models

from console.tenancy.operations import EnableRowSecurity

# What a tile holds stays; hashes are added to its right until there are 256.
ONLY_EXTEND = """
CREATE FUNCTION audit_only_extend() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE'
     AND (NEW.tenant_id, NEW.level, NEW.number) = (OLD.tenant_id, OLD.level, OLD.number)
     AND substring(NEW.hashes FOR length(OLD.hashes)) = OLD.hashes THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_logtile
  FOR EACH ROW EXECUTE FUNCTION audit_only_extend();
REVOKE DELETE ON audit_logtile FROM mnemoscope_app;
ALTER TABLE audit_logtile ADD CONSTRAINT whole_hashes
  CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0);
-- Hashes do not compress: the server must not try.
ALTER TABLE audit_logtile ALTER COLUMN hashes SET STORAGE EXTERNAL;
"""
BACK = "DROP FUNCTION audit_only_extend() CASCADE"


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0013_event_words'),
    ]

    operations = [
        migrations.CreateModel(
            name='LogMark',
            fields=[
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False, primary_key=True, serialize=False)),
                ('xid', models.BigIntegerField()),
                ('event_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='LogTile',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'level', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('level', models.SmallIntegerField()),
                ('number', models.BigIntegerField()),
                ('hashes', models.BinaryField(max_length=8192)),
            ],
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'number', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('number', models.BigIntegerField()),
                ('size', models.BigIntegerField()),
                ('root', models.BinaryField(max_length=32)),
                ('note', models.TextField()),
                ('made_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'size'), name='checkpoint_per_size')],
            },
        ),
        migrations.CreateModel(
            name='LogLeaf',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('index', models.BigIntegerField()),
                ('leaf_hash', models.BinaryField(max_length=32)),
                ('sequenced_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'index'), name='leaf_index')],
            },
        ),
        EnableRowSecurity("audit_logmark"),
        EnableRowSecurity("audit_logtile"),
        EnableRowSecurity("audit_logleaf", append_only=True),
        EnableRowSecurity("audit_checkpoint", append_only=True),
        migrations.RunSQL(ONLY_EXTEND, BACK),
    ]
