from django.db import migrations, models

import console.platform.clock
import console.platform.ids
import console.tenancy.scope
from audit.partitions import CreatePartitionedModel, partitioned
from console.tenancy.operations import EnableRowSecurity

# A foreign key to the tenant would cost a look-up and a row lock per span, and could not be
# validated when a partition is attached: the owner sees no tenant. Row security already pins
# tenant_id to the tenant at hand.
WITHOUT_TENANT_KEY = "ALTER TABLE {0} DROP CONSTRAINT {0}_tenant"

# Compressed by us: the server must not try again.
STORE_AS_IS = "ALTER TABLE audit_spancontent ALTER COLUMN body SET STORAGE EXTERNAL"

# Makes one day's partitions, built apart and then attached, which locks the parent least. Rows
# that waited in the default partition move in; for that moment its row security is not forced on
# the owner. Answers 1 when the day was new. A long reader makes it give up after two seconds
# rather than queue everybody behind it.
MAKE_DAY = """
CREATE FUNCTION audit_make_day(day date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' SET timezone = 'UTC' AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  part record;
  child text;
  fallback text;
  made integer := 0;
  lower_bound timestamptz;
  upper_bound timestamptz;
BEGIN
  IF day IS NULL OR day < today - 31 OR day > today + 15 THEN
    RAISE EXCEPTION 'partitions are made for days near today only'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  lower_bound := day::timestamp AT TIME ZONE 'UTC';
  upper_bound := (day + 1)::timestamp AT TIME ZONE 'UTC';
  PERFORM pg_advisory_xact_lock(hashtext('audit_make_day'));
  FOR part IN SELECT * FROM (VALUES ('audit_span', 'start_time'),
      ('audit_spancontent', 'day'), ('audit_memoryaccess', 'at')) AS t(parent, key) LOOP
    child := part.parent || '_' || to_char(day, 'YYYYMMDD');
    fallback := part.parent || '_default';
    CONTINUE WHEN to_regclass('public.' || child) IS NOT NULL;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL)', child, part.parent);
    EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC, mnemoscope_app, mnemoscope_readonly',
      child);
    EXECUTE format('ALTER TABLE public.%I NO FORCE ROW LEVEL SECURITY', fallback);
    EXECUTE format('WITH moved AS (DELETE FROM public.%I WHERE %I >= $1 AND %I < $2 RETURNING *)
      INSERT INTO public.%I SELECT * FROM moved', fallback, part.key, part.key, child)
      USING lower_bound, upper_bound;
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', fallback);
    EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
      part.parent, child, lower_bound, upper_bound);
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', child);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', child);
    made := 1;
  END LOOP;
  RETURN made;
END $$;
REVOKE ALL ON FUNCTION audit_make_day(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_make_day(date) TO mnemoscope_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_events"),
        ("tenancy", "0001_tenant"),
    ]

    operations = [
        partitioned(
            "start_time",
            CreatePartitionedModel(
                name='Span',
                fields=[
                    ('pk', models.CompositePrimaryKey('tenant_id', 'trace_id', 'span_id', 'start_time', blank=True, editable=False, primary_key=True, serialize=False)),
                    ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                    ('trace_id', models.BinaryField(max_length=16)),
                    ('span_id', models.BinaryField(max_length=8)),
                    ('start_time', models.DateTimeField()),
                    ('start_ns', models.BigIntegerField()),
                    ('duration_ns', models.BigIntegerField(null=True)),
                    ('input_tokens', models.BigIntegerField(null=True)),
                    ('output_tokens', models.BigIntegerField(null=True)),
                    ('cache_read_tokens', models.BigIntegerField(null=True)),
                    ('cache_write_tokens', models.BigIntegerField(null=True)),
                    ('cost_nanos', models.BigIntegerField(null=True)),
                    ('run_id', models.UUIDField()),
                    ('block_id', models.UUIDField(null=True)),
                    ('memory_count', models.IntegerField(null=True)),
                    ('block_index', models.SmallIntegerField(null=True)),
                    ('kind', models.SmallIntegerField()),
                    ('mapping_version', models.SmallIntegerField()),
                    ('parent_id', models.BinaryField(max_length=8, null=True)),
                    ('name', models.TextField()),
                    ('op', models.TextField()),
                    ('state', models.TextField(choices=[('running', 'Running'), ('done', 'Done')])),
                    ('status', models.TextField(choices=[('unset', 'Unset'), ('ok', 'Ok'), ('error', 'Error')])),
                    ('error_type', models.TextField(blank=True)),
                    ('service', models.TextField(blank=True)),
                    ('agent', models.TextField(blank=True)),
                    ('conversation', models.TextField(blank=True)),
                    ('tool', models.TextField(blank=True)),
                    ('model', models.TextField(blank=True)),
                    ('provider', models.TextField(blank=True)),
                    ('memory_store', models.TextField(blank=True)),
                    ('cost_source', models.TextField(blank=True, choices=[('reported', 'Reported'), ('priced', 'Priced')])),
                    ('dialect', models.TextField()),
                    ('received_at', models.DateTimeField()),
                ],
                options={
                    'indexes': [models.Index(fields=['tenant_id', 'run_id', 'start_time'], name='span_of_run')],
                },
            ),
        ),
        partitioned(
            "day",
            CreatePartitionedModel(
                name='SpanContent',
                fields=[
                    ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                    ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                    ('pk', models.CompositePrimaryKey('tenant_id', 'id', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                    ('day', models.DateField()),
                    ('subject_id', models.UUIDField(null=True)),
                    ('key_id', models.UUIDField()),
                    ('span_count', models.SmallIntegerField()),
                    ('body', models.BinaryField()),
                ],
                options={
                    'indexes': [models.Index(condition=models.Q(('subject_id__isnull', False)), fields=['tenant_id', 'subject_id'], name='content_of_subject')],
                },
            ),
        ),
        partitioned(
            "at",
            CreatePartitionedModel(
                name='MemoryAccess',
                fields=[
                    ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                    ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                    ('pk', models.CompositePrimaryKey('tenant_id', 'id', 'at', blank=True, editable=False, primary_key=True, serialize=False)),
                    ('at', models.DateTimeField(default=console.platform.clock.now)),
                    ('score', models.FloatField(null=True)),
                    ('rank', models.IntegerField(null=True)),
                    ('version', models.IntegerField(null=True)),
                    ('memory_id', models.TextField()),
                    ('store', models.TextField(blank=True)),
                    ('access', models.TextField(choices=[('read', 'Read'), ('write', 'Write'), ('update', 'Update'), ('delete', 'Delete')])),
                    ('source', models.TextField(choices=[('api', 'Api'), ('span', 'Span')])),
                    ('trace_id', models.BinaryField(max_length=16, null=True)),
                    ('span_id', models.BinaryField(max_length=8, null=True)),
                    ('agent', models.TextField(blank=True)),
                    ('purpose', models.TextField(blank=True)),
                ],
                options={
                    'indexes': [models.Index(fields=['tenant_id', 'memory_id', '-at'], name='access_of_memory'), models.Index(fields=['tenant_id', 'trace_id'], name='access_in_trace')],
                },
            ),
        ),
        migrations.CreateModel(
            name='Trace',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'trace_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('trace_id', models.BinaryField(max_length=16)),
                ('run_id', models.UUIDField()),
                ('stitched_by', models.SmallIntegerField(choices=[(0, 'Trace'), (1, 'Session'), (2, 'Conversation')])),
                ('has_root', models.BooleanField()),
                ('subject_id', models.UUIDField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', 'run_id'], name='trace_of_run')],
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('key', models.TextField()),
                ('stitched_by', models.SmallIntegerField(choices=[(0, 'Trace'), (1, 'Session'), (2, 'Conversation')])),
                ('name', models.TextField(blank=True)),
                ('agent', models.TextField(blank=True)),
                ('service', models.TextField(blank=True)),
                ('first_seen', models.DateTimeField()),
                ('last_seen', models.DateTimeField()),
                ('span_count', models.BigIntegerField()),
                ('error_count', models.BigIntegerField()),
                ('input_tokens', models.BigIntegerField()),
                ('output_tokens', models.BigIntegerField()),
                ('memory_reads', models.BigIntegerField()),
                ('memory_writes', models.BigIntegerField()),
                ('open_spans', models.BigIntegerField()),
                ('open_traces', models.BigIntegerField()),
                ('root_ended_at', models.DateTimeField(null=True)),
                ('root_failed', models.BooleanField(default=False)),
                ('status', models.GeneratedField(db_persist=True, expression=models.Case(models.When(models.Q(('open_spans__gt', 0), ('open_traces__gt', 0), _connector='OR'), then=models.Value('running')), models.When(root_failed=True, then=models.Value('failed')), default=models.Value('finished'), output_field=models.TextField()), output_field=models.TextField())),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', '-last_seen', '-id'], name='run_newest'), models.Index(fields=['tenant_id', 'agent', '-last_seen'], name='run_of_agent')],
            },
        ),
        EnableRowSecurity("audit_span"),
        EnableRowSecurity("audit_spancontent"),
        EnableRowSecurity("audit_memoryaccess"),
        EnableRowSecurity("audit_trace"),
        EnableRowSecurity("audit_run"),
        *(
            migrations.RunSQL(WITHOUT_TENANT_KEY.format(table), migrations.RunSQL.noop)
            for table in ("audit_span", "audit_spancontent", "audit_memoryaccess")
        ),
        migrations.RunSQL(STORE_AS_IS, migrations.RunSQL.noop),
        migrations.RunSQL(MAKE_DAY, "DROP FUNCTION audit_make_day(date)"),
    ]
