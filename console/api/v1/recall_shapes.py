"""What the API answers to a recall."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from console.api.fields import AnyValueField
from console.api.v1.answers import Shape, as_json, identity_of, said_by
from memory.models import Kind, State, Tier
from memory.retrieval.query import Hit, Recall


class Scores(Shape):
    dense = serializers.FloatField(help_text="Likeness of meaning, 0 to 1.")
    lexical = serializers.FloatField(
        help_text="The share of the question's information that the words in common hold, 0 to 1."
    )
    fused = serializers.FloatField(help_text="What the hits are ordered by.")


class Explanation(Shape):
    words_asked = serializers.IntegerField(help_text="Distinct words of the question.")
    words_matched = serializers.IntegerField(help_text="How many of them stand in this memory.")
    neighbours = serializers.FloatField(
        help_text="The part of `lexical` that the turns beside it in its run lent."
    )
    recency = serializers.FloatField(help_text="1 when new, halved after every half-life.")
    approved = serializers.BooleanField(help_text="A person wrote or approved this version.")


class HitAnswer(Shape):
    id = serializers.UUIDField()
    version = serializers.IntegerField()
    content = serializers.CharField()
    value = AnyValueField(allow_null=True)
    kind = serializers.ChoiceField(choices=Kind.choices)
    tier = serializers.ChoiceField(choices=Tier.choices)
    namespace = serializers.ListField(child=serializers.CharField())
    key = serializers.CharField(allow_null=True)
    subject = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    score = serializers.FloatField()
    scores = Scores()
    explanation = Explanation()
    weak = serializers.BooleanField(help_text="Shares too little with the query to lean on.")
    conflicting = serializers.ListField(
        child=serializers.UUIDField(),
        help_text="Other results that say something else at the same subject, namespace and key.",
    )
    state = serializers.ChoiceField(choices=State.choices, help_text="Its state now.")
    confidence = serializers.FloatField(allow_null=True)
    age_seconds = serializers.IntegerField(help_text="Since this version was written.")
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    expires_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField(help_text="When this version was written.")


class RecallAnswer(Shape):
    id = serializers.UUIDField(help_text="This recall, as the audit trail names it.")
    results = HitAnswer(many=True, help_text="Best first.")
    weak = serializers.BooleanField(help_text="Nothing found is worth leaning on.")


def recalled(recall: Recall, *, at: datetime) -> dict[str, Any]:
    return as_json(
        RecallAnswer,
        {
            "id": recall.id,
            "results": [_hit(hit, at=at) for hit in recall.hits],
            "weak": all(hit.is_weak for hit in recall.hits),
        },
    )


def _hit(hit: Hit, *, at: datetime) -> dict[str, Any]:
    said = said_by(hit.version)
    scores = hit.scores
    return (
        {name: said[name] for name in ("version", "content", "value", "metadata", "confidence")}
        | identity_of(hit.memory)
        | {
            "tier": hit.memory.tier,
            "score": scores.fused,
            "scores": {"dense": scores.dense, "lexical": scores.lexical, "fused": scores.fused},
            "explanation": {
                "words_asked": scores.asked,
                "words_matched": scores.matched,
                "neighbours": scores.neighbours,
                "recency": scores.recency,
                "approved": scores.is_approved,
            },
            "weak": hit.is_weak,
            "conflicting": hit.conflicting,
            "state": hit.memory.state_at(at),
            "age_seconds": max(0, int((at - hit.version.recorded_at).total_seconds())),
            "source": said["source"],
            "created_at": hit.version.recorded_at,
        }
    )
