from django.db import migrations

from audit.operations import GovernByAudit


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0004_frozen_agents'),
        ('accounts', '0005_members'),
    ]

    operations = [
        GovernByAudit("accounts_membership", kind="membership"),
        GovernByAudit("accounts_invitation", kind="invitation"),
    ]
