import console.platform.clock
import console.platform.ids
import console.tenancy.scope
from django.db import migrations, models

from audit.operations import GovernByAudit
from console.tenancy.operations import EnableRowSecurity


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0007_activity_days'),
    ]

    operations = [
        migrations.CreateModel(
            name='TraceReplay',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('set_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('set_by_kind', models.CharField(max_length=10)),
                ('set_by_id', models.UUIDField()),
                ('set_by_label', models.CharField(max_length=200)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('since', models.DateTimeField()),
                ('before', models.DateTimeField()),
                ('trace_id', models.BinaryField(max_length=16, null=True)),
                ('span_id', models.BinaryField(max_length=8, null=True)),
                ('mapping_number', models.PositiveSmallIntegerField()),
                ('prices_number', models.PositiveSmallIntegerField()),
                ('total', models.PositiveBigIntegerField()),
                ('looked_at', models.PositiveBigIntegerField(default=0)),
                ('changed', models.PositiveBigIntegerField(default=0)),
                ('without_content', models.PositiveBigIntegerField(default=0)),
                ('ended_at', models.DateTimeField(null=True)),
                ('stopped', models.BooleanField(default=False)),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', '-id'], name='trace_replay_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('tenant_id',), name='one_trace_replay_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='TraceRetention',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('set_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('set_by_kind', models.CharField(max_length=10)),
                ('set_by_id', models.UUIDField()),
                ('set_by_label', models.CharField(max_length=200)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('days', models.JSONField()),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', '-id'], name='trace_retention_newest')],
            },
        ),
        migrations.CreateModel(
            name='TraceRuleSet',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('set_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('set_by_kind', models.CharField(max_length=10)),
                ('set_by_id', models.UUIDField()),
                ('set_by_label', models.CharField(max_length=200)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('kind', models.TextField(choices=[('mapping', 'Mapping'), ('redaction', 'Redaction'), ('prices', 'Prices')])),
                ('number', models.PositiveSmallIntegerField()),
                ('body', models.JSONField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'kind', 'number'), name='trace_rule_set_number')],
            },
        ),
        EnableRowSecurity("audit_traceruleset", append_only=True),
        GovernByAudit("audit_traceruleset", kind="trace_rules"),
        EnableRowSecurity("audit_traceretention", append_only=True),
        GovernByAudit("audit_traceretention", kind="trace_retention"),
        # Its progress is no decision of anybody's: what began and ended it are events.
        EnableRowSecurity("audit_tracereplay"),
    ]
