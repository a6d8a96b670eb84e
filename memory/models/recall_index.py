from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast
from pgvector.django import HalfVectorField, HnswIndex

from console.tenancy.models import ScopedModel
from memory.models.memory import Memory

# Widths of embeddings that large scopes can search through a graph. Others are searched exactly.
GRAPH_WIDTHS = (256, 384, 512, 768, 1024, 1536)


class RecallIndex(ScopedModel):
    """How an active memory is found. `id` is the memory's; no other memory has a row here.

    `terms` are the words of the text as keyed hashes, `key_generation` says of which index key.
    `embedding` is of `model`: while an installation changes its model, rows of both stand beside
    each other, and a query is compared with each in its own. Both are blank while a row waits for
    a provider that is asked over the network: till then only its words find it. The rest repeats
    what recall filters and weighs by, so that it needs no join.

    `graph` is 0 for a row that is searched exactly, and the width of its embedding once it stands
    in the HNSW graph and the inverted index, where only the old rows of large tenants go.
    """

    memory = models.ForeignObject(
        Memory,
        on_delete=models.DO_NOTHING,
        from_fields=("tenant_id", "id"),
        to_fields=("tenant_id", "id"),
        related_name="+",
    )
    version = models.PositiveIntegerField()
    graph = models.SmallIntegerField(default=0)
    key_generation = models.SmallIntegerField()
    subject_id = models.UUIDField(null=True)
    agent_id = models.UUIDField(null=True)
    visibility = models.TextField()
    namespace = ArrayField(models.TextField(), default=list)
    expires_at = models.DateTimeField(null=True)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    # The conversation or run, hashed: neighbours in it are told by the order of ids.
    run = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()
    confidence = models.FloatField(null=True)
    # Somebody wrote or approved this version: a person, not a rule.
    is_approved = models.BooleanField(default=False)
    model = models.TextField(blank=True)
    embedding = HalfVectorField(null=True)
    terms = ArrayField(models.IntegerField())

    class Meta:
        indexes = [
            models.Index(
                fields=["tenant_id", "subject_id", "-id"],
                name="recall_subject",
                condition=Q(subject_id__isnull=False),
            ),
            models.Index(
                fields=["tenant_id", "run", "id"], name="recall_run", condition=Q(run__isnull=False)
            ),
            models.Index(fields=["tenant_id", "model", "id"], name="recall_model"),
            models.Index(fields=["tenant_id", "-id"], name="recall_fresh", condition=Q(graph=0)),
            GinIndex(fields=["terms"], name="recall_terms", condition=Q(graph__gt=0)),
            *(
                HnswIndex(
                    OpClass(
                        Cast("embedding", HalfVectorField(dimensions=width)),
                        name="halfvec_cosine_ops",
                    ),
                    name=f"recall_graph_{width}",
                    condition=Q(graph=width),
                )
                for width in GRAPH_WIDTHS
            ),
        ]
