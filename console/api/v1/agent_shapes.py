"""What the API is asked and answers about agents, and about what stops them."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from console.accounts.models import AgentFreeze, Stops
from console.api.fields import OneOfField, TextField
from console.api.serializers import StrictSerializer
from console.api.v1.answers import Author, Shape, as_json
from console.api.v1.memory_bodies import MAX_NAME
from console.api.v1.queries import PageQuery
from memory.agents import Figures, Health

MAX_REASON = 500


class AgentQuery(PageQuery):
    name = TextField(required=False, max_length=MAX_NAME, help_text="Part of its name.")


class FreezeBody(StrictSerializer):
    stops = OneOfField(
        required=False,
        choices=Stops.choices,
        default=Stops.BOTH,
        help_text="Traces are accepted all the same: they are evidence.",
    )
    reason = TextField(max_length=MAX_REASON, help_text="Why, for those who thaw it.")


class ThawBody(StrictSerializer):
    reason = TextField(max_length=MAX_REASON, help_text="Why it may go on.")


class FreezeAnswer(Shape):
    id = serializers.UUIDField()
    covers = serializers.ChoiceField(choices=["agent", "all"])
    stops = serializers.ChoiceField(choices=Stops.choices)
    reason = serializers.CharField()
    frozen_at = serializers.DateTimeField()
    frozen_by = Author()


class FreezesAnswer(Shape):
    """What stops an agent now; an empty list where nothing does."""

    freezes = FreezeAnswer(many=True)


class LatelyAnswer(Shape):
    last_7_days = serializers.IntegerField()
    last_30_days = serializers.IntegerField()


class ReviewedAnswer(Shape):
    """Review items of what it wrote, by what became of them."""

    waiting = serializers.IntegerField()
    approved = serializers.IntegerField()
    edited = serializers.IntegerField()
    rejected = serializers.IntegerField(help_text="Those deleted among them.")


class OwnerAnswer(Shape):
    id = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]


class AgentAnswer(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()
    owner = OwnerAnswer(allow_null=True)
    health = serializers.ChoiceField(choices=Health.choices)
    trusted_since = serializers.DateTimeField(
        allow_null=True, help_text="Null while its ordinary writes wait for review."
    )
    registered_at = serializers.DateTimeField()
    last_run_at = serializers.DateTimeField(allow_null=True)
    writes = LatelyAnswer()
    recalls = LatelyAnswer()
    reviewed = ReviewedAnswer()
    freezes = FreezeAnswer(many=True)


def shown_agent(figures: Figures) -> dict[str, Any]:
    agent, reviewed = figures.agent, figures.reviewed
    owner = agent.owner
    return as_json(
        AgentAnswer,
        {
            "id": agent.id,
            "name": agent.name,
            "owner": {"id": owner.id, "label": str(owner)} if owner else None,
            "health": figures.health,
            "trusted_since": agent.trusted_at,
            "registered_at": agent.created_at,
            "last_run_at": figures.last_run,
            "writes": {"last_7_days": figures.week[0], "last_30_days": figures.month[0]},
            "recalls": {"last_7_days": figures.week[1], "last_30_days": figures.month[1]},
            "reviewed": {
                "waiting": reviewed.waiting,
                "approved": reviewed.approved,
                "edited": reviewed.edited,
                "rejected": reviewed.rejected,
            },
            "freezes": [_freeze(one) for one in figures.freezes],
        },
    )


def shown_freezes(freezes: Sequence[AgentFreeze]) -> dict[str, Any]:
    return as_json(FreezesAnswer, {"freezes": [_freeze(one) for one in freezes]})


def _freeze(freeze: AgentFreeze) -> dict[str, Any]:
    return {
        "id": freeze.id,
        "covers": "agent" if freeze.agent_id else "all",
        "stops": freeze.stops,
        "reason": freeze.reason,
        "frozen_at": freeze.frozen_at,
        "frozen_by": {
            "kind": freeze.frozen_by_kind,
            "id": freeze.frozen_by_id,
            "label": freeze.frozen_by_label,
        },
    }
