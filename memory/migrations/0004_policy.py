import console.platform.clock
import console.platform.ids
import console.tenancy.scope
import django.db.models.deletion
from django.db import migrations, models

from audit.operations import GovernByAudit
from console.tenancy.operations import AddTenantForeignKey, EnableRowSecurity


class Migration(migrations.Migration):

    dependencies = [
        ('memory', '0003_holds'),
    ]

    operations = [
        migrations.AddField(
            model_name='reviewitem',
            name='approvals_needed',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='priority',
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='queue',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='reviewitem',
            name='first_version',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.RemoveIndex(
            model_name='reviewitem',
            name='review_queue',
        ),
        migrations.AddIndex(
            model_name='reviewitem',
            index=models.Index(fields=['tenant_id', 'status', '-priority', '-risk', 'id'], name='review_order'),
        ),
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('number', models.PositiveIntegerField()),
                ('body', models.JSONField()),
                ('comment', models.CharField(blank=True, max_length=500)),
                ('created_by_kind', models.CharField(max_length=10)),
                ('created_by_id', models.UUIDField()),
                ('created_by_label', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'number'), name='policy_number_in_tenant')],
            },
        ),
        migrations.CreateModel(
            name='PolicyActivation',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('version_id', models.UUIDField(null=True)),
                ('number', models.PositiveIntegerField()),
                ('comment', models.CharField(blank=True, max_length=500)),
                ('activated_by_kind', models.CharField(max_length=10)),
                ('activated_by_id', models.UUIDField()),
                ('activated_by_label', models.CharField(max_length=200)),
                ('activated_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('version', models.ForeignObject(from_fields=('tenant_id', 'version_id'), null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='activations', to='memory.policyversion', to_fields=('tenant_id', 'id'))),
            ],
            options={
                'abstract': False,
            },
        ),
        EnableRowSecurity("memory_policyversion", append_only=True),
        EnableRowSecurity("memory_policyactivation", append_only=True),
        AddTenantForeignKey("memory_policyactivation", "version_id", "memory_policyversion"),
        GovernByAudit("memory_policyversion", kind="policy"),
        GovernByAudit("memory_policyactivation", kind="policy"),
    ]
