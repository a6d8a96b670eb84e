import console.platform.clock
import console.platform.ids
import console.tenancy.scope
from django.db import migrations, models

from audit.operations import GovernByAudit
from console.tenancy.operations import EnableRowSecurity


class Migration(migrations.Migration):

    dependencies = [
        ('memory', '0029_desk_means'),
    ]

    operations = [
        migrations.CreateModel(
            name='RetentionReport',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('kind', models.CharField(choices=[('simulated', 'Simulated'), ('run', 'Run')], max_length=10)),
                ('rules', models.JSONField()),
                ('lines', models.JSONField()),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('made_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('made_by_kind', models.CharField(max_length=10)),
                ('made_by_id', models.UUIDField()),
                ('made_by_label', models.CharField(max_length=200)),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', 'kind', '-id'], name='retention_report_newest')],
            },
        ),
        migrations.CreateModel(
            name='RetentionRuleSet',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('set_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('set_by_kind', models.CharField(max_length=10)),
                ('set_by_id', models.UUIDField()),
                ('set_by_label', models.CharField(max_length=200)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('rules', models.JSONField(default=list)),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', '-id'], name='retention_rules_newest')],
            },
        ),
        *(
            operation
            for table, kind in (
                ("memory_retentionruleset", "retention_rules"),
                ("memory_retentionreport", "retention_report"),
            )
            for operation in (
                EnableRowSecurity(table, append_only=True),
                GovernByAudit(table, kind=kind),
            )
        ),
    ]
