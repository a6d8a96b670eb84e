from django.db import models

from console.tenancy.models import ScopedModel
from memory.models.memory import Memory


class MemoryFingerprint(ScopedModel):
    """The SimHash of what a memory last said, and where to look for its like. `id` is the memory's.

    Made of keyed words: without the tenant's index key, of generation `key_generation`, it tells
    nothing. Each band is a quarter of the SimHash, mixed with subject and namespace: two texts of
    one scope that differ in at most three bits share one (`memory.screening.simhash`).
    """

    memory = models.ForeignObject(
        Memory,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    key_generation = models.SmallIntegerField()
    simhash = models.BigIntegerField()
    band_a = models.BigIntegerField()
    band_b = models.BigIntegerField()
    band_c = models.BigIntegerField()
    band_d = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["tenant_id", "band_a"], name="fingerprint_a"),
            models.Index(fields=["tenant_id", "band_b"], name="fingerprint_b"),
            models.Index(fields=["tenant_id", "band_c"], name="fingerprint_c"),
            models.Index(fields=["tenant_id", "band_d"], name="fingerprint_d"),
        ]
