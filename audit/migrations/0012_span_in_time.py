import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0011_forget_traces'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='span',
            index=django.contrib.postgres.indexes.BrinIndex(autosummarize=True, fields=['start_time'], name='span_in_time', pages_per_range=32),
        ),
    ]
