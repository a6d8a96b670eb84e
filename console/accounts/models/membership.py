from typing import ClassVar

from django.db import models

from console.accounts.models.user import User
from console.accounts.permissions import Role
from console.platform.clock import now
from console.tenancy.models import ScopedModel


class Membership(ScopedModel):
    """A person's role in a tenant. The database sees to it that a tenant keeps an owner."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=Role)
    added_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=now, editable=False)

    # A person's memberships in every tenant, for a person_scope(): row security shows no others.
    of_person: ClassVar[models.Manager["Membership"]] = models.Manager()

    audit_kind = "membership"

    class Meta:
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "user"], name="one_role_per_member")
        ]
        indexes = [models.Index(fields=["user"], name="membership_user")]
