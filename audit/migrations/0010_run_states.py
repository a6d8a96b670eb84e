import django.contrib.postgres.fields
from django.db import migrations, models

# The sixteen latest minutes of two pulses, newest first.
PULSE = """
CREATE FUNCTION audit_pulse(kept integer[], more integer[]) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN kept @> more THEN kept ELSE
    ARRAY(SELECT DISTINCT minute FROM unnest(kept || more) AS minute ORDER BY 1 DESC LIMIT 16) END
$$
"""
# Thrice the median gap between the minutes of a pulse, and ten minutes at least. plpgsql: it runs
# with every change of a run, and starting a function in SQL would cost more than what it does.
PATIENCE = """
CREATE FUNCTION audit_patience(pulse integer[]) RETURNS interval
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  count integer := cardinality(pulse) - 1;
  gaps integer[];
BEGIN
  IF count < 1 THEN
    RETURN interval '10 minutes';
  END IF;
  gaps := array_sort(
    ARRAY(SELECT pulse[at] - pulse[at + 1] FROM generate_series(1, count) AS at));
  RETURN greatest(interval '10 minutes',
    interval '90 seconds' * (gaps[(count + 1) / 2] + gaps[count / 2 + 1]));
END $$
"""
# As of spans (0002): every new run and trace would look its tenant up and lock its row.
WITHOUT_TENANT_KEY = "ALTER TABLE {0} DROP CONSTRAINT {0}_tenant"


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0009_runs'),
    ]

    operations = [
        migrations.RunSQL(PULSE, "DROP FUNCTION audit_pulse(integer[], integer[])"),
        migrations.RunSQL(PATIENCE, "DROP FUNCTION audit_patience(integer[])"),
        migrations.RemoveField(
            model_name='run',
            name='status',
        ),
        migrations.AddField(
            model_name='run',
            name='agent_rank',
            field=models.BigIntegerField(db_default=9223372036854775807, default=9223372036854775807),
        ),
        migrations.AddField(
            model_name='run',
            name='approvals',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='run',
            name='open_approvals',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='run',
            name='cache_read_tokens',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='run',
            name='cache_write_tokens',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='run',
            name='cost_nanos',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='run',
            name='heartbeat_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='model_calls',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='run',
            name='name_rank',
            field=models.BigIntegerField(db_default=9223372036854775807, default=9223372036854775807),
        ),
        migrations.AddField(
            model_name='run',
            name='pulse',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='run',
            name='root_given_up',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='run',
            name='stepped_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='told_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='waiting_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='trace',
            name='stepped_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='trace',
            name='waiting_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='recounted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='run',
            name='service_rank',
            field=models.BigIntegerField(db_default=9223372036854775807, default=9223372036854775807),
        ),
        migrations.AddField(
            model_name='run',
            name='tool_calls',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='trace',
            name='has_spans',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name='trace',
            name='heartbeat_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='trace',
            name='keyed_us',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='trace',
            name='link',
            field=models.BinaryField(max_length=16, null=True),
        ),
        migrations.AddIndex(
            model_name='trace',
            index=models.Index(condition=models.Q(('link__isnull', False)), fields=['tenant_id', 'link'], name='trace_linked'),
        ),
        migrations.AddField(
            model_name='run',
            name='patience',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('pulse'), function='audit_patience', output_field=models.DurationField()), output_field=models.DurationField()),
        ),
        migrations.AddField(
            model_name='run',
            name='phase',
            field=models.GeneratedField(db_persist=True, expression=models.Case(models.When(models.Q(('open_approvals__gt', 0), ('waiting_at__gte', models.F('stepped_at')), models.Q(('stepped_at__isnull', True), ('waiting_at__isnull', False)), _connector='OR'), then=models.Value('waiting')), models.When(open_spans__gt=0, then=models.Value('open')), models.When(models.Q(('open_traces__gt', 0), ('span_count', 0), _connector='OR'), root_given_up=False, then=models.Value('rootless')), models.When(then=models.Value('alive'), told_at__gt=models.F('last_seen')), models.When(root_failed=True, then=models.Value('failed')), default=models.Value('finished'), output_field=models.TextField()), output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(condition=models.Q(('phase', 'finished'), _negated=True), fields=['tenant_id', 'phase', '-last_seen'], name='run_not_finished'),
        ),
        *(
            migrations.RunSQL(WITHOUT_TENANT_KEY.format(table), migrations.RunSQL.noop)
            for table in ("audit_run", "audit_trace")
        ),
    ]
