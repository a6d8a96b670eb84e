import console.platform.clock
import console.platform.ids
import console.tenancy.scope
from django.db import migrations, models

from console.tenancy.operations import EnableRowSecurity


class Migration(migrations.Migration):

    dependencies = [
        ('keys', '0003_datakey_due_at'),
    ]

    operations = [
        migrations.AlterField(
            model_name='datakey',
            name='purpose',
            field=models.CharField(choices=[('wrap', 'Wrap'), ('content', 'Content'), ('digest', 'Digest'), ('seal', 'Seal'), ('index', 'Index'), ('trace', 'Trace'), ('log', 'Log'), ('suppress', 'Suppress'), ('erase', 'Erase')], max_length=10),
        ),
        migrations.CreateModel(
            name='SuppressedName',
            fields=[
                ('pk', models.CompositePrimaryKey('tenant_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField(default=console.tenancy.scope.current_tenant_id, editable=False)),
                ('id', models.UUIDField(default=console.platform.ids.uuid7, editable=False)),
                ('subject_id', models.UUIDField()),
                ('digest', models.BinaryField(max_length=32)),
                ('added_at', models.DateTimeField(default=console.platform.clock.now, editable=False)),
            ],
            options={
                'indexes': [models.Index(fields=['tenant_id', 'subject_id'], name='suppressed_subject')],
                'constraints': [models.UniqueConstraint(fields=('tenant_id', 'digest'), name='suppressed_name_once')],
            },
        ),
        EnableRowSecurity("keys_suppressedname", append_only=True),
    ]
