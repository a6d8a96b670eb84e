from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('keys', '0002_signing_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='datakey',
            name='due_at',
            field=models.DateTimeField(null=True),
        ),
    ]
