import console.platform.clock
import console.platform.ids
import console.tenancy.scope
from django.db import migrations, models

from audit.operations import GovernByAudit
from console.tenancy.operations import EnableRowSecurity


class Migration(migrations.Migration):

    dependencies = [
        ('memory', '0016_decision_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('listing', models.TextField(choices=[('reviews', 'Reviews'), ('runs', 'Runs'), ('audit', 'Audit')])),
                ('name', models.CharField(max_length=60)),
                ('filters', models.JSONField(default=dict)),
                ('owner_id', models.UUIDField()),
                ('is_shared', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'owner_id', 'listing', 'name'), name='view_name_of_owner'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='view_has_a_name')],
            },
        ),
        EnableRowSecurity("memory_savedview"),
        GovernByAudit("memory_savedview", kind="view"),
    ]
