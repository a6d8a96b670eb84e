from typing import Self

from django.db import models

from audit.rules.kinds import RuleKind
from console.tenancy.setting import Choice


class TraceRuleSet(Choice):
    """All rules of one kind as somebody left them; the highest number of a kind is in force.

    `body` is what `audit.rules.parse` reads.
    """

    kind = models.TextField(choices=RuleKind)
    number = models.PositiveSmallIntegerField()
    body = models.JSONField()

    audit_kind = "trace_rules"

    class Meta:
        constraints = [
            # Also finds the newest, and refuses the second of two who change the same version.
            models.UniqueConstraint(
                fields=["tenant_id", "kind", "number"], name="trace_rule_set_number"
            )
        ]

    @classmethod
    def in_force(cls, kind: RuleKind) -> Self | None:
        return cls.objects.filter(kind=kind).order_by("-number").first()
