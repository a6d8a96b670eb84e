from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("memory", "0022_superseding")]

    operations = [
        migrations.AddIndex(
            model_name="reviewitem",
            index=models.Index(
                condition=models.Q(("subject_id__isnull", False)),
                fields=["tenant_id", "subject_id", "-id"],
                name="review_subject",
            ),
        ),
    ]
