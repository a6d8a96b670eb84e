import console.platform.clock
import console.platform.ids
import console.tenancy.scope
from django.db import migrations, models

from audit.operations import GovernByAudit
from console.tenancy.operations import EnableRowSecurity


class Migration(migrations.Migration):

    dependencies = [
        ('memory', '0007_screening'),
    ]

    operations = [
        migrations.AddField(
            model_name='memory',
            name='ttl',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='memorytransition',
            name='tier',
            field=models.CharField(blank=True, choices=[('working', 'Working'), ('episodic', 'Episodic'), ('semantic', 'Semantic'), ('archival', 'Archival')], max_length=20),
        ),
        migrations.CreateModel(
            name='LifecycleSetting',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('rules', models.JSONField()),
                ('set_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('set_by_kind', models.CharField(max_length=10)),
                ('set_by_id', models.UUIDField()),
                ('set_by_label', models.CharField(max_length=200)),
                ('reason', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', '-id'], name='lifecycle_setting_newest')],
            },
        ),
        EnableRowSecurity("memory_lifecyclesetting", append_only=True),
        GovernByAudit("memory_lifecyclesetting", kind="lifecycle_setting"),
    ]
