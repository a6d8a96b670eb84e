from django.db import migrations, models
import django.db.models.deletion

from console.tenancy.operations import AddTenantForeignKey


class Migration(migrations.Migration):

    dependencies = [
        ('keys', '0003_datakey_due_at'),
        ('memory', '0011_retention'),
    ]

    operations = [
        # Until now there was one generation.
        migrations.AddField(
            model_name='memoryfingerprint',
            name='key_generation',
            field=models.SmallIntegerField(default=1),
            preserve_default=False,
        ),
        # Names that were kept as hashes only cannot be sealed: they have to be told again.
        migrations.RunSQL("TRUNCATE memory_subjectname", migrations.RunSQL.noop),
        migrations.AddField(
            model_name='subjectname',
            name='key_generation',
            field=models.SmallIntegerField(default=1),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='subjectname',
            name='key_id',
            field=models.UUIDField(default=None),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='subjectname',
            name='key',
            field=models.ForeignObject(from_fields=('tenant_id', 'key_id'), on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='keys.datakey', to_fields=('tenant_id', 'id')),
        ),
        migrations.AddField(
            model_name='subjectname',
            name='sealed',
            field=models.BinaryField(default=b""),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name='subjectname',
            index=models.Index(fields=['tenant_id', 'key_id'], name='name_sealed_under_key'),
        ),
        AddTenantForeignKey("memory_subjectname", "key_id", "keys_datakey"),
    ]
