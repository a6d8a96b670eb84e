from django.db import models

from console.keys.models import SigningKey
from console.tenancy.models import ScopedModel

NONCE_ONCE = "nonce_once_per_key"


class WriteSignature(ScopedModel):
    """The signature a version was accepted by; it shares the version's id. Append-only.

    What was signed stands sealed with the version's words (`Said.statement`) and dies with them.
    A nonce is used once under one key, ever: the database refuses the second.
    """

    signing_key_id = models.UUIDField()
    signing_key = models.ForeignObject(
        SigningKey,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "signing_key_id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    algorithm = models.CharField(max_length=20)
    signed_at = models.DateTimeField()
    nonce = models.CharField(max_length=86)
    value = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "signing_key_id", "nonce"], name=NONCE_ONCE
            )
        ]
