import console.tenancy.scope
from django.db import migrations, models

from console.tenancy.operations import EnableRowSecurity

# As of spans (0002): a key to the tenant would cost a look-up per row, and row security pins it.
WITHOUT_TENANT_KEY = "ALTER TABLE {0} DROP CONSTRAINT {0}_tenant"


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0008_trace_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='RunFacet',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'kind', 'value', 'run_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('run_id', models.UUIDField()),
                ('kind', models.SmallIntegerField(choices=[(0, 'Tool'), (1, 'Model'), (2, 'Agent'), (3, 'Error Type'), (4, 'Subject'), (5, 'Op'), (6, 'Provider'), (7, 'Name')])),
                ('value', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='AgentMinute',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'agent', 'minute', 'op', 'tool', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('minute', models.DateTimeField()),
                ('span_count', models.BigIntegerField()),
                ('error_count', models.BigIntegerField()),
                ('duration_us', models.BigIntegerField()),
                ('input_tokens', models.BigIntegerField()),
                ('output_tokens', models.BigIntegerField()),
                ('cost_nanos', models.BigIntegerField()),
                ('memory_reads', models.BigIntegerField()),
                ('memory_writes', models.BigIntegerField()),
                ('agent', models.TextField()),
                ('op', models.TextField()),
                ('tool', models.TextField()),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', 'minute'], name='minute_to_prune')],
            },
        ),
        *(
            operation
            for table in ("audit_runfacet", "audit_agentminute")
            for operation in (
                EnableRowSecurity(table),
                migrations.RunSQL(WITHOUT_TENANT_KEY.format(table), migrations.RunSQL.noop),
            )
        ),
    ]
