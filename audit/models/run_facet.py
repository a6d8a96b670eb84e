from django.db import models

from console.tenancy.models import ScopedManager
from console.tenancy.scope import current_tenant_id


class FacetKind(models.IntegerChoices):
    """What runs are sought by. Numbers, since there are several such rows to every run."""

    TOOL = 0
    MODEL = 1
    AGENT = 2
    ERROR_TYPE = 3
    SUBJECT = 4  # the id of the Subject, never the name
    OP = 5
    PROVIDER = 6
    NAME = 7  # of a step, where it says more than its tool, model, agent or operation


class RunFacet(models.Model):
    """That a run has a step with this tool, model, agent...: runs are found by it.

    The key is in the order in which it is searched. Written by `audit.ingest`; it follows a trace
    that moves to another run.
    """

    pk = models.CompositePrimaryKey("tenant_id", "kind", "value", "run_id")
    tenant_id = models.UUIDField(default=current_tenant_id, editable=False)
    run_id = models.UUIDField()
    kind = models.SmallIntegerField(choices=FacetKind)
    value = models.TextField()

    objects = ScopedManager["RunFacet"]()
