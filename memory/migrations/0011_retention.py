from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('memory', '0010_replaces'),
    ]

    operations = [
        migrations.AddField(
            model_name='memory',
            name='retention',
            field=models.PositiveIntegerField(null=True),
        ),
    ]
