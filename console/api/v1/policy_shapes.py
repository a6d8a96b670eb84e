"""What the API takes and answers about policies."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from console.api.fields import ObjectField, ShortListField, TextField, ValueField, WholeNumberField
from console.api.serializers import StrictSerializer
from console.api.v1.answers import Author, Shape, as_json
from memory.models import SHIPPED, PolicyActivation
from memory.policies.dry_run import MOST_WRITES, USUAL_WRITES, Change, DryRun
from memory.policies.rule import Effect, Priority
from memory.policies.values import MAX_RULES
from memory.policies.versions import Sheet

MAX_COMMENT = 500
MAX_RULE_BYTES = 8_000
MAX_LIFETIMES_BYTES = 4_000


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two people for what a stranger says about a customer",
            value={
                "rules": [
                    {
                        "name": "stranger_about_customer",
                        "when": "!agent.trusted && subject.id != ''",
                        "effect": "review",
                        "because": "{agent.name} is new and writes about a customer.",
                        "queue": "privacy",
                        "approvals": 2,
                    }
                ],
                "lifetimes": {"kinds": {"event": "30d"}, "tiers": {"working": "12h"}},
                "comment": "As agreed with the data protection officer",
            },
            request_only=True,
        )
    ]
)
class PolicyBody(StrictSerializer):
    """The whole policy. What `rules` and `lifetimes` hold stands in docs/policies.md."""

    rules = ShortListField(
        child=ValueField(max_bytes=MAX_RULE_BYTES),
        max_length=MAX_RULES,
        help_text="In order. Each has `name`, `when` (CEL) and what follows: `effect`, `because`,"
        " `risk`, `queue`, `priority`, `approvals`, `redact`, `ttl`, `retention`, `must_sign`,"
        " `final`.",
    )
    lifetimes = ObjectField(
        required=False,
        max_bytes=MAX_LIFETIMES_BYTES,
        help_text="`kinds` and `tiers` (name to span, as 90d), `longest`, `retention`. What is not"
        " named is as it ships.",
    )
    comment = TextField(required=False, allow_blank=True, max_length=MAX_COMMENT)


class DryRunBody(StrictSerializer):
    writes = WholeNumberField(
        required=False,
        default=USUAL_WRITES,
        min_value=1,
        max_value=MOST_WRITES,
        help_text="How many of the last writes to look at.",
    )


class ActivationBody(StrictSerializer):
    instead_of = WholeNumberField(
        required=False,
        min_value=SHIPPED,
        help_text="The number you saw in force. If it is another by now, the answer is 409.",
    )
    comment = TextField(required=False, allow_blank=True, max_length=MAX_COMMENT)


class RuleAnswer(Shape):
    """A rule; what is left out has its default."""

    name = serializers.CharField()
    when = serializers.CharField()
    effect = serializers.ChoiceField(choices=[str(one) for one in Effect], required=False)
    because = serializers.CharField(required=False)
    risk = serializers.CharField(required=False)
    queue = serializers.CharField(required=False)
    priority = serializers.ChoiceField(choices=[str(one) for one in Priority], required=False)
    approvals = serializers.IntegerField(required=False)
    redact = serializers.ListField(child=serializers.CharField(), required=False)
    ttl = serializers.CharField(required=False)
    retention = serializers.CharField(required=False)
    must_sign = serializers.BooleanField(required=False)
    final = serializers.BooleanField(required=False)


class LifetimesAnswer(Shape):
    kinds = serializers.DictField(child=serializers.CharField())
    tiers = serializers.DictField(child=serializers.CharField())
    longest = serializers.CharField()
    retention = serializers.CharField()


class PolicySummary(Shape):
    number = serializers.IntegerField(help_text="0 is the policy that ships.")
    in_force = serializers.BooleanField()
    comment = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField(allow_null=True)
    created_by = Author(allow_null=True)


class PolicyAnswer(PolicySummary):
    rules = RuleAnswer(many=True)
    lifetimes = LifetimesAnswer()


class ActivationAnswer(Shape):
    number = serializers.IntegerField()
    activated_at = serializers.DateTimeField(allow_null=True, help_text="null: it came with us.")
    activated_by = Author(allow_null=True)
    comment = serializers.CharField(allow_blank=True)


class CurrentPolicy(PolicyAnswer):
    activation = ActivationAnswer()


class DifferenceAnswer(Shape):
    memory_id = serializers.UUIDField()
    version = serializers.IntegerField()
    change = serializers.ChoiceField(choices=[str(one) for one in Change])
    was = serializers.CharField(help_text="An effect, as of a rule.")
    would_be = serializers.CharField(help_text="An effect, as of a rule.")
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Codes.")


class DryRunAnswer(Shape):
    policy = serializers.IntegerField()
    looked_at = serializers.IntegerField(help_text="Fewer than asked: there are no more, or time.")
    held = serializers.IntegerField(help_text="Took effect, and would wait.")
    released = serializers.IntegerField(help_text="Waited, and would take effect.")
    rejected = serializers.IntegerField(help_text="Would be refused.")
    moved = serializers.IntegerField(help_text="Between review and quarantine.")
    unchanged = serializers.IntegerField()
    failed = serializers.IntegerField(help_text="On which a rule failed, and so holds.")
    differences = DifferenceAnswer(many=True, help_text="The newest, at most 100.")


def shown_summary(sheet: Sheet, *, in_force: int) -> dict[str, Any]:
    return as_json(PolicySummary, _summary(sheet, in_force))


def shown_policy(sheet: Sheet, *, in_force: int) -> dict[str, Any]:
    # Not through the shape: a rule leaves out what is not set.
    return shown_summary(sheet, in_force=in_force) | sheet.body


def shown_current(sheet: Sheet, activation: PolicyActivation | None) -> dict[str, Any]:
    told = shown_policy(sheet, in_force=sheet.number)
    return told | {"activation": shown_activation(activation)}


def shown_activation(activation: PolicyActivation | None) -> dict[str, Any]:
    author = activation and {
        "kind": activation.activated_by_kind,
        "id": activation.activated_by_id,
        "label": activation.activated_by_label,
    }
    return as_json(
        ActivationAnswer,
        {
            "number": activation.number if activation else SHIPPED,
            "activated_at": activation and activation.activated_at,
            "activated_by": author,
            "comment": activation.comment if activation else "",
        },
    )


def shown_dry_run(run: DryRun) -> dict[str, Any]:
    return as_json(
        DryRunAnswer,
        {
            "policy": run.policy,
            "looked_at": run.looked_at,
            "failed": run.failed,
            "differences": run.differences,
        }
        | {str(change): count for change, count in run.counts.items()},
    )


def _summary(sheet: Sheet, in_force: int) -> dict[str, Any]:
    row = sheet.row
    author = row and {
        "kind": row.created_by_kind,
        "id": row.created_by_id,
        "label": row.created_by_label,
    }
    return {
        "number": sheet.number,
        "in_force": sheet.number == in_force,
        "comment": row.comment if row else "The policy that ships.",
        "created_at": row and row.created_at,
        "created_by": author,
    }
