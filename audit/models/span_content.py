from django.db import models

from console.tenancy.models import ScopedModel


class SpanContent(ScopedModel):
    """What many spans of one batch, day and subject said: attributes, events, links, resource.

    Compressed together and sealed under the key of the subject they name, or of nobody
    (`audit.ingest.content`). A span finds its own by `block_id` and `block_index`. Partitioned by
    `day`, the UTC day its spans started, and kept for a shorter time than they are.
    """

    pk = models.CompositePrimaryKey("tenant_id", "id", "day")
    day = models.DateField()
    subject_id = models.UUIDField(null=True)
    key_id = models.UUIDField()
    span_count = models.SmallIntegerField()
    body = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(
                fields=["tenant_id", "subject_id"],
                name="content_of_subject",
                condition=models.Q(subject_id__isnull=False),
            )
        ]
