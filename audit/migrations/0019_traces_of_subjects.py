from django.db import migrations, models

from console.tenancy.operations import AllowBlanking


class Migration(migrations.Migration):
    dependencies = [("audit", "0018_event_angles"), ("tenancy", "0003_only_blank")]

    operations = [
        migrations.AddIndex(
            model_name="trace",
            index=models.Index(
                condition=models.Q(("subject_id__isnull", False)),
                fields=["tenant_id", "subject_id"],
                name="trace_of_subject",
            ),
        ),
        AllowBlanking("audit_runoutcome", "note"),
    ]
