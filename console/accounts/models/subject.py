from django.db import models
from typing_extensions import override

from console.platform.clock import now
from console.tenancy.models import ScopedModel


class Subject(ScopedModel):
    """The person memories are about (the GDPR's data subject), by the tenant's own identifier."""

    external_id = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=now, editable=False)

    audit_kind = "subject"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "external_id"], name="subject_external_id_in_tenant"
            )
        ]

    @override
    def __str__(self) -> str:
        return self.external_id
