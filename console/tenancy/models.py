from typing import ClassVar, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from typing_extensions import override

from console.platform.clock import now
from console.platform.ids import uuid7
from console.tenancy.scope import current_tenant_id

M = TypeVar("M", bound=models.Model)


class Tenant(models.Model):
    """A customer: the wall nothing crosses."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=63, unique=True)
    name = models.CharField(max_length=200)
    # The roles whose people must set up a second factor before they go on.
    second_factor_roles = ArrayField(models.CharField(max_length=20), default=list)
    created_at = models.DateTimeField(default=now, editable=False)

    audit_kind = "tenant"

    @override
    def __str__(self) -> str:
        return self.name


class ScopedManager(models.Manager[M]):
    """Rows of the tenant at hand. Row security says the same; this says it to the planner."""

    @override
    def get_queryset(self) -> models.QuerySet[M]:
        return super().get_queryset().filter(tenant_id=current_tenant_id())


class ScopedModel(models.Model):
    """A row that belongs to one tenant. `objects` raises NoTenantError outside a scope.

    Its table is born with `EnableRowSecurity` in the migration that creates it, and points at
    other tenant tables only by `AddTenantForeignKey`, which carries the tenant.
    """

    pk = models.CompositePrimaryKey("tenant_id", "id")
    tenant_id = models.UUIDField(default=current_tenant_id, editable=False)
    id = models.UUIDField(default=uuid7, editable=False)

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True
