from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from pgvector.django import VectorField

from console.tenancy.models import ScopedModel
from memory.models.memory import Memory

DIMENSIONS = 256


class RecallIndex(ScopedModel):
    """How an active memory is found: its words and its embedding. `id` is the memory's."""

    memory = models.ForeignObject(
        Memory,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    version = models.PositiveIntegerField()
    model = models.CharField(max_length=100)
    embedding = VectorField(dimensions=DIMENSIONS)
    lexemes = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["lexemes"], name="recall_lexemes")]
