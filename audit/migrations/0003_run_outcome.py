import console.platform.clock
import console.platform.ids
import console.tenancy.scope
from django.db import migrations, models

from audit.operations import GovernByAudit
from console.tenancy.operations import EnableRowSecurity


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_traces'),
    ]

    operations = [
        migrations.CreateModel(
            name='RunOutcome',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('run_id', models.UUIDField()),
                ('trace_id', models.BinaryField(max_length=16, null=True)),
                ('result', models.CharField(choices=[('success', 'Success'), ('failure', 'Failure')], max_length=10)),
                ('score', models.FloatField(null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('reported_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
                ('reported_by_kind', models.CharField(max_length=10)),
                ('reported_by_id', models.UUIDField()),
                ('reported_by_label', models.CharField(max_length=200)),
                ('api_key_id', models.UUIDField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', 'run_id', '-id'], name='outcome_of_run'), models.Index(fields=['tenant_id', 'trace_id'], name='outcome_of_trace')],
                'constraints': [models.CheckConstraint(condition=models.Q(('score__isnull', True), models.Q(('score__gte', 0), ('score__lte', 1)), _connector='OR'), name='outcome_score_is_a_share')],
            },
        ),
        EnableRowSecurity("audit_runoutcome", append_only=True),
        GovernByAudit("audit_runoutcome", kind="run_outcome"),
    ]
