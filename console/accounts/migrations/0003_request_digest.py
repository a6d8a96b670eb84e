from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_idempotency'),
    ]

    operations = [
        migrations.RenameField('idempotentanswer', 'request_sha256', 'request_digest'),
    ]
